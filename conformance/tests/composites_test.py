#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every composite of the catalog, built on a device that knows core operations alone, gives what the suite's own arithmetic says of the composite.

Usage: composites_test.py SUITE ROWS      ROWS: conformance/operations/rows.inc
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

SEEDS = range(1, 9)


def composites(rows):
    return [name.lower().replace("_", "-") for name in re.findall(r'^ +\{ACCEL_OPERATION_(\w+), "\w+", [^"]*"N-\d+", true, ', rows.read_text(), flags=re.M)]


def verdicts(suite, fault, cases, seed):
    """By case. All in one run: the suite asks a device about everything before it runs anything."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([suite, "run", "--fault", fault, "--seed", str(seed), "--out", out, *cases], capture_output=True, text=True)
        rows = [json.loads(line) for line in (pathlib.Path(out) / "record.jsonl").read_text().splitlines()]
        told = {row["id"]: f"{row['verdict']}: {row.get('message', '')}" for row in rows if row.get("type") == "case"}
        return {case: told.get(case, "no result") for case in cases}


def main():
    suite, names = sys.argv[1], composites(pathlib.Path(sys.argv[2]))
    failures = [] if names else ["the catalog has no composite: the pattern of its rows has changed"]
    for seed in SEEDS:
        for case, told in verdicts(suite, "core-only", [f"operations.{name}.f32" for name in names], seed).items():
            if not told.startswith("pass"):
                failures.append(f"{case}, seed {seed}, made of core operations: {told}")
    # Whether the steps are what runs: on this device REDUCE_MEAN alone is wrong.
    control = "operations.global-average-pool.f32"
    told = verdicts(suite, "core-only-wrong-mean", [control], 1)[control]
    if not told.startswith("fail"):
        failures.append(f"the control is not found: {told}")
    print("\n".join(failures) or f"{len(names)} composite(s), {len(SEEDS)} seeds each")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
