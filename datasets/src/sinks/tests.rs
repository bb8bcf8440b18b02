use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};

use quince_core::columnar::{Batch, Column, Schema, Strings};
use quince_core::executor::write;
use quince_core::operators::Map;
use quince_core::pipeline::{BatchSource, Source};
use quince_core::{Environment, Error};
use tempfile::TempDir;

use super::*;
use crate::generators::{Grid, RMatGraph, Uniform};

fn environment(threads: usize) -> Environment {
    Environment::builder().threads(threads).memory("256 MiB").build().unwrap()
}

fn run(source: &dyn Source, sink: Box<dyn Sink>) -> quince_core::Result<()> {
    write(&environment(2), source, &[], sink)
}

fn ranks() -> BatchSource {
    let batch = |names: [&str; 2], ranks: [f64; 2]| {
        let columns =
            vec![Column::Utf8(Strings::from_iter(names)), Column::Float64(ranks.to_vec().into())];
        Batch::new(Schema::new(["vertex", "rank"]), columns)
    };
    let batches = vec![batch(["a", "b,c"], [0.1, 1e-30]), batch(["d", "e"], [f64::INFINITY, 3.0])];
    BatchSource::new("ranks", batches)
}

const RANKS: &str = "vertex,rank\na,0.1\n\"b,c\",1e-30\nd,Infinity\ne,3.0\n";

fn read(path: &Path) -> String {
    let file = fs::File::open(path).unwrap();
    let mut reader: Box<dyn Read> = match path.extension().and_then(|suffix| suffix.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Some("zst") => Box::new(zstd::Decoder::new(file).unwrap()),
        _ => Box::new(file),
    };
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text
}

fn entries(folder: &TempDir) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn tables_have_the_format_of_their_suffix() {
    let folder = tempfile::tempdir().unwrap();
    for suffix in ["csv", "csv.gz", "csv.zst", "tsv", "tsv.gz", "tsv.zst"] {
        let path = folder.path().join(format!("ranks.{suffix}"));
        run(&ranks(), table_sink(&path, TableOptions::default()).unwrap()).unwrap();
        let tsv = RANKS.replace("\"b,c\"", "b;c").replace(',', "\t").replace("b;c", "b,c");
        assert_eq!(read(&path), if suffix.starts_with("csv") { RANKS } else { &tsv }, "{suffix}");
    }
    let path = folder.path().join("bare.csv");
    run(&ranks(), table_sink(&path, TableOptions::default().header(false)).unwrap()).unwrap();
    assert_eq!(read(&path), RANKS.split_once('\n').unwrap().1);
}

#[test]
fn edge_lists_have_the_format_of_their_suffix() {
    let folder = tempfile::tempdir().unwrap();
    let grid = Grid::new(1, 3);
    for (suffix, expected) in [
        ("el", "0 1\n1 2\n"),
        ("txt.gz", "0 1\n1 2\n"),
        ("tsv", "source\ttarget\n0\t1\n1\t2\n"),
        ("csv.zst", "source,target\n0,1\n1,2\n"),
    ] {
        let path = folder.path().join(format!("grid.{suffix}"));
        run(&grid, edge_list_sink(&path).unwrap()).unwrap();
        assert_eq!(read(&path), expected, "{suffix}");
    }
}

#[test]
fn results_without_rows_are_files_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let none = Uniform::new(5, 0);
    for (suffix, expected) in [("el.gz", ""), ("el.zst", ""), ("csv.gz", "source,target\n")] {
        let path = folder.path().join(format!("none.{suffix}"));
        run(&none, edge_list_sink(&path).unwrap()).unwrap();
        assert_eq!(read(&path), expected, "{suffix}");
        run(&BatchSource::new("none", vec![]), edge_list_sink(&path).unwrap()).unwrap();
        assert_eq!(read(&path), "");
    }
}

