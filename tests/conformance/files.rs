//! Files that must load as they are, and files that must be refused with the right words.

use quince::prelude::*;
use serde_json::Value;

use crate::case::{Case, Shape, file_name};
use crate::{data, plain_reader, quince};

/// The vertices, edges, self-loops and isolated vertices of a case, the same by both ways.
fn counts(case: &Case, options: &[&str]) -> [u64; 4] {
    let facts: Value = serde_json::from_str(&case.command_facts(Shape::RECORDS, options)).unwrap();
    ["vertices", "edges", "self_loops", "isolated_vertices"]
        .map(|fact| facts[fact].as_u64().unwrap())
}

#[test]
fn edge_lists_without_known_answers_have_as_many_edges_as_lines() {
    for file in [
        "formats/comments.edgelist",
        "formats/spaceseparated.edgelist",
        "tiny/art_philo_science.bipartite.tsv",
        "tiny/movie_actor.bipartite.tsv",
        "tiny/star_wars.bipartite.tsv",
        "dynamic/p2p-31.e.mutable_base.gz",
    ] {
        let separator = file.ends_with(".tsv").then_some('\t');
        let case = Case { file, separator, ..Case::PLAIN };
        let edges = plain_reader::edges(&case);
        let (vertices, _) = plain_reader::distinct(&edges);
        let facts = case.library_facts(Shape::RECORDS);
        assert_eq!((facts.vertices, facts.edges), (vertices as u64, edges.len() as u64), "{file}");
        assert_eq!(counts(&case, &[])[..2], [facts.vertices, facts.edges], "{file}");
    }
}

#[test]
fn a_header_that_reads_as_edges_is_data_until_it_is_skipped() {
    let case = Case { file: "formats/facebook_combined.bogus-header.txt.gz", ..Case::PLAIN };
    assert_eq!(counts(&case, &[])[..3], [4041, 88_236, 1]);
    assert_eq!(counts(&case, &["--skip-lines", "2"])[..3], [4039, 88_234, 0]);
}

#[test]
fn a_vertex_list_shows_vertices_without_edges() {
    let articles = Case {
        file: "medium/wikispeedia-links.tsv.gz",
        vertices: Some("medium/wikispeedia-articles.tsv.gz"),
        ..Case::PLAIN
    };
    assert_eq!(counts(&articles, &[]), [4604, 119_882, 110, 12]);
    let crossings = Case {
        file: "large/world_highways.tsv.gz",
        vertices: Some("large/world_highways.nodes.tsv.gz"),
        ..Case::PLAIN
    };
    assert_eq!(counts(&crossings, &[])[..3], [560_282, 829_979, 7745]);
}

/// Runs a command that must fail by its input: what it says, less `error: `. It must not leave
/// the file that it was to write.
fn refusal(file: &str, options: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("ranks.csv");
    let (input, output_text) = (data(file), output.to_string_lossy().into_owned());
    let mut arguments = vec!["page-rank", input.to_str().unwrap(), "--output", &output_text];
    arguments.extend(options);
    let done = quince(arguments);
    assert_eq!(done.status.code(), Some(1), "{file}");
    assert!(done.stdout.is_empty(), "{file}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{file}: something is left");
    let said = String::from_utf8(done.stderr).unwrap();
    said.strip_prefix("error: ").unwrap_or_else(|| panic!("{said}")).trim_end().to_owned()
}

/// What the library says of a file that it must refuse.
fn library_refusal(file: &str) -> String {
    let env = Environment::builder().threads(2).build().unwrap();
    let graph = EdgeList::open(data(file))
        .map_err(quince::Error::from)
        .and_then(|edges| Ok(Graph::from_source(&env, &edges)?));
    graph.expect_err("a file to be refused").to_string()
}

#[test]
fn a_truncated_file_is_refused_by_name_line_and_remedy() {
    let file = "formats/soc-Epinions1.TRUNCATED.txt.gz";
    let said = refusal(file, &[]);
    assert_eq!(said, library_refusal(file));
    // 410,888 whole lines come out.
    let start = format!("{}:410889: the gzip stream is broken", data(file).display());
    assert!(said.starts_with(&start), "{said}");
    assert!(said.ends_with("fetch or compress the file again"), "{said}");
}

#[test]
fn other_formats_are_refused_by_name() {
    for (file, format) in [
        ("formats/Hamrle1.mtx", "MatrixMarket"),
        ("formats/chesapeake.mtx", "MatrixMarket"),
        ("formats/PGPgiantcompo.graph.gz", "METIS"),
        ("formats/karate.graph", "METIS"),
        ("formats/lesmis.graph", "METIS"),
        ("formats/polblogs.graph.gz", "METIS"),
        ("formats/power.graph", "METIS"),
        ("formats/tiny_01.graph", "METIS"),
        ("formats/tiny_02.graph", "METIS"),
        ("formats/looptest1.gml", "GML"),
    ] {
        let said = refusal(file, &[]);
        assert_eq!(said, library_refusal(file));
        assert!(said.contains(&file_name(&data(file))) && said.contains(format), "{said}");
        assert!(said.contains("convert it to an edge list"), "{said}");
    }
}

#[test]
fn ids_that_are_no_integers_are_refused_where_integers_are_asked_for() {
    let said = refusal("tiny/florentine.tsv", &["--ids", "integer", "--header", "no"]);
    assert!(said.contains("florentine.tsv:2: column 1 (source)"), "{said}");
    assert!(said.contains("Acciaiuoli"), "{said}");
}
