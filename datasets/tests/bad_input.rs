//! Every damaged or mistaken input is refused, with path, line, column and remedy.

mod common;

use common::{Folder, error, gzip, open_error, zstd};
use quince_datasets::{DatasetError, Format, Header, IdType, VertexList};

#[test]
fn too_few_columns() {
    let folder = Folder::new();
    assert_eq!(
        error(&folder.edges("a.tsv", "1\t2\n3\n4\t5\n")),
        "a.tsv:2: column 2 (target): expected at least 2 columns, found 1; check --columns and \
         --delimiter"
    );
    let beyond = folder.edges("b.csv", "1,2\n3,4\n").columns([1, 9]);
    let text = error(&beyond);
    assert!(text.starts_with("b.csv:1: column 9 (target): expected at least 9"), "{text}");
    let text = error(&folder.edges("c.wel", "1 2 3\n4 5\n"));
    assert!(text.starts_with("c.wel:2: column 3 (weight): expected at least 3"), "{text}");
}

#[test]
fn letters_in_an_integer_column() {
    let folder = Folder::new();
    let mut text: String = (0..100_000).map(|at| format!("{at}\t{at}\r\n")).collect();
    text += "100000\tx12\r\n1\t2\r\n";
    let expected = "a.tsv:100001: column 2 (target): expected an integer id, found \"x12\"; if \
                    ids are text, use --ids string";
    assert_eq!(error(&folder.edges("a.tsv", &text)), expected);
    assert_eq!(error(&folder.edges("a.tsv", gzip(text.as_bytes()))), expected);
    let text = error(&folder.edges("b.csv", "1,2\n3,abc\n"));
    assert!(
        text.starts_with("b.csv:2: column 2 (target): expected an integer id, found \"abc\""),
        "{text}"
    );
    let text = error(&folder.edges("c.el", "1 2\n+3 4\n"));
    assert!(
        text.starts_with("c.el:2: column 1 (source): expected an integer id, found \"+3\""),
        "{text}"
    );
    let text = error(
        &folder.edges("d.csv", "a;b;c\n1;2;x\n1;2.0;x\n").ids(IdType::Integer).columns(["a", "b"]),
    );
    assert!(
        text.starts_with(
            "d.csv:3: column 2 (target, \"b\"): expected an integer id, found \"2.0\""
        ),
        "{text}"
    );
}

#[test]
fn overflowed_ids() {
    let folder = Folder::new();
    let text = error(&folder.edges("a.el", "1 2\n9223372036854775808 4\n"));
    let expected = "a.el:2: column 1 (source): expected an integer id between -2^63 and 2^63 - 1, \
                    found 9223372036854775808; if ids are text, use --ids string";
    assert_eq!(text, expected);
}

#[test]
fn bad_weights() {
    let folder = Folder::new();
    let text = error(&folder.edges("a.wel", "1 2 3\n3 4 heavy\n"));
    let expected = "a.wel:2: column 3 (weight): expected a number, found \"heavy\"; check \
                    --columns, or read the graph without weights";
    assert_eq!(text, expected);
    for weight in ["NaN", "inf", "-infinity", "1e999"] {
        let text = error(&folder.edges("b.wel", format!("1 2 3\n3 4 {weight}\n")));
        let expected =
            format!("b.wel:2: column 3 (weight): expected a finite number, found {weight:?}");
        assert!(text.starts_with(&expected), "{text}");
    }
    let text = error(&folder.edges("c.csv", "1,2,3\n3,4,\n").weighted(true));
    assert!(
        text.starts_with("c.csv:2: column 3 (weight): expected a number, found \"\""),
        "{text}"
    );
}

#[test]
fn empty_ids() {
    let folder = Folder::new();
    let text = error(&folder.edges("a.csv", "1,2\n,4\n"));
    let expected = "a.csv:2: column 1 (source): expected an id, found nothing; remove the row, or \
                    check --columns and --delimiter";
    assert_eq!(text, expected);
    let text = error(&folder.edges("b.tsv", "ann\tbob\nbob\t \n"));
    assert!(text.starts_with("b.tsv:2: column 2 (target): expected an id"), "{text}");
}