#[test]
fn rows_keep_their_order_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let graph = RMatGraph::new(15).edge_count(300_000);
    for suffix in ["csv", "el.gz", "tsv.zst", "parquet"] {
        if suffix == "parquet" && cfg!(not(feature = "parquet")) {
            continue;
        }
        let files = [1, 2, 8].map(|threads| {
            let path = folder.path().join(format!("graph-{threads}.{suffix}"));
            write(&environment(threads), &graph, &[], edge_list_sink(&path).unwrap()).unwrap();
            fs::read(&path).unwrap()
        });
        assert!(files[0] == files[1] && files[0] == files[2], "{suffix}");
    }
}

#[test]
fn an_error_in_the_middle_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let fails = Map::new("fails", |batch: Batch, _| match &batch.columns()[0] {
        Column::UInt32(sources) if sources.iter().any(|&source| source > 400_000) => {
            Err(Error::source("no further"))
        }
        _ => Ok(batch),
    });
    for name in ["grid.csv", "grid.el.gz", "grid.tsv"] {
        let path = folder.path().join(name);
        fs::write(&path, "before").unwrap();
        let sink = edge_list_sink(&path).unwrap();
        let error = write(&environment(2), &Grid::new(1000, 1000), &[&fails], sink).unwrap_err();
        assert_eq!(error.to_string(), "no further");
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        fs::remove_file(&path).unwrap();
        assert_eq!(entries(&folder), 0, "{name}");
    }
    let env = environment(2);
    env.cancel_handle().cancel();
    let sink = edge_list_sink(folder.path().join("grid.csv")).unwrap();
    assert!(matches!(write(&env, &Grid::new(9, 9), &[], sink), Err(Error::Cancelled)));
    assert_eq!(entries(&folder), 0);
}

#[test]
fn bad_targets_are_refused_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.csv");
    fs::create_dir(&path).unwrap();
    let error = |path: &Path| table_sink(path, TableOptions::default()).err().unwrap();
    assert!(matches!(error(&path), SinkError::IsFolder { .. }));
    let missing = error(&folder.path().join("none").join("ranks.csv"));
    assert!(matches!(missing, SinkError::MissingFolder { .. }));
    assert!(matches!(error(Path::new("ranks.doc")), SinkError::UnknownFormat { .. }));
}

#[test]
fn batches_of_another_shape_and_texts_without_quotes_are_refused() {
    let batch = |name: &str| Batch::new(Schema::new([name]), vec![Column::Int64(vec![1].into())]);
    let mixed = BatchSource::new("mixed", vec![batch("a"), batch("b")]);
    let memo = Memo::default();
    let error = run(&mixed, write_sink("memo", memo, TextFormat::CSV)).unwrap_err();
    assert!(matches!(error, Error::Shape { .. }), "{error}");
    let spaced = Column::Utf8(Strings::from_iter(["Jean Valjean"]));
    let spaced = BatchSource::new("names", vec![Batch::new(Schema::new(["vertex"]), vec![spaced])]);
    let error = run(&spaced, write_sink("memo", Memo::default(), TextFormat::EDGE_LIST));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("\"Jean Valjean\" cannot be written without quotes"), "{error}");
}

/// Takes `limit` bytes, then fails.
#[derive(Clone, Default)]
struct Memo {
    bytes: Arc<Mutex<Vec<u8>>>,
    failure: Option<(usize, ErrorKind)>,
}

