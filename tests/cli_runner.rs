//! `quince run` end to end, with the checksums that Flink's tests of Gelly's drivers pin.
#![cfg(feature = "cli")]

mod support;

use support::{Folder, Run, run, succeed};

/// `quince run` with words that are divided by spaces.
fn words(text: &str) -> Vec<&str> {
    ["run"].into_iter().chain(text.split_whitespace()).collect()
}

fn told(text: &str) -> String {
    succeed(words(text)).stdout
}

fn refused(text: &str) -> Run {
    let run = run(words(text));
    assert_eq!(run.code, Some(2), "{text}: {run:?}");
    assert_eq!(run.stdout, "");
    run
}

/// The first line of `--output hash`.
fn hash(text: &str) -> String {
    let told = told(&format!("{text} --output hash"));
    told.lines().next().expect("a line").to_owned()
}

fn checksum(count: u64, sum: u64) -> String {
    format!("ChecksumHashCode {sum:#018x}, count {count}")
}

/// Number of lines and sum of their hash codes, as Flink's tests look at `--output print`.
fn printed(text: &str) -> (u64, u64) {
    let told = told(&format!("{text} --output print"));
    let hash = |line: &str| {
        line.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
    };
    let lines = told.lines().filter(|line| !line.is_empty());
    lines.fold((0, 0), |(count, sum), line| (count + 1, sum + u64::from(hash(line))))
}

#[test]
fn edges_of_every_input_have_the_checksums_of_gelly() {
    // Rows E1 to E10, R1 to R3 of gelly.tsv.
    for (input, count, sum, lines) in [
        ("CirculantGraph --vertex_count 42 --range0 13:4", 168, 0x1_ae80, 0x4b_dcc5_2cbc),
        ("CompleteGraph --vertex_count 42", 1722, 0x11_3ca0, 0x311_09a0_c398),
        ("CycleGraph --vertex_count 42", 84, 0xd740, 0x27_2a13_6fca),
        ("EmptyGraph --vertex_count 42", 0, 0, 0),
        ("HypercubeGraph --dimensions 7", 896, 0x1b_c800, 0x1f2_43ee_33b2),
        ("PathGraph --vertex_count 42", 82, 0xd220, 0x26_9be2_d4c2),
        ("SingletonEdgeGraph --vertex_pair_count 42", 84, 0x1_b3c0, 0x2e_59e1_0d9a),
        ("StarGraph --vertex_count 42", 82, 0x6ba0, 0x11_ec3f_aee8),
        ("RMatGraph --scale 7", 2048, 0x1e_e529, 0x2f7_3793_9f05),
        ("RMatGraph --scale 7 --simplify directed", 1168, 0x15_79bd, 0x20e_35b0_f35d),
        ("RMatGraph --scale 7 --simplify undirected", 1854, 0x24_2920, 0x36f_e580_2162),
    ] {
        let edges = format!("--algorithm EdgeList --input {input}");
        assert_eq!(hash(&edges), checksum(count, sum), "{input}");
        assert_eq!(printed(&edges), (count, lines), "{input}");
    }
    let echo = "--algorithm EdgeList --input EchoGraph --vertex_count 42 --vertex_degree 13";
    assert_eq!(hash(echo), checksum(546, 13 * 32 * 861));
    let grid = "--algorithm EdgeList --input GridGraph --dim0 2:true --dim1 3:false";
    assert_eq!(printed(grid).0, 14);
}

#[test]
fn every_type_of_ids_hashes_as_in_java() {
    let edges = "--algorithm EdgeList --input RMatGraph --scale 7 --type";
    for name in ["integer", "short", "char", "nativeInteger", "nativeShort", "nativeLong", "byte"] {
        assert_eq!(hash(&format!("{edges} {name}")), checksum(2048, 0x1e_e529), "{name}");
    }
    // 31 * 43 + 43 more for each edge.
    assert_eq!(hash(&format!("{edges} long")), checksum(2048, 0x1e_e529 + 2048 * 32 * 43));
    let star = "--algorithm EdgeList --input StarGraph --vertex_count 2 --type";
    // The code of the text "0" is 48, that of "1" is 49.
    assert_eq!(hash(&format!("{star} string")), checksum(2, (31 * 48 + 49) + (31 * 49 + 48)));
    assert_eq!(told(&format!("{star} float --output print")), "(0.0,1.0)\n(1.0,0.0)\n");
    assert_eq!(told(&format!("{star} nativeDouble --output print")), "(0.0,1.0)\n(1.0,0.0)\n");
    let path =
        "--algorithm EdgeList --input PathGraph --vertex_count 130 --type byte --output print";
    assert!(told(path).contains("(127,-128)\n(-128,127)\n"), "signed");
}

