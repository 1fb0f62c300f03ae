#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The accel command on a program with several entry points, which only an application can make.

Usage: entries_test.py ACCEL MAKER     MAKER writes such a program: accel-two-entries
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile


def call(*command, code=0):
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True)
    if done.returncode != code:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
    return done


def require(condition, sentence, detail=""):
    if not condition:
        sys.exit(f"FAILED: {sentence}\n{detail}")


def write_npy(path, values):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(values)},), }}".ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(values)}f", *values))


def main():
    accel, maker = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        program, values = pathlib.Path(folder) / "two.acpg", pathlib.Path(folder) / "x.npy"
        call(maker, program)
        write_npy(values, [1, 2, 3, 4])
        facts = json.loads(call(accel, "inspect", program, "--device", "cpu", "--json").stdout)
        require([(entry["name"], len(entry["placements"])) for entry in facts["entries"]] == [("once", 1), ("twice", 2)], "inspect --json lists the entry points", facts)
        require("placements" not in facts and facts["constant_bytes"] > 0, "what is of one entry point is in it", facts)
        told = call(accel, "inspect", program, "--device", "cpu").stdout
        require("Entry point once" in told and "Entry point twice" in told and "2 entry points" in told, "inspect tells of each", told)
        for name, factor in (("once", 2), ("twice", 4)):
            result = json.loads(call(accel, "run", program, "--device", "cpu", "--entry", name, "-i", values, "--json").stdout)
            require(result["results"][0]["outputs"][0]["values"] == [factor * value for value in (1, 2, 3, 4)], f"run --entry {name} runs that one", result)
        refused = call(accel, "run", program, "--device", "cpu", "-i", values, code=1).stderr
        require("several entry points: 'once', 'twice'; choose one with --entry" in refused, "run asks which", refused)
        refused = call(accel, "bench", program, "--device", "cpu", "--entry", "thrice", code=1).stderr
        require("no entry point 'thrice', perhaps 'twice' is meant; --entry takes one of: 'once', 'twice'" in refused, "an unknown one is refused with those that there are", refused)
        recorded = pathlib.Path(folder) / "trace.json"
        call(accel, "trace", program, "--device", "cpu", "--entry", "twice", "--runs", "1", "-o", recorded)
        require(json.loads(recorded.read_text()), "trace records one", recorded.read_text())
        drawing = pathlib.Path(folder) / "two.svg"
        call(accel, "inspect", program, "--device", "cpu", "--svg", drawing, "--entry", "twice")
        require(drawing.read_text().count("<rect x=") == 2, "one entry point is drawn", drawing.read_text())
        call(accel, "inspect", program, "--device", "cpu", "--svg", drawing, code=1)
        require(facts["variables"] == [], "a program without variables has none", facts)
        call(maker, program, "state")
        facts = json.loads(call(accel, "inspect", program, "--device", "cpu", "--json").stdout)
        require([(variable["name"], variable["size_bytes"]) for variable in facts["variables"]] == [("x", 16)], "inspect --json lists variables", facts)
        require([entry["ports"] for entry in facts["entries"]] == [[], []], "what is of a variable is no port", facts)
        told = call(accel, "inspect", program, "--device", "cpu").stdout
        require("Variables of a state" in told, "inspect tells of variables", told)
    print("entry points: listed, run, drawn, refused")


if __name__ == "__main__":
    main()
