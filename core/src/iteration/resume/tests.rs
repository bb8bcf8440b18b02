//! Runs that were stopped and resumed end like those that were not.

use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::algebra::{Min, Sum};
use crate::dataset::DataSet;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::{Event, Listener, SnapshotNews};
use crate::iteration::delta::tests::{index, ring};
use crate::iteration::{
    BulkContext, BulkIteration, BulkKey, BulkProgram, Criterion, DeltaIteration, DeltaProgram,
    FrontierTraversal, IterationReport, OrderedIteration, OrderedProgram,
};
use crate::report::{StopReason, SuperstepReport};
use crate::snapshot::{SnapshotError, SnapshotPolicy};

/// Enough for everything.
const PLENTY: u64 = 1 << 30;

/// So little that rows are spilled, and what would be copied is written at once.
const LITTLE: u64 = 3 << 16;

fn environment(threads: usize, budget: u64, policy: SnapshotPolicy) -> Environment {
    let builder = Environment::builder().threads(threads).memory(budget);
    builder.snapshots(policy).build().unwrap()
}

/// All of a report but times and what is said about snapshots.
fn essence(report: &IterationReport) -> (Vec<SuperstepReport>, StopReason) {
    let timeless = |step: &SuperstepReport| SuperstepReport { seconds: 0.0, ..step.clone() };
    (report.supersteps.iter().map(timeless).collect(), report.stopped)
}

/// Runs `program`, which ends by itself or after the supersteps it is given, to the end; then
/// stopped after each superstep and resumed with other threads and memory.
fn resumes_with_the_same_bits<R: Debug>(
    budgets: [u64; 2],
    program: impl Fn(&Environment, u64) -> Result<(R, IterationReport)>,
) {
    const ALL: u64 = 12;
    let plain = Environment::builder().threads(2).build().unwrap();
    let (expected, whole) = program(&plain, ALL).unwrap();
    assert!(whole.snapshots.is_none() && whole.num_supersteps() >= 3);
    let expected = format!("{expected:?}");
    for stop in 1..whole.num_supersteps() {
        let threads = [1, 2, 8][stop as usize % 3];
        let other = [8, 1, 2][stop as usize % 3];
        let (budget, later) = (budgets[stop as usize % 2], budgets[stop as usize / 2 % 2]);
        let dir = tempfile::tempdir().unwrap();
        let policy = SnapshotPolicy::new(dir.path()).every_supersteps(1);
        let env = environment(threads, budget, policy.clone());
        let (_, report) = program(&env, stop).unwrap();
        assert_eq!(report.snapshots.unwrap().written, stop);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count() as u64, stop.min(2));
        assert_eq!(env.memory().counters().granted_bytes, 0, "all memory is given back");
        let env = environment(other, later, policy.resume(true));
        let (found, report) = program(&env, ALL).unwrap();
        assert_eq!(report.snapshots.unwrap().resumed_from, Some(stop));
        assert_eq!(format!("{found:?}"), expected, "stopped after {stop}");
        assert_eq!(essence(&report), essence(&whole), "stopped after {stop}");
        assert_eq!(env.memory().counters().granted_bytes, 0, "all memory is given back");
    }
}

/// A rank that flows along entries and leaks to all.
#[derive(Clone, Copy)]
struct Flow {
    share: f64,
}

impl BulkProgram<f64> for Flow {
    type State = f64;
    type Projection = f64;
    type Combiner = Sum<f64>;
    type Shared = f64;
    fn initial(&self, key: BulkKey) -> f64 {
        1.0 / f64::from(key.id + 1)
    }
    fn project(&self, key: BulkKey, state: &f64) -> f64 {
        state / f64::from(key.id % 3 + 1)
    }
    fn message(&self, projection: f64, value: f64) -> f64 {
        projection * value
    }
    fn share(&self, context: &BulkContext) -> f64 {
        context.aggregate / context.num_keys as f64
    }
    fn apply(&self, _key: BulkKey, state: &f64, sum: f64, mean: f64) -> f64 {
        0.1 * state + self.share * sum + mean
    }
    fn aggregate(&self, _key: BulkKey, state: &f64) -> f64 {
        0.1 * state
    }
    fn change(&self, old: &f64, new: &f64) -> f64 {
        (old - new).abs()
    }
}

fn pairs(num_keys: u32) -> Vec<(u32, u32, f64)> {
    let other = |key: u32| key.wrapping_mul(2_654_435_761) % num_keys;
    (0..num_keys).map(|key| (key, other(key), f64::from(key % 7) / 7.0)).collect()
}