#[test]
fn objects_and_threads_make_no_difference() {
    let edges = "--algorithm EdgeList --input RMatGraph --scale 7 --simplify undirected";
    let one = told(&format!("{edges} --output print --parallelism 1"));
    for more in ["--parallelism 2", "--parallelism 8 --__disable_object_reuse"] {
        assert_eq!(told(&format!("{edges} --output print {more}")), one, "{more}");
    }
}

#[test]
fn components_have_the_checksums_of_gelly() {
    // Row R4.
    let components = "--algorithm ConnectedComponents --input RMatGraph --scale 7 --edge_factor 1 \
                      --a 0.25 --b 0.25 --c 0.25 --noise_enabled --noise 1.0 --simplify undirected";
    assert_eq!(hash(components), checksum(106, 0x3_3e88));
    assert_eq!(printed(components), (106, 0x24_edd0_568d));
}

#[test]
fn clustering_has_the_figures_of_gelly() {
    // Rows R5, R7 and R8.
    let lines = |order: &str, scale: u32, simplify: &str| {
        told(&format!(
            "--algorithm ClusteringCoefficient --order {order} --input RMatGraph --scale {scale} \
             --simplify {simplify} --output hash"
        ))
    };
    for (order, scale, simplify, hash, global, average) in [
        (
            "directed",
            7,
            "directed",
            checksum(117, 0x36_21c6_2ca1),
            (29_286, 11_466, "0.39151813"),
            "0.45125697",
        ),
        (
            "directed",
            8,
            "directed",
            checksum(233, 0x75_d99a_55b6),
            (97_315, 30_705, "0.31552175"),
            "0.41178524",
        ),
        (
            "directed",
            8,
            "undirected",
            checksum(233, 0x76_635e_00e2),
            (97_315, 30_705, "0.31552175"),
            "0.50945459",
        ),
        (
            "undirected",
            8,
            "undirected",
            checksum(233, 0x74_3ef6_d14b),
            (97_315, 30_705, "0.31552175"),
            "0.50945459",
        ),
    ] {
        let told = lines(order, scale, simplify);
        let found: Vec<&str> = told.lines().collect();
        assert_eq!(found[0], hash);
        let (triplets, triangles, score) = global;
        let expected = format!(
            "triplet count: {triplets}, triangle count: {triangles}, global clustering \
             coefficient: {score}"
        );
        assert!(found[1].starts_with(&expected), "{told}");
        assert!(found[2].contains(&format!("average clustering coefficient: {average}")), "{told}");
    }
}

#[test]
fn triangles_have_the_checksums_of_gelly() {
    // Row R13.
    let triangles = "--algorithm TriangleListing --order directed --permute_results \
                     --input RMatGraph --scale 8 --simplify directed";
    assert_eq!(hash(triangles), checksum(61_410, 0x77d3_e5e6_9fa3));
    assert_eq!(printed(triangles), (61_410, 0x77d9_6772_2c8a));
    let census = told(&format!("{triangles} --triadic_census --output hash"));
    let counts: Vec<&str> =
        census.lines().skip(2).filter_map(|line| line.split(": ").nth(1)).collect();
    let expected = "1,679,209 267,130 57,972 8,496 8,847 17,501 13,223 12,865 1,674 572 5,678 1,066 \
                    896 2,011 2,867 1,149";
    assert_eq!(counts.join(" "), expected);
    assert!(census.contains("  030C: 572\n"), "{census}");
    let sorted = "--algorithm TriangleListing --order undirected --sort_triangle_vertices \
                  --input CompleteGraph --vertex_count 3 --output print";
    assert_eq!(told(sorted), "1st vertex ID: 0, 2nd vertex ID: 1, 3rd vertex ID: 2\n");
}

