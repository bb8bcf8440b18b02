"""Drivers that are a Java program over the jars of a Python package.

The program is compiled once, beside the graph, and speaks the protocol itself: nothing of Python is
on its clocks.
"""

import pathlib
import shutil
import subprocess
import sys

# Libraries of the JVM that older frameworks look into.
OPENED = [
    "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio",
    "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch", "sun.nio.cs",
    "sun.security.action", "sun.util.calendar",
]


def drive(name, install, jars, program, kernels):
    """Runs `_jvm/PROGRAM.java` with our arguments, over the jars that `jars()` finds."""
    from _driver import say

    kernel = sys.argv[sys.argv.index("--kernel") + 1]
    if kernel not in kernels:
        return
    try:
        folder = jars()
    except ImportError:
        say({"name": name, "skip": f"{name} is not installed: {install}"})
        return
    if shutil.which("javac") is None:
        say({"name": name, "skip": f"{name} needs a JDK: install one, such as openjdk-17-jdk-headless"})
        return
    if "--directed" in sys.argv:
        say({"name": name, "skip": f"{name} is compared on undirected graphs alone"})
        return
    graph = pathlib.Path(sys.argv[sys.argv.index("--graph") + 1])
    source = pathlib.Path(__file__).parent / "_jvm"
    classes = graph.parent / f"classes-{program}"
    path = f"{folder}/*"
    if not classes.exists():
        files = [str(source / f"{file}.java") for file in ("Task", program)]
        command = ["javac", "-nowarn", "-proc:none", "-d", str(classes), "-cp", path, *files]
        subprocess.run(command, check=True, stdout=sys.stderr)
    opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
    command = ["java", "-Xmx6g", *opened, "-cp", f"{classes}:{path}", program, *sys.argv[1:]]
    finished = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if finished.returncode != 0:
        # They say much, and nothing of it matters while all is well.
        sys.stderr.write(finished.stderr)
    sys.exit(finished.returncode)
