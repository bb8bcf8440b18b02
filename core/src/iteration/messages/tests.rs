use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use proptest::prelude::*;

use super::*;
use crate::algebra::Min;
use crate::columnar::{Batch, Column, Schema};
use crate::error::Error;
use crate::index::{
    Csr, Dictionary, Duplicates, EntryValue, IndexOptions, KeyOrder, Rows, SelfPairs,
};
use crate::iteration::StopReason;
use crate::iteration::delta::tests::index_by;
use crate::report::{AggregateValue, Direction};

/// Entries from, to, value; in the order of the input.
type Entries = Vec<(u32, u32, f64)>;

/// The index with the senders as rows, and its transpose.
fn indexes(env: &Environment, num_keys: u32, entries: &Entries) -> (Csr<f64>, Csr<f64>) {
    let columns = vec![
        Column::UInt32(entries.iter().map(|entry| entry.0).collect::<Vec<_>>().into()),
        Column::UInt32(entries.iter().map(|entry| entry.1).collect::<Vec<_>>().into()),
        Column::Float64(entries.iter().map(|entry| entry.2).collect::<Vec<_>>().into()),
    ];
    let batch = Batch::new(Schema::new(["l", "r", "value"]), columns);
    let keys = Column::UInt32((0..num_keys).collect::<Vec<_>>().into());
    let declared = vec![Batch::new(Schema::new(["key"]), vec![keys])];
    let encoded = Dictionary::encode(env, vec![batch], declared, KeyOrder::Ascending).unwrap();
    let options = IndexOptions {
        rows: Rows::Left,
        self_pairs: SelfPairs::Keep,
        duplicates: Duplicates::Keep,
    };
    let from = Csr::build(env, encoded.pairs, options).unwrap();
    let to = from.transpose(env).unwrap();
    (from, to)
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A program whose states tell every message and their order.
struct Trace<const SCATTERS: bool, C> {
    num_keys: u32,
    combiner: C,
    begun: u64,
}

/// What a key of this state sends: to all along its row, and to one key.
fn sends(num_keys: u32, state: u64) -> (Option<u64>, Option<(u32, String)>) {
    let to_all = (!state.is_multiple_of(3)).then_some(state % 10);
    let letter = state
        .is_multiple_of(4)
        .then(|| ((state >> 8) as u32 % num_keys, format!("to {};", state % 7)));
    (to_all, letter)
}

fn along_entry(sent: u64, value: f64) -> String {
    format!("{sent} over {value};")
}

fn receives(state: u64, messages: &[String]) -> Option<u64> {
    let new = hash((state, messages.concat()));
    (!new.is_multiple_of(5)).then_some(new)
}

fn weight(state: u64) -> f64 {
    1.0 / (state % 97 + 1) as f64
}

impl<const SCATTERS: bool, C> Trace<SCATTERS, C> {
    fn send(&self, state: u64, out: &mut Outbox<u64, String>) {
        let (to_all, letter) = sends(self.num_keys, state);
        if let Some(sent) = to_all {
            out.send_all(sent).unwrap();
            assert_eq!(out.send_all(7), Err(7), "once in a superstep");
        }
        if let Some((key, message)) = letter {
            out.send_to(key, message);
        }
    }
}

impl<const SCATTERS: bool, C: Combine<String>> MessageProgram<f64> for Trace<SCATTERS, C> {
    type State = (u64, String);
    type Sent = u64;
    type Message = String;
    type Combiner = C;
    type Partial = f64;
    const SCATTERS: bool = SCATTERS;

    fn combiner(&self) -> &C {
        &self.combiner
    }
    fn partial(&self) -> f64 {
        0.0
    }
    fn begin_superstep(&mut self, superstep: u64) {
        self.begun = superstep;
    }
    fn end_superstep(
        &mut self,
        superstep: u64,
        partials: Vec<f64>,
    ) -> Vec<(String, AggregateValue)> {
        assert_eq!(superstep, self.begun);
        vec![(
            "weight".to_owned(),
            partials.into_iter().filter(|&part| part != 0.0).sum::<f64>().into(),
        )]
    }
    fn scatter(
        &self,
        _key: u32,
        state: &Self::State,
        out: &mut Outbox<u64, String>,
        partial: &mut f64,
    ) {
        *partial += weight(state.0);
        self.send(state.0, out);
    }
    fn along(&self, sent: &u64, value: f64) -> String {
        along_entry(*sent, value)
    }
    fn receive(
        &self,
        _key: u32,
        state: &mut Self::State,
        messages: &[String],
        out: &mut Outbox<u64, String>,
        partial: &mut f64,
    ) {
        assert!(!C::COMBINES || messages.len() <= 1);
        *partial += weight(state.0);
        if let Some(new) = receives(state.0, messages) {
            *state = (new, "x".repeat((new % 5) as usize));
            out.change();
        }
        if !SCATTERS {
            self.send(state.0, out);
        }
    }
    fn owned_bytes(&self, state: &Self::State) -> usize {
        state.1.len()
    }
}

/// The same on plain vectors: states, and for each superstep how many states changed.
fn plain(scatters: bool, num_keys: u32, entries: &Entries, most: u64) -> (Vec<u64>, Vec<u64>) {
    let mut sorted = entries.clone();
    sorted.sort_by_key(|entry| entry.0);
    let mut states: Vec<u64> = (0..num_keys.into()).collect();
    let mut active: Vec<bool> = vec![true; states.len()];
    let mut inbox: Vec<Vec<String>> = vec![Vec::new(); states.len()];
    let mut changes = Vec::new();
    let deliver = |states: &[u64], active: &[bool]| {
        let mut inbox: Vec<Vec<String>> = vec![Vec::new(); states.len()];
        let sender = |key: u32| active[key as usize].then(|| sends(num_keys, states[key as usize]));
        for &(from, to, value) in &sorted {
            if let Some((Some(sent), _)) = sender(from) {
                inbox[to as usize].push(along_entry(sent, value));
            }
        }
        for key in 0..num_keys {
            if let Some((_, Some((to, message)))) = sender(key) {
                inbox[to as usize].push(message);
            }
        }
        inbox
    };
    loop {
        let is_first = changes.is_empty();
        if scatters {
            if active.iter().all(|active| !active) {
                break;
            }
        } else if !is_first && inbox.iter().all(Vec::is_empty) {
            break;
        }
        if changes.len() as u64 == most {
            break;
        }
        if scatters {
            inbox = deliver(&states, &active);
        }
        let mut changed = 0;
        let mut now = vec![false; states.len()];
        for key in 0..states.len() {
            if inbox[key].is_empty() && (scatters || !is_first) {
                continue;
            }
            let new = receives(states[key], &inbox[key]);
            changed += u64::from(new.is_some());
            states[key] = new.unwrap_or(states[key]);
            now[key] = !scatters || new.is_some();
        }
        active = now;
        changes.push(changed);
        if !scatters {
            inbox = deliver(&states, &active);
        }
    }
    (states, changes)
}

/// States, changes, aggregates by their bits.
type Outcome = (Vec<u64>, Vec<u64>, Vec<u64>);

fn run<const SCATTERS: bool, C: Combine<String>>(
    threads: usize,
    (num_keys, entries): (u32, &Entries),
    combiner: C,
    how: (Travel, u32, bool),
    most: u64,
) -> Outcome {
    let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
    let (from, to) = indexes(&env, num_keys, entries);
    let program = Trace::<SCATTERS, C> { num_keys, combiner, begun: 0 };
    let states = PaidVec::from_fn(env.memory(), "solution", num_keys as usize, |key| {
        (key as u64, String::new())
    });
    let (travel, shift, both) = how;
    let mut iteration =
        MessageIteration::new("trace", &to, program).maximum_supersteps(most).travel(travel);
    iteration.shift = Some(shift);
    if both {
        iteration = iteration.senders(&from);
    }
    let result = iteration.run(&env, states.unwrap()).unwrap();
    let owned: u64 = result.states.iter().map(|state| state.1.len() as u64).sum();
    assert_eq!(result.owned.as_ref().map(Reservation::bytes), Some(owned));
    let changes = result.report.supersteps.iter().map(|step| step.changes).collect();
    let weights = result.report.supersteps.iter().map(|step| match step.aggregates["weight"] {
        AggregateValue::Float(weight) => weight.to_bits(),
        _ => panic!("a float went in"),
    });
    let weights = weights.collect();
    let states = result.states.iter().map(|state| state.0).collect();
    drop((result, from, to));
    assert_eq!(env.memory().counters().granted_bytes, 0);
    (states, changes, weights)
}

fn agree<const SCATTERS: bool>(
    num_keys: u32,
    entries: &Entries,
    shift: u32,
    most: u64,
    threads: usize,
) {
    let concat = |left: String, right: String| left + &right;
    let input = (num_keys, entries);
    let (states, changes) = plain(SCATTERS, num_keys, entries, most);
    let first = run::<SCATTERS, _>(1, input, Uncombined, (Travel::Automatic, shift, true), most);
    assert_eq!((&first.0, &first.1), (&states, &changes));
    for travel in [Travel::Automatic, Travel::Pull, Travel::Push] {
        let how = (travel, shift, true);
        assert_eq!(run::<SCATTERS, _>(threads, input, Uncombined, how, most), first, "{travel:?}");
        assert_eq!(run::<SCATTERS, _>(threads, input, concat, how, most), first, "{travel:?}");
    }
    let one_way = (Travel::Automatic, shift, false);
    // Whether anybody gets what is sent is not known then; one superstep more may be needed.
    if SCATTERS {
        assert_eq!(run::<SCATTERS, _>(threads, input, concat, one_way, most), first);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_way_of_crossing_tells_the_same_tale(
        num_keys in 1u32..60,
        raw in prop::collection::vec((0u32..60, 0u32..60, 0u8..4), 0..200),
        most in prop::sample::select(vec![1u64, 2, 6]),
        shift in 1u32..5,
        threads in prop::sample::select(vec![2usize, 8]),
    ) {
        let entries: Entries = raw.into_iter()
            .map(|(from, to, value)| (from % num_keys, to % num_keys, f64::from(value))).collect();
        agree::<true>(num_keys, &entries, shift, most, threads);
        agree::<false>(num_keys, &entries, shift, most, threads);
    }
}

/// Enough messages for many workers.
#[test]
fn many_messages_are_spread_over_buckets() {
    let num_keys = 3000;
    let mut number = 7u64;
    let mut next = |below: u64| {
        number = hash(number);
        number % below
    };
    let entries: Entries = (0..30_000)
        .map(|_| {
            let (from, to) = (next(3000) * next(3000) / 3000, next(3000));
            (from as u32, to as u32, next(3) as f64)
        })
        .collect();
    agree::<true>(num_keys, &entries, 6, 3, 2);
    agree::<false>(num_keys, &entries, 6, 3, 8);
}

/// Sums along full rows are regrouped; what is pushed is so too.
struct Sums;

impl MessageProgram<f64> for Sums {
    type State = f64;
    type Sent = f64;
    type Message = f64;
    type Combiner = Combiner<crate::algebra::Sum<f64>>;
    type Partial = ();
    const SCATTERS: bool = true;

    fn combiner(&self) -> &Self::Combiner {
        const { &Combiner::sum() }
    }
    fn partial(&self) {}
    fn scatter(&self, key: u32, state: &f64, out: &mut Outbox<f64, f64>, (): &mut ()) {
        out.send_all(*state).unwrap();
        if key.is_multiple_of(5) {
            out.send_to(0, *state);
        }
    }
    fn along(&self, sent: &f64, value: f64) -> f64 {
        sent * value
    }
    fn receive(
        &self,
        key: u32,
        state: &mut f64,
        messages: &[f64],
        out: &mut Outbox<f64, f64>,
        (): &mut (),
    ) {
        *state = messages[0] / 50.0 + 1.0 / f64::from(key + 1);
        out.change();
    }
}

#[test]
fn regrouped_sums_have_the_same_bits_pulled_and_pushed() {
    let entries: Entries =
        (0..4000).map(|at: u32| (at * at % 101, at * 7 % 53, 1.0 / f64::from(at + 1))).collect();
    let run = |threads, travel| {
        let env = Environment::builder().threads(threads).build().unwrap();
        let (from, to) = indexes(&env, 101, &entries);
        let states = PaidVec::from_fn(env.memory(), "solution", 101, |key| 1.0 / (key + 1) as f64);
        let mut iteration = MessageIteration::new("sums", &to, Sums)
            .senders(&from)
            .maximum_supersteps(4)
            .travel(travel);
        iteration.shift = Some(3);
        let result = iteration.run(&env, states.unwrap()).unwrap();
        let directions: Vec<_> =
            result.report.supersteps.iter().map(|step| step.direction).collect();
        (result.states.iter().map(|state| state.to_bits()).collect::<Vec<_>>(), directions)
    };
    let (pulled, directions) = run(1, Travel::Pull);
    assert_eq!(directions, [Direction::Pull; 4]);
    let (pushed, directions) = run(2, Travel::Push);
    assert_eq!(directions, [Direction::Push; 4]);
    assert_eq!(pulled, pushed);
    assert_eq!(run(8, Travel::Automatic).0, pulled);
}

/// Passes a token along a path.
struct Token {
    panics_at: Option<u32>,
}

impl MessageProgram<f64> for Token {
    type State = u64;
    type Sent = u64;
    type Message = u64;
    type Combiner = Uncombined;
    type Partial = ();
    const SCATTERS: bool = false;

    fn combiner(&self) -> &Uncombined {
        &Uncombined
    }
    fn partial(&self) {}
    fn is_active(&self, key: u32) -> bool {
        key == 0
    }
    fn along(&self, sent: &u64, _value: f64) -> u64 {
        sent + 1
    }
    fn receive(
        &self,
        key: u32,
        state: &mut u64,
        messages: &[u64],
        out: &mut Outbox<u64, u64>,
        (): &mut (),
    ) {
        assert!(self.panics_at != Some(key), "no token here");
        *state = messages.first().copied().unwrap_or(1);
        out.change();
        out.send_all(*state).unwrap();
    }
}

#[test]
fn a_long_path_is_pushed_and_ends_when_nobody_sends() {
    let env = Environment::builder().threads(2).build().unwrap();
    let entries: Entries = (0..2000).map(|key| (key, key + 1, 0.0)).collect();
    let (from, to) = indexes(&env, 2001, &entries);
    let states = PaidVec::from_fn(env.memory(), "solution", 2001, |_| 0).unwrap();
    let iteration = MessageIteration::new("token", &to, Token { panics_at: None }).senders(&from);
    let result = iteration.run(&env, states).unwrap();
    assert!(result.states.iter().zip(1..).all(|(&state, place)| state == place));
    assert_eq!(result.report.stopped, StopReason::EmptyWorkset);
    assert_eq!(result.report.num_supersteps(), 2001);
    let steps = &result.report.supersteps;
    assert_eq!((steps[0].direction, steps[0].workset), (Direction::Local, 1));
    assert!(
        steps[1..].iter().all(|step| {
            (step.direction, step.workset, step.changes) == (Direction::Push, 1, 1)
        })
    );
}

/// Sums what comes along entries, of which some panic.
struct Tripwire<C>(C);

impl<C: Combine<f64>> MessageProgram<f64> for Tripwire<C> {
    type State = f64;
    type Sent = f64;
    type Message = f64;
    type Combiner = C;
    type Partial = ();
    const SCATTERS: bool = false;

    fn combiner(&self) -> &C {
        &self.0
    }
    fn partial(&self) {}
    fn along(&self, sent: &f64, value: f64) -> f64 {
        assert!(value >= 0.0, "no way");
        sent + value
    }
    fn receive(
        &self,
        _key: u32,
        state: &mut f64,
        messages: &[f64],
        out: &mut Outbox<f64, f64>,
        (): &mut (),
    ) {
        *state = messages.iter().sum();
        out.send_all(*state).unwrap();
    }
}

#[test]
fn a_panic_on_the_way_names_nobody_who_was_not_at_work() {
    /// Key 7 sends to key 8 once more than others to theirs, along this entry.
    fn error(travel: Travel, combiner: impl Combine<f64>, weight: f64) -> String {
        let mut entries: Entries = (0..20).map(|key| (key, key + 1, 1.0)).collect();
        entries.push((7, 8, weight));
        let env = Environment::builder().threads(2).build().unwrap();
        let (from, to) = indexes(&env, 21, &entries);
        let states = PaidVec::from_fn(env.memory(), "solution", 21, |_| 0.0).unwrap();
        let iteration = MessageIteration::new("trip", &to, Tripwire(combiner)).senders(&from);
        iteration.travel(travel).run(&env, states).unwrap_err().to_string()
    }
    let sender = "trip, key 7, superstep 2, panicked: no way";
    let receiver = "trip, key 8, superstep 2, panicked: no way";
    let nobody = "trip, superstep 2, panicked: no way";
    assert_eq!(error(Travel::Push, Uncombined, -1.0), sender);
    assert_eq!(error(Travel::Pull, Uncombined, -1.0), receiver);
    assert_eq!(error(Travel::Push, Combiner::sum(), -1.0), sender);
    // Many rows are combined at a time.
    assert_eq!(error(Travel::Pull, Combiner::sum(), -1.0), nobody);
    // Only the second message to a key is combined with another.
    let combiner = |_: f64, _: f64| -> f64 { panic!("no way") };
    assert_eq!(error(Travel::Push, combiner, 1.0), receiver);
    assert_eq!(error(Travel::Pull, combiner, 1.0), nobody);
}

#[test]
fn a_panic_names_the_iteration_the_key_and_the_superstep() {
    let entries: Entries = (0..20).map(|key| (key, key + 1, 0.0)).collect();
    for travel in [Travel::Pull, Travel::Push] {
        let env = Environment::builder().threads(2).build().unwrap();
        let (from, to) = indexes(&env, 21, &entries);
        let states = PaidVec::from_fn(env.memory(), "solution", 21, |_| 0).unwrap();
        let program = Token { panics_at: Some(3) };
        let iteration = MessageIteration::new("token", &to, program).senders(&from).travel(travel);
        let error = iteration.run(&env, states).unwrap_err();
        assert_eq!(error.to_string(), "token, key 3, superstep 4, panicked: no token here");
        assert!(matches!(error, Error::Panic { .. }));
        drop((from, to));
        assert_eq!(env.memory().counters().granted_bytes, 0);
    }
}

#[test]
fn a_refused_message_is_an_error_that_says_who_wanted_it() {
    struct Flood;
    impl MessageProgram<f64> for Flood {
        type State = u64;
        type Sent = u64;
        type Message = [u64; 8];
        type Combiner = Uncombined;
        type Partial = ();
        const SCATTERS: bool = false;
        fn combiner(&self) -> &Uncombined {
            &Uncombined
        }
        fn partial(&self) {}
        fn along(&self, _sent: &u64, _value: f64) -> [u64; 8] {
            [0; 8]
        }
        fn receive(
            &self,
            key: u32,
            _state: &mut u64,
            _messages: &[[u64; 8]],
            out: &mut Outbox<u64, [u64; 8]>,
            (): &mut (),
        ) {
            (0..100_000).for_each(|_| out.send_to(key, [1; 8]));
        }
    }
    let env = Environment::builder().threads(2).memory("16 MiB").build().unwrap();
    let (_, to) = indexes(&env, 2, &vec![(0, 1, 0.0)]);
    let states = PaidVec::from_fn(env.memory(), "solution", 2, |_| 0).unwrap();
    let error = MessageIteration::new("flood", &to, Flood).run(&env, states).unwrap_err();
    assert!(error.to_string().contains("messages wanted"), "{error}");
}

#[test]
fn no_keys_are_fine() {
    let env = Environment::builder().threads(1).build().unwrap();
    let (from, to) = indexes(&env, 0, &Entries::new());
    let states = PaidVec::new(env.memory(), "solution");
    let iteration = MessageIteration::new("token", &to, Token { panics_at: None }).senders(&from);
    let result = iteration.run(&env, states).unwrap();
    assert_eq!((result.states.len(), result.report.num_supersteps()), (0, 0));
}

/// Key 0 sends the message that changes no other, key 1 another, key 2 none; who receives keeps it.
struct Idle;

impl MessageProgram<()> for Idle {
    type State = Option<u32>;
    type Sent = u32;
    type Message = u32;
    type Combiner = Combiner<Min<u32>>;
    type Partial = ();
    const SCATTERS: bool = false;

    fn combiner(&self) -> &Self::Combiner {
        const { &Combiner::min() }
    }
    fn partial(&self) {}
    fn along(&self, sent: &u32, (): ()) -> u32 {
        *sent
    }
    fn receive(
        &self,
        key: u32,
        state: &mut Option<u32>,
        messages: &[u32],
        out: &mut Outbox<u32, u32>,
        (): &mut (),
    ) {
        match messages {
            [] => [u32::MAX, 5].get(key as usize).into_iter().for_each(|&sent| {
                out.send_all(sent).unwrap();
            }),
            &[message] => *state = Some(message),
            _ => unreachable!("messages are combined"),
        }
    }
}

#[test]
fn a_message_that_changes_nothing_is_received() {
    let env = Environment::builder().threads(2).build().unwrap();
    let entries = [(0, 3), (1, 4), (2, 5), (0, 6), (1, 6), (2, 6)];
    let pairs: Vec<_> = entries.map(|(from, to)| (from, to, 0.0)).into();
    let from = index_by::<()>(&env, Rows::Left, 7, &pairs);
    let to = from.transpose(&env).unwrap();
    for travel in [Travel::Pull, Travel::Push] {
        let states = PaidVec::from_fn(env.memory(), "solution", 7, |_| None).unwrap();
        let iteration = MessageIteration::new("idle", &to, Idle).senders(&from).travel(travel);
        let result = iteration.maximum_supersteps(2).run(&env, states).unwrap();
        let expected = [None, None, None, Some(u32::MAX), Some(5), None, Some(5)];
        assert_eq!(result.states[..], expected, "{travel:?}");
    }
}

/// Sends nothing, a number or, seldom, what is idle, as the state says; who receives remembers it.
struct Faint<const SCATTERS: bool> {
    knows_idle: bool,
    /// Whether there is a number that every entry makes idle.
    fades: bool,
}

impl<const SCATTERS: bool> Faint<SCATTERS> {
    fn send(state: u64, out: &mut Outbox<f64, f64>) {
        match state % 64 {
            0 => out.send_all(f64::INFINITY).unwrap(),
            1..40 => out.send_all((state % 100) as f64).unwrap(),
            _ => {}
        }
    }
}

impl<W: EntryValue, const SCATTERS: bool> MessageProgram<W> for Faint<SCATTERS> {
    type State = u64;
    type Sent = f64;
    type Message = f64;
    type Combiner = Combiner<Min<f64>>;
    type Partial = ();
    const SCATTERS: bool = SCATTERS;

    fn combiner(&self) -> &Self::Combiner {
        const { &Combiner::min() }
    }
    fn idle(&self) -> Option<f64> {
        self.knows_idle.then_some(f64::INFINITY)
    }
    fn is_idle(&self, sent: &f64) -> bool {
        *sent == f64::INFINITY
    }
    fn partial(&self) {}
    fn scatter(&self, _key: u32, state: &u64, out: &mut Outbox<f64, f64>, (): &mut ()) {
        Self::send(*state, out);
    }
    fn along(&self, sent: &f64, value: W) -> f64 {
        if self.fades && *sent == 7.0 { f64::INFINITY } else { sent + value.to_weight() }
    }
    fn receive(
        &self,
        _key: u32,
        state: &mut u64,
        messages: &[f64],
        out: &mut Outbox<f64, f64>,
        (): &mut (),
    ) {
        if let Some(message) = messages.first() {
            *state = hash((*state, message.to_bits()));
        }
        if SCATTERS {
            out.change();
        } else {
            Self::send(*state, out);
        }
    }
}

fn what_is_idle_changes_nothing<W: EntryValue, const SCATTERS: bool>(seed: u64, fades: bool) {
    let mut number = seed;
    let mut next = |below: u64| {
        number = hash(number);
        number % below
    };
    // Some entries make an idle message of any; many are brought to their targets by several workers.
    let most = if seed.is_multiple_of(4) { 6000 } else { 400 };
    let entries: Entries = (0..next(most))
        .map(|_| {
            let value = if next(9) == 0 { f64::INFINITY } else { next(50) as f64 };
            (next(40) as u32, next(40) as u32, value)
        })
        .collect();
    let run = |threads, travel, knows_idle| {
        let env = Environment::builder().threads(threads).build().unwrap();
        let from = index_by::<W>(&env, Rows::Left, 40, &entries);
        let to = from.transpose(&env).unwrap();
        let state = |key: usize| hash((seed, key));
        let states = PaidVec::from_fn(env.memory(), "solution", 40, state).unwrap();
        let program = Faint::<SCATTERS> { knows_idle, fades };
        let mut iteration = MessageIteration::new("faint", &to, program)
            .senders(&from)
            .maximum_supersteps(6)
            .travel(travel);
        iteration.shift = Some(3);
        let result = iteration.run(&env, states).unwrap();
        let steps = &result.report.supersteps;
        let tally: Vec<_> = steps.iter().map(|step| (step.workset, step.changes)).collect();
        (result.states.to_vec(), tally)
    };
    let expected = run(1, Travel::Push, false);
    for travel in [Travel::Pull, Travel::Push, Travel::Automatic] {
        for knows_idle in [false, true] {
            assert_eq!(run(2, travel, knows_idle), expected, "{travel:?}, {knows_idle}, {seed}");
        }
    }
}

/// Messages in pieces.
struct Written(Vec<Vec<(u32, f64)>>);

impl MessageSource<f64> for Written {
    fn num_pieces(&self) -> usize {
        self.0.len()
    }
    fn for_each(&self, piece: usize, mut send: impl FnMut(u32, f64)) -> Result<()> {
        self.0[piece].iter().for_each(|&(target, message)| send(target, message));
        Ok(())
    }
}

#[test]
fn messages_merge_unless_their_order_tells() {
    let env = Environment::builder().threads(2).build().unwrap();
    let merged = |last: f64| {
        let pieces = (0..7u32).map(|piece| {
            let messages = (0..1000).map(|at| (at % 90, f64::from((at * 7 + piece * 31) % 1013)));
            messages.collect::<Vec<_>>()
        });
        let pieces: Vec<_> = pieces.chain([vec![(99, last)]]).collect();
        let mut expected = vec![f64::INFINITY; 100];
        for &(target, message) in pieces.iter().flatten() {
            let slot = &mut expected[target as usize];
            *slot = slot.min(message);
        }
        let mut slots = vec![f64::INFINITY; 100];
        let combiner = Combiner::<Min<f64>>::min();
        let is_merged = env.install(|| combiner.merge(&mut slots, &Written(pieces)).unwrap());
        assert!(!is_merged || slots == expected);
        is_merged
    };
    assert!(merged(-5.0) && merged(0.0));
    // What changes nothing would not be received; a zero with a sign is as small as one without.
    assert!(!merged(f64::INFINITY) && !merged(-0.0) && !merged(f64::NAN));
}

#[test]
fn keys_that_send_nothing_may_be_thought_to_send_what_is_idle() {
    for seed in 0..60 {
        for fades in [false, true] {
            what_is_idle_changes_nothing::<f64, true>(seed, fades);
            what_is_idle_changes_nothing::<f64, false>(seed, fades);
            what_is_idle_changes_nothing::<(), true>(seed, fades);
            what_is_idle_changes_nothing::<(), false>(seed, fades);
        }
    }
}
