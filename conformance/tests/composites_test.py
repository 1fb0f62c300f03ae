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


def verdict(suite, fault, case, seed):
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([suite, "run", "--fault", fault, "--seed", str(seed), "--out", out, case], capture_output=True, text=True)
        rows = [json.loads(line) for line in (pathlib.Path(out) / "record.jsonl").read_text().splitlines()]
        return next((f"{row['verdict']}: {row.get('message', '')}" for row in rows if row.get("type") == "case" and row["id"] == case), "no result")


def main():
    suite, names = sys.argv[1], composites(pathlib.Path(sys.argv[2]))
    failures = [] if names else ["the catalog has no composite: the pattern of its rows has changed"]
    for name in names:
        case = f"operations.{name}.f32"
        for seed in SEEDS:
            told = verdict(suite, "core-only", case, seed)
            if not told.startswith("pass"):
                failures.append(f"{case}, seed {seed}, made of core operations: {told}")
    # Whether the steps are what runs: on this device REDUCE_MEAN alone is wrong.
    told = verdict(suite, "core-only-wrong-mean", "operations.global-average-pool.f32", 1)
    if not told.startswith("fail"):
        failures.append(f"the control is not found: {told}")
    print("\n".join(failures) or f"{len(names)} composite(s), {len(SEEDS)} seeds each")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
