//! Whole files: what goes in comes out, and nothing else does.

use std::fs;
use std::path::Path;

use super::header::tests::header;
use super::*;
use crate::columnar::{batch_of, records};
use crate::memory::MemoryManager;

type Row = (u64, String);

fn rows() -> Vec<Row> {
    vec![(1, "one".to_owned()), (2, String::new()), (3, "drei ü".to_owned())]
}

/// A snapshot with a section of each kind, with copies paid for from `budget`.
fn write(path: &Path, budget: u64) -> Written {
    let memory = MemoryManager::new(budget);
    let mut writer = SnapshotWriter::new(&memory, path.to_owned(), header(2));
    writer.numbers(&[7, u64::MAX]).unwrap();
    writer.text("rows").unwrap();
    writer.column(&[0.5f64, -0.0, f64::NAN]).unwrap();
    writer.column::<u32>(&[]).unwrap();
    writer.batch(batch_of(rows())).unwrap();
    writer.shared(|| Ok(batch_of(rows()).slice(1..3))).unwrap();
    let (written, _) = writer.finish().unwrap().wait().unwrap();
    assert_eq!(memory.counters().granted_bytes, 0, "all memory is given back");
    written
}

fn refusal(path: &Path) -> String {
    match SnapshotReader::open(path) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn sections_come_back_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ranks-0-0000000002.snapshot");
    let written = write(&path, 1 << 20);
    assert_eq!((written.superstep, written.bytes), (2, fs::metadata(&path).unwrap().len()));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    let memory = MemoryManager::new(1 << 20);
    let mut reader = SnapshotReader::open(&path).unwrap();
    assert_eq!(*reader.header(), header(2));
    assert_eq!(reader.numbers().unwrap(), [7, u64::MAX]);
    assert_eq!(reader.text().unwrap(), "rows");
    let mut column = [0.0f64; 3];
    reader.column_into(&mut column).unwrap();
    assert_eq!(column.map(f64::to_bits), [0.5, -0.0, f64::NAN].map(f64::to_bits));
    assert!(reader.column::<u32>(&memory, "none").unwrap().is_empty());
    let all = reader.batch(&memory, "rows").unwrap();
    assert_eq!(records::<Row>(&all).unwrap(), rows());
    let some = reader.batch(&memory, "rows").unwrap();
    assert_eq!(records::<Row>(&some).unwrap(), rows()[1..]);
    assert!(reader.numbers::<1>().unwrap_err().to_string().contains("a section is missing"));
}

#[test]
fn a_section_of_another_shape_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.snapshot");
    write(&path, 1 << 20);
    let mut reader = SnapshotReader::open(&path).unwrap();
    let error = reader.column_into(&mut [0u32; 3]).unwrap_err().to_string();
    assert!(error.contains("a section has another length"), "{error}");
}

#[test]
fn without_memory_for_copies_the_same_file_is_written_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = |budget| {
        let path = dir.path().join(format!("{budget}.snapshot"));
        write(&path, budget);
        fs::read(path).unwrap()
    };
    let gathered = bytes(1 << 20);
    // The copy of the column fits and the rows do not; nothing fits.
    assert!(gathered == bytes(60) && gathered == bytes(0));
}

#[test]
fn every_flipped_byte_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.snapshot");
    write(&path, 1 << 20);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            fs::write(&path, &bytes).unwrap();
            let reason = refusal(&path);
            let version = (8..12).contains(&at);
            let said = if version { "has format" } else { "is damaged" };
            assert!(reason.contains(said), "byte {at} of {}: {reason:?}", whole.len());
        }
    }
}

#[test]
fn every_lost_or_added_end_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.snapshot");
    write(&path, 1 << 20);
    let whole = fs::read(&path).unwrap();
    for len in 0..whole.len() {
        fs::write(&path, &whole[..len]).unwrap();
        assert!(refusal(&path).contains("is damaged: it"), "{len} of {}", whole.len());
    }
    for more in [&b"\0"[..], &whole[whole.len() - 24..], &whole] {
        fs::write(&path, [&whole, more].concat()).unwrap();
        assert!(refusal(&path).contains("there is more behind its end"));
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(refusal(&path), "");
}

#[test]
fn sections_of_another_snapshot_do_not_fit() {
    let dir = tempfile::tempdir().unwrap();
    let file = |supersteps| {
        let path = dir.path().join(format!("{supersteps}.snapshot"));
        let memory = MemoryManager::new(1 << 20);
        let mut writer = SnapshotWriter::new(&memory, path.clone(), header(supersteps));
        writer.numbers(&[1, 2]).unwrap();
        writer.numbers(&[1, 2]).unwrap();
        writer.finish().unwrap().wait().unwrap();
        fs::read(path).unwrap()
    };
    let (first, second) = (file(1), file(2));
    // Two sections of 8 + 16 + 8 bytes, and an end of 24.
    let cut = 2 * 32 + 24;
    let mixed = [&second[..second.len() - cut], &first[first.len() - cut..]].concat();
    let path = dir.path().join("mixed.snapshot");
    fs::write(&path, mixed).unwrap();
    assert!(refusal(&path).contains("a section has another checksum"));
    // One section fewer, with the end in its place.
    let shorter = [&first[..first.len() - 56], &first[first.len() - 24..]].concat();
    fs::write(&path, shorter).unwrap();
    assert!(refusal(&path).contains("its end has another checksum"));
}

#[test]
fn copies_are_used_again_and_leave_half_of_the_budget() {
    let dir = tempfile::tempdir().unwrap();
    let memory = MemoryManager::new(20_000);
    let mut copies = Copies::default();
    for value in 0..3u64 {
        let path = dir.path().join(format!("{value}.snapshot"));
        let writer = SnapshotWriter::new(&memory, path.clone(), header(1));
        let mut writer = writer.reusing(copies);
        writer.column(&[value; 1000]).unwrap();
        assert_eq!(memory.counters().granted_bytes, 8_000);
        writer.column(&[value; 500]).unwrap();
        (_, copies) = writer.finish().unwrap().wait().unwrap();
        assert_eq!(memory.counters().granted_bytes, 8_000, "the second was written at once");
        let mut column = [0u64; 1000];
        SnapshotReader::open(&path).unwrap().column_into(&mut column).unwrap();
        assert_eq!(column, [value; 1000]);
    }
    drop(copies);
    assert_eq!(memory.counters().granted_bytes, 0);
}

#[test]
fn an_abandoned_snapshot_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let memory = MemoryManager::new(1 << 20);
    let path = dir.path().join("x.snapshot");
    let mut writer = SnapshotWriter::new(&memory, path, header(1));
    // Waits until it was abandoned, and only then has rows to write.
    let (send, receive) = std::sync::mpsc::channel();
    writer.column(&[1u64; 1000]).unwrap();
    writer
        .shared(move || {
            receive.recv().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(50));
            Ok(batch_of(rows()))
        })
        .unwrap();
    let pending = writer.finish().unwrap();
    send.send(()).unwrap();
    drop(pending);
    assert_eq!(memory.counters().granted_bytes, 0);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}
