//! The reader against a naive model, over files of every shape.

use std::io::Write;

use proptest::prelude::*;
use quince_core::columnar::{Batch, Column};
use quince_core::{Environment, executor};
use tempfile::NamedTempFile;

use super::*;

/// A line of a file, and the row that it is.
#[derive(Clone, Debug)]
struct TestLine {
    text: String,
    row: Option<(i64, i64, f64)>,
}

/// A file and how it is to be read.
#[derive(Clone, Debug)]
struct TestFile {
    lines: Vec<TestLine>,
    settings: Settings,
    line_end: &'static str,
    last_line_end: bool,
}

impl TestFile {
    fn text(&self) -> Vec<u8> {
        let mut text = String::new();
        for (at, line) in self.lines.iter().enumerate() {
            text += &line.text;
            if at + 1 < self.lines.len() || self.last_line_end {
                text += self.line_end;
            }
        }
        text.into_bytes()
    }

    fn rows(&self) -> Vec<(i64, i64, f64)> {
        self.lines.iter().filter_map(|line| line.row).collect()
    }
}

fn id() -> impl Strategy<Value = i64> {
    prop_oneof![
        10 => 0i64..1000,
        10 => 0i64..100_000_000,
        1 => 0i64..=i64::from(u32::MAX),
        1 => any::<i64>(),
    ]
}

/// Ids that are nearly all alike, so that whole windows are plain.
fn ids() -> impl Strategy<Value = BoxedStrategy<i64>> {
    prop_oneof![
        Just((0i64..100).boxed()),
        Just((0i64..10_000_000).boxed()),
        Just((4_000_000_000i64..5_000_000_000).boxed()),
        Just((0i64..20_000_000_000_000_000).boxed()),
        Just(id().boxed()),
    ]
}

fn weight() -> impl Strategy<Value = String> {
    prop_oneof![
        (0u32..1000).prop_map(|weight| weight.to_string()),
        (-50i32..50).prop_map(|weight| weight.to_string()),
        "[0-9]{1,4}\\.[0-9]{1,6}",
        any::<f64>().prop_filter("finite", |w| w.is_finite()).prop_map(|w| w.to_string()),
        Just("1e-3".to_owned()),
    ]
}

/// How the lines of a file are written.
#[derive(Clone, Copy, Debug)]
struct Style {
    delimiter: &'static str,
    /// One in how many lines is odd; 0 for none.
    odd: u32,
    extra: &'static str,
}

fn line(ids: BoxedStrategy<i64>, style: Style) -> impl Strategy<Value = TestLine> {
    let odd = if style.odd == 0 { 0..1u32 } else { 0..style.odd };
    (ids.clone(), ids, weight(), odd, 0..5u32).prop_map(move |(a, b, w, odd, kind)| {
        let d = style.delimiter;
        let plain = format!("{a}{d}{b}{d}{w}{}", style.extra);
        let row = Some((a, b, w.parse().unwrap()));
        if odd != 0 || style.odd == 0 {
            return TestLine { text: plain, row };
        }
        match (kind, d) {
            (0, _) => TestLine { text: String::new(), row: None },
            (1, _) => TestLine { text: "  ".into(), row: None },
            (2, "," | ";") => TestLine { text: format!("\"{a}\"{d} {b} {d}\"{w}\""), row },
            (2, _) => TestLine { text: "# 1 2 3 and so on".into(), row: None },
            (3, " ") => TestLine { text: format!("  {a} \t {b}  {w} "), row },
            (3, _) => TestLine { text: format!("{a} {d} {b}{d}{w}{d}more"), row },
            _ => TestLine { text: format!("{a}{d}{b}{d}{w}"), row },
        }
    })
}

