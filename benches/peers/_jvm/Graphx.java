import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.graphx.Edge;
import org.apache.spark.graphx.Graph;
import org.apache.spark.graphx.lib.ConnectedComponents;
import org.apache.spark.graphx.lib.PageRank;
import org.apache.spark.graphx.lib.TriangleCount;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** GraphX's library on an undirected graph: each edge of the file is put in both ways. */
@SuppressWarnings({"unchecked", "rawtypes"})
public final class Graphx {
    private static final ClassTag ANY = ClassTag$.MODULE$.apply(Object.class);

    public static void main(String[] arguments) throws Exception {
        Task task = new Task(arguments);
        SparkConf conf = new SparkConf()
            .setMaster("local[" + task.threads + "]")
            .setAppName("benchmark")
            .set("spark.ui.enabled", "false")
            .set("spark.log.level", "ERROR");
        JavaSparkContext spark = new JavaSparkContext(new SparkContext(conf));
        spark.setLogLevel("ERROR");
        Graph graph = task.load(() -> load(spark, task));
        String answer;
        switch (task.kernel) {
            case "pr":
                List<Double> ranks = task.repeat(() -> {
                    Graph ranked = PageRank.run(graph, task.iterations, 0.15, ANY, ANY);
                    return new ArrayList<Double>(values(ranked).map(rank -> (Double) rank).collect());
                });
                answer = Task.ranks(ranks, ranks.size());
                break;
            case "cc":
                long components = task.repeat(
                    () -> values(ConnectedComponents.run(graph, ANY, ANY)).distinct().count());
                answer = "\"components\": [" + components + "]";
                break;
            default:
                long corners = task.repeat(() -> values(TriangleCount.run(graph, ANY, ANY))
                    .map(count -> ((Number) count).longValue()).reduce(Long::sum));
                answer = "\"triangles\": [" + corners / 3 + "]";
        }
        task.say("graphx", spark.version(), answer, "the result collected or counted");
        spark.stop();
    }

    private static Graph load(JavaSparkContext spark, Task task) {
        JavaRDD<Edge<Object>> edges = spark.textFile(task.graph, task.threads).flatMap(line -> {
            int space = line.indexOf(' ');
            long source = Long.parseLong(line.substring(0, space));
            long target = Long.parseLong(line.substring(space + 1));
            List<Edge<Object>> both = new ArrayList<>(2);
            both.add(new Edge<>(source, target, 1));
            both.add(new Edge<>(target, source, 1));
            return both.iterator();
        });
        StorageLevel level = StorageLevel.MEMORY_ONLY();
        Graph graph = Graph.fromEdges(edges.rdd(), 1, level, level, ANY, ANY).cache();
        graph.vertices().count();
        graph.edges().count();
        return graph;
    }

    /** The values of the vertices. */
    private static JavaRDD<Object> values(Graph graph) {
        JavaRDD<Tuple2<Object, Object>> vertices = graph.vertices().toJavaRDD();
        return vertices.map(vertex -> vertex._2());
    }
}