#[test]
fn invalid_utf8() {
    let folder = Folder::new();
    let text = error(&folder.edges("a.tsv", b"ann\tbob\nM\xfcller\tbob\n"));
    let expected = "a.tsv:2: column 1 (source): expected text in UTF-8, found \"M\u{fffd}ller\"; \
                    convert the file, for example with iconv -f latin1 -t utf-8";
    assert_eq!(text, expected);
}

#[test]
fn truncated_and_corrupt_streams() {
    let folder = Folder::new();
    let text: String =
        (0..200_000u64).map(|at| format!("{at} {}\n", at * 7919 % 100_003)).collect();
    let text = text.as_bytes();
    for (name, whole) in [("a.gz", gzip(text)), ("a.zst", zstd(text))] {
        let codec = if name == "a.gz" { "gzip" } else { "zstd" };
        let truncated = error(&folder.edges(name, &whole[..whole.len() / 2]));
        let line: u64 = truncated.split(':').nth(1).unwrap().parse().unwrap();
        assert!((50_000..150_000).contains(&line), "{truncated}");
        assert!(truncated.contains(&format!("the {codec} stream is broken")), "{truncated}");
        let tail = error(&folder.edges(name, [&whole[..], b"garbage"].concat()));
        assert!(tail.contains("fetch or compress the file again"), "{tail}");
        let mut corrupt = whole.clone();
        corrupt.iter_mut().skip(whole.len() / 2).take(40).for_each(|byte| *byte ^= 0x5a);
        let corrupt = error(&folder.edges(name, corrupt));
        assert!(corrupt.contains(&format!("the {codec} stream is broken")), "{corrupt}");
        let (_, start) = open_error(folder.write(name, &whole[..20]));
        assert!(start.starts_with(&format!("{name}:1: the {codec} stream is broken")), "{start}");
    }
}

#[test]
fn files_that_cannot_be_opened() {
    let folder = Folder::new();
    let (error, text) = open_error(folder.path("missing.txt"));
    assert!(matches!(error, DatasetError::NotFound { .. }));
    assert_eq!(text, "missing.txt: no such file; check the path");
    std::fs::create_dir(folder.path("folder")).unwrap();
    let (_, text) = open_error(folder.path("folder"));
    assert_eq!(text, "folder: is a folder, not a regular file; name a file in it");
    let (error, text) = open_error(folder.write("empty.txt", ""));
    assert!(matches!(error, DatasetError::Empty { .. }));
    assert_eq!(text, "empty.txt: the file is empty; expected one record per line");
    let (error, _) = open_error(folder.write("empty.gz", gzip(b"")));
    assert!(matches!(error, DatasetError::Empty { .. }));
}

#[cfg(unix)]
#[test]
fn unreadable_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.write("secret.txt", "1 2\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything.
    if std::fs::read(&path).is_err() {
        let (error, text) = open_error(path);
        assert!(matches!(error, DatasetError::PermissionDenied { .. }));
        assert_eq!(text, "secret.txt: permission denied; make it readable for this user");
    }
    let (_, text) = open_error("/dev/null".into());
    assert!(text.starts_with("null: is a pipe or a device, not a regular file"), "{text}");
}

#[test]
fn nothing_but_comments_and_headers() {
    let folder = Folder::new();
    let text = error(&folder.edges("a.txt", "# one\n\n# two\n"));
    let expected = "a.txt: no data rows in 3 lines, only comments, headers or blank lines; if they \
                    are data, use --header no or --comment none";
    assert_eq!(text, expected);
    let text = error(&folder.edges("b.csv", "source,target\n"));
    assert!(text.starts_with("b.csv: no data rows in 1 lines"), "{text}");
    let text = error(&folder.edges("c.gr", "c x\np sp 0 0\n").format(Format::Dimacs));
    assert!(text.starts_with("c.gr: no data rows in 2 lines"), "{text}");
    let text = error(&folder.edges("d.el", "1 2\n3 4\n").skip_lines(9));
    assert!(text.starts_with("d.el: no data rows"), "{text}");
}

