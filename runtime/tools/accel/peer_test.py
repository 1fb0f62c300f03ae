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

ROOT = pathlib.Path(__file__).resolve().parents[3]


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


if __name__ == "__main__":
    main()
