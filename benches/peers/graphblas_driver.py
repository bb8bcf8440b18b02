#!/usr/bin/env python3
"""SuiteSparse:GraphBLAS through python-graphblas: kernels as products of sparse matrices, as the
LAGraph library writes them."""

from _driver import Task, drive, highest


def version():
    import graphblas

    return graphblas.__version__


def load(task: Task):
    import graphblas
    import numpy

    graphblas.ss.config["nthreads"] = task.threads

    def make():
        columns = task.read()
        source, target = columns[0], columns[1]
        weight = columns[2].astype("float64") if task.weighted else numpy.ones(len(source))
        if not task.directed:
            source, target = numpy.concatenate([source, target]), numpy.concatenate([target, source])
            weight = numpy.concatenate([weight, weight])
        size = int(max(source.max(), target.max())) + 1
        return graphblas.Matrix.from_coo(source, target, weight, nrows=size, ncols=size)

    return task.load(make)


def bfs(task):
    import graphblas

    matrix = load(task)

    def run(source):
        levels = graphblas.Vector("int64", size=matrix.nrows)
        frontier = graphblas.Vector("bool", size=matrix.nrows)
        frontier[source], level = True, 0
        while frontier.nvals:
            levels(frontier.S) << level
            found = frontier.vxm(matrix, graphblas.semiring.any_pair["bool"])
            frontier(~levels.S, replace=True) << found
            level += 1
        return levels

    seconds, runs = task.search(run)
    sums = [int(levels.reduce(graphblas.monoid.plus).get(0)) for levels in runs]
    return seconds, {"reached": [levels.nvals for levels in runs], "sum_of_levels": sums}, {}


def sssp(task):
    import graphblas

    matrix = load(task)

    def run(source):
        distances = graphblas.Vector("float64", size=matrix.nrows)
        distances[source] = 0.0
        frontier = distances.dup()
        while frontier.nvals:
            offers = frontier.vxm(matrix, graphblas.semiring.min_plus).new()
            known = offers.ewise_mult(distances, graphblas.binary.lt).new()
            better = offers.dup(mask=known.V)
            new = offers.dup(mask=~distances.S)
            frontier = better.ewise_add(new, graphblas.binary.min).new()
            distances << distances.ewise_add(frontier, graphblas.binary.min)
        return distances

    seconds, runs = task.search(run)
    sums = [float(found.reduce(graphblas.monoid.plus).get(0)) for found in runs]
    answer = {"reached": [found.nvals for found in runs], "sum_of_distances": sums}
    return seconds, answer, {"note": "Bellman-Ford by frontiers"}


def pr(task):
    import graphblas

    matrix = load(task)

    def run():
        size = matrix.nrows
        degrees = matrix.reduce_rowwise(graphblas.monoid.plus).new()
        ranks = graphblas.Vector("float64", size=size)
        ranks << 1.0 / size
        for _ in range(task.iterations):
            shares = ranks.ewise_mult(degrees, graphblas.binary.truediv).new()
            placed = ranks.dup(mask=degrees.S).reduce(graphblas.monoid.plus).get(0.0)
            dangling = ranks.reduce(graphblas.monoid.plus).get(0.0) - placed
            sums = shares.vxm(matrix, graphblas.semiring.plus_first).new()
            ranks << (0.15 + 0.85 * dangling) / size
            ranks(graphblas.binary.plus) << sums.apply(graphblas.binary.times, right=0.85)
        return ranks

    seconds, runs = task.repeat(run)
    values = runs[-1].to_coo()[1]
    return seconds, {"sum_of_ranks": [float(values.sum())], "highest_ranks": highest(values)}, {}


def tc(task):
    import graphblas

    matrix = load(task)
    if task.directed:
        matrix = matrix.ewise_add(matrix.T, graphblas.binary.first).new()

    def run():
        lower = graphblas.select.tril(matrix, -1).new()
        product = lower.mxm(lower.T, graphblas.semiring.plus_pair).new(mask=lower.S)
        return product.reduce_scalar(graphblas.monoid.plus).get(0)

    seconds, runs = task.repeat(run)
    return seconds, {"triangles": [int(runs[-1])]}, {"note": "Sandia: L * L' where L is"}


kernels = {"bfs": bfs, "sssp": sssp, "pr": pr, "tc": tc}
drive("python-graphblas", "pip install python-graphblas", version, kernels)
