#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Ctrl-C ends accel bench, which tells what it has measured, also where the peer has ended by it.

Usage: interrupt_test.py ACCEL
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

from tool_checks import call, finish, require

MODEL = pathlib.Path(__file__).resolve().parents[3] / "docs/examples/digits/digits_f32.onnx"


def interrupted(*options):
    """bench in a process group of its own, which gets SIGINT as from a terminal once it has measured for a while."""
    command = [sys.argv[1], "bench", MODEL, "-d", "cpu", "--seconds", "600", *options]
    process = subprocess.Popen([*map(str, command)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0)
    time.sleep(2)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=120)
    require(time.monotonic() - began < 30, f"bench {' '.join(map(str, options))} ends soon")
    return process.returncode, stdout, stderr


def main():
    code, stdout, stderr = interrupted()
    require(code == 130 and re.search(r"^accel +median .*\(\d+ runs\)$", stdout, re.M) and "note: interrupted" in stderr, "bench prints what it has", (code, stdout, stderr))
    code, stdout, stderr = interrupted("--json", "--timings")
    facts = json.loads(stdout)
    require(code == 130 and facts["interrupted"] and facts["latency"]["runs"] > 0 and "timings" not in facts, "bench prints JSON of what it has", (code, stdout))
    with tempfile.TemporaryDirectory() as folder:
        peer = pathlib.Path(folder) / "peer"
        peer.write_text("#!/bin/sh\necho '{\"version\": \"0\"}'\nwhile read count; do echo '[1000]'; done\n")
        peer.chmod(0o755)
        code, stdout, stderr = interrupted("--compare", "onnxruntime", "--python", peer)
        require(code == 130 and "\nonnxruntime " in stdout and "\nratio " in stdout, "bench prints what both sides have, although the peer has ended", (code, stdout, stderr))
    help_text = call("bench", "--help").stdout
    require("130 interrupted" in help_text, "bench --help has the exit code", help_text)
    finish()


if __name__ == "__main__":
    main()