fn flow(
    env: &Environment,
    share: f64,
    criterion: Criterion,
) -> Result<(Vec<u64>, IterationReport)> {
    let index = index::<f64>(env, 5000, &pairs(5000));
    let program = Flow { share };
    let iteration = BulkIteration::new("flow", &index, &program, criterion);
    let result = iteration.parameter("share", share).run(env)?;
    Ok((result.states.iter().map(|state| state.to_bits()).collect(), result.report))
}

#[test]
fn an_indexed_bulk_iteration() {
    resumes_with_the_same_bits([PLENTY, PLENTY], |env, most| flow(env, 0.3, most.into()));
}

#[test]
fn an_indexed_delta_iteration_that_pulls_and_pushes() {
    struct Least;
    impl DeltaProgram<()> for Least {
        type Lattice = Min<u32>;
        fn initial(&self, key: u32) -> u32 {
            key.wrapping_mul(2_654_435_761)
        }
        fn message(&self, value: u32, (): ()) -> u32 {
            value
        }
    }
    resumes_with_the_same_bits([PLENTY, PLENTY], |env, most| {
        let ring = ring(env, 3000);
        let least = DeltaIteration::new("least", &ring, &Least).maximum_supersteps(most);
        let result = least.run(env)?;
        Ok((result.solution.to_vec(), result.report))
    });
}

#[test]
fn a_sparse_workset_comes_back_too() {
    struct Steps;
    impl DeltaProgram<f64> for Steps {
        type Lattice = Min<f64>;
        fn initial(&self, key: u32) -> f64 {
            if key == 0 { 0.0 } else { f64::INFINITY }
        }
        fn is_active(&self, key: u32) -> bool {
            key == 0
        }
        fn message(&self, value: f64, entry: f64) -> f64 {
            value + entry
        }
    }
    resumes_with_the_same_bits([PLENTY, PLENTY], |env, most| {
        let path: Vec<_> = (0..400).map(|key| (key, key + 1, 0.1)).collect();
        let index = index::<f64>(env, 401, &path);
        let steps = DeltaIteration::new("steps", &index, &Steps).maximum_supersteps(most);
        let result = steps.run(env)?;
        Ok((result.solution.to_vec(), result.report))
    });
}

#[test]
fn a_general_bulk_iteration_with_texts_and_aggregates() {
    resumes_with_the_same_bits([PLENTY, LITTLE], |env, most| {
        let start = DataSet::sequence(env, 0..9_000).map(|x| (format!("key {}", x % 4_000), 0.1));
        let factor = DataSet::sequence(env, 1..4).map(|x| x as f64).group_by(0).reduce(|a, _| a);
        let result = start.iterate_bulk(most, |step| {
            step.name("texts");
            let superstep = step.superstep();
            let sum = step.aggregate("sum", &step.partial().map(|row| row.1), |a, b| a + b);
            let count = step.aggregate("factors", &factor.map(|_| 1u64), |a, b| a + b);
            let name = step.aggregate("name", &step.partial().map(|row| row.0), |a, b| a.max(b));
            step.converge_on(&sum);
            step.partial().group_by(0).reduce(|a, b| (a.0, a.1 + b.1)).map(move |(key, value)| {
                let seen = count.previous().unwrap_or(0) as f64;
                let mean = sum.previous().unwrap_or(0.0) / 9_000.0;
                let is_name = name.previous().is_some_and(|name| name == key);
                let more = if is_name { 1.0 } else { 0.0 };
                (key, value / superstep.number() as f64 + mean * seen + more)
            })
        });
        let (rows, report) = result.collect_with_report()?;
        let rows: Vec<_> = rows.into_iter().map(|(key, value)| (key, value.to_bits())).collect();
        Ok((rows, report.iterations[0].clone()))
    });
}

#[test]
fn a_general_delta_iteration_over_texts() {
    resumes_with_the_same_bits([PLENTY, LITTLE], |env, most| {
        let start = DataSet::sequence(env, 0..6_000).map(|x| (format!("key {x}"), 0u64, x % 9));
        let result = start.iterate_delta(&start, "f0", most, |step| {
            let superstep = step.superstep();
            let more = step.aggregate("left", &step.workset().map(|row| row.2), |a, b| a + b);
            let delta = step.join_solution(&step.workset(), 0).with(move |row, current| {
                let (key, count, left) = current.cloned().unwrap_or(row);
                let next = (key, count + more.previous().unwrap_or(1), left);
                (next.2 >= superstep.number()).then_some(next)
            });
            let grown = delta.flat_map(|row| {
                let new = (row.2 == 8).then(|| (row.0.clone() + "+", row.1, 7));
                [Some(row), new].into_iter().flatten()
            });
            (grown, delta)
        });
        let (rows, report) = result.collect_with_report()?;
        Ok((rows, report.iterations[0].clone()))
    });
}

