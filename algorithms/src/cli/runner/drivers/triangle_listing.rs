//! `TriangleListing`: all triangles, and the census of triads.

use quince_gelly::java_hash::{Murmur, seed};

use super::{Answer, Driver, ORDER, order};
use crate::cli::error::Result;
use crate::cli::runner::inputs::{InputGraph, View};
use crate::cli::runner::java_text::grouped;
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::cli::runner::rows::{Row, RowForm, Rows};
use crate::{TriadicCensus, TriangleListing};

const SORT: Parameter =
    Parameter::flag("sort_triangle_vertices", "let the vertices of a triangle ascend by id");
const PERMUTE: Parameter =
    Parameter::flag("permute_results", "list each triangle six times, in every order");
const CENSUS: Parameter =
    Parameter::flag("triadic_census", "count the threes of vertices of each kind too");

pub(super) struct Triangles;

impl Driver for Triangles {
    fn name(&self) -> &'static str {
        "TriangleListing"
    }

    fn about(&self) -> &'static str {
        "List the threes of vertices that are all neighbours of each other"
    }

    fn description(&self) -> &'static str {
        "Gives each triangle, from its vertex of the lowest degree to that of the highest; where \
         edges go one way, with the directions of the three."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[ORDER, SORT, PERMUTE, CENSUS]
    }

    fn run(&self, parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        let view = order(parameters, self.name())?;
        let graph = input.graph(view)?;
        let algorithm = TriangleListing::default()
            .sort_triangle_vertices(parameters.has(&SORT))
            .permute_results(parameters.has(&PERMUTE));
        let triangles = graph.run(algorithm)?;
        let table = triangles.table();
        let mut answer = match view {
            View::Directed => Answer::of(Rows::new(table, Directed, input.ids, 3)),
            View::Undirected => Answer::of(Rows::new(table, Undirected, input.ids, 3)),
        };
        if parameters.has(&CENSUS) {
            let census = graph.run(TriadicCensus::default())?;
            answer.analytics.push("triadic census:".to_owned());
            let line = |(kind, count)| format!("  {kind}: {}", grouped(count));
            answer.analytics.extend(census.iter().map(line));
        }
        Ok(answer.figure("triangles", triangles.num_triangles()))
    }
}

fn hash_vertices(seed: u32, row: &Row<'_>) -> Murmur {
    (0..3).fold(Murmur::new(seed), |hash, column| hash.int(row.id_hash(column)))
}

fn print_vertices(row: &Row<'_>, out: &mut String) {
    for (column, name) in
        ["1st vertex ID: ", ", 2nd vertex ID: ", ", 3rd vertex ID: "].iter().enumerate()
    {
        out.push_str(name);
        row.write_id(column, out);
    }
}

/// Three ids.
struct Undirected;

impl RowForm for Undirected {
    fn hash(&self, row: &Row<'_>) -> i32 {
        hash_vertices(seed::UNDIRECTED_TRIANGLE, row).finish()
    }

    fn print(&self, row: &Row<'_>, out: &mut String) {
        print_vertices(row, out);
    }
}

/// Three ids and a bitmask.
struct Directed;

impl RowForm for Directed {
    fn hash(&self, row: &Row<'_>) -> i32 {
        hash_vertices(seed::DIRECTED_TRIANGLE, row).int(row.integer(3) as i32).finish()
    }

    fn print(&self, row: &Row<'_>, out: &mut String) {
        print_vertices(row, out);
        let bitmask = row.integer(3);
        let sides = [(0, 1, bitmask >> 4), (0, 2, bitmask >> 2), (1, 2, bitmask)];
        for (at, (from, to, bits)) in sides.into_iter().enumerate() {
            out.push_str(if at == 0 { ", edge directions: " } else { ", " });
            row.write_id(from, out);
            out.push_str(match bits & 3 {
                1 => "<-",
                2 => "->",
                _ => "<->",
            });
            row.write_id(to, out);
        }
    }
}
