"""Keyed count, grouped sum, join and sort in Polars or DataFusion, for the driver `operators`.

    python operators.py polars|datafusion keyed-count|grouped-sum|join|sort ROWS THREADS TRIALS

Prints `version NAME`, then a line `SECONDS CHECK` for each trial. The inputs are in memory
before the clock starts, the result is in memory when it stops, and CHECK is a number that tells
whether it is the right one.
"""

import os
import sys
import time


def numbers(np, rows):
    """The pseudo-random numbers that every program sorts and groups by."""
    with np.errstate(over="ignore"):
        return np.arange(rows, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(20)


def inputs(operation, rows):
    """The columns of each input."""
    import numpy as np

    drawn = numbers(np, rows)
    if operation in ("sort", "keyed-count"):
        return [{"key": drawn}]
    if operation == "grouped-sum":
        return [{"key": drawn % np.uint64(rows // 100), "value": drawn.astype(np.float64)}]
    keys = np.arange(rows // 10, dtype=np.uint64)
    first = {"key": drawn % np.uint64(rows // 10), "value": drawn}
    return [first, {"key": keys, "other": keys * np.uint64(3)}]


def polars_query(operation, tables):
    import polars as pl

    print("version", "polars", pl.__version__, flush=True)
    frames = [pl.DataFrame(table) for table in tables]
    if operation == "sort":
        return lambda: frames[0].sort("key"), lambda out: out["key"][len(out) // 2]
    if operation == "keyed-count":
        half = frames[0].lazy().filter(pl.col("key") % 2 == 0)
        counts = half.group_by((pl.col("key") // 8 % 1024).alias("slot")).agg(pl.len().alias("n"))
        return counts.collect, lambda out: int((out["slot"] * out["n"]).sum())
    if operation == "grouped-sum":
        query = lambda: frames[0].group_by("key").agg(pl.col("value").sum())
        return query, lambda out: len(out)
    query = lambda: frames[0].join(frames[1], on="key")
    return query, lambda out: int(out["other"].sum())


def datafusion_query(operation, tables, threads):
    import datafusion
    import pyarrow as pa

    print("version", "datafusion", datafusion.__version__, flush=True)
    config = datafusion.SessionConfig().with_target_partitions(threads)
    context = datafusion.SessionContext(config)
    for name, table in zip("ab", tables):
        batches = pa.table(table).to_batches(max_chunksize=1 << 16)
        share = -(-len(batches) // threads)
        parts = [batches[at : at + share] for at in range(0, len(batches), share)]
        context.register_record_batches(name, parts)
    query = {
        "sort": "SELECT key FROM a ORDER BY key",
        "keyed-count": "SELECT slot, count(*) AS n FROM ("
        "SELECT CAST(key AS BIGINT) / 8 % 1024 AS slot FROM a WHERE CAST(key AS BIGINT) % 2 = 0"
        ") GROUP BY slot",
        "grouped-sum": "SELECT key, sum(value) AS value FROM a GROUP BY key",
        "join": "SELECT a.key, a.value, b.other FROM a JOIN b ON a.key = b.key",
    }[operation]

    def check(batches):
        out = pa.Table.from_batches(batches)
        if operation == "sort":
            return out["key"][len(out) // 2].as_py()
        if operation == "grouped-sum":
            return len(out)
        import pyarrow.compute as compute

        if operation == "keyed-count":
            return compute.sum(compute.multiply(out["slot"], out["n"])).as_py()
        return compute.sum(out["other"]).as_py()

    return lambda: context.sql(query).collect(), check


def main():
    peer, operation = sys.argv[1:3]
    rows, threads, trials = map(int, sys.argv[3:6])
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    tables = inputs(operation, rows)
    if peer == "polars":
        query, check = polars_query(operation, tables)
    else:
        query, check = datafusion_query(operation, tables, threads)
    for _ in range(trials):
        begin = time.perf_counter()
        out = query()
        seconds = time.perf_counter() - begin
        print(seconds, check(out), flush=True)
        del out


if __name__ == "__main__":
    main()