/// What was said about snapshots.
#[derive(Clone, Default)]
struct News(Arc<Mutex<Vec<String>>>);

impl Listener for News {
    fn on_event(&self, event: Event<'_>) {
        let Event::Snapshot { iteration, news } = event else { return };
        assert_eq!(iteration, "flow");
        let text = match news {
            SnapshotNews::Written(written) => format!("written {}", written.superstep),
            SnapshotNews::Refused(error) => format!("refused: {error}"),
            SnapshotNews::Resumed { superstep, .. } => format!("resumed {superstep}"),
            SnapshotNews::None { .. } => "none".to_owned(),
        };
        self.0.lock().unwrap().push(text);
    }
}

impl News {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Resumes the flow in `dir`, and what was said.
fn resume(dir: &Path, share: f64, criterion: Criterion) -> (Result<IterationReport>, Vec<String>) {
    let news = News::default();
    let policy = SnapshotPolicy::new(dir).every_supersteps(2).resume(true);
    let env = Environment::builder().threads(2).snapshots(policy);
    let env = env.listener(Arc::new(news.clone())).build().unwrap();
    (flow(&env, share, criterion).map(|(_, report)| report), news.take())
}

#[test]
fn an_empty_folder_starts_from_the_beginning_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (report, news) = resume(&dir.path().join("not yet"), 0.3, 5.into());
    assert_eq!(news, ["none", "written 2", "written 4"]);
    let report = report.unwrap();
    assert_eq!((report.num_supersteps(), report.snapshots.unwrap().resumed_from), (5, None));
}

#[test]
fn a_damaged_snapshot_gives_way_to_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, _) = resume(dir.path(), 0.3, 7.into());
    let newest = dir.path().join("flow-0-0000000006.snapshot");
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&newest, bytes).unwrap();
    let (report, news) = resume(dir.path(), 0.3, 7.into());
    assert_eq!(essence(&report.unwrap()), essence(&whole.unwrap()));
    assert!(news[0].starts_with("refused: ") && news[0].contains("is damaged"), "{news:?}");
    assert_eq!(news[1..], ["resumed 4", "written 6"]);
}

#[test]
fn none_left_is_an_error_that_says_why() {
    let dir = tempfile::tempdir().unwrap();
    resume(dir.path(), 0.3, 7.into()).0.unwrap();
    let refused = |share, criterion| {
        let (result, news) = resume(dir.path(), share, criterion);
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Snapshot(SnapshotError::NoneLeft { count: 2, .. })));
        assert_eq!(news.len(), 2, "{news:?}");
        error.to_string()
    };
    let other = refused(0.5, 7.into());
    assert!(other.contains("share was \"0.3\", and is \"0.5\" now"), "{other}");
    let beyond = refused(0.3, 3.into());
    assert!(
        beyond.contains("superstep 6, and the iteration now ends after superstep 3"),
        "{beyond}"
    );
    for entry in fs::read_dir(dir.path()).unwrap() {
        fs::write(entry.unwrap().path(), "this is not a snapshot").unwrap();
    }
    let damaged = refused(0.3, 7.into());
    assert!(damaged.contains("is damaged: it does not begin like a snapshot"), "{damaged}");
}

#[test]
fn more_supersteps_are_allowed_and_other_input_is_not() {
    let dir = tempfile::tempdir().unwrap();
    resume(dir.path(), 0.3, 4.into()).0.unwrap();
    let (report, news) = resume(dir.path(), 0.3, 9.into());
    assert_eq!(news, ["resumed 4", "written 6", "written 8"]);
    assert_eq!(report.unwrap().num_supersteps(), 9);
    let policy = SnapshotPolicy::new(dir.path()).resume(true);
    let env = environment(2, PLENTY, policy);
    let mut pairs = pairs(5000);
    pairs[17].2 = 0.123;
    let index = index::<f64>(&env, 5000, &pairs);
    let program = Flow { share: 0.3 };
    let iteration = BulkIteration::new("flow", &index, &program, 9.into());
    let error = iteration.parameter("share", 0.3).run(&env).unwrap_err().to_string();
    assert!(error.contains("is of other input"), "{error}");
}

