#!/usr/bin/env python3
"""Flink's DataSet API, out of the jars of apache-flink-libraries: PageRank as a bulk iteration and
components as a delta iteration, as its own examples write them."""

from _jvm import drive


def jars():
    import importlib.util
    import pathlib

    found = importlib.util.find_spec("pyflink")
    if found is None:
        raise ImportError
    folders = [pathlib.Path(folder) / "lib" for folder in found.submodule_search_locations]
    return next(folder for folder in folders if any(folder.glob("flink-dist*.jar")))


drive("flink", "pip install 'apache-flink-libraries<2'", jars, "FlinkDataSet", ["pr", "cc"])
