//! timely dataflow: a vertex belongs to the worker `vertex % workers`; in a round each worker
//! combines what it sends to a vertex, and an exchange brings it there.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use quince_benches::kernel::{Answer, Kernel};
use timely::dataflow::InputHandle;
use timely::dataflow::operators::{Exchange, Input, Inspect, Probe};

use super::{Done, Edge, Task, components, num_vertices, ranks};

/// Rows by source, of the vertices of one worker; the others are empty.
struct Rows {
    offsets: Vec<usize>,
    targets: Vec<u32>,
}

pub(crate) fn run(task: &Task, edges: &[Edge]) -> Option<Done> {
    if task.directed || !matches!(task.kernel, Kernel::Pr | Kernel::Cc) {
        return None;
    }
    let vertices = num_vertices(edges);
    let mut arcs: Vec<(u32, u32)> = task.arcs(edges).map(|(a, b, _)| (a, b)).collect();
    arcs.sort_unstable();
    let arcs = Arc::new(arcs);
    let (trials, threads, iterations) = (task.trials, task.threads, task.iterations);
    let ranking = task.kernel == Kernel::Pr;
    let guards = timely::execute(timely::Config::process(threads), move |worker| {
        let rows = Rows::new(&arcs, vertices, worker.index(), worker.peers());
        let mut seconds = Vec::new();
        let mut values = Vec::new();
        for _ in 0..trials {
            let start = std::time::Instant::now();
            values = if ranking {
                page_rank(worker, &rows, vertices, iterations)
            } else {
                least_labels(worker, &rows, vertices)
            };
            seconds.push(start.elapsed().as_secs_f64());
        }
        let own = (worker.index()..vertices).step_by(worker.peers());
        (seconds, own.map(|vertex| values[vertex]).collect::<Vec<f64>>())
    });
    let results: Vec<(Vec<f64>, Vec<f64>)> =
        guards.ok()?.join().into_iter().collect::<Result<_, _>>().ok()?;
    // A trial is over when its slowest worker is.
    let slowest =
        |trial: usize| results.iter().map(|(seconds, _)| seconds[trial]).fold(0.0, f64::max);
    let seconds = (0..trials).map(slowest).collect();
    let values = results.iter().flat_map(|(_, values)| values.iter().copied());
    let answer: Answer = if ranking {
        ranks(values.collect())
    } else {
        components(values.map(|label| label as u32))
    };
    Some(Done { seconds, answer, threads, note: "messages combined before the exchange" })
}

impl Rows {
    fn new(arcs: &[(u32, u32)], vertices: usize, worker: usize, workers: usize) -> Self {
        let (mut offsets, mut targets) = (vec![0; vertices + 1], Vec::new());
        for &(source, target) in arcs.iter().filter(|arc| arc.0 as usize % workers == worker) {
            targets.push(target);
            offsets[source as usize + 1] = targets.len();
        }
        for vertex in 0..vertices {
            offsets[vertex + 1] = offsets[vertex + 1].max(offsets[vertex]);
        }
        Self { offsets, targets }
    }

    fn of(&self, vertex: usize) -> &[u32] {
        &self.targets[self.offsets[vertex]..self.offsets[vertex + 1]]
    }
}

/// A vertex, a round and a value. A worker that is ahead may have sent for the next round already.
type Message = (u32, u32, f64);

/// A dataflow that carries values to the workers of their vertices, round by round.
struct Rounds<'w> {
    worker: &'w mut timely::worker::Worker,
    input: InputHandle<u64, timely::container::CapacityContainerBuilder<Vec<Message>>>,
    probe: timely::dataflow::operators::probe::Handle<u64>,
    arrived: Rc<RefCell<Vec<Message>>>,
}

impl<'w> Rounds<'w> {
    fn new(worker: &'w mut timely::worker::Worker) -> Self {
        let mut input = InputHandle::new();
        let arrived = Rc::new(RefCell::new(Vec::new()));
        let here = arrived.clone();
        let probe = worker.dataflow(|scope| {
            let sent = scope.input_from(&mut input).container::<Vec<_>>();
            let sent = sent.exchange(|message: &Message| u64::from(message.0));
            sent.inspect(move |&message| here.borrow_mut().push(message)).probe().0
        });
        Self { worker, input, probe, arrived }
    }

    /// Sends, and takes what all workers sent here.
    fn round(&mut self, sent: impl Iterator<Item = (u32, f64)>) -> Vec<(u32, f64)> {
        let round = *self.input.time();
        sent.for_each(|(vertex, value)| self.input.send((vertex, round as u32, value)));
        self.input.advance_to(round + 1);
        while self.probe.less_than(self.input.time()) {
            self.worker.step();
        }
        let mut arrived = self.arrived.borrow_mut();
        let of_this = arrived.extract_if(.., |(_, of, _)| u64::from(*of) == round);
        of_this.map(|(vertex, _, value)| (vertex, value)).collect()
    }
}

fn page_rank(
    worker: &mut timely::worker::Worker,
    rows: &Rows,
    vertices: usize,
    iterations: u64,
) -> Vec<f64> {
    let own = (worker.index()..vertices).step_by(worker.peers());
    let mut rounds = Rounds::new(worker);
    let mut ranks = vec![1.0 / vertices as f64; vertices];
    for _ in 0..iterations {
        let mut sums = vec![0.0; vertices];
        for vertex in own.clone() {
            let row = rows.of(vertex);
            let share = ranks[vertex] / row.len().max(1) as f64;
            row.iter().for_each(|&target| sums[target as usize] += share);
        }
        let sent = (0u32..).zip(sums).filter(|(_, sum)| *sum > 0.0);
        let arrived = rounds.round(sent);
        own.clone().for_each(|vertex| ranks[vertex] = 0.15 / vertices as f64);
        arrived.into_iter().for_each(|(vertex, sum)| ranks[vertex as usize] += 0.85 * sum);
    }
    ranks
}

fn least_labels(worker: &mut timely::worker::Worker, rows: &Rows, vertices: usize) -> Vec<f64> {
    let workers = worker.peers() as u32;
    let mut active: Vec<usize> = (worker.index()..vertices).step_by(worker.peers()).collect();
    let mut rounds = Rounds::new(worker);
    let mut labels: Vec<f64> = (0..vertices).map(|vertex| vertex as f64).collect();
    loop {
        let mut best = vec![f64::INFINITY; vertices];
        for &vertex in &active {
            for &target in rows.of(vertex) {
                best[target as usize] = best[target as usize].min(labels[vertex]);
            }
        }
        // Beside offers, each worker tells all others whether it has any: a label below zero.
        let any = best.iter().any(|label| label.is_finite());
        let news = (0..workers).filter(|_| any).map(|worker| (worker, -1.0));
        let sent = (0u32..).zip(best).filter(|(_, label)| label.is_finite());
        let arrived = rounds.round(sent.chain(news));
        if arrived.is_empty() {
            return labels;
        }
        active.clear();
        for (vertex, label) in arrived {
            let vertex = vertex as usize;
            if label >= 0.0 && label < labels[vertex] {
                labels[vertex] = label;
                active.push(vertex);
            }
        }
        active.sort_unstable();
        active.dedup();
    }
}
