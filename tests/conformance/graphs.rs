//! Every graph with known answers, through the library and through the command.
//!
//! Known answers count a pair of vertices once (`data/MANIFEST.md`, "Definitions"), so components
//! and ranks are found with duplicates dropped; facts are compared as recorded, with duplicates
//! dropped, and as a simple undirected graph.

use quince::prelude::*;
use serde_json::Value;

use crate::algorithms;
use crate::answers::{Answers, text};
use crate::case::{Case, Run, Shape, outcome_in};
use crate::{communities, data, plain_reader};

/// Makes a test of each case, named as its file in `data/golden` with `_` for `-`, and the list of
/// all cases.
macro_rules! graphs {
    ($($test:ident $name:literal { $($field:ident: $value:expr),* $(,)? })*) => {
        $(#[test]
        fn $test() {
            check($name, &Case { $($field: $value,)* ..Case::PLAIN });
        })*

        const NAMES: &[&str] = &[$($name),*];
    };
}

graphs! {
    karate "karate" {
        file: "tiny/karate.tsv", weighted: true,
        explicit: &["--format", "tsv", "--header", "no", "--ids", "integer"],
    }
    lesmis "lesmis" {
        file: "tiny/lesmis.tsv", weighted: true, separator: Some('\t'),
        explicit: &["--format", "tsv", "--header", "no", "--ids", "string"],
    }
    davis_southern_women "davis-southern-women" {
        file: "tiny/davis-southern-women.tsv", separator: Some('\t'),
        explicit: &["--format", "tsv", "--comment", "#", "--ids", "string"],
    }
    florentine "florentine" {
        file: "tiny/florentine.tsv", explicit: &["--format", "tsv", "--ids", "string"],
    }
    painters "painters" {
        file: "tiny/painters.tsv", separator: Some('\t'),
        explicit: &["--format", "tsv", "--delimiter", "tab"],
    }
    email_eu_core "email-Eu-core" {
        file: "small/email-Eu-core.txt.gz", explicit: &["--format", "el", "--header", "no"],
    }
    ca_grqc "ca-GrQc" {
        file: "small/ca-GrQc.txt.gz", skip_lines: 1,
        explicit: &["--format", "snap", "--skip-lines", "1"],
    }
    as20graph "as20graph" {
        file: "small/as20graph.txt.gz", explicit: &["--format", "snap", "--ids", "integer"],
    }
    rome99 "rome99" {
        file: "road/rome99.gr.gz", weighted: true, skip_lines: 1,
        explicit: &["--format", "dimacs"],
    }
    cal_road "cal-road" {
        file: "road/cal.cedge.gz", weighted: true, columns: Some("2,3,4"),
        explicit: &["--delimiter", "space", "--comment", "none"],
    }
    facebook_combined "facebook_combined" {
        file: "medium/facebook_combined.txt.gz", explicit: &["--format", "el"],
    }
    wiki_vote "wiki-Vote" {
        file: "medium/wiki-Vote.txt.gz", explicit: &["--format", "snap"],
    }
    email_enron "email-Enron" {
        file: "medium/email-Enron.txt.gz", explicit: &["--format", "snap"],
    }
    cit_hepth "cit-HepTh" {
        file: "medium/cit-HepTh.jlg.gz", separator: Some(','), skip_lines: 1,
        explicit: &["--format", "csv", "--header", "yes"],
    }
    wikispeedia "wikispeedia" {
        file: "medium/wikispeedia-links.tsv.gz",
        explicit: &["--format", "tsv", "--ids", "string", "--comment", "none"],
    }
    openflights_routes "openflights-routes" {
        file: "medium/openflights-routes.dat.gz", columns: Some("3,5"), separator: Some(','),
        explicit: &["--format", "csv", "--header", "no", "--ids", "string"],
    }
    p2p_31 "p2p-31" {
        file: "p2p-31/p2p-31.e.gz", vertices: Some("p2p-31/p2p-31.v.gz"), weighted: true,
        explicit: &["--format", "wel"],
    }
    p2p_31_undirected "p2p-31-undirected" {
        file: "p2p-31/p2p-31.e.gz", vertices: Some("p2p-31/p2p-31.v.gz"),
        explicit: &["--format", "el"],
    }
    college_msg "CollegeMsg" {
        file: "temporal/CollegeMsg.txt.gz", explicit: &["--columns", "1,2"],
    }
    soc_sign_bitcoinotc "soc-sign-bitcoinotc" {
        file: "temporal/soc-sign-bitcoinotc.csv.gz", weighted: true, separator: Some(','),
        explicit: &["--format", "csv", "--header", "no"],
    }
    snb_knows "snb-knows" {
        file: "temporal/snb-person_knows_person.csv.gz", separator: Some('|'), skip_lines: 1,
        explicit: &["--format", "pipe", "--header", "yes", "--columns", "Person.id,Person.id.1"],
    }
    cnr_2000 "cnr-2000" {
        file: "large/cnr-2000.txt.gz", explicit: &["--format", "snap", "--ids", "integer"],
    }
    world_highways "world-highways" {
        file: "large/world_highways.tsv.gz", weighted: true,
        explicit: &["--columns", "u,v,km"],
    }
}

