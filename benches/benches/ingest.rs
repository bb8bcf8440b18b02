//! From files of several formats and sizes to a graph with its index.
//!
//! ```text
//! cargo bench -p quince-benches --bench ingest
//! ```
//!
//! Groups `ingest/FORMAT` hold Kronecker graphs of three scales, up to that of [`setting`];
//! throughput is in bytes of the file as it lies on the disk. [`load`](../load) has a plain reader
//! beside the first of them.

mod setting;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use quince_benches::graphs::{NamedGraph, weighted};
use quince_core::executor;
use quince_core::pipeline::Source;
use quince_datasets::EdgeList;
use quince_datasets::sinks::edge_list_sink;
use quince_gelly::{EdgeDirection, IndexedGraph};

/// By suffix, and whether there are weights.
const FORMATS: [(&str, bool); 6] = [
    ("el", false),
    ("csv", false),
    ("tsv", false),
    ("wel", true),
    ("el.gz", false),
    ("el.zst", false),
];

criterion_group!(benches, ingest);
criterion_main!(benches);

fn ingest(criterion: &mut Criterion) {
    let env = setting::environment();
    let folder = tempfile::tempdir().expect("a folder");
    let scale = setting::scale();
    for (format, with_weights) in FORMATS {
        let mut group = criterion.benchmark_group(format!("ingest/{format}"));
        group.sample_size(10);
        for scale in [scale.saturating_sub(4), scale.saturating_sub(2), scale] {
            let file = folder.path().join(format!("graph-{scale}.{format}"));
            let recipe = NamedGraph::Kronecker.recipe(scale);
            let mut source = recipe.source(&env).expect("edges");
            if with_weights {
                source = Box::new(weighted(&env, &*source).expect("edges")) as Box<dyn Source>;
            }
            let sink = edge_list_sink(&file).expect("a sink");
            executor::write(&env, &*source, &[], sink).expect("a file");
            let bytes = std::fs::metadata(&file).expect("the file").len();
            group.throughput(Throughput::Bytes(bytes));
            group.bench_function(BenchmarkId::from_parameter(scale), |bencher| {
                bencher.iter(|| {
                    let edges = EdgeList::open(&file).expect("an edge list");
                    let builder = IndexedGraph::builder(&env).directed(false);
                    if with_weights {
                        let graph = builder.build_weighted(&edges).expect("a graph");
                        graph.index(EdgeDirection::Any).expect("an index").columns().len()
                    } else {
                        let graph = builder.build(&edges).expect("a graph");
                        graph.index(EdgeDirection::Any).expect("an index").columns().len()
                    }
                });
            });
            std::fs::remove_file(&file).expect("it is there");
        }
        group.finish();
    }
}
