//! Every way in which people write edge lists.

mod common;

use common::{Folder, gzip, rows, zstd};
use quince_core::pipeline::Source;
use quince_datasets::{Columns, Delimiter, Format, Header, IdType};

#[test]
fn snap_text_with_crlf_comments_and_blank_lines() {
    let text = "# Nodes: 3 Edges: 3\r\n# FromNodeId\tToNodeId\r\n30\t1412\r\n\r\n30\t3352\r\n# odd\r\n3 5\r\n";
    let folder = Folder::new();
    let edges = folder.edges("wiki.txt", text).format(Format::Snap);
    assert_eq!(rows(&edges), ["30/1412", "30/3352", "3/5"]);
    assert_eq!(edges.id_type().unwrap(), IdType::Integer);
    assert_eq!(edges.bytes(), text.len() as u64);
}

#[test]
fn a_header_line_without_a_mark() {
    let folder = Folder::new();
    let url = "https://example.org/ca.html\r\n# Nodes: 4\r\n3466\t937\r\n3466\t5233\r\n";
    assert_eq!(rows(&folder.edges("ca.txt", url)), ["3466/937", "3466/5233"]);
    let jlg = "4,3,d,graph,2,Int64,simplegraph\n1,2\n1,3\n2,4\n";
    assert_eq!(rows(&folder.edges("cit.jlg", jlg)), ["1/2", "1/3", "2/4"]);
    let csv = "src,dst,w\n1,2,0.5\n3,4,1\n";
    let edges = folder.edges("a.csv", csv).weighted(true);
    assert_eq!(rows(&edges), ["1/2/0.5", "3/4/1"]);
    assert_eq!(
        edges.name(),
        "edge list a.csv (comma, header on line 1, ids integer, columns 1,2,3)"
    );
    let texts = "Source;Target\nann;bob\nbob;cy\n";
    assert_eq!(rows(&folder.edges("b.csv", texts)), ["ann/bob", "bob/cy"]);
    let weights = "a b weight\nann bob 1.5\nbob cy 2\n";
    assert_eq!(rows(&folder.edges("c.wel", weights)), ["ann/bob/1.5", "bob/cy/2"]);
}

#[test]
fn a_header_is_not_guessed_where_a_row_may_be_lost() {
    let folder = Folder::new();
    assert_eq!(rows(&folder.edges("one.txt", "1 2")), ["1/2"]);
    assert_eq!(rows(&folder.edges("bogus.txt", "0 0\n4039 88234\n0 1\n")).len(), 3);
    assert_eq!(rows(&folder.edges("texts.tsv", "ann\tbob\nbob\tcy\n")).len(), 2);
    let edges = folder.edges("forced.txt", "7 8\n1 2\n").header(Header::Yes);
    assert_eq!(rows(&edges), ["1/2"]);
    let edges = folder.edges("refused.csv", "from,to\na,b\n").header(Header::No);
    assert_eq!(rows(&edges), ["from/to", "a/b"]);
}

#[test]
fn a_percent_sign_is_a_mark_only_at_the_top_and_only_if_it_cannot_be_data() {
    let folder = Folder::new();
    let konect = "% sym unweighted\n%3 2 2\n1 2\n2 3\n";
    assert_eq!(rows(&folder.edges("out.konect", konect)), ["1/2", "2/3"]);
    let titles = "%C3%81ed\tBede\r\nBede\t%C3%81ed\r\n%E2%82%AC\tBede\r\n";
    let expected = ["%C3%81ed/Bede", "Bede/%C3%81ed", "%E2%82%AC/Bede"];
    assert_eq!(rows(&folder.edges("links.tsv", titles)), expected);
}

#[test]
fn csv_has_comments_only_at_the_top() {
    let folder = Folder::new();
    let edges = folder.edges("tags.csv", "# by hand\nrust,graph\n#graph,#data\n");
    assert_eq!(rows(&edges), ["rust/graph", "#graph/#data"]);
}

#[test]
fn comment_marks_can_be_set_or_switched_off() {
    let folder = Folder::new();
    let slashes = folder.edges("a.el", "// x\n1 2\n//3 4\n5 6\n").comment(Some("//"));
    assert_eq!(rows(&slashes), ["1/2", "5/6"]);
    let tags = folder.edges("b.tsv", "#a\t#b\n#b\t#c\n").comment(None);
    assert_eq!(rows(&tags), ["#a/#b", "#b/#c"]);
}