#[test]
fn every_known_answer_has_a_test() {
    let mut known: Vec<String> = std::fs::read_dir(data("golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    known.sort_unstable();
    let mut tested = NAMES.to_vec();
    tested.sort_unstable();
    assert_eq!(known, tested);
}

fn check(name: &str, case: &Case) {
    let json = std::fs::read_to_string(data(&format!("golden/{name}.json"))).unwrap();
    let known = serde_json::from_str(&json).unwrap();
    let answers = Answers { name: name.to_owned(), known };
    check_facts(&answers, case);
    check_results(&answers, case);
    check_by_second_opinion(&answers, case);
    algorithms::check(&answers, case);
    communities::check(&answers, case);
}

/// Sizes, duplicates, self-loops, degrees.
fn check_facts(answers: &Answers, case: &Case) {
    let name = &answers.name;
    let facts = |shape| {
        let printed = case.command_facts(shape, &[]);
        let by_library = serde_json::to_string_pretty(&case.library_facts(shape)).unwrap();
        assert_eq!(printed, by_library + "\n", "{name}: the command and the library differ");
        printed
    };
    let printed = facts(Shape::RECORDS);
    let explicit = case.command_facts(Shape::RECORDS, case.explicit);
    assert_eq!(printed, explicit, "{name}: found out otherwise than {:?}", case.explicit);

    let records = read(&printed);
    expect(answers, &records, "/vertices", "/counts/vertices");
    expect(answers, &records, "/edges", "/counts/edge_records");
    expect(answers, &records, "/self_loops", "/counts/self_loop_records");
    expect(answers, &records, "/duplicate_edges", "/counts/duplicate_ordered_records");

    let distinct = read(&facts(Shape::distinct(true)));
    expect(answers, &distinct, "/edges", "/counts/distinct_ordered_pairs");
    expect(answers, &distinct, "/self_loops", "/counts/distinct_self_loops");
    if answers.is_directed() {
        expect(answers, &distinct, "/out_degree/maximum", "/degrees/max_out");
        expect(answers, &distinct, "/in_degree/maximum", "/degrees/max_in");
        expect(answers, &distinct, "/dangling_vertices", "/degrees/dangling_out0");
    }

    let simple = read(&facts(Shape::SIMPLE));
    expect(answers, &simple, "/edges", "/counts/undirected_simple_edges");
    expect(answers, &simple, "/out_degree/maximum", "/degrees/max_undirected");
    expect(answers, &simple, "/isolated_vertices", "/degrees/isolated");
    let vertex = &answers.known["degrees"]["argmax_undirected"];
    assert_eq!(simple["out_degree"]["vertex"], text(vertex), "{name}: the vertex of that degree");
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// Fails unless the fact is what is known.
fn expect(answers: &Answers, facts: &Value, fact: &str, known: &str) {
    let found = facts.pointer(fact).and_then(Value::as_u64);
    assert_eq!(found, Some(answers.count(known)), "{}: {fact} is not {known}", answers.name);
}

/// Components and ranks: as known, and the same bits at any number of threads.
fn check_results(answers: &Answers, case: &Case) {
    let name = &answers.name;
    let shape = Shape::distinct(answers.is_directed());
    let [ascending, hub_first] = [VertexOrder::Ascending, VertexOrder::HubFirst].map(|order| {
        let files = case.command_files(shape, Run { threads: 1, order });
        let outcome = outcome_in(&files);
        answers.check(&outcome);
        check_largest(answers, &outcome.components);
        for threads in [1, 2, 8] {
            let run = Run { threads, order };
            assert!(case.command_files(shape, run) == files, "{name}: other bytes with {run:?}");
            let by_library = case.library_outcome(shape, run);
            assert!(by_library == outcome, "{name}: the library gives other bits with {run:?}");
            let plain = case.command_file("connected-components", shape, run, &["--no-rewrite"]);
            assert!(plain == files[0], "{name}: the rewrite gives other components with {run:?}");
        }
        outcome
    });
    ascending.check_other_order(&hub_first, name);
}

fn check_largest(answers: &Answers, components: &[(String, String)]) {
    let mut sizes = std::collections::HashMap::<&str, u64>::new();
    components.iter().for_each(|(_, component)| *sizes.entry(component).or_default() += 1);
    let largest = sizes.values().max().copied();
    assert_eq!(largest, Some(answers.count("/wcc/largest")), "{}", answers.name);
}

/// Counts by a reader of a few lines, and components by petgraph, where that takes no time.
fn check_by_second_opinion(answers: &Answers, case: &Case) {
    if answers.count("/counts/edge_records") > 1_000_000 {
        return;
    }
    let edges = plain_reader::edges(case);
    assert_eq!(edges.len() as u64, answers.count("/counts/edge_records"));
    let (vertices, pairs) = plain_reader::distinct(&edges);
    assert_eq!(vertices as u64, answers.count("/counts/vertices"));
    assert_eq!(pairs as u64, answers.count("/counts/distinct_ordered_pairs"));
    let components = plain_reader::num_components(&edges) as u64;
    assert_eq!(components, answers.count("/wcc/count"), "petgraph on {}", answers.name);
}