#[test]
fn similar_vertices_have_the_checksums_of_gelly() {
    // Rows R17, R18 and R20.
    let jaccard =
        "--algorithm JaccardIndex --mirror_results --simplify undirected --input RMatGraph";
    assert_eq!(hash(&format!("{jaccard} --scale 7")), checksum(11_388, 0x1647_5705_2eeb));
    let eight = format!("{jaccard} --scale 8");
    assert_eq!(hash(&eight), checksum(39_276, 0x4cab_a2e6_63d5));
    assert_eq!(printed(&eight), (39_276, 0x4c5a_7262_20c0));
    let adamic = "--algorithm AdamicAdar --mirror_results --simplify undirected --input RMatGraph";
    assert_eq!(printed(&format!("{adamic} --scale 8")).0, 39_276);
    let star = "--algorithm AdamicAdar --input StarGraph --vertex_count 3 --output print";
    // 1 / ln 2 in 32 bits.
    assert_eq!(told(star), "Vertex IDs: (1, 2), adamic-adar score: 1.442695\n");
}

#[test]
fn metrics_have_the_figures_of_gelly() {
    // Rows R22 and R23.
    let metrics = |order: &str| {
        told(&format!(
            "--algorithm GraphMetrics --order {order} --input RMatGraph --scale 7 \
             --simplify {order} --output print"
        ))
    };
    let edges = "\n\
                 Edge metrics:\n  triangle triplet count: 4,575\n  rectangle triplet count: 11,756\n  \
                 maximum triangle triplets: 153\n  maximum rectangle triplets: 391\n";
    let directed = "Vertex metrics:\n  vertex count: 117\n  edge count: 1,168\n  \
                    unidirectional edge count: 686\n  bidirectional edge count: 241\n  \
                    average degree: 9.983\n  density: 0.08605953\n  triplet count: 29,286\n  \
                    maximum degree: 91\n  maximum out degree: 77\n  maximum in degree: 68\n  \
                    maximum triplets: 4,095\n";
    assert_eq!(metrics("directed"), format!("{directed}{edges}"));
    let undirected = "Vertex metrics:\n  vertex count: 117\n  edge count: 927\n  \
                      average degree: 15.846\n  density: 0.13660477\n  triplet count: 29,286\n  \
                      maximum degree: 91\n  maximum triplets: 4,095\n";
    assert_eq!(metrics("undirected"), format!("{undirected}{edges}"));
    let csv = refused(
        "--algorithm GraphMetrics --order directed --input StarGraph --vertex_count 3 \
         --output csv --output_filename none.csv",
    );
    assert!(csv.stderr.contains("no rows for --output csv"), "{}", csv.stderr);
}

#[test]
fn ranks_and_scores_are_there_for_every_vertex() {
    // Row R21.
    for algorithm in ["PageRank", "HITS"] {
        let line = hash(&format!(
            "--algorithm {algorithm} --input RMatGraph --scale 8 --simplify directed"
        ));
        assert!(line.ends_with("count 233"), "{algorithm}: {line}");
    }
    let star = "--algorithm PageRank --input StarGraph --vertex_count 5 --iterations 1";
    let first = told(&format!("{star} --output print"));
    // By hand: 0.15 / 5 + 0.85 * 4 / 5.
    assert!(first.starts_with("Vertex ID: 0, PageRank score: 0.71"), "{first}");
    let hits = "--algorithm HITS --input CompleteGraph --vertex_count 4 --output print";
    assert!(told(hits).starts_with("Vertex ID: 0, hub score: 0.5, authority score: 0.5\n"));
    // Vertices without edges are ranked if that is asked for.
    let empty = "--algorithm PageRank --input EmptyGraph --vertex_count 3";
    assert_eq!(hash(empty), checksum(0, 0));
    let all = printed(&format!("{empty} --__include_zero_degree_vertices"));
    assert_eq!(all.0, 3);
}

/// The counts of `--triadic_census`, as numbers.
fn census(scale: u32) -> Vec<u64> {
    let told = told(&format!(
        "--algorithm TriangleListing --order directed --triadic_census --input RMatGraph \
         --scale {scale} --simplify directed --output hash"
    ));
    let count = |line: &str| line.split(": ").nth(1)?.replace(',', "").parse().ok();
    told.lines().skip(2).filter_map(count).collect()
}

