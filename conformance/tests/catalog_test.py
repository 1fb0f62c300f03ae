#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every operation of the catalog occurs in a case of its own, in every type that the catalog admits; what is quantised, in every rounding that is defined for it.

Usage: catalog_test.py SUITE
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# docs/operations.md defines no form of NATURAL for these.
WITHOUT_NATURAL = {"ADD", "SUB"}
# Of what is quantised, these move or choose stored values.
CHOOSING = {"MAX_POOL", "RELU", "CLIP", "DEQUANTIZE", "REDUCE_MAX", "REDUCE_MIN"}
# Bytes without scales are not among the whole numbers that these take.
WITHOUT_BYTES = {"REDUCE_MEAN"}


def expected():
    ids = set()
    table = (ROOT / "docs/operations.md").read_text()
    rows = re.findall(r"^\| \d+ \| ([A-Z0-9_]+)([^|]*)\|[^|]*\|[^|]*\|[^|]*\| ([A-Z0-9, ]+) \|[^|]*\| \w+ \| (yes)? *\|$", table, flags=re.M)
    for name, _, types, quantised in rows:
        admitted = set(types.split(", ")) | ({"I8", "U8"} if quantised else set())
        for kind in admitted:
            roundings = [""]
            if quantised and kind in ("I8", "U8") and name not in CHOOSING:
                roundings = ["-half-even", "-tflite"] + ([] if name in WITHOUT_NATURAL else ["-natural"])
                # Where other whole numbers are admitted, bytes without scales are whole numbers, too.
                roundings += [""] if "I32" in types.split(", ") and name not in WITHOUT_BYTES else []
            ids.update(f"operations.{name.lower().replace('_', '-')}.{kind.lower()}{rounding}" for rounding in roundings)
    return ids, len(rows)


def main():
    wanted, operations = expected()
    listed = subprocess.run([sys.argv[1], "list", "--json", "operations"], text=True, capture_output=True, check=True).stdout
    there = {row["id"] for row in json.loads(listed)}
    for case in sorted(wanted - there):
        print(f"no case {case}, though the catalog admits it")
    for case in sorted(there - wanted):
        print(f"the case {case} is of nothing that the catalog admits")
    print(f"{operations} operations, {len(there)} cases")
    return 1 if there != wanted or operations < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