#[test]
fn quotes_missing_values_and_extra_columns_in_csv() {
    let folder = Folder::new();
    let routes = "2B,410,AER,2965,\"Kazan, \"\"KZN\"\"\",x\n2B,\\N,ASF,\\N,KZN,y\n";
    let edges = folder.edges("routes.dat", routes).columns([3, 5]).ids(IdType::String);
    assert_eq!(rows(&edges), ["AER/Kazan, \"KZN\"", "ASF/KZN"]);
    let quoted = folder.edges("quoted.csv", "\"1\", 2\n 3 ,\"4\"\n");
    assert_eq!(rows(&quoted), ["1/2", "3/4"]);
    let missing = folder.edges("missing.csv", "a,\\N\n\\N,b\n");
    assert_eq!(rows(&missing), ["a/\\N", "\\N/b"]);
}

#[test]
fn columns_by_position_and_by_name() {
    let folder = Folder::new();
    let cedge = "0 0 1 0.002025\n1 0 6 0.005952\n";
    let columns: Columns = "2,3,4".parse().unwrap();
    let edges = folder.edges("cal.cedge", cedge).columns(columns);
    assert!(edges.is_weighted());
    assert_eq!(rows(&edges), ["0/1/0.002025", "0/6/0.005952"]);
    assert_eq!(rows(&edges.weighted(false)), ["0/1", "0/6"]);
    let snb =
        "Person.id|Person.id.1|creationDate\n933|4398046511628|2010-07-30T15:19:53.298+0000\n";
    let edges = folder.edges("knows.csv", snb).columns(["Person.id.1", "Person.id"]);
    assert_eq!(rows(&edges), ["4398046511628/933"]);
    let marked = "# made by hand\n# u\tv\tkm\n0\t1\t1.233\n0\t2\t0.852\n";
    let edges = folder.edges("highways.tsv", marked).columns(["u", "v", "km"]);
    assert_eq!(rows(&edges), ["0/1/1.233", "0/2/0.852"]);
}

#[test]
fn dimacs_with_comments_and_a_problem_line() {
    let folder = Folder::new();
    let text = "c roads\np sp 3 3\na 1 2 7\nc more\na 2 3 8\r\na 1 3 9";
    let edges = folder.edges("rome.gr", text);
    assert!(edges.is_weighted());
    assert_eq!(rows(&edges), ["1/2/7", "2/3/8", "1/3/9"]);
    let edges = folder.edges("headless.txt", "a 0 1 5\na 1 2 6\n");
    assert!(edges.is_weighted(), "found out from the lines");
    assert_eq!(rows(&edges.weighted(false)), ["0/1", "1/2"]);
}

#[test]
fn padding_runs_of_spaces_and_a_missing_last_line_end() {
    let folder = Folder::new();
    assert_eq!(
        rows(&folder.edges("a.txt", "   1   2\n  10  20 \n 100\t200")),
        ["1/2", "10/20", "100/200"]
    );
    let edges = folder.edges("b.txt", "  9 1 2\n 10 3 4\n").columns([2, 3]);
    assert_eq!(rows(&edges), ["1/2", "3/4"]);
}

#[test]
fn ids_of_every_kind() {
    let folder = Folder::new();
    let edges = folder.edges("a.el", "-1 35184372089449\n4294967296 -9223372036854775808\n");
    assert_eq!(rows(&edges), ["-1/35184372089449", "4294967296/-9223372036854775808"]);
    let names = "# women and events\nEvelyn Jefferson\tE1\nZoë Ångström\tE2\n";
    assert_eq!(rows(&folder.edges("b.tsv", names)), ["Evelyn Jefferson/E1", "Zoë Ångström/E2"]);
    let numbers = folder.edges("c.el", "01 1\n1 +1\n").ids(IdType::String);
    assert_eq!(rows(&numbers), ["01/1", "1/+1"], "as text they stay as they are");
}

#[test]
fn a_byte_order_mark_and_skipped_lines() {
    let folder = Folder::new();
    assert_eq!(rows(&folder.edges("bom.csv", "\u{feff}from,to\n1,2\n3,4\n")), ["1/2", "3/4"]);
    assert_eq!(rows(&folder.edges("bom.el", "\u{feff}1 2\n3 4\n")), ["1/2", "3/4"]);
    let edges = folder.edges("skip.el", "junk\n9 9\n1 2\n3 4\n").skip_lines(2);
    assert_eq!(rows(&edges), ["1/2", "3/4"]);
}