#[test]
fn larger_graphs_have_the_figures_of_gelly() {
    // Rows R9, R11 and R15.
    let local = told(
        "--algorithm ClusteringCoefficient --order directed --input RMatGraph --scale 12 \
         --simplify directed --output hash",
    );
    let lines: Vec<&str> = local.lines().collect();
    assert_eq!(lines[0], checksum(3349, 0x67a_9d18_e7f3));
    assert!(lines[1].starts_with("triplet count: 9276207, triangle count: 1439454, "), "{local}");
    assert!(lines[1].contains(": 0.15517700") && lines[2].contains(": 0.24571815"), "{local}");
    let seven = [
        178_989, 47_736, 11_763, 2258, 2064, 4426, 3359, 3747, 624, 220, 1966, 352, 394, 704, 1120,
        408,
    ];
    assert_eq!(census(7), seven);
    let twelve = [
        6_101_196_568,
        132_051_207,
        13_115_128,
        1_330_423,
        1_336_897,
        2_669_285,
        1_112_144,
        1_097_452,
        132_048,
        44_127,
        290_552,
        47_734,
        47_780,
        95_855,
        90_618,
        21_656,
    ];
    assert_eq!(census(12), twelve);
}

#[test]
fn the_library_has_the_values_of_gelly() {
    // Rows L3 and L10: ids are LongValue.
    let triangles = "--algorithm TriangleListing --order directed --sort_triangle_vertices \
                     --type long --input RMatGraph --scale 10 --simplify directed";
    assert_eq!(hash(triangles), checksum(75_049, 0x9239_9c79_299e));
    let jaccard = "--algorithm JaccardIndex --type long --input RMatGraph --scale 8 \
                   --edge_factor 8 --simplify undirected";
    assert_eq!(hash(jaccard), checksum(13_954, 0x1b1a_1f7a_9d0b));
    // Rows L1 and L2.
    let scores = |algorithm: &str, id: u32| -> Vec<f64> {
        let told = told(&format!(
            "--algorithm {algorithm} --convergence_threshold 0.000001 --input RMatGraph \
             --scale 10 --simplify directed --output print"
        ));
        let start = format!("Vertex ID: {id}, ");
        let line = told.lines().find_map(|line| line.strip_prefix(&start)).expect("a line");
        let score = |part: &str| part.rsplit(": ").next().and_then(|text| text.parse().ok());
        line.split(", ").filter_map(score).collect()
    };
    for (algorithm, id, expected) in [
        ("PageRank", 0, &[0.027_115_239_474_3][..]),
        ("PageRank", 13, &[0.001_832_411_228_22]),
        ("PageRank", 1020, &[0.000_250_442_325_034]),
        ("HITS", 0, &[0.231_077_034_503, 0.238_110_215_657]),
        ("HITS", 13, &[0.041_915_595_636_4, 0.040_709_162_497_2]),
        ("HITS", 1020, &[0.0, 0.000_326_973_733_252]),
    ] {
        let found = scores(algorithm, id);
        assert_eq!(found.len(), expected.len(), "{algorithm} {id}");
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{algorithm} {id}: {found} {expected}");
        }
    }
}

#[test]
fn files_are_read_and_written() {
    let folder = Folder::new();
    folder.write("edges.csv", "# friends\nann,bob,x\nbob,ann,y\ncid,cid,z\n");
    let (edges, output) = (folder.file("edges.csv"), folder.file("out.csv"));
    let components = format!(
        "--algorithm ConnectedComponents --input CSV --input_filename {edges} --type string \
         --output csv --output_filename {output} --output_field_delimiter \\t"
    );
    assert_eq!(told(&components), "");
    assert_eq!(folder.read_text("out.csv"), "ann\tann\nbob\tann\ncid\tcid\n");
    folder.write("edges.txt", "1;2\n2;9999999999\n");
    let numbers = folder.file("edges.txt");
    let list = format!(
        "--algorithm EdgeList --input CSV --input_filename {numbers} --input_field_delimiter ; \
         --output print"
    );
    assert_eq!(told(&format!("{list} --type long")), "(1,2)\n(2,9999999999)\n");
    let wide = run(words(&list));
    assert_eq!((wide.code, wide.stdout.as_str()), (Some(1), ""));
    assert!(wide.stderr.contains("9999999999 is not of type integer; use --type long"), "{wide:?}");
    let missing =
        run(words("--algorithm EdgeList --input CSV --input_filename none.csv --output hash"));
    assert_eq!(missing.code, Some(1));
}