fn file(max_lines: usize) -> impl Strategy<Value = TestFile> {
    let style = (
        prop::sample::select(vec!["\t", " ", ",", "|", ";"]),
        prop::sample::select(vec![0, 4, 50, 500]),
        any::<bool>(),
    );
    let shape = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(vec![1usize, 64, 100, 1000, 4096, 1 << 20]),
    );
    (ids(), style, shape).prop_flat_map(move |(ids, (delimiter, odd, more), shape)| {
        let extra = match (more, delimiter) {
            (false, _) => "",
            (true, " ") => " 2010-07-30T15:19:53",
            (true, "\t") => "\tx y",
            (true, ",") => ",1.5",
            (true, _) => "",
        };
        let style = Style { delimiter, odd, extra };
        let (crlf, last_line_end, weighted, morsel_bytes) = shape;
        let settings = Settings {
            format: if matches!(delimiter, "," | ";") { Format::Csv } else { Format::Snap },
            delimiter: Some(delimiter.parse().unwrap()),
            weighted: Some(weighted),
            header: Header::No,
            ids: IdType::Integer,
            morsel_bytes,
            ..Settings::default()
        };
        prop::collection::vec(line(ids, style), 1..max_lines).prop_map(move |lines| TestFile {
            lines,
            settings: settings.clone(),
            line_end: if crlf { "\r\n" } else { "\n" },
            last_line_end,
        })
    })
}

