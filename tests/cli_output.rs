//! `--output` end to end: the same bytes however they are made, the same values in every format.
#![cfg(feature = "cli")]

mod support;

use std::fs::File;
use std::io::Read;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use support::{Folder, bundled, succeed};

const ORDERS: [&str; 3] = ["auto", "ascending", "hub-first"];

/// The bytes that a command writes with these options.
fn written(folder: &Folder, name: &str, arguments: &[&str]) -> Vec<u8> {
    let output = folder.file(name);
    succeed(arguments.iter().copied().chain(["--output", &output, "--quiet"]));
    let bytes = folder.read(name);
    std::fs::remove_file(output).expect("it was just read");
    assert!(!bytes.is_empty());
    bytes
}

#[test]
fn ranks_have_the_same_bytes_at_any_number_of_threads_in_every_order() {
    let folder = Folder::new();
    for (graph, precision) in
        [("p2p-31.e.gz", "f64"), ("p2p-31.e.gz", "f32"), ("lesmis.tsv", "f64")]
    {
        for order in ORDERS {
            let made = |threads| {
                let input = bundled(graph);
                let arguments = ["page-rank", &input, "--order", order, "--precision", precision];
                let arguments: Vec<&str> =
                    arguments.into_iter().chain(["--threads", threads]).collect();
                written(&folder, "ranks.csv", &arguments)
            };
            let one = made("1");
            assert!(one == made("2") && one == made("8"), "{graph} {precision} {order}");
        }
    }
}

/// Orders change the order of sums, and with it no more than the rounding.
#[test]
fn ranks_of_different_orders_differ_by_rounding_only() {
    let folder = Folder::new();
    let input = bundled("p2p-31.e.gz");
    let ranks = |order| -> Vec<(String, f64)> {
        let arguments = ["page-rank", &input, "--order", order, "--iterations", "30"];
        let text = String::from_utf8(written(&folder, "ranks.tsv", &arguments)).unwrap();
        let row = |line: &str| {
            let (vertex, rank) = line.split_once('\t').unwrap();
            (vertex.to_owned(), rank.parse().unwrap())
        };
        text.lines().skip(1).map(row).collect()
    };
    let ascending = ranks("ascending");
    assert_eq!(ascending.len(), 62_586);
    for ((vertex, a), (other, b)) in ascending.iter().zip(&ranks("hub-first")) {
        assert_eq!(vertex, other);
        assert!((a - b).abs() <= 1e-12 * a, "{vertex}: {a} {b}");
    }
}

#[test]
fn components_have_the_same_bytes_at_any_number_of_threads_and_in_every_order() {
    let folder = Folder::new();
    for graph in ["p2p-31.e.gz", "davis-southern-women.tsv"] {
        let mut all = Vec::new();
        for order in ORDERS {
            for threads in ["1", "2", "8"] {
                for execution in [&[][..], &["--no-rewrite"]] {
                    let input = bundled(graph);
                    let mut arguments = vec!["connected-components", &input, "--order", order];
                    arguments.extend(["--threads", threads]);
                    arguments.extend(execution);
                    all.push(written(&folder, "components.csv", &arguments));
                }
            }
        }
        assert!(all.iter().all(|bytes| *bytes == all[0]), "{graph}");
    }
}

fn parquet(folder: &Folder, name: &str) -> Vec<RecordBatch> {
    let file = File::open(folder.path().join(name)).expect("the file is there");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet");
    let reader = builder.build().expect("it can be read");
    reader.map(|batch| batch.expect("it is whole")).collect()
}

