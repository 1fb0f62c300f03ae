#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The pages about adding something, followed to the letter: their own blocks are applied to a copy of the tree, built there and tried, and the places counted.

Usage: ways_test.py BUILD PAGE…     BUILD is a built tree's build folder, PAGE the name of a page in docs/, such as add-an-operation

A block begins with a comment that says what it is (in json and text, too, where it is dropped with it):

  FILE: new                    the file, which is not there
  FILE: behind LINE            goes behind the one line of the file that is LINE, blanks aside
  FILE: before LINE            goes in front of it
  FILE: in place of LINE
  FILE: at the end
  run                          of sh: executed in the copy, as soon as what stands above it is in place; B is its build folder

NEXT in a record is the next free number. Other blocks are for reading. Without one that runs a page proves nothing, and fails.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from scratch_tree import CATALOG, ScratchTree, changed_names  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)\n(?://|#|<!--) (\S+?)(?:: (new|at the end|(?:behind|before|in place of) (.+?)))?(?: -->)?\n(.*?)^```$", re.S | re.M)
# What a page may cost: places that are written by hand, and the folder whose files are what is added.
PAGES = {
    "add-an-operation": {"places": 4, "targets": ["accel-cpu", "accel-onnx", "accel-conformance", "accel-tool", "cpu_backend_test"]},
    "add-a-type": {"places": 4, "targets": ["accel-cpu", "accel-conformance"]},
    "add-an-importer": {"places": 0, "folder": "runtime/importers/tally/", "targets": ["accel-cpu", "accel_importer_common", "accel-tool"]},
}


def following(tree, file):
    """The number that the next operation gets, or in the vocabulary the next type."""
    what = "TYPE" if file.endswith("vocabulary.yaml") else "OPERATION"
    return 1 + max(int(number) for number in re.findall(rf"^    ACCEL_{what}_\w+ = (\d+),", (tree / CATALOG).read_text(), re.M))


def place(text, where, line, body, file):
    if where == "at the end":
        return text + body
    lines = text.splitlines(keepends=True)
    found = [number for number, each in enumerate(lines) if each.strip() == line.strip()]
    if len(found) != 1:
        sys.exit(f"{file}: the line '{line}' is there {len(found)} times, expected once")
    first, last = found[0] + where.startswith("behind"), found[0] + (not where.startswith("before"))
    return "".join(lines[:first]) + body + "".join(lines[last:])


def apply(tree, file, where, line, body):
    path = tree / file
    if where == "new":
        if path.exists():
            sys.exit(f"{file} is there already")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    elif not path.exists():
        sys.exit(f"{file} is not there")
    else:
        path.write_text(place(path.read_text(), where, line, body, file))


def execute(scratch, body):
    environment = dict(os.environ, B=str(scratch.build), PYTHONDONTWRITEBYTECODE="1")
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", body], cwd=scratch.tree, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(result.stdout, end="", flush=True)
    if result.returncode != 0:
        sys.exit(f"this block ended with {result.returncode}:\n{body}")
    scratch.settle()


def count(scratch, name, page):
    changed = scratch.changed()
    folder = page.get("folder")
    places = [file for file in changed if not (folder and file.startswith(folder))]
    print(f"{name}: {len(places)} places by hand{f' outside of {folder}' if folder else ''}, at most {page['places']}: {', '.join(places) or 'none'}")
    if len(places) > page["places"] or not changed:
        sys.exit(1)


def follow(build, name, work):
    page, begun = PAGES[name], time.monotonic()
    blocks = [row[1:] for row in BLOCK.findall((ROOT / f"docs/{name}.md").read_text()) if row[2] or row[1] == "run"]
    if not any(where == "" for _, where, _, _ in blocks):
        sys.exit(f"docs/{name}.md runs nothing")
    scratch = ScratchTree(ROOT, build, work)
    scratch.configure()
    scratch.begin(page["targets"])
    print(f"a copy of the tree and its build: {time.monotonic() - begun:.0f} s", flush=True)
    for file, where, line, body in blocks:
        if where:
            apply(scratch.tree, file, where, line, re.sub(r"\bNEXT\b", str(following(scratch.tree, file)), body) if file.endswith(".yaml") else body)
        else:
            execute(scratch, body)
    count(scratch, name, page)
    print(f"{name}: {len(blocks)} blocks, {time.monotonic() - begun:.0f} s")


def control():
    """What the rest relies on: a header's changes are told apart, and a block has one place."""
    header = "#define A 1\nenum e {\n    X = 1, /**< x */\n};\n\nstatic inline unsigned f(unsigned a)\n{\n    return 0;\n}\n"
    assert changed_names(header, header) == changed_names(header, header.replace("};", "    Y = 2,\n};")) == set()
    assert changed_names(header, header.replace("X = 1", "X = 3")) == {"e"} and changed_names(header, header.replace("A 1", "A 2")) == {"A"}
    assert changed_names(header, header.replace("return 0", "return a")) == {"f"} and changed_names(header, "") == {"A", "e", "f"}
    assert place("a\n  b\n", "behind b", "b", "c\n", "x") == "a\n  b\nc\n" and place("a\nb\n", "before b", "b", "c\n", "x") == "a\nc\nb\n"
    assert place("a\nb\nd\n", "in place of b", "b", "c\n", "x") == "a\nc\nd\n" and place("a\n", "at the end", "", "b\n", "x") == "a\nb\n"
    for text in ("a\n", "b\nb\n"):
        try:
            place(text, "behind b", "b", "c\n", "x")
        except SystemExit:
            continue
        raise AssertionError("a line that is not there once was taken")


def main():
    control()
    build, *names = sys.argv[1:]
    for name in names:
        with tempfile.TemporaryDirectory(prefix="ways-", dir=build) as work:  # a few hundred megabytes
            follow(pathlib.Path(build).resolve(), name, pathlib.Path(work).resolve())


if __name__ == "__main__":
    main()
