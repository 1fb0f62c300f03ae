#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""accel inspect of models whose sizes are open: sizes that do not contradict the model are made up, and told.

Usage: sample_sizes_test.py ACCEL
"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
from onnx_bytes import F32, constant, integers, model, node, value
from tool_checks import FAILURES, require

ACCEL = sys.argv[1]


def inspect(path, *options):
    return subprocess.run([ACCEL, "inspect", path, "-d", "cpu", *options], text=True, capture_output=True)


def pooled(path, window):
    """A window over what is open, in two directions."""
    pool = node("MaxPool", ["x"], "y", integers("kernel_shape", [window, window]))
    path.write_bytes(model([pool], [value("x", F32, "batch", 3, "height", "width")], [value("y", F32, "batch", 3, "h", "w")]))
    return path


def contradictory(path):
    """A constant of five values beside what is 1 or a power of two."""
    add = node("Add", ["x", "c"], "s")
    product = node("MatMul", ["s", "w"], "y")
    path.write_bytes(model([add, product, constant("c", F32, [5], bytes(20)), constant("w", F32, [7, 1], bytes(28))], [value("x", F32, "n")], [value("y", F32, 1)]))
    return path


def check_made_up(work):
    for options in ((), ("--support",), ("--passes",)):
        result = inspect(pooled(work / "pool.onnx", 5), *options)
        require(result.returncode == 0, f"inspect {options} of open sizes works", result.stderr)
        require("made up: batch=1, height=8, width=8; --dim gives others" in result.stderr, f"inspect {options} tells the sizes", result.stderr)
    facts = json.loads(inspect(pooled(work / "pool.onnx", 5), "--json").stdout)
    require([port["shape"] for port in facts["ports"]] == ["f32[1,3,8,8]", "f32[1,3,4,4]"], "the program has the sizes that were told", facts["ports"])


def check_given(work):
    path = pooled(work / "pool.onnx", 5)
    result = inspect(path, "--dim", "height=10", "--json")
    require("made up: batch=1, width=8;" in result.stderr, "what --dim gives is not made up", result.stderr)
    require(json.loads(result.stdout)["ports"][0]["shape"] == "f32[1,3,10,8]", "what --dim gives is there", result.stdout)
    result = inspect(path, "--dim", "batch=1", "--dim", "height=10", "--dim", "width=10")
    require(result.returncode == 0 and "made up" not in result.stderr, "nothing is made up where all is given", result.stderr)
    result = inspect(path, "--dim", "height=2", "--dim", "width=9", "--dim", "batch=1")
    require(result.returncode == 1 and result.stdout == "" and "window covers 5" in result.stderr, "what contradicts is an error", result.stderr)


def check_hopeless(work):
    result = inspect(contradictory(work / "no.onnx"))
    require(result.returncode == 1 and result.stdout == "" and result.stderr.count("error:") == 1 and "made up" not in result.stderr, "the first error stands where no size helps", result.stderr)
    result = inspect(work / "missing.onnx")
    require(result.returncode == 1 and "NOT_FOUND" in result.stderr, "a missing file is that", result.stderr)


with tempfile.TemporaryDirectory() as folder:
    for check in (check_made_up, check_given, check_hopeless):
        check(pathlib.Path(folder))
sys.exit(1 if FAILURES else 0)
