#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run ONNX's own tests through `accel run`, and print pass, wrong, crash and refused per set.

Needs the packages onnx and numpy, which `scripts/setup --peers` installs, and Debian's libonnx-testdata.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
OUTCOMES = ("pass", "wrong", "crash", "refused")
EXIT_CODES = "Exit codes: 0 nothing wrong, no crash, and as many passes as --at-least says; 1 otherwise; 2 the arguments are wrong."
SET_NAMES = ("node", "node-debian", "pytorch-converted", "pytorch-operator", "simple", "light")


def parse_arguments():
    build = pathlib.Path(os.environ.get("ACCEL_BUILD", ROOT / "build/release"))
    parser = argparse.ArgumentParser(prog="scripts/onnx-tests", description=__doc__.split("\n")[0], epilog=EXIT_CODES)
    parser.add_argument("--accel", type=pathlib.Path, default=build / "bin/accel", help="the command to try (%(default)s)")
    parser.add_argument("-d", "--device", default="cpu", help="ordered set of devices, as for accel run (%(default)s)")
    parser.add_argument("--set", action="append", dest="sets", choices=SET_NAMES, help="only this set; may be repeated")
    parser.add_argument("--filter", default="", help="only tests whose name contains this")
    parser.add_argument("--constants", action="store_true", help="every input but the first becomes a constant of the model, as frameworks write them")
    parser.add_argument("--list", nargs="+", choices=OUTCOMES, default=["wrong", "crash"], help="outcomes whose tests are named, with the reason (wrong and crash)")
    parser.add_argument("--at-least", type=int, default=0, metavar="N", help="fail when fewer pass")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="tests at a time (%(default)s)")
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    parser.add_argument("accel_options", nargs="*", metavar="-- OPTION", help="further options for accel run")
    arguments = parser.parse_args()
    if not os.access(arguments.accel, os.X_OK):
        parser.error(f"{arguments.accel} is no program; scripts/build makes it")
    arguments.accel = arguments.accel.resolve()  # each test runs in a folder of its own
    if arguments.jobs < 1:
        parser.error("--jobs is at least 1")
    return arguments


class Progress:
    """A line about how far it is, on a terminal only."""

    def __init__(self):
        self.wanted, self.told = sys.stderr.isatty(), 0.0

    def tell(self, text):
        now = time.monotonic()
        if self.wanted and now - self.told > 0.2:
            self.told = now
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def end(self):
        if self.wanted:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def run_all(arguments, sources, drive):
    """Endings of the tests of the chosen sets, in order."""
    progress, endings = Progress(), []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for name in arguments.sets or SET_NAMES:
            what, collect = sources.SETS[name]
            progress.tell(f"{name}: collecting {what}")
            tests = [test for test in collect() if arguments.filter in test.name]
            for count, ending in enumerate(pool.map(lambda test: drive.run(arguments, test), tests), 1):
                progress.tell(f"{name}: {count} of {len(tests)}")
                endings.append(ending)
    progress.end()
    return endings


def print_table(endings):
    sets = collections.defaultdict(collections.Counter)
    for ending in endings:
        sets[ending.set][ending.outcome] += 1
        sets["all"][ending.outcome] += 1
    print(f"{'set':20}{'tests':>7}" + "".join(f"{outcome:>9}" for outcome in OUTCOMES))
    for name, counts in sorted(sets.items(), key=lambda item: item[0] == "all"):
        print(f"{name:20}{counts.total():>7}" + "".join(f"{counts[outcome]:>9}" for outcome in OUTCOMES))


def main():
    arguments = parse_arguments()
    try:
        import drive
        import sources
    except ImportError as error:
        sys.exit(f"error: {error}; scripts/setup --peers installs it")
    endings = run_all(arguments, sources, drive)
    if not endings:
        sys.exit(f"error: no test's name contains '{arguments.filter}'")
    counts = collections.Counter(ending.outcome for ending in endings)
    if arguments.json:
        json.dump({"counts": {outcome: counts[outcome] for outcome in OUTCOMES}, "tests": [dataclasses.asdict(ending) for ending in endings]}, sys.stdout, indent=1)
    else:
        for ending in endings:
            if ending.outcome in arguments.list:
                print(f"{ending.outcome}  {ending.set}/{ending.name}  {ending.reason}")
        print_table(endings)
    if counts["pass"] < arguments.at_least:
        print(f"{counts['pass']} tests pass where at least {arguments.at_least} have to", file=sys.stderr)
    sys.exit(1 if counts["wrong"] or counts["crash"] or counts["pass"] < arguments.at_least else 0)


if __name__ == "__main__":
    main()