#[test]
fn csv_tsv_and_parquet_agree_to_the_last_bit() {
    let folder = Folder::new();
    let input = bundled("p2p-31.e.gz");
    let rank = |name: &str| {
        succeed(["page-rank", &input, "--iterations", "9", "--output", &folder.file(name)])
    };
    let texts = ["ranks.csv", "ranks.tsv"].map(|name| {
        rank(name);
        folder.read_text(name)
    });
    assert!(texts[0].starts_with("vertex,rank\n1,"), "{}", &texts[0][..40]);
    assert_eq!(texts[0].replace(',', "\t"), texts[1]);
    rank("ranks.parquet");
    let mut rows = texts[0].lines().skip(1);
    for batch in parquet(&folder, "ranks.parquet") {
        assert_eq!(batch.schema().field(0).name(), "vertex");
        assert_eq!(batch.schema().field(1).name(), "rank");
        let vertices = batch.column(0).as_primitive::<Int64Type>();
        let ranks = batch.column(1).as_primitive::<Float64Type>();
        for at in 0..batch.num_rows() {
            let (vertex, rank) = rows.next().unwrap().split_once(',').unwrap();
            assert_eq!(vertex, vertices.value(at).to_string());
            assert_eq!(rank.parse::<f64>().unwrap().to_bits(), ranks.value(at).to_bits());
        }
    }
    assert_eq!(rows.next(), None);
    assert_eq!(folder.names(), ["ranks.csv", "ranks.parquet", "ranks.tsv"]);
}

#[test]
fn single_precision_stays_single_in_a_file() {
    let folder = Folder::new();
    let (input, output) = (bundled("karate.tsv"), folder.file("ranks.parquet"));
    succeed(["page-rank", &input, "--precision", "f32", "--output", &output]);
    let batches = parquet(&folder, "ranks.parquet");
    let ranks = batches[0].column(1).as_primitive::<Float32Type>();
    let text = written(&folder, "ranks.csv", &["page-rank", &input, "--precision", "f32"]);
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!((lines.len(), ranks.len()), (34, 34));
    for (at, line) in lines.into_iter().enumerate() {
        let rank: f32 = line.split_once(',').unwrap().1.parse().unwrap();
        assert_eq!(rank.to_bits(), ranks.value(at).to_bits());
    }
}

#[test]
fn texts_come_back_as_they_were() {
    let folder = Folder::new();
    folder.write("names.tsv", "O'Neill, \"Tip\"\tGr\u{fc}n\nGr\u{fc}n\ta b\n");
    let names = folder.file("names.tsv");
    let arguments = ["connected-components", &names, "--ids", "string"];
    let text = String::from_utf8(written(&folder, "out.csv", &arguments)).unwrap();
    let expected = [
        "vertex,component",
        "Gr\u{fc}n,Gr\u{fc}n",
        "\"O'Neill, \"\"Tip\"\"\",Gr\u{fc}n",
        "a b,Gr\u{fc}n",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    succeed(arguments.into_iter().chain(["--output", &folder.file("out.parquet")]));
    let batches = parquet(&folder, "out.parquet");
    let vertices = batches[0].column(0).as_string::<i32>();
    let found: Vec<&str> = vertices.iter().map(Option::unwrap).collect();
    assert_eq!(found, ["Gr\u{fc}n", "O'Neill, \"Tip\"", "a b"]);
}

#[test]
fn compressed_output_holds_the_same_text() {
    let folder = Folder::new();
    let input = bundled("lesmis.tsv");
    let arguments = ["page-rank", &input, "--undirected"];
    let plain = written(&folder, "ranks.csv", &arguments);
    let gzip = written(&folder, "ranks.csv.gz", &arguments);
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(&gzip[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
    let zstd = written(&folder, "ranks.csv.zst", &arguments);
    assert_eq!(zstd::decode_all(&zstd[..]).unwrap(), plain);
}

#[test]
fn a_file_that_was_there_is_replaced_by_a_whole_one() {
    let folder = Folder::new();
    folder.write("ranks.csv", "old");
    let (input, output) = (bundled("karate.tsv"), folder.file("ranks.csv"));
    succeed(["page-rank", &input, "--output", &output]);
    assert!(folder.read_text("ranks.csv").starts_with("vertex,rank\n0,"));
    assert_eq!(folder.names(), ["ranks.csv"]);
}
