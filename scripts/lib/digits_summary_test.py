#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The demo's bars: each is kept just so, and broken by one picture, one bit or one device more."""
import sys

from digits_summary import broken_bars

SPLIT = "ethosu-sim+cpu-int8"
CASES = [
    # name, right, right in f32, pictures, same bits, devices, what is said
    ("cpu-f32", 97, 97, 100, 0, {"cpu": 9}, None),
    ("cpu-f32", 96, 96, 100, 0, {"cpu": 9}, "accuracy"),
    ("cpu-int8", 98, 99, 100, 100, {"cpu": 9}, None),
    ("cpu-int8", 97, 99, 100, 100, {"cpu": 9}, "loss"),
    ("cpu-int8", 95, 96, 100, 100, {"cpu": 9}, None),
    ("cpu-int8", 99, 99, 100, 99, {"cpu": 9}, "bit"),
    (SPLIT, 99, 99, 100, 100, {"ethosu-sim": 7, "cpu": 2}, None),
    (SPLIT, 99, 99, 100, 100, {"cpu": 9}, "expected some on each"),
    (SPLIT, 99, 99, 100, 100, {"ethosu-sim": 9}, "expected some on each"),
    ("balanced-int8", 99, 99, 100, 100, {"cpu": 9}, None),
]


def main():
    failed = 0
    for *facts, expected in CASES:
        said = list(broken_bars(*facts))
        good = not said if expected is None else len(said) == 1 and expected in said[0]
        if not good:
            failed += 1
            print(f"FAILED: {facts} says {said}, expected {expected}")
    sys.exit(f"{failed} case(s) failed" if failed else 0)


if __name__ == "__main__":
    main()
