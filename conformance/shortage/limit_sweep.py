#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run a command under one limit of its address space after the other: each time it must end by itself, with success or with a sentence that begins with "error:".

limit_sweep.py [--from MB] [--to MB] [--step MB] -- COMMAND...
"""
import argparse
import resource
import subprocess
import sys

MEGABYTE = 1 << 20


def outcome(command, limit_bytes):
    """"ok", "refused", or what went wrong."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
    try:
        done = subprocess.run(command, preexec_fn=limit, capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return "it did not end", ""
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode == 0:
        return "ok", said
    if done.returncode > 0 and any(line.startswith("error:") for line in said.splitlines()):
        return "refused", said
    return (f"signal {-done.returncode}" if done.returncode < 0 else f"exit {done.returncode} without a sentence"), said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=40)
    parser.add_argument("--to", dest="last", type=int, default=560)
    parser.add_argument("--step", type=int, default=4)
    parser.add_argument("--show", action="store_true", help="print what every run said")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    counts, wrong = {}, 0
    for limit in range(given.first, given.last + 1, given.step):
        result, said = outcome(given.command, limit * MEGABYTE)
        counts[result] = counts.get(result, 0) + 1
        if result not in ("ok", "refused"):
            wrong += 1
        if given.show or result not in ("ok", "refused"):
            print(f"{limit} MB: {result}: {said[-300:]}", flush=True)
    print(", ".join(f"{count} {result}" for result, count in sorted(counts.items())))
    # A sweep in which nothing was refused, or nothing worked, looked at one side only.
    return 0 if wrong == 0 and counts.get("ok") and counts.get("refused") else 1


if __name__ == "__main__":
    sys.exit(main())
