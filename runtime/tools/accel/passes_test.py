#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""accel inspect --passes: what each pass of the compiler made of a model, as tables and as JSON.

Usage: passes_test.py ACCEL
"""
import json
import pathlib
import subprocess
import sys
import tempfile

from tool_checks import FAILURES, require

ROOT = pathlib.Path(__file__).resolve().parents[3]
DIGITS = ROOT / "docs/examples/digits"
FLOAT, INTEGER = DIGITS / "digits_f32.onnx", DIGITS / "digits_int8.onnx"
ACCEL = sys.argv[1]


def call(*arguments, code=0):
    result = subprocess.run([ACCEL, *map(str, arguments)], text=True, capture_output=True)
    require(result.returncode == code, f"accel {' '.join(map(str, arguments))} ends with {code}", f"{result.returncode}: {result.stderr}")
    return result


def passes(model, *options):
    return json.loads(call("inspect", model, "--passes", "--json", "-d", "cpu", *options).stdout)["passes"]


def named(rows, name):
    return [row for row in rows if row["name"] == name]


def check_rows(model):
    """Those of one graph."""
    rows = passes(model)
    text = call("inspect", model, "--passes", "-d", "cpu").stdout
    require(len(rows) >= 15 and {row["entry"] for row in rows} == {0}, "every pass is listed", rows)
    for row in rows:
        require(row["why"].endswith(".") and row["why"] in text and row["name"] in text, f"{row['name']} is told with its reason", text)
        require(row["duration_ns"] >= 0 and all(change["before"] != change["after"] for change in row["changes"]), f"{row['name']} lists what it changed", row)
        gained = sum(change["after"] - change["before"] for change in row["changes"])
        require(row["nodes_after"] - row["nodes_before"] == gained, f"{row['name']}: the changes add up to the nodes", row)
    require(sum(row["duration_ns"] for row in rows) > 0, "passes take time", rows)
    for before, after in zip(rows, rows[1:]):
        require(before["graph"] != after["graph"] or all(before[f"{what}_after"] == after[f"{what}_before"] for what in ("nodes", "tensors", "constant_bytes")),
                "each pass begins where the one before ended", (before, after))
    return rows, text


def main():
    rows, text = check_rows(FLOAT)
    require(text.startswith("pass ") and "operations" in text.splitlines()[0], "the table has a header", text)
    require(any("Relu" in change["operation"] for row in named(rows, "canonicalise") for change in row["changes"]), "canonicalise puts activations into what makes them", named(rows, "canonicalise"))
    rows, _ = check_rows(INTEGER)
    fused = named(rows, "quantise")[0]
    require(any(change["operation"].startswith("Dequantize") and change["after"] < change["before"] for change in fused["changes"]), "quantise takes the conversions in", fused)
    require(fused["nodes_after"] < fused["nodes_before"], "and leaves fewer nodes", fused)
    placed = json.loads(call("inspect", INTEGER, "-d", "cpu", "--json").stdout)["placements"]
    require(len(placed) >= rows[-1]["nodes_after"], "what is left is what is placed", (len(placed), rows[-1]))

    with tempfile.TemporaryDirectory() as work:
        saved = pathlib.Path(work) / "saved.accel"
        call("compile", FLOAT, "-d", "cpu", "-o", saved)
        said = call("inspect", saved, "--passes", "-d", "cpu", code=1).stderr
        require("is a saved program, whose passes are over; give --passes the model" in said, "a saved program has no passes", said)
    require("--passes" in call("inspect", "--help").stdout, "inspect --help has --passes")
    for other in (["--support"], ["--svg", "/dev/null"]):
        call("inspect", FLOAT, "--passes", *other, code=2)
    call("inspect", ROOT / "absent.onnx", "--passes", "-d", "cpu", code=1)
    print(f"{len(FAILURES)} failures")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