#[test]
fn iterations_of_one_name_have_their_own_snapshots() {
    let dir = tempfile::tempdir().unwrap();
    let policy = SnapshotPolicy::new(dir.path()).every_supersteps(1).keep(1);
    let run = |env: &Environment, most: u64| {
        [0.3, 0.2].map(|share| flow(env, share, most.into()).unwrap().0)
    };
    let expected = run(&Environment::builder().threads(1).build().unwrap(), 6);
    run(&environment(2, PLENTY, policy.clone()), 3);
    let names = || {
        let entries = fs::read_dir(dir.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["flow-0-0000000003.snapshot", "flow-1-0000000003.snapshot"]);
    assert_eq!(run(&environment(1, PLENTY, policy.resume(true)), 6), expected);
    assert_eq!(names(), ["flow-0-0000000006.snapshot", "flow-1-0000000006.snapshot"]);
}

#[test]
fn constant_input_of_a_body_counts_and_nested_iterations_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let run = |most: u64, constant: u64, resume: bool| {
        let policy = SnapshotPolicy::new(dir.path()).every_supersteps(1).resume(resume);
        let env = environment(2, PLENTY, policy);
        let steps = DataSet::sequence(&env, constant..constant + 3).map(|x| x + 1);
        let result = DataSet::from_collection(&env, [1u64, 10]).iterate_bulk(most, |outer| {
            outer.name("outer");
            let sum = outer.aggregate("sum", &steps, |a, b| a + b);
            let inner = outer.partial().iterate_bulk(2, |inner| {
                inner.name("inner");
                inner.partial().map(|x| x + 1)
            });
            inner.map(move |x| x * 2 + sum.previous().unwrap_or(0))
        });
        result.collect()
    };
    let expected = run(5, 0, false).unwrap();
    fs::read_dir(dir.path())
        .unwrap()
        .for_each(|entry| fs::remove_file(entry.unwrap().path()).unwrap());
    run(3, 0, false).unwrap();
    let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| name.to_str().unwrap().starts_with("outer-0-")));
    let other = run(5, 7, true).unwrap_err().to_string();
    assert!(other.contains("is of other input"), "{other}");
    assert_eq!(run(5, 0, true).unwrap(), expected);
}

#[test]
fn a_cancelled_run_resumes() {
    struct Cancel(Mutex<Option<crate::environment::CancelHandle>>);
    impl Listener for Cancel {
        fn on_event(&self, event: Event<'_>) {
            if let Event::Superstep { report, .. } = event
                && report.superstep == 5
                && let Some(handle) = &*self.0.lock().unwrap()
            {
                handle.cancel();
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let listener = Arc::new(Cancel(Mutex::default()));
    let policy = SnapshotPolicy::new(dir.path()).every_supersteps(2);
    let env = Environment::builder().threads(2).snapshots(policy).listener(listener.clone());
    let env = env.build().unwrap();
    *listener.0.lock().unwrap() = Some(env.cancel_handle());
    assert!(matches!(flow(&env, 0.3, 8.into()), Err(Error::Cancelled)));
    assert_eq!(env.memory().counters().granted_bytes, 0);
    let (report, news) = resume(dir.path(), 0.3, 8.into());
    assert!(news[0] == "resumed 4" || news[0] == "resumed 2", "{news:?}");
    assert_eq!(report.unwrap().num_supersteps(), 8);
}

#[test]
fn an_unwritable_folder_is_an_error_before_the_first_superstep() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let env = environment(1, PLENTY, SnapshotPolicy::new(file.path().join("below")));
    let error = flow(&env, 0.3, 3.into()).unwrap_err().to_string();
    assert!(error.starts_with("cannot create the folder for snapshots"), "{error}");
    assert_eq!(env.memory().counters().granted_bytes, 0);
}

/// Distances from key 0, in buckets.
struct Bucketed;

impl OrderedProgram<f64> for Bucketed {
    type Lattice = Min<f64>;
    fn initial(&self, key: u32) -> f64 {
        if key == 0 { 0.0 } else { f64::INFINITY }
    }
    fn is_active(&self, key: u32) -> bool {
        key == 0
    }
    fn message(&self, value: f64, entry: f64) -> f64 {
        value + entry
    }
    fn bucket(&self, value: f64) -> u64 {
        (value / 0.25) as u64
    }
}

#[test]
fn an_ordered_iteration() {
    resumes_with_the_same_bits([PLENTY, PLENTY], |env, most| {
        let index = index::<f64>(env, 3000, &pairs(3000));
        let iteration = OrderedIteration::new("distances", &index, &Bucketed);
        let result = iteration.maximum_supersteps(most).run(env)?;
        Ok((result.solution.to_vec(), result.report))
    });
}

#[test]
fn a_frontier_traversal() {
    resumes_with_the_same_bits([PLENTY, PLENTY], |env, most| {
        let index = index::<f64>(env, 20_000, &pairs(20_000));
        let traversal = FrontierTraversal::new(env, "levels", &index, &index)?;
        let mut traversal = traversal.maximum_supersteps(most);
        let report = traversal.visit(&[0, 7])?;
        Ok((traversal.into_visits().to_vec(), report))
    });
}
