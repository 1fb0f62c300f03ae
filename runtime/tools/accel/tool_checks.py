# SPDX-License-Identifier: MIT
"""What tests of the accel command share: calling it, and requiring things of what it says. The first argument of the test is the command."""
import json
import subprocess
import sys

FAILURES = []


def call(*arguments):
    return subprocess.run([sys.argv[1], *map(str, arguments)], text=True, capture_output=True)


def require(condition, sentence, detail=""):
    if condition:
        return
    FAILURES.append(sentence)
    print(f"FAILED: {sentence}\n{detail}")


def answers_json(*arguments):
    result = call(*arguments, "--json")
    require(result.returncode == 0, f"accel {' '.join(map(str, arguments))} works", result.stderr)
    return json.loads(result.stdout) if result.stdout else {}


def finish():
    sys.exit(f"{len(FAILURES)} check(s) failed" if FAILURES else 0)
