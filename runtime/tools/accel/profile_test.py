#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""accel profile: every operation has its time, its share, its work and its rate; times add up to no more than the whole; a trace has each operation of each run.

Usage: profile_test.py ACCEL
"""
import json
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
from onnx_bytes import F32, constant, model, node, value

from tool_checks import answers_json, call, finish, require

DIGITS = pathlib.Path(__file__).resolve().parents[3] / "docs/examples/digits"
FLOAT, INT8, PICTURE = DIGITS / "digits_f32.onnx", DIGITS / "digits_int8.onnx", DIGITS / "test/0003_label_3.png"


def check_report(what, told, placements):
    nodes, operations = told["nodes"], told["operations"]
    require(told["runs"] >= 3, f"{what}: a few runs at least", told["runs"])
    whole = sum(row["duration_ns"] for row in nodes) + told["between_ns"]
    require(0 < told["between_ns"] < told["whole_ns"] and abs(whole / told["whole_ns"] - 1) < 1e-9, f"{what}: nodes and what is between them add up to the whole", told)
    require([row["duration_ns"] for row in nodes] == sorted((row["duration_ns"] for row in nodes), reverse=True), f"{what}: the longest comes first", nodes)
    require(abs(sum(row["duration_ns"] for row in operations) - sum(row["duration_ns"] for row in nodes)) < 1 and sum(row["count"] for row in operations) == len(nodes), f"{what}: operations are sums of nodes", operations)
    for row in nodes:
        require(("macs_per_s" in row) == (row["work_macs"] > 0 and row["duration_ns"] > 0), f"{what}: a rate where the work is known, and nowhere else", row)
        if "macs_per_s" in row:
            require(abs(row["macs_per_s"] * row["duration_ns"] / 1e9 / row["work_macs"] - 1) < 1e-6, f"{what}: the rate is work by time", row)
    measured = {row["node"] for row in nodes}
    work = sum(row["work_macs"] for row in nodes if row["device"] == "cpu")
    require(work == sum(row["work_macs"] for row in placements if row["device"] == "cpu"), f"{what}: all work of the CPU's placements is in the rows", (work, measured))


def check_models():
    placements = answers_json("inspect", FLOAT, "-d", "cpu")["placements"]
    told = answers_json("profile", FLOAT, "-d", "cpu", "--seconds", "0.2", "-i", PICTURE)
    check_report("f32", told, placements)
    require([(row["device"], row["type"]) for row in told["peaks"]] == [("cpu", "f32")] and told["peaks"][0]["macs_per_s"] > 1e8, "the peak of f32 is measured", told["peaks"])
    wide = next(row for row in told["nodes"] if row["node"] == "wide")
    require(wide["type"] == "f32" and abs(wide["of_peak"] - wide["macs_per_s"] / told["peaks"][0]["macs_per_s"]) < 1e-9 and 0 < wide["of_peak"] < 2, "a node comes so near to the peak", wide)
    split = ["--simulated", "-d", "ethosu-sim,cpu", "--rounding", "tflite"]
    quantised = answers_json("profile", INT8, "-d", "cpu", "--seconds", "0.1")
    check_report("int8", quantised, answers_json("inspect", INT8, "-d", "cpu")["placements"])
    require("i8" in [row["type"] for row in quantised["peaks"]] and next(row for row in quantised["nodes"] if row["node"] == "wide")["type"] == "i8", "quantised operations have a peak of their own", quantised["peaks"])
    require(next(row for row in quantised["nodes"] if row["node"] == "softmax")["type"] == "f32", "what stands behind a conversion that is left computes in floats", quantised["nodes"])
    check_report("two devices", answers_json("profile", INT8, *split, "--seconds", "0.1", "--no-peak"), answers_json("inspect", INT8, *split)["placements"])
    bare = answers_json("profile", FLOAT, "-d", "cpu", "--seconds", "0.1", "--no-peak")
    require(bare["peaks"] == [] and not any("of_peak" in row for row in bare["nodes"]), "no peak is measured where none is wanted", bare["peaks"])


def check_known_work(work):
    """A product of known size has its multiply-accumulates."""
    size = 64
    path = work / "product.onnx"
    path.write_bytes(model([constant("w", F32, [size, size], bytes(4 * size * size)), node("MatMul", ["x", "w"], "y")], [value("x", F32, size, size)], [value("y", F32, size, size)]))
    told = answers_json("profile", path, "-d", "cpu", "--seconds", "0.1", "--no-peak")
    require([row["work_macs"] for row in told["nodes"]] == [size ** 3], "the work of a product is that of its sizes", told["nodes"])


def check_trace(work):
    told = answers_json("profile", FLOAT, "-d", "cpu", "--seconds", "0.1", "--no-peak", "--trace", work / "trace.json")
    events = json.loads((work / "trace.json").read_text())["traceEvents"]
    operations = [event for event in events if event.get("cat") == "operation"]
    names = {event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"}
    require({names[event["pid"]] for event in operations} == {"operations on cpu"}, "operations lie on a track of their device", names)
    runs = {name: sum(event["name"] == name for event in operations) for name in {event["name"] for event in operations}}
    require(runs.get("wide") == 10 and runs.get("stem") == 10, "a trace has each operation of each run", runs)
    segments = sorted((event["ts"], event["ts"] + event["dur"]) for event in events if event["ph"] == "X" and event["name"] == "segment")
    require(len(segments) == 10 and all(any(begin - 1 <= event["ts"] and event["ts"] + event["dur"] <= end + 1 for begin, end in segments) for event in operations), "operations lie within the segments of the library's own recording", segments)
    require(told["trace"] == str(work / "trace.json"), "the report names the trace", told)


def check_text(work):
    result = call("profile", FLOAT, "-d", "cpu", "--seconds", "0.1", "--top", "3")
    require(result.returncode == 0 and re.search(r"^one run: [\d.]+ [um]s, the mean of \d+ with timings$", result.stdout, re.M) and re.search(r"^peak of cpu in f32: [\d.]+ GMAC/s", result.stdout, re.M), "profile prints the whole and the peak", result.stdout)
    require(re.search(r"^Conv\+Relu +cpu +2 +[\d.]+ us +[\d.]+ % +[\d.]+ +\d+ %$", result.stdout, re.M) and re.search(r"^By node, the first 3 of \d+$", result.stdout, re.M) and len(result.stdout.split("By node")[1].splitlines()) == 5, "profile prints operations and nodes", result.stdout)
    saved = work / "digits.accel"
    call("compile", FLOAT, "-d", "cpu", "-o", saved)
    told = answers_json("profile", saved, "-d", "cpu", "--seconds", "0.1")
    require(any("macs_per_s" in row for row in told["nodes"]) and told["peaks"] == [], "a saved program has rates, and no types to compare them by", told)
    copy = work / "copy.onnx"
    copy.write_bytes(FLOAT.read_bytes())
    for arguments, code, expected in ((("profile", copy, "-d", "cpu", "--trace", copy), 1, "is the model itself"), (("profile", FLOAT, "-d", "cpu", "--seconds", "0"), 2, "greater than 0")):
        refused = call(*arguments)
        require(refused.returncode == code and expected in refused.stderr, f"accel {' '.join(map(str, arguments))} is refused", refused)


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        check_models()
        check_known_work(work)
        check_trace(work)
        check_text(work)
    finish()


if __name__ == "__main__":
    main()