#[test]
fn other_delimiters() {
    let folder = Folder::new();
    assert_eq!(rows(&folder.edges("a.txt", "1|2\n3|4\n")), ["1/2", "3/4"]);
    assert_eq!(rows(&folder.edges("b.csv", "1;2\n3;4\n")), ["1/2", "3/4"]);
    let colon: Delimiter = ":".parse().unwrap();
    assert_eq!(rows(&folder.edges("c.txt", "1:2\n3:4\n").delimiter(colon)), ["1/2", "3/4"]);
    let networkx = "1 2 {'weight': 3, 'a': 1}\n2 3 {'weight': 1, 'a': 2}\n";
    assert_eq!(rows(&folder.edges("nx.edgelist", networkx)), ["1/2", "2/3"]);
}

#[test]
fn gzip_and_zstd_by_their_magic_bytes_whatever_they_are_called() {
    let folder = Folder::new();
    let text: String = (0..30_000).map(|at| format!("{at}\t{}\r\n", at * 7)).collect();
    let expected = rows(&folder.edges("plain.txt", &text));
    assert_eq!(expected.len(), 30_000);
    assert_eq!(rows(&folder.edges("a.txt.gz", gzip(text.as_bytes()))), expected);
    assert_eq!(rows(&folder.edges("a.txt", gzip(text.as_bytes()))), expected);
    assert_eq!(rows(&folder.edges("a.zst", zstd(text.as_bytes()))), expected);
    let (head, tail) = text.split_at(1001);
    let members = [gzip(head.as_bytes()), gzip(tail.as_bytes())].concat();
    assert_eq!(rows(&folder.edges("members.gz", members)), expected);
}

#[test]
fn a_long_preamble_is_looked_through() {
    let folder = Folder::new();
    let text = "# nothing to see here\n".repeat(20_000) + "1 2\n3 4\n";
    assert_eq!(rows(&folder.edges("a.txt", &text)), ["1/2", "3/4"]);
    assert_eq!(rows(&folder.edges("a.gz", gzip(text.as_bytes()))), ["1/2", "3/4"]);
}

#[test]
fn vertex_lists() {
    let folder = Folder::new();
    assert_eq!(rows(&folder.vertices("a.v", "1 7\n2 3\n9 6\n")), ["1", "2", "9"]);
    let articles = "# The list\r\n\r\n%C3%81ed\t\r\nBede\t\r\n";
    assert_eq!(rows(&folder.vertices("articles.tsv", articles)), ["%C3%81ed", "Bede"]);
    let nodes = folder.vertices("nodes.csv", "name,id\nx,5\ny,6\n").column("id");
    assert_eq!(rows(&nodes), ["5", "6"]);
    assert_eq!(
        nodes.name(),
        "vertex list nodes.csv (comma, header on line 1, ids integer, columns 2)"
    );
    assert_eq!(rows(&folder.vertices("b.csv", "\"a, b\",1\nc,2\n").column(1)), ["a, b", "c"]);
}

#[test]
fn the_bundled_graphs_load() {
    let graph = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs").join(name);
        quince_datasets::EdgeList::open(path).unwrap()
    };
    for (name, edges, first) in [
        ("karate.tsv", 78, "0/1/4"),
        ("lesmis.tsv", 254, "Napoleon/Myriel/1"),
        ("p2p-31.e.gz", 147_892, "1/2/8"),
    ] {
        let rows = rows(&graph(name).weighted(true));
        assert_eq!((rows.len(), rows[0].as_str()), (edges, first), "{name}");
    }
    for (name, edges) in
        [("davis-southern-women.tsv", 89), ("florentine.tsv", 20), ("painters.tsv", 50)]
    {
        assert_eq!(rows(&graph(name)).len(), edges, "{name}");
    }
}

#[test]
fn progress_adds_up_to_the_file() {
    use quince_core::events::{Event, Listener};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Default)]
    struct Sum(AtomicU64);
    impl Listener for Sum {
        fn on_event(&self, event: Event<'_>) {
            if let Event::Progress { amount } = event {
                self.0.fetch_add(amount, Ordering::Relaxed);
            }
        }
    }

    let folder = Folder::new();
    let text: String = (0..700_000).map(|at| format!("{at} {}\n", at / 3)).collect();
    for edges in [folder.edges("a.el", &text), folder.edges("a.gz", gzip(text.as_bytes()))] {
        let sum = Arc::new(Sum::default());
        let env = quince_core::Environment::builder().threads(2).listener(sum.clone());
        quince_core::executor::collect(&env.build().unwrap(), &edges, &[]).unwrap();
        assert_eq!(sum.0.load(Ordering::Relaxed), edges.bytes());
    }
}