impl Write for Memo {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = self.bytes.lock().unwrap();
        if let Some((limit, kind)) =
            self.failure.filter(|(limit, _)| taken.len() + bytes.len() > *limit)
        {
            let room = limit - taken.len();
            taken.extend_from_slice(&bytes[..room]);
            return Err(kind.into());
        }
        taken.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn streams_get_the_text() {
    let memo = Memo::default();
    run(&ranks(), write_sink("standard output", memo.clone(), TextFormat::CSV)).unwrap();
    assert_eq!(memo.bytes.lock().unwrap().as_slice(), RANKS.as_bytes());
}

#[test]
fn a_closed_reader_and_a_full_disk_are_told_apart() {
    let fail = |kind| {
        let memo = Memo { failure: Some((10, kind)), ..Memo::default() };
        run(&ranks(), write_sink("standard output", memo, TextFormat::CSV)).unwrap_err()
    };
    assert!(is_broken_pipe(&fail(ErrorKind::BrokenPipe)));
    let full = fail(ErrorKind::StorageFull);
    assert!(!is_broken_pipe(&full));
    assert!(full.to_string().starts_with("standard output: the disk is full"), "{full}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_without_space_is_a_full_disk() {
    let device = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let error = run(&ranks(), write_sink("/dev/full", device, TextFormat::CSV)).unwrap_err();
    assert!(error.to_string().starts_with("/dev/full: the disk is full"), "{error}");
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use super::*;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn read(path: &Path) -> Vec<Batch> {
        let file = fs::File::open(path).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        reader.map(|batch| Batch::from_arrow(&batch.unwrap()).unwrap()).collect()
    }

    #[test]
    fn every_type_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.parquet");
        let schema = Schema::new(["id", "text", "wide", "single", "double"]);
        let rest = || {
            [
                Column::UInt64(vec![u64::MAX, 0].into()),
                Column::Float32(vec![f32::NAN, -0.0].into()),
                Column::Float64(vec![f64::from_bits(1), f64::NEG_INFINITY].into()),
            ]
        };
        let coded =
            Column::CodedUtf8 { codes: vec![1, 0].into(), values: Strings::from_iter(["a", "ü"]) };
        let small = [Column::UInt32(vec![7, u32::MAX].into()), coded];
        let large = [
            Column::Int64(vec![-1, i64::MAX].into()),
            Column::Utf8(Strings::from_iter(["", "line\nbreak"])),
        ];
        let batches = [small, large]
            .map(|ids| Batch::new(schema.clone(), ids.into_iter().chain(rest()).collect()));
        let source = BatchSource::new("all", batches.into());
        run(&source, table_sink(&path, TableOptions::default()).unwrap()).unwrap();

        let back = read(&path);
        assert_eq!(back.len(), 1);
        assert_eq!(back[0].schema(), &schema);
        let [Column::Int64(ids), Column::Utf8(texts), Column::UInt64(wide), singles, doubles] =
            back[0].columns()
        else {
            panic!("types changed")
        };
        assert_eq!(ids[..], [7, i64::from(u32::MAX), -1, i64::MAX]);
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["ü", "a", "", "line\nbreak"]);
        assert_eq!(wide[..], [u64::MAX, 0, u64::MAX, 0]);
        let Column::Float32(singles) = singles else { panic!("type changed") };
        assert_eq!(singles[1].to_bits(), (-0.0f32).to_bits());
        assert!(singles[0].is_nan());
        let Column::Float64(doubles) = doubles else { panic!("type changed") };
        assert_eq!(
            doubles[..2].iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
            [1, f64::NEG_INFINITY.to_bits()]
        );
    }

    #[test]
    fn edges_without_rows_and_results_without_batches_are_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.parquet");
        run(&Uniform::new(5, 0), edge_list_sink(&path).unwrap()).unwrap();
        assert_eq!(read(&path).iter().map(Batch::num_rows).sum::<usize>(), 0);
        run(&BatchSource::new("none", vec![]), edge_list_sink(&path).unwrap()).unwrap();
        assert!(read(&path).is_empty());
    }

    #[test]
    fn an_error_in_the_middle_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let fails = Map::new("fails", |batch: Batch, _| match batch.num_rows() {
            65_536 => Ok(batch),
            _ => Err(Error::source("no further")),
        });
        let sink = edge_list_sink(folder.path().join("graph.parquet")).unwrap();
        let graph = Uniform::new(9, 1_000_000);
        write(&environment(2), &graph, &[&fails], sink).unwrap_err();
        assert_eq!(entries(&folder), 0);
    }
}