#[test]
fn columns_that_are_not_there() {
    let folder = Folder::new();
    let csv = "from,to,weight\n1,2,3\n";
    let text = error(&folder.edges("a.csv", csv).columns(["form", "to"]));
    let expected = "a.csv:1: no column is called \"form\"; the header has \"from\", \"to\", \
                    \"weight\"; did you mean \"from\"?";
    assert_eq!(text, expected);
    let text = error(&folder.edges("b.csv", "1,2\n3,4\n").columns(["from", "to"]));
    let expected = "b.csv:1: column \"from\" is chosen by name, but there is no header line; \
                    choose columns by position, for example --columns 1,2";
    assert_eq!(text, expected);
    let text = error(&folder.edges("c.csv", csv).columns(["from", "to"]).header(Header::No));
    assert!(text.contains("there is no header line"), "{text}");
    let text = error(&folder.edges("d.csv", csv).columns(["from", "to"]).weighted(true));
    assert!(text.ends_with("for example --columns from,to,weight"), "{text}");
    let text = error(&folder.edges("e.csv", csv).columns([0, 1]));
    assert!(text.contains("positions count from 1"), "{text}");
    let text = error(&folder.edges("f.csv", csv).columns(2));
    assert!(text.contains("too few columns"), "{text}");
}

#[test]
fn open_quotes() {
    let folder = Folder::new();
    let text = error(&folder.edges("a.csv", "a,b\nc,\"d\ne\",f\n"));
    assert!(text.starts_with("a.csv:2: column 2: the quote is not closed on this line"), "{text}");
}

#[test]
fn binary_files_and_other_formats() {
    let folder = Folder::new();
    let (error_value, text) = open_error(folder.write("a.bin", b"1 2\n3\0 4\n"));
    assert!(matches!(error_value, DatasetError::Binary { line: 2, .. }));
    assert!(text.starts_with("a.bin:2: found a NUL byte"), "{text}");
    let (_, text) = open_error(folder.write("a.bz2", b"BZh91AY&SY"));
    assert!(text.starts_with("a.bz2: is compressed with bzip2; unpack it first"), "{text}");
    let matrix = "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 1\n2 1\n";
    let text = error(&folder.edges("a.mtx", matrix));
    assert!(text.starts_with("a.mtx: looks like MatrixMarket, which is not read yet"), "{text}");
    let late = "ann\tbob\n".repeat(20_000) + "a\0b\tc\n";
    let text = error(&folder.edges("late.tsv", late));
    assert!(text.starts_with("late.tsv:20001: found a NUL byte"), "{text}");
}

#[test]
fn unknown_dimacs_lines() {
    let folder = Folder::new();
    let text = error(&folder.edges("a.gr", "p sp 2 1\na 1 2 3\nx 1 2\n").format(Format::Dimacs));
    let expected = "a.gr:3: expected a DIMACS line that begins with \"c\", \"p\" or \"a\", found \
                    \"x 1 2\"; if this is another format, use --format";
    assert_eq!(text, expected);
}

#[test]
fn vertex_lists_name_their_column() {
    let folder = Folder::new();
    let text = error(&folder.vertices("a.v", "1 2\nx 3\n5 6\n7 8\n"));
    assert!(text.starts_with("a.v:2: column 1 (vertex): expected an integer id"), "{text}");
    assert!(VertexList::open(folder.path("missing.v")).is_err());
}

#[test]
fn a_line_that_is_too_long() {
    let folder = Folder::new();
    let text = "1 2\n".to_owned() + &"9".repeat((64 << 20) + 10) + " 1\n";
    let text = error(&folder.edges("a.el", text));
    assert!(text.starts_with("a.el:2: the line is longer than 67108864 bytes"), "{text}");
}
