import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/** What is asked for, and the line that answers it: see benches/src/peers/driver.rs. */
final class Task {
    final String kernel;
    final String graph;
    final int threads;
    final int trials;
    final int iterations;
    private final List<Double> seconds = new ArrayList<>();
    private double loadSeconds = Double.NaN;

    Task(String[] arguments) {
        Map<String, String> options = new HashMap<>();
        for (int at = 0; at + 1 < arguments.length; at++) {
            if (arguments[at].startsWith("--")) {
                options.put(arguments[at], arguments[at + 1]);
            }
        }
        kernel = options.get("--kernel");
        graph = options.get("--graph");
        threads = Integer.parseInt(options.getOrDefault("--threads", "1"));
        trials = Integer.parseInt(options.getOrDefault("--trials", "1"));
        iterations = Integer.parseInt(options.getOrDefault("--iterations", "20"));
    }

    <R> R load(Callable<R> work) throws Exception {
        long start = System.nanoTime();
        R result = work.call();
        loadSeconds = (System.nanoTime() - start) * 1e-9;
        return result;
    }

    <R> R repeat(Callable<R> work) throws Exception {
        R result = null;
        for (int trial = 0; trial < trials; trial++) {
            long start = System.nanoTime();
            result = work.call();
            seconds.add((System.nanoTime() - start) * 1e-9);
        }
        return result;
    }

    /** Prints the line; `answer` is the inside of a JSON object. */
    void say(String name, String version, String answer, String note) {
        String load = Double.isNaN(loadSeconds) ? "null" : String.valueOf(loadSeconds);
        System.out.println();
        System.out.printf(
            Locale.ROOT,
            "{\"name\": \"%s\", \"version\": \"%s\", \"threads\": %d, \"load_seconds\": %s, "
                + "\"trial_seconds\": %s, \"answer\": {%s}, \"note\": \"%s\"}%n",
            name, version, threads, load, seconds, answer, note);
    }

    /** The figures of PageRank: ranks are divided by `sum`. */
    static String ranks(List<Double> ranks, double divisor) {
        double sum = 0;
        for (double rank : ranks) {
            sum += rank / divisor;
        }
        ranks.sort((a, b) -> Double.compare(b, a));
        List<Double> highest = new ArrayList<>();
        for (double rank : ranks.subList(0, Math.min(5, ranks.size()))) {
            highest.add(rank / divisor);
        }
        return "\"sum_of_ranks\": [" + sum + "], \"highest_ranks\": " + highest;
    }
}
