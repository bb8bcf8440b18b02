import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.FlatJoinFunction;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.functions.JoinFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.java.DataSet;
import org.apache.flink.api.java.ExecutionEnvironment;
import org.apache.flink.api.java.aggregation.Aggregations;
import org.apache.flink.api.java.io.DiscardingOutputFormat;
import org.apache.flink.api.java.operators.DeltaIteration;
import org.apache.flink.api.java.operators.IterativeDataSet;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.util.Collector;

/** Programs of Flink's DataSet API in its local mini-cluster: from the file to the result. */
public final class FlinkDataSet {
    public static void main(String[] arguments) throws Exception {
        Task task = new Task(arguments);
        Configuration configuration = new Configuration();
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1024));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(256));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(256));
        ExecutionEnvironment env = ExecutionEnvironment.createLocalEnvironment(configuration);
        env.setParallelism(task.threads);
        env.getConfig().enableObjectReuse();
        // What reading alone takes: a DataSet lives for one job, and each trial reads again.
        task.load(() -> {
            edges(env, task).output(new DiscardingOutputFormat<>());
            return env.execute();
        });
        String answer;
        if (task.kernel.equals("pr")) {
            List<Double> ranks = task.repeat(() -> ranks(env, task));
            answer = Task.ranks(ranks, 1.0);
        } else {
            long components = task.repeat(() -> components(env, task));
            answer = "\"components\": [" + components + "]";
        }
        String version = EnvironmentInformation.getVersion();
        task.say("flink", version, answer, "DataSet API; trials read the file, too");
    }

    private static DataSet<Tuple2<Long, Long>> edges(ExecutionEnvironment env, Task task) {
        return env.readCsvFile(task.graph).fieldDelimiter(" ").types(Long.class, Long.class)
            .flatMap(new BothWays());
    }

    private static long components(ExecutionEnvironment env, Task task) throws Exception {
        DataSet<Tuple2<Long, Long>> edges = edges(env, task);
        DataSet<Tuple2<Long, Long>> labels = edges.map(new Own()).distinct(0);
        DeltaIteration<Tuple2<Long, Long>, Tuple2<Long, Long>> iteration =
            labels.iterateDelta(labels, 100_000, 0);
        DataSet<Tuple2<Long, Long>> changes = iteration.getWorkset()
            .join(edges).where(0).equalTo(0).with(new Forward())
            .groupBy(0).aggregate(Aggregations.MIN, 1)
            .join(iteration.getSolutionSet()).where(0).equalTo(0).with(new Lower());
        return iteration.closeWith(changes, changes).<Tuple2<Long, Long>>project(1).distinct().count();
    }

    private static List<Double> ranks(ExecutionEnvironment env, Task task) throws Exception {
        DataSet<Tuple2<Long, Long>> edges = edges(env, task);
        DataSet<Tuple2<Long, Long>> degrees =
            edges.map(new One()).groupBy(0).aggregate(Aggregations.SUM, 1);
        long vertices = degrees.count();
        DataSet<Tuple2<Long, long[]>> rows = edges.groupBy(0).reduceGroup(new Row());
        IterativeDataSet<Tuple2<Long, Double>> iteration =
            degrees.map(new Start(1.0 / vertices)).iterate(task.iterations);
        DataSet<Tuple2<Long, Double>> next = iteration
            .join(rows).where(0).equalTo(0).with(new Share())
            .groupBy(0).aggregate(Aggregations.SUM, 1)
            .map(new Damp(0.15 / vertices));
        List<Double> ranks = new ArrayList<>();
        for (Tuple2<Long, Double> rank : iteration.closeWith(next).collect()) {
            ranks.add(rank.f1);
        }
        return ranks;
    }

    public static final class BothWays
            implements FlatMapFunction<Tuple2<Long, Long>, Tuple2<Long, Long>> {
        @Override
        public void flatMap(Tuple2<Long, Long> edge, Collector<Tuple2<Long, Long>> out) {
            out.collect(edge);
            out.collect(edge.swap());
        }
    }

    public static final class Own implements MapFunction<Tuple2<Long, Long>, Tuple2<Long, Long>> {
        @Override
        public Tuple2<Long, Long> map(Tuple2<Long, Long> edge) {
            return new Tuple2<>(edge.f0, edge.f0);
        }
    }

    public static final class One implements MapFunction<Tuple2<Long, Long>, Tuple2<Long, Long>> {
        @Override
        public Tuple2<Long, Long> map(Tuple2<Long, Long> edge) {
            return new Tuple2<>(edge.f0, 1L);
        }
    }

    public static final class Forward
            implements JoinFunction<Tuple2<Long, Long>, Tuple2<Long, Long>, Tuple2<Long, Long>> {
        @Override
        public Tuple2<Long, Long> join(Tuple2<Long, Long> label, Tuple2<Long, Long> edge) {
            return new Tuple2<>(edge.f1, label.f1);
        }
    }

    public static final class Lower
            implements FlatJoinFunction<Tuple2<Long, Long>, Tuple2<Long, Long>, Tuple2<Long, Long>> {
        @Override
        public void join(
                Tuple2<Long, Long> offer, Tuple2<Long, Long> known, Collector<Tuple2<Long, Long>> out) {
            if (offer.f1 < known.f1) {
                out.collect(offer);
            }
        }
    }

    public static final class Row implements
            org.apache.flink.api.common.functions.GroupReduceFunction<
                Tuple2<Long, Long>, Tuple2<Long, long[]>> {
        @Override
        public void reduce(
                Iterable<Tuple2<Long, Long>> edges, Collector<Tuple2<Long, long[]>> out) {
            List<Long> targets = new ArrayList<>();
            Long source = null;
            for (Tuple2<Long, Long> edge : edges) {
                source = edge.f0;
                targets.add(edge.f1);
            }
            out.collect(new Tuple2<>(source, targets.stream().mapToLong(Long::longValue).toArray()));
        }
    }

    public static final class Start implements MapFunction<Tuple2<Long, Long>, Tuple2<Long, Double>> {
        private final double rank;

        Start(double rank) {
            this.rank = rank;
        }

        @Override
        public Tuple2<Long, Double> map(Tuple2<Long, Long> degree) {
            return new Tuple2<>(degree.f0, rank);
        }
    }

    public static final class Share implements
            FlatJoinFunction<Tuple2<Long, Double>, Tuple2<Long, long[]>, Tuple2<Long, Double>> {
        @Override
        public void join(
                Tuple2<Long, Double> rank, Tuple2<Long, long[]> row,
                Collector<Tuple2<Long, Double>> out) {
            for (long target : row.f1) {
                out.collect(new Tuple2<>(target, rank.f1 / row.f1.length));
            }
        }
    }

    public static final class Damp implements MapFunction<Tuple2<Long, Double>, Tuple2<Long, Double>> {
        private final double base;

        Damp(double base) {
            this.base = base;
        }

        @Override
        public Tuple2<Long, Double> map(Tuple2<Long, Double> sum) {
            return new Tuple2<>(sum.f0, base + 0.85 * sum.f1);
        }
    }
}