#[test]
fn the_details_of_a_job_are_json() {
    let folder = Folder::new();
    let path = folder.file("job.json");
    told(&format!(
        "--algorithm EdgeList --input StarGraph --vertex_count 5 --output hash \
         --__job_name stars --__job_details_path {path}"
    ));
    let details = folder.json("job.json");
    assert_eq!(details["job_name"], "stars");
    assert_eq!(details["parameters"]["vertex_count"], "5");
    assert_eq!(details["accumulators"]["count"], 8);
    assert!(details["runtime_ms"].is_u64() && details["quince"]["version"].is_string());
    assert_eq!(details["job_id"].as_str().map(str::len), Some(32));
}

#[test]
fn a_bare_run_lists_and_an_algorithm_alone_explains() {
    let list = told("");
    for name in ["EdgeList", "ConnectedComponents", "PageRank", "HITS", "TriangleListing"] {
        assert!(list.contains(&format!("\n  {name} ")), "{list}");
        let usage = told(&format!("--algorithm {name}"));
        assert!(usage.starts_with(&format!("{name}: ")), "{usage}");
        for part in ["RMatGraph", "--vertex_count N", "--type", "csv", "--__job_name"] {
            assert!(usage.contains(part), "{name}: {part}: {usage}");
        }
        let example = usage.lines().last().expect("an example").trim();
        succeed(example.split_whitespace().skip(1));
    }
}

#[test]
fn what_is_wrong_is_told_with_the_nearest_name() {
    for (text, expected) in [
        ("--algorithm PageRnk", "there is no algorithm 'PageRnk'; did you mean PageRank?"),
        ("--algorithm xyz", "known are AdamicAdar, ClusteringCoefficient"),
        ("--algorithm PageRank --input StarGraf --output hash", "did you mean StarGraph?"),
        ("--algorithm PageRank --input StarGraph --vertex_count 3 --output prnt", "mean print?"),
        ("--algorithm PageRank --input StarGraph --vertex_count 3", "PageRank needs --output NAME"),
        ("--algorithm PageRank --output hash", "PageRank needs --input NAME"),
        ("--input StarGraph", "quince run needs --algorithm NAME"),
        (
            "--algorithm PageRank --input StarGraph --vertex_cont 3 --output hash",
            "nothing asks for --vertex_cont",
        ),
        (
            "--algorithm EdgeList --iterations 3 --input StarGraph --vertex_count 3 --output hash",
            "nothing asks for --iterations",
        ),
        (
            "--algorithm EdgeList --input StarGraph --output hash",
            "StarGraph needs --vertex_count N",
        ),
        (
            "--algorithm EdgeList --input StarGraph --vertex_count few --output hash",
            "--vertex_count is 'few'; give a whole number",
        ),
        (
            "--algorithm EdgeList --input StarGraph --vertex_count 1 --output hash",
            "star graph: 1 vertices; give at least 2",
        ),
        (
            "--algorithm EdgeList --input StarGraph --vertex_count 300 --type byte --output hash",
            "ids of type byte tell at most 256 apart",
        ),
        (
            "--algorithm EdgeList --input StarGraph --vertex_count 3 --type strng --output hash",
            "did you mean string?",
        ),
        (
            "--algorithm EdgeList --input CirculantGraph --vertex_count 9 --range0 1-3 --output hash",
            "--range0 is '1-3'; give an offset and a length, like 1:3",
        ),
        (
            "--algorithm TriangleListing --input StarGraph --vertex_count 3 --output hash",
            "TriangleListing needs --order directed|undirected",
        ),
        ("--algorithm EdgeList --algorithm EdgeList", "--algorithm is given twice"),
        ("PageRank", "'PageRank' is no parameter"),
    ] {
        let run = refused(text);
        assert!(run.stderr.contains(expected), "{text}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}