fn write(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(bytes: &[u8], settings: &Settings, threads: usize) -> Result<Vec<Batch>, String> {
    let file = write(bytes);
    let path = file.path().display().to_string();
    let say = |error: &dyn std::error::Error| error.to_string().replace(&path, "file");
    let mut table = TextTable::open(file.path(), Kind::Edges).map_err(|error| say(&error))?;
    table.change(|own| *own = settings.clone());
    let env = Environment::builder().threads(threads).build().unwrap();
    executor::collect(&env, &Table(table), &[]).map_err(|error| say(&error))
}

struct Table(TextTable);

impl quince_core::pipeline::Source for Table {
    fn name(&self) -> String {
        self.0.name()
    }

    fn open(
        &self,
        env: &Environment,
    ) -> quince_core::Result<Box<dyn quince_core::pipeline::Morsels>> {
        self.0.morsels(env)
    }
}

fn integers(column: &Column) -> Vec<i64> {
    match column {
        Column::UInt32(ids) => ids.iter().map(|&id| i64::from(id)).collect(),
        Column::Int64(ids) => ids.to_vec(),
        other => panic!("no integers: {other:?}"),
    }
}

/// Everything that batches hold, in a form that can be compared.
fn values(batches: &[Batch]) -> String {
    let arrow = |batch: &Batch| format!("{:?}", batch.to_arrow().unwrap());
    batches.iter().map(arrow).collect()
}

fn texts(batch: &Batch) -> Vec<(String, String)> {
    let [Column::CodedUtf8 { codes: a, values }, Column::CodedUtf8 { codes: b, values: same }] =
        batch.columns()
    else {
        panic!("no texts: {batch:?}");
    };
    assert_eq!(values.bytes().as_ptr(), same.bytes().as_ptr(), "one list of values");
    let text = |code: u32| values.get(code as usize).to_owned();
    a.iter().zip(b.iter()).map(|(&a, &b)| (text(a), text(b))).collect()
}

fn rows(batches: &[Batch], weighted: bool) -> Vec<(i64, i64, u64)> {
    let mut rows = Vec::new();
    for batch in batches {
        let (sources, targets) = (integers(&batch.columns()[0]), integers(&batch.columns()[1]));
        let types = [0, 1].map(|at| batch.columns()[at].column_type());
        assert_eq!(types[0], types[1], "both columns have one type");
        let narrow = sources.iter().chain(&targets).all(|&id| u32::try_from(id).is_ok());
        assert_eq!(types[0] == quince_core::columnar::ColumnType::UInt32, narrow);
        let weights = match batch.column("weight") {
            Some(Column::Float64(weights)) => weights.iter().map(|w| w.to_bits()).collect(),
            _ => vec![0; sources.len()],
        };
        assert_eq!(batch.column("weight").is_some(), weighted);
        rows.extend(sources.into_iter().zip(targets).zip(weights).map(|((s, t), w)| (s, t, w)));
    }
    rows
}

fn expected(file: &TestFile) -> Vec<(i64, i64, u64)> {
    let weighted = file.settings.weighted == Some(true);
    let bits = |w: f64| if weighted { w.to_bits() } else { 0 };
    file.rows().into_iter().map(|(a, b, w)| (a, b, bits(w))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn files_read_as_their_lines_say(file in file(400), threads in prop::sample::select(vec![1, 2, 8])) {
        let text = file.text();
        let expected = expected(&file);
        prop_assume!(!expected.is_empty());
        let weighted = file.settings.weighted == Some(true);
        let plain = read(&text, &file.settings, threads).unwrap();
        prop_assert_eq!(&rows(&plain, weighted), &expected);
        let packed = read(&gzip(&text), &file.settings, threads).unwrap();
        prop_assert_eq!(&rows(&packed, weighted), &expected);
    }

    #[test]
    fn the_earliest_bad_line_is_reported(
        file in file(300),
        bad in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        threads in prop::sample::select(vec![1, 2, 8]),
    ) {
        let mut file = file;
        let mut at: Vec<usize> = bad.iter().map(|at| at.index(file.lines.len())).collect();
        at.sort_unstable();
        for &at in &at {
            let d = char::from(file.settings.delimiter.and_then(Delimiter::byte).unwrap_or(b' '));
            file.lines[at].text = format!("1{d}x{at}{d}1");
        }
        let prefix = format!("file:{}: column 2 (target): expected an integer id, found \"x{}\"", at[0] + 1, at[0]);
        let text = file.text();
        for bytes in [text.clone(), gzip(&text)] {
            let error = read(&bytes, &file.settings, threads).unwrap_err();
            prop_assert!(error.starts_with(&prefix), "{} but {}", prefix, error);
        }
    }

    #[test]
    fn damaged_files_never_panic(
        bytes in prop::collection::vec(prop::sample::select(b"0123456789 \t,|;#%\"\n\r-.ax\xff".to_vec()), 0..600),
        morsel_bytes in 1usize..200,
    ) {
        let settings = Settings { morsel_bytes, ..Settings::default() };
        let one = read(&bytes, &settings, 1).map(|batches| values(&batches));
        let many = read(&bytes, &settings, 8).map(|batches| values(&batches));
        prop_assert_eq!(one, many);
    }

    #[test]
    fn any_text_comes_back_out_of_quotes(
        ids in prop::collection::vec(("[^\\n\\r\0]{1,12}", "[a-c \",]{1,3}"), 1..60),
        morsel_bytes in prop::sample::select(vec![1usize, 50, 1 << 20]),
    ) {
        let quote = |id: &str| format!("\"{}\"", id.replace('"', "\"\""));
        let text: String = ids.iter().map(|(a, b)| format!("{},{}\n", quote(a), quote(b))).collect();
        let settings = Settings {
            format: Format::Csv,
            ids: IdType::String,
            header: Header::No,
            morsel_bytes,
            ..Settings::default()
        };
        let batches = read(text.as_bytes(), &settings, 2).unwrap();
        let found: Vec<_> = batches.iter().flat_map(texts).collect();
        prop_assert_eq!(found, ids);
    }
}

#[test]
fn long_lines_work_up_to_the_limit() {
    let filler = "x".repeat(5000);
    let text = format!("1 2\n3 4 {filler}\n5 6\n");
    let small = Settings { morsel_bytes: 64, max_line_bytes: 6000, ..Settings::default() };
    let tight = Settings { max_line_bytes: 1000, ..small.clone() };
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let batches = read(&bytes, &small, 2).unwrap();
        assert_eq!(rows(&batches, false), [(1, 2, 0), (3, 4, 0), (5, 6, 0)]);
        let error = read(&bytes, &tight, 2).unwrap_err();
        assert!(error.starts_with("file:2: the line is longer than 1000 bytes"), "{error}");
    }
}

#[test]
fn a_refused_budget_is_an_error_and_nothing_is_kept() {
    let text: String = (0..20_000).map(|at| format!("{at} {}\n", at + 1)).collect();
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let file = write(&bytes);
        let table = TextTable::open(file.path(), Kind::Edges).unwrap();
        let env = Environment::builder().threads(2).memory(1000).build().unwrap();
        let error = executor::collect(&env, &Table(table), &[]).unwrap_err().to_string();
        assert!(error.contains("memory budget exceeded"), "{error}");
        assert_eq!(env.memory().counters().granted_bytes, 0);
    }
}

#[test]
fn columns_take_only_the_memory_that_they_use() {
    let text: String = (0..50_000).map(|at| format!("{at} {}\n", at + 1)).collect();
    let file = write(text.as_bytes());
    let table = TextTable::open(file.path(), Kind::Edges).unwrap();
    let env = Environment::builder().threads(2).build().unwrap();
    let batches = executor::collect(&env, &Table(table), &[]).unwrap();
    assert_eq!(env.memory().counters().granted_bytes, 8 * 50_000);
    drop(batches);
    assert_eq!(env.memory().counters().granted_bytes, 0);
}
