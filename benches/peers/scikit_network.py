#!/usr/bin/env python3
"""scikit-network: Cython on sparse matrices of SciPy."""

from _driver import Task, drive, highest

ONE_THREAD = {"threads": 1}


def version():
    import sknetwork

    return sknetwork.__version__


def load(task: Task):
    import numpy
    from scipy import sparse

    def make():
        columns = task.read()
        source, target = columns[0], columns[1]
        weight = columns[2] if task.weighted else numpy.ones(len(source))
        if not task.directed:
            source, target = numpy.concatenate([source, target]), numpy.concatenate([target, source])
            weight = numpy.concatenate([weight, weight])
        size = int(max(source.max(), target.max())) + 1
        matrix = sparse.csr_matrix((weight, (source, target)), shape=(size, size))
        # Indices of 32 bits, as its compiled loops want them.
        matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
        return matrix

    return task.load(make)


def bfs(task):
    from sknetwork.path import get_distances

    matrix = load(task)
    seconds, rows = task.search(lambda source: get_distances(matrix, source))
    levels = [row[row >= 0] for row in rows]
    answer = {"reached": [len(l) for l in levels], "sum_of_levels": [int(l.sum()) for l in levels]}
    return seconds, answer, ONE_THREAD


def pr(task):
    from sknetwork.ranking import PageRank

    matrix = load(task)
    run = lambda: PageRank(0.85, solver="piteration", n_iter=task.iterations, tol=0).fit_predict(matrix)
    seconds, runs = task.repeat(run)
    answer = {"sum_of_ranks": [float(runs[-1].sum())], "highest_ranks": highest(runs[-1])}
    return seconds, answer, ONE_THREAD | {"note": "power iteration, 64 bits"}


def cc(task):
    from sknetwork.topology import get_connected_components

    matrix = load(task)
    seconds, runs = task.repeat(lambda: get_connected_components(matrix, connection="weak"))
    return seconds, {"components": [int(runs[-1].max()) + 1]}, ONE_THREAD


def tc(task):
    from sknetwork.topology import count_triangles

    matrix = load(task)
    if task.directed:
        matrix = (matrix + matrix.T).tocsr()
    seconds, runs = task.repeat(lambda: count_triangles(matrix, parallelize=True))
    return seconds, {"triangles": [int(runs[-1])]}, {"note": "threads as OpenMP takes them"}


kernels = {"bfs": bfs, "pr": pr, "cc": cc, "tc": tc}
drive("scikit-network", "pip install scikit-network", version, kernels)
