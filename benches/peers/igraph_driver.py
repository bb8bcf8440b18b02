#!/usr/bin/env python3
"""igraph: C, one thread, driven from Python."""

from _driver import Task, drive, highest

ONE_THREAD = {"threads": 1}


def version():
    import igraph

    return igraph.__version__


def load(task: Task):
    import igraph

    def make():
        columns = task.read()
        graph = igraph.Graph(edges=columns[:2].T, directed=task.directed)
        if task.weighted:
            graph.es["weight"] = columns[2]
        return graph

    return task.load(make)


def bfs(task):
    graph = load(task)
    seconds, rows = task.search(lambda source: graph.distances(source, mode="out")[0])
    levels = [[d for d in row if d != float("inf")] for row in rows]
    answer = {"reached": [len(l) for l in levels], "sum_of_levels": [sum(l) for l in levels]}
    return seconds, answer, ONE_THREAD


def sssp(task):
    graph = load(task)
    run = lambda source: graph.distances(source, weights="weight", mode="out")[0]
    seconds, rows = task.search(run)
    found = [[d for d in row if d != float("inf")] for row in rows]
    answer = {"reached": [len(d) for d in found], "sum_of_distances": [sum(d) for d in found]}
    return seconds, answer, ONE_THREAD | {"note": "Dijkstra"}


def pr(task):
    graph = load(task)
    seconds, runs = task.repeat(lambda: graph.pagerank(damping=0.85))
    answer = {"sum_of_ranks": [sum(runs[-1])], "highest_ranks": highest(runs[-1])}
    return seconds, answer, ONE_THREAD | {"note": "PRPACK, until it converges, 64 bits"}


def cc(task):
    graph = load(task)
    seconds, runs = task.repeat(lambda: graph.connected_components(mode="weak"))
    return seconds, {"components": [len(runs[-1])]}, ONE_THREAD


def tc(task):
    graph = load(task)
    if task.directed:
        graph = graph.as_undirected()
    seconds, runs = task.repeat(graph.list_triangles)
    return seconds, {"triangles": [len(runs[-1])]}, ONE_THREAD | {"note": "lists them"}


kernels = {"bfs": bfs, "sssp": sssp, "pr": pr, "cc": cc, "tc": tc}
drive("igraph", "pip install igraph numpy", version, kernels)
