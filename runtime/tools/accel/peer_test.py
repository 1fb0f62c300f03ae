#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`accel bench --compare onnxruntime` against the peer itself.

Usage: peer_test.py ACCEL PEER_PYTHON      exit code 77: there is no Python with the package onnxruntime
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]

MAKE = """
import sys, onnx
from onnx import helper, TensorProto as T
ports = [helper.make_tensor_value_info("x", T.FLOAT, ["n", None]), helper.make_tensor_value_info("to", T.INT64, [2])]
nodes = [helper.make_node("Exp", ["x"], ["e"]), helper.make_node("Reshape", ["e", "to"], ["y"])]
graph = helper.make_graph(nodes, "open", ports, [helper.make_tensor_value_info("y", T.FLOAT, None)])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), sys.argv[1])
"""


def peer_python(given):
    if given and shutil.which(given) and subprocess.run([given, "-c", "import onnxruntime"], capture_output=True).returncode == 0:
        return given
    print("skipped: no Python with the package onnxruntime; scripts/setup --peers installs it")
    sys.exit(77)


def require(condition, sentence, detail=""):
    if not condition:
        sys.exit(f"FAILED: {sentence}\n{detail}")


def bench(accel, python, *options):
    command = [accel, "bench", ROOT / "docs/examples/digits/digits_f32.onnx", "-d", "cpu", "--seconds", "0.5", "--compare", "onnxruntime", "--python", python, "--json", *options]
    result = subprocess.run([*map(str, command)], capture_output=True, text=True)
    require(result.returncode == 0, "bench compares with ONNX Runtime", result.stderr)
    return json.loads(result.stdout)


def main():
    accel, python = sys.argv[1], peer_python(sys.argv[2])
    version = subprocess.run([python, "-c", "import onnxruntime; print(onnxruntime.__version__)"], capture_output=True, text=True).stdout.strip()
    for options, threads in (((), None), (("--threads", "1"), 1)):
        facts = bench(accel, python, *options)
        peer = facts["onnxruntime"]
        require(peer["version"] == version, "the peer is the one that was asked for", peer)
        require(peer["threads"] == facts["threads"] == (threads or facts["threads"]) and facts["threads"] > 0, "both sides have the same number of threads", facts)
        latency = peer["latency"]
        require(latency["runs"] > 0 and 0 < latency["fastest_ns"] <= latency["median_ns"] <= latency["p90_ns"], "the peer was measured", peer)
        require(peer["rounds"] > 0 and peer["ratio_median"] > 0, "rounds were taken in turns", peer)


    both_know(accel, python)


def both_know(accel, python):
    """The work grows with an open size, and only a known shape lets it be done: the peer has to be told both."""
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "open.onnx"
        subprocess.run([python, "-c", MAKE, model], check=True)
        medians = {}
        for size in (1, 4096):
            command = [accel, "bench", model, "-d", "cpu", "--threads", "1", "--seconds", "0.3", "--compare", "onnxruntime", "--python", python, "--json", "--dim", f"n={size}", "--dim", "x.dim1=64", "--known", f"to={size * 8},8"]
            result = subprocess.run([*map(str, command)], capture_output=True, text=True)
            require(result.returncode == 0, "bench tells the peer sizes and known values", result.stderr)
            medians[size] = json.loads(result.stdout)["onnxruntime"]["latency"]["median_ns"]
        require(medians[4096] > 5 * medians[1], "the peer's work has the size that was given", medians)


if __name__ == "__main__":
    main()
