#!/usr/bin/env python3
"""GraphX, by way of PySpark: the JVM's own classes, called through its gateway."""

import shutil

from _driver import Skip, Task, drive, highest


def version():
    import pyspark

    if shutil.which("java") is None:
        raise Skip("graphx needs Java: install a runtime, such as openjdk-17-jre-headless")
    return pyspark.__version__


def load(task: Task):
    if task.directed:
        raise Skip("graphx is compared on undirected graphs alone: both ways are in its edge list")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{task.threads}]")
    builder = builder.config("spark.driver.memory", "6g").config("spark.ui.enabled", "false")
    session = builder.appName("benchmark").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    context, jvm = session.sparkContext._jsc.sc(), session.sparkContext._jvm
    level = jvm.org.apache.spark.storage.StorageLevel.MEMORY_ONLY()

    def make():
        # Its reader wants both directions in the file.
        both = f"{task.graph}.both"
        with open(task.graph) as edges, open(both, "w") as out:
            for line in edges:
                source, target = line.split()
                out.write(f"{source} {target}\n{target} {source}\n")
        loader = jvm.org.apache.spark.graphx.GraphLoader
        graph = loader.edgeListFile(context, both, False, task.threads, level, level)
        graph.edges().count()
        return graph

    return session, jvm, task.load(make)


def cc(task):
    session, jvm, graph = load(task)
    library = getattr(jvm.org.apache.spark.graphx.lib, "ConnectedComponents")
    tag = jvm.scala.reflect.ClassTag

    def run():
        found = library.run(graph, tag.Int(), tag.Int())
        return found.vertices().toJavaRDD().map
    del run, tag
    count = lambda: components(session, jvm, graph, library)
    seconds, runs = task.repeat(count)
    session.stop()
    return seconds, {"components": [runs[-1]]}, {}


kernels = {"cc": cc}
drive("graphx", "pip install pyspark", version, kernels)
