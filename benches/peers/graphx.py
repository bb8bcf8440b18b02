#!/usr/bin/env python3
"""GraphX, out of the jars of PySpark. Its answers are those of its own library's algorithms."""

from _jvm import drive


def jars():
    import importlib.util
    import pathlib

    found = importlib.util.find_spec("pyspark")
    if found is None:
        raise ImportError
    return pathlib.Path(found.origin).parent / "jars"


drive("graphx", "pip install pyspark", jars, "Graphx", ["pr", "cc", "tc"])
