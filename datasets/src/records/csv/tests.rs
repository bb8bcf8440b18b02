use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::WriteFile;

#[derive(Clone, Debug, PartialEq, Record)]
struct City {
    name: String,
    population: u64,
    river: Option<String>,
    position: (f32, f64),
    elevation: Option<i16>,
    is_capital: bool,
    districts: [u8; 2],
    twin: Option<(i8, Option<bool>)>,
}

prop_compose! {
    fn city()(
        name in "[ab#\",\r\n ü]{0,5}", population: u64, river in prop::option::of("[a \"\n]{0,2}"),
        position in (-9f32..9.0, -9f64..9.0), elevation: Option<i16>, is_capital: bool,
        districts: [u8; 2], twin: Option<(i8, Option<bool>)>,
    ) -> City {
        City { name, population, river, position, elevation, is_capital, districts, twin }
    }
}

/// Three segments of 64 KiB, or plenty.
const BUDGETS: [u64; 2] = [3 << 16, 1 << 30];

fn environment(threads: usize) -> Environment {
    Environment::builder().threads(threads).memory(1u64 << 28).build().unwrap()
}

/// The records of `file` at any number of threads, within any budget, in pieces of any size.
fn everywhere<T: Record + PartialEq + fmt::Debug>(file: &CsvFile<T>) -> Vec<T> {
    let mut found: Option<Vec<T>> = None;
    for (threads, budget, size) in [(1, 0, 1 << 20), (2, 1, 7), (8, 0, 64), (8, 1, 1 << 20)] {
        let env = Environment::builder().threads(threads).memory(BUDGETS[budget]).build().unwrap();
        let mut file = file.clone();
        file.sizes = Sizes { mapped: size, decoded: size, longest: 1 << 20 };
        let rows = file.read(&env).collect().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(env.memory().counters().granted_bytes, 0);
        assert_eq!(found.get_or_insert_with(|| rows.clone()), &rows, "{threads} threads, {size}");
    }
    found.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn records_come_back_from_csv(
        rows in prop::collection::vec(city(), 0..30),
        suffix in prop::sample::select(vec!["csv", "csv.gz", "csv.zst"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cities").with_extension(suffix);
        DataSet::from_collection(&environment(2), rows.clone()).write_csv(&path).unwrap();
        prop_assert_eq!(everywhere(&CsvFile::<City>::open(&path).unwrap()), rows);
    }

    #[test]
    fn single_columns_come_back_from_csv(
        rows in prop::collection::vec(prop::option::of("[a\n]{0,2}"), 0..9),
        numbers in prop::collection::vec(any::<Option<i64>>(), 0..9),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        DataSet::from_collection(&environment(2), rows.clone()).write_csv(&path).unwrap();
        prop_assert_eq!(everywhere(&CsvFile::<Option<String>>::open(&path).unwrap()), rows);
        DataSet::from_collection(&environment(2), numbers.clone()).write_csv(&path).unwrap();
        prop_assert_eq!(everywhere(&CsvFile::<Option<i64>>::open(&path).unwrap()), numbers);
    }
}

fn write(text: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn rows<T>(text: &str, set: impl Fn(CsvFile<T>) -> CsvFile<T>) -> Vec<T>
where
    T: Record + PartialEq + fmt::Debug,
{
    let (_folder, path) = write(text);
    everywhere(&set(CsvFile::open(&path).unwrap()))
}

/// The error behind the folder of the file; the same at any number of threads.
fn refusal<T: Record + fmt::Debug>(text: &str, set: impl Fn(CsvFile<T>) -> CsvFile<T>) -> String {
    let (folder, path) = write(text);
    let file = set(CsvFile::open(&path).unwrap());
    let error = |threads| file.read(&environment(threads)).collect().unwrap_err().to_string();
    let first = error(1);
    assert_eq!(first, error(8));
    let folder = format!("{}/", folder.path().display());
    first.strip_prefix(&folder).unwrap_or(&first).to_owned()
}

#[test]
fn flinks_settings_are_ours() {
    let text = "about\n'a;b'; 1|// no 'row\n\n'c''d';2|e;-3";
    let found = rows::<(String, i8)>(&text.replace('\n', "|"), |file| {
        let file = file.delimiter(";").line_delimiter("|").quote(Some(b'\''));
        file.comment(Some("//")).skip_lines(1)
    });
    let expected = [("a;b", 1), ("c'd", 2), ("e", -3)];
    assert_eq!(found, expected.map(|(text, number)| (text.to_owned(), number)));
    assert_eq!(
        rows::<(String, u8)>("\"a\"::1\r\n", |file| file.quote(None).delimiter("::")),
        [("\"a\"".to_owned(), 1)]
    );
}

#[test]
fn headers_are_found_and_name_columns() {
    use std::convert::identity as same;
    assert_eq!(rows::<(u8, u8)>("f1,x,f0\n1,2,3\n", same), [(3, 1)]);
    assert_eq!(rows::<(u8, u8)>("\u{feff}1,2\n", same), [(1, 2)]);
    assert_eq!(rows::<(u8, u8)>("\n a,b\n1,2\n", |file| file.header(Header::Yes)), [(1, 2)]);
    assert_eq!(
        rows::<(String, String)>("f0,f1\n", |file| file.header(Header::No)),
        [("f0".to_owned(), "f1".to_owned())]
    );
    assert_eq!(rows::<(u8, u8)>("1,2,3\n4,5,6", |file| file.columns([3, 1])), [(3, 1), (6, 4)]);
    assert_eq!(rows::<u8>("a,b\n1,2\n", |file| file.columns(["b"])), [2]);
    assert_eq!(rows::<(u8, u8)>("", same), []);
    assert_eq!(rows::<(u8, u8)>("f0,f1\n", same), []);
}

#[test]
fn lenient_rows_may_be_longer_and_lack_what_is_optional() {
    let found =
        rows::<(u8, Option<u8>, Option<String>)>("1\n2,3\n4,,\"\",5\n", |file| file.lenient(true));
    assert_eq!(found, [(1, None, None), (2, Some(3), None), (4, None, Some(String::new()))]);
    let error = refusal::<(u8, u8)>("1\n", |file| file.lenient(true));
    assert!(error.starts_with("rows.csv:1: expected 2 fields, found 1"), "{error}");
}

#[test]
fn invalid_lines_are_left_out_and_counted() {
    let text = "1,2\nx,3\n4\n5,6,7\n8,9\n1,\"2\n3,4\n5,6\n7,\"8\"9\n0,1\n";
    let (_folder, path) = write(text);
    let file = CsvFile::<(u8, u8)>::open(&path).unwrap().ignore_invalid_lines(true);
    // The quote that is open on the sixth line would swallow what follows, up to the next quote.
    assert_eq!(everywhere(&file), [(1, 2), (8, 9), (3, 4), (5, 6), (0, 1)]);
    assert_eq!(file.ignored_lines(), 5);
    let file = file.ignore_invalid_lines(false);
    assert!(file.read(&environment(1)).count().is_err());
    assert_eq!(file.ignored_lines(), 0);
}

#[test]
fn errors_name_path_line_column_and_what_was_expected() {
    use std::convert::identity as same;
    let error = refusal::<(u64, u64)>("1,2\n\n3,x4\n", same);
    let expected = "rows.csv:3: column 2 (f1): expected an integer from 0 to 2^64 - 1, found \
                    \"x4\"; fix the line, or read the column as text";
    assert_eq!(error, expected);
    let error = refusal::<(u64, f32)>("f0,f1\n1,\n", same);
    let expected = "rows.csv:2: column 2 (f1): expected a number, found nothing; fix the line, or \
                    read the column as an Option";
    assert_eq!(error, expected);
    let error = refusal::<(u8, u8)>("1,2\n\"3\nx\",4\n5\n", same);
    let expected = "rows.csv:2: column 1 (f0): expected an integer from 0 to 255, found \"3\\nx\"";
    assert!(error.starts_with(expected), "{error}");
    let error = refusal::<(u8, u8)>("1,2\n3,4,5\n", same);
    let expected = "rows.csv:2: expected 2 fields, found 3; check the delimiter and the quotes, \
                    choose columns, or read leniently";
    assert_eq!(error, expected);
    let error = refusal::<(u8, u8)>("1,2\n3,\"4\n5,6\n", same);
    assert!(error.starts_with("rows.csv:2: column 2: the quote is never closed"), "{error}");
    let error = refusal::<(u8, u8)>("1,\"2\"3\n", same);
    assert!(error.starts_with("rows.csv:1: column 2: text follows the closing quote"), "{error}");
    let error = refusal::<bool>("true\nyes\n", same);
    assert!(error.contains(":2: column 1 (value): expected true or false, found \"yes\""));
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let error = refusal::<City>("name,popularion\n", |file| file.header(Header::Yes));
    let expected = "rows.csv:1: no column is called \"population\"; the header has \"name\", \
                    \"popularion\"; did you mean \"popularion\"?";
    assert_eq!(error, expected);
    let error = refusal::<(u8, u8)>("1,2\n", |file| file.columns([1]));
    let expected = "rows.csv: columns \"1\": not as many as the records have; choose one, by name \
                    or by position counted from 1, for each of \"f0\", \"f1\"";
    assert_eq!(error, expected);
    let error = refusal::<(u8, u8)>("1,2\n", |file| file.columns([1, 1]));
    assert!(error.contains("columns \"1,1\": a column is chosen twice"), "{error}");
    let error = refusal::<(u8, u8)>("1,2\n", |file| file.columns([0, 1]));
    assert!(error.contains("positions count from 1"), "{error}");
    let error = refusal::<u8>("1\n", |file| file.columns(["a"]).header(Header::No));
    assert!(error.contains("column \"a\" is chosen by name, but there is no header"), "{error}");
    let error = refusal::<u8>("1\n", |file| file.delimiter(""));
    assert!(error.starts_with("rows.csv: delimiter \"\": expected one character"), "{error}");
    let error = refusal::<u8>("1\n", |file| file.quote(Some(b',')));
    assert!(error.starts_with("rows.csv: quote \",\": expected an ASCII"), "{error}");
}

#[test]
fn files_that_cannot_be_read_are_refused() {
    let (folder, path) = write("1\n");
    let refusal = |path: &Path| CsvFile::<u8>::open(path).unwrap_err().to_string();
    let missing = refusal(&folder.path().join("none.csv"));
    assert!(missing.ends_with("none.csv: no such file; check the path"), "{missing}");
    assert!(refusal(folder.path()).contains("is a folder, not a regular file"));
    std::fs::write(&path, "BZh91AY").unwrap();
    assert!(refusal(&path).contains("is compressed with bzip2; unpack it first"));

    let text: String = (0..20_000).map(|at| format!("{at}\n")).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
    let file = CsvFile::<u32>::open(&path).unwrap();
    let error = |threads| file.read(&environment(threads)).count().unwrap_err().to_string();
    assert!(error(1).contains(": the gzip stream is broken behind byte "), "{}", error(1));
    assert_eq!(error(1), error(8));
    std::fs::write(&path, b"1\n\xff\xfe\n").unwrap();
    let file = CsvFile::<String>::open(&path).unwrap();
    let error = file.read(&environment(1)).count().unwrap_err().to_string();
    let expected = "rows.csv:2: column 1 (value): expected text in UTF-8, found \
                    \"\u{fffd}\u{fffd}\"; convert the file to UTF-8";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn plans_name_the_file_and_its_columns() {
    let (_folder, path) = write("1,2\n");
    let rows = CsvFile::<(u8, Option<u8>)>::open(&path).unwrap().read(&environment(1));
    assert_eq!(rows.explain_written().to_string(), "csv rows.csv [columns: f0, f1]\n");
}
