//! One block of R-MAT edges.
//!
//! The plain form, once per bit of the ids: `r = next_float()`, then the quadrant is the first
//! whose cumulated probability is at least `r`.
//!
//! An attempt always takes the same number of draws. So several attempts run side by side, each
//! from its own place in the sequence: one chain of multiplications would wait for itself. Without
//! noise the same three limits hold for every bit, and they are kept as generator states that
//! draws compare with before they become floats.

use std::array;

use super::super::blocks::{EdgeBlock, VertexId};
use super::java_random::{JavaRandom, Jump};

/// Attempts side by side.
const LANES: usize = 4;

/// Draws for each bit of the ids: the quadrant's, and one for each of its four probabilities.
pub(super) fn draws_per_bit(noise: Option<f32>) -> u32 {
    if noise.is_some() { 5 } else { 1 }
}

/// What all blocks of a graph share.
#[derive(Clone, Debug)]
pub(super) struct Recursion {
    num_vertices: u64,
    scale: u32,
    /// Probabilities of the quadrants top left, top right, bottom left.
    constants: [f32; 3],
    noise: Option<f32>,
    /// The last generator states in the first one, two and three quadrants.
    limits: [u64; 3],
    /// From one attempt to its neighbours; the last to the first of the next round.
    jumps: [Jump; LANES + 1],
}

impl Recursion {
    pub(super) fn new(
        num_vertices: u64,
        scale: u32,
        [a, b, c]: [f32; 3],
        noise: Option<f32>,
    ) -> Self {
        let draws_per_bit = draws_per_bit(noise);
        Self {
            num_vertices,
            scale,
            constants: [a, b, c],
            noise,
            limits: [a, a + b, a + b + c].map(JavaRandom::last_step_within),
            jumps: array::from_fn(|lane| Jump::over(lane as u32 * scale * draws_per_bit)),
        }
    }

    fn is_inside(&self, (source, target): (u64, u64)) -> bool {
        source < self.num_vertices && target < self.num_vertices
    }

    /// An attempt at an edge in each lane.
    #[inline(always)]
    fn draw(&self, randoms: &mut [JavaRandom; LANES]) -> [(u64, u64); LANES] {
        match self.noise {
            None => self.draw_steady(randoms),
            Some(noise) => self.draw_noisy(noise, randoms),
        }
    }

    /// With quadrants that keep their probabilities.
    #[inline(always)]
    fn draw_steady(&self, randoms: &mut [JavaRandom; LANES]) -> [(u64, u64); LANES] {
        let [first, second, third] = self.limits;
        let mut edges = [(0, 0); LANES];
        for _ in 0..self.scale {
            for (random, edge) in randoms.iter_mut().zip(&mut edges) {
                let step = random.step();
                *edge = descend(*edge, step > first, step > second, step > third);
            }
        }
        edges
    }

    /// With quadrants whose probabilities waver from bit to bit.
    fn draw_noisy(&self, noise: f32, randoms: &mut [JavaRandom; LANES]) -> [(u64, u64); LANES] {
        let mut edges = [(0, 0); LANES];
        let mut quadrants = [Quadrants::new(self.constants); LANES];
        for _ in 0..self.scale {
            for ((random, edge), quadrants) in
                randoms.iter_mut().zip(&mut edges).zip(&mut quadrants)
            {
                let Quadrants { a, b, c, .. } = *quadrants;
                let r = random.next_float();
                *edge = descend(*edge, r > a, r > a + b, r > a + b + c);
                quadrants.waver(noise, random);
            }
        }
        edges
    }
}

/// Takes the quadrant: the first one, or that behind the limits that were passed. Limits rise, so
/// whoever is past one is past those before it.
#[inline(always)]
fn descend((source, target): (u64, u64), first: bool, second: bool, third: bool) -> (u64, u64) {
    (source << 1 | u64::from(second), target << 1 | u64::from(first ^ second ^ third))
}

/// Probabilities of the quadrants in one attempt.
#[derive(Clone, Copy)]
struct Quadrants {
    a: f32,
    b: f32,
    c: f32,
    d: f32,
}

impl Quadrants {
    fn new([a, b, c]: [f32; 3]) -> Self {
        Self { a, b, c, d: ((1.0 - a) - b) - c }
    }

    /// Multiplies each by a draw from `1 - noise / 2` to `1 + noise / 2`; the sum is 1 again.
    #[inline(always)]
    fn waver(&mut self, noise: f32, random: &mut JavaRandom) {
        let least = 1.0 - f64::from(noise / 2.0);
        let [a, b, c, d] = [self.a, self.b, self.c, self.d]
            .map(|p| (f64::from(p) * (least + f64::from(random.next_float() * noise))) as f32);
        let norm = 1.0 / (a + b + c + d);
        *self = Self::new([a * norm, b * norm, c * norm]);
    }
}

/// A block: so many edges from one seed.
#[derive(Debug)]
pub(super) struct Block {
    recursion: Recursion,
    random: JavaRandom,
    num_edges: u64,
}

impl Block {
    pub(super) fn new(recursion: Recursion, seed: u64, num_edges: u64) -> Self {
        Self { recursion, random: JavaRandom::new(seed), num_edges }
    }
}

impl EdgeBlock for Block {
    fn num_edges(&self) -> u64 {
        self.num_edges
    }

    fn fill<V: VertexId>(&mut self, sources: &mut [V], targets: &mut [V]) -> usize {
        let Self { recursion, random, .. } = self;
        let mut at = 0;
        while at < sources.len() {
            let starts: [_; LANES] = array::from_fn(|lane| recursion.jumps[lane].from(random));
            let next = recursion.jumps[LANES].from(random);
            let edges = recursion.draw(&mut starts.clone());
            let mut used = 0;
            while used < LANES && at < sources.len() {
                let (source, target) = edges[used];
                if recursion.is_inside(edges[used]) {
                    (sources[at], targets[at]) = (V::from_u64(source), V::from_u64(target));
                    at += 1;
                }
                used += 1;
            }
            // A full batch may leave attempts over: the next one makes them again.
            *random = starts.into_iter().nth(used).unwrap_or(next);
        }
        sources.len()
    }
}
