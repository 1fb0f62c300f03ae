#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure quantised networks in turns with ONNX Runtime and with our own f32, on one and on two threads, and print a table with bars.

The networks are those that nets.py writes; it is asked to, where they are missing. The machine should be quiet; every ratio comes from runs taken in turns.

Usage: bars.py [--accel PATH] [--models DIR] [--only TEXT] [--threads N]… [--seconds S] [--rounds N] [--strict]
Exit code 0: measured (with --strict: and every bar held). 1: a bar did not hold, or something is missing.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

import nets

ROOT = pathlib.Path(__file__).resolve().parents[2]
OF_F32 = 0.55  # the most that a quantised network may take of our own f32's time

# Network, form, and the most that it may take of ONNX Runtime's time with as many threads.
BARS = (("resnet50", "u8", 1.0), ("mobilenetv2", "u8", 1.0), ("mobilenetv2", "s8", 0.75), ("ultraface-rfb-320", "u8", 0.9))


def bench(accel, model, threads, seconds, python=None):
    """What `accel bench --json` answers."""
    command = [accel, "bench", model, "--json", "-d", "cpu", "--threads", threads, "--seconds", seconds, *(("--compare", "onnxruntime", "--python", python) if python else ())]
    return json.loads(subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout)


def measure(arguments, quantised, plain, threads):
    """Medians over the rounds: our time, ONNX Runtime's, the ratio of both in turns, and the ratio to our own f32 in turns."""
    rounds = []
    for _ in range(arguments.rounds):
        f32 = bench(arguments.accel, plain, threads, arguments.seconds / 2)["latency"]["median_ns"]
        timed = bench(arguments.accel, quantised, threads, arguments.seconds, sys.executable)
        ours, peer = timed["latency"]["median_ns"], timed["onnxruntime"]
        rounds.append((ours, peer["latency"]["median_ns"], peer["ratio_median"], ours / f32))
    return [statistics.median(column) for column in zip(*rounds)]


def table(arguments, paths):
    """Rows of a Markdown table, and whether every bar held."""
    rows, held = ["| network | threads | libaccel | ONNX Runtime | ratio | bar | of our f32 | bar |", "|---|--:|--:|--:|--:|--:|--:|--:|"], True
    for name, form, bar in BARS:
        if (name, form) not in paths or arguments.only not in f"{name} {form}":
            continue
        for threads in arguments.threads:
            ours, theirs, ratio, of_f32 = measure(arguments, paths[name, form], paths[name, "f32"], threads)
            held = held and ratio <= bar and of_f32 <= OF_F32
            rows.append(f"| {name} {form} | {threads} | {ours / 1e6:.2f} ms | {theirs / 1e6:.2f} ms | **{ratio:.2f}** | {bar} | {of_f32:.2f} | {OF_F32} |")
            print(rows[-1], file=sys.stderr)
    return rows, held


def add_arguments(parser):
    parser.add_argument("--accel", type=pathlib.Path, default=pathlib.Path(os.environ.get("BUILD", ROOT / "build/release")) / "bin/accel")
    parser.add_argument("--models", type=pathlib.Path, default=ROOT / "../shared/models", help="folder with ultraface/; without it that network is left out")
    parser.add_argument("--only", default="", help="only rows whose name and form hold this text")
    parser.add_argument("--threads", type=int, action="append", help="default: 1 and 2")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--strict", action="store_true", help="fail where a bar does not hold")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_arguments(parser)
    arguments = parser.parse_args()
    arguments.threads = arguments.threads or [1, 2]
    ultraface = arguments.models / "ultraface/ultraface-rfb-320.onnx"
    try:
        paths = nets.ensure_nets(nets.CACHE / "nets", quantise=[ultraface] if ultraface.exists() else [])
    except ImportError as error:
        sys.exit(f"bars.py: {error}; scripts/setup --peers installs it, for the Python {nets.CACHE}/peers/bin/python")
    rows, held = table(arguments, paths)
    print("\n".join(rows))
    sys.exit(0 if held or not arguments.strict else 1)


if __name__ == "__main__":
    main()
