//! The options of graphs without chance.

use std::str::FromStr;

use clap::Args;
use quince_datasets::generators::{
    CirculantGraph, CompleteGraph, CycleGraph, EchoGraph, EmptyGraph, GraphGenerator, Grid,
    GridGraph, HypercubeGraph, PathGraph, SingletonEdgeGraph, StarGraph,
};

use super::Describe;

#[derive(Clone, Debug, Args)]
pub(super) struct GridArgs {
    /// The number of rows
    #[arg(long, value_name = "N")]
    rows: u64,

    /// The number of columns
    #[arg(long, value_name = "N")]
    columns: u64,

    /// Join opposite sides (a torus)
    #[arg(long)]
    wrap: bool,
}

impl Describe for GridArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        Grid::new(self.rows, self.columns).wrap(self.wrap)
    }
}

/// A dimension of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dimension {
    size: u64,
    wrap: bool,
}

impl FromStr for Dimension {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let remedy = "give a size, like 5, and :wrap to join the ends, like 5:wrap";
        let (size, wrap) = match text.split_once(':') {
            None => (text, false),
            Some((size, "wrap")) => (size, true),
            Some(_) => return Err(remedy),
        };
        Ok(Self { size: size.parse().map_err(|_| remedy)?, wrap })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct GridGraphArgs {
    /// The size of a dimension, and whether its ends are joined; once for each dimension, of which
    /// the last varies fastest
    #[arg(long, value_name = "SIZE[:wrap]", required = true)]
    dimension: Vec<Dimension>,
}

impl Describe for GridGraphArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        self.dimension
            .iter()
            .fold(GridGraph::new(), |grid, it| grid.add_dimension(it.size, it.wrap))
    }
}

/// Some distances between vertices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Distances {
    offset: u64,
    length: u64,
}

impl FromStr for Distances {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let remedy = "give a distance and how many from there on, like 1:3 for 1, 2 and 3";
        let (offset, length) = text.split_once(':').unwrap_or((text, "1"));
        let number = |text: &str| text.parse().map_err(|_| remedy);
        Ok(Self { offset: number(offset)?, length: number(length)? })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct CirculantArgs {
    /// The number of vertices
    #[arg(long, value_name = "N")]
    vertices: u64,

    /// The least of some distances, and how many there are; may be given more than once
    #[arg(long, value_name = "OFFSET[:LENGTH]")]
    range: Vec<Distances>,
}

impl Describe for CirculantArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        let graph = CirculantGraph::new(self.vertices);
        self.range.iter().fold(graph, |graph, it| graph.add_range(it.offset, it.length))
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct EchoArgs {
    /// The number of vertices
    #[arg(long, value_name = "N")]
    vertices: u64,

    /// How many neighbours each has: even if the number of vertices is odd, odd if it is even
    #[arg(long, value_name = "N")]
    degree: u64,
}

impl Describe for EchoArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        EchoGraph::new(self.vertices, self.degree)
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct HypercubeArgs {
    /// The number of dimensions: the logarithm of the number of vertices, to base 2
    #[arg(long, value_name = "N")]
    dimensions: u32,
}

impl Describe for HypercubeArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        HypercubeGraph::new(self.dimensions)
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct SingletonEdgesArgs {
    /// The number of pairs of vertices
    #[arg(long, value_name = "N")]
    pairs: u64,
}

impl Describe for SingletonEdgesArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        SingletonEdgeGraph::new(self.pairs)
    }
}

/// Options of a graph that is described by its number of vertices alone.
macro_rules! sized {
    ($($args:ident of $graph:ident),*) => {$(
        #[derive(Clone, Debug, Args)]
        pub(super) struct $args {
            /// The number of vertices
            #[arg(long, value_name = "N")]
            vertices: u64,
        }

        impl Describe for $args {
            fn generator(&self) -> impl GraphGenerator + 'static {
                $graph::new(self.vertices)
            }
        }
    )*};
}

sized!(
    CompleteArgs of CompleteGraph,
    CycleArgs of CycleGraph,
    EmptyArgs of EmptyGraph,
    PathArgs of PathGraph,
    StarArgs of StarGraph
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_numbers_are_read() {
        assert_eq!("5".parse(), Ok(Dimension { size: 5, wrap: false }));
        assert_eq!("5:wrap".parse(), Ok(Dimension { size: 5, wrap: true }));
        assert_eq!("2".parse(), Ok(Distances { offset: 2, length: 1 }));
        assert_eq!("2:4".parse(), Ok(Distances { offset: 2, length: 4 }));
        for text in ["", "x", "5:", "5:true", "-1"] {
            assert!(text.parse::<Dimension>().unwrap_err().contains("like 5:wrap"), "{text}");
        }
        for text in ["", "1:", ":2", "1:2:3", "1-3"] {
            assert!(text.parse::<Distances>().unwrap_err().contains("like 1:3"), "{text}");
        }
    }
}
