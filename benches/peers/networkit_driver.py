#!/usr/bin/env python3
"""NetworKit: C++ with OpenMP, driven from Python. Its containers are arrays of arrays."""

from _driver import Task, drive, highest


def version():
    import networkit

    return networkit.__version__


def load(task: Task):
    import networkit

    networkit.setNumberOfThreads(task.threads)
    separator = networkit.graphio.EdgeListReader(" ", 0, directed=task.directed)
    return task.load(lambda: separator.read(task.graph))


def bfs(task):
    import networkit

    graph = load(task)

    def run(source):
        search = networkit.distance.BFS(graph, source, storePaths=False)
        search.run()
        return search

    seconds, searches = task.search(run)
    levels = [[d for d in search.getDistances() if d < 1e300] for search in searches]
    answer = {"reached": [len(l) for l in levels], "sum_of_levels": [sum(l) for l in levels]}
    return seconds, answer, {"threads": 1}


def sssp(task):
    import networkit

    graph = load(task)

    def run(source):
        search = networkit.distance.Dijkstra(graph, source, storePaths=False)
        search.run()
        return search

    seconds, searches = task.search(run)
    found = [[d for d in search.getDistances() if d < 1e300] for search in searches]
    answer = {"reached": [len(d) for d in found], "sum_of_distances": [sum(d) for d in found]}
    return seconds, answer, {"threads": 1, "note": "Dijkstra"}


def pr(task):
    import networkit

    graph = load(task)
    sinks = networkit.centrality.SinkHandling.DistributeSinks

    def run():
        ranks = networkit.centrality.PageRank(graph, 0.85, 0.0, distributeSinks=sinks)
        ranks.maxIterations = task.iterations
        ranks.run()
        return ranks

    seconds, runs = task.repeat(run)
    ranks = runs[-1].scores()
    answer = {"sum_of_ranks": [sum(ranks)], "highest_ranks": highest(ranks)}
    return seconds, answer, {"note": "64 bits"}


def cc(task):
    import networkit

    graph = load(task)
    components = networkit.components
    if graph.isDirected():
        kind, note = components.WeaklyConnectedComponents, {"threads": 1}
    else:
        kind, note = components.ParallelConnectedComponents, {}

    def run():
        found = kind(graph)
        found.run()
        return found

    seconds, runs = task.repeat(run)
    return seconds, {"components": [runs[-1].numberOfComponents()]}, note


drive("networkit", "pip install networkit", version, {"bfs": bfs, "sssp": sssp, "pr": pr, "cc": cc})
