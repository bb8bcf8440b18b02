"""The protocol of drivers (benches/src/peers/driver.rs), so that each has only its library to say.

A driver calls `drive(name, install, version, kernels)`. `kernels` has a function for each kernel:
it takes a `Task` and returns the seconds of the trials, the answer, and what else the line says.
"""

import argparse
import json
import sys
import time


class Task:
    """What is asked for: the arguments, and the edges as they stand in the file."""

    def __init__(self, arguments):
        self.graph = arguments.graph
        self.weighted = arguments.kernel == "sssp"
        self.directed = arguments.directed
        self.sources = [int(source) for source in arguments.sources.split(",") if source]
        self.trials = arguments.trials
        self.threads = arguments.threads
        self.iterations = arguments.iterations
        self.load_seconds = None

    def read(self):
        """The columns of the file as arrays of numpy: source, target and, if there is one, weight."""
        import numpy

        columns = 3 if self.weighted else 2
        text = numpy.fromfile(self.graph, dtype=numpy.int64, sep=" ")
        return text.reshape(-1, columns).T

    def load(self, make):
        """What `make` returns, on the clock of loading."""
        start = time.perf_counter()
        graph = make()
        self.load_seconds = time.perf_counter() - start
        return graph

    def repeat(self, run):
        """Seconds and results of `run()`, once for each trial."""
        return _clock(run for _ in range(self.trials))

    def search(self, run):
        """Seconds and results of `run(source)`, once for each source."""
        return _clock(lambda source=source: run(source) for source in self.sources)


def _clock(runs):
    seconds, results = [], []
    for run in runs:
        start = time.perf_counter()
        results.append(run())
        seconds.append(time.perf_counter() - start)
    return seconds, results


def highest(values, count=5):
    """The greatest values, falling."""
    return [float(value) for value in sorted(values, reverse=True)[:count]]


def drive(name, install, version, kernels):
    """Runs the kernel that is asked for, or says why not. `version` imports the library."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--graph", required=True)
    parser.add_argument("--directed", action="store_true")
    parser.add_argument("--sources", default="")
    parser.add_argument("--trials", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=20)
    arguments = parser.parse_args()
    try:
        version = version()
    except ImportError:
        say({"name": name, "skip": f"{name} is not installed: {install}"})
        return
    except Skip as reason:
        say({"name": name, "skip": str(reason)})
        return
    if arguments.kernel not in kernels:
        return
    task = Task(arguments)
    try:
        seconds, answer, more = kernels[arguments.kernel](task)
    except Skip as reason:
        say({"name": name, "skip": str(reason)})
        return
    line = {"name": name, "version": version, "threads": task.threads}
    line |= {"load_seconds": task.load_seconds, "trial_seconds": seconds, "answer": answer}
    say(line | more)


class Skip(Exception):
    """Why a driver does not run, and what to do."""


def say(line):
    print(json.dumps(line))
    sys.stdout.flush()
