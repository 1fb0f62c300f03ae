#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests that need an onnx library beside the tree; exit code 77 (skipped) where there is none.

Usage: peer_test.py decompositions PEER_PYTHON   decompositions compute what their operators do
       peer_test.py published PEER_PYTHON        and give the results that ONNX published
       peer_test.py onnx PEER_PYTHON             the recorded schemas are those of the package onnx
       peer_test.py debian                       what is recorded of Debian's libonnx is what it says
PEER_PYTHON is a Python with onnx 1.23.2 (scripts/setup --peers); Debian's libraries come with scripts/setup --schemas.
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
CACHE = pathlib.Path(os.environ.get("ACCEL_CACHE") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "libaccel")
SKIPPED = 77
RECORD = ROOT / "api/catalog/schemas/record.py"


def run(command, **environment):
    return subprocess.run(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}).returncode


def with_peer(python, script, *arguments):
    if not python or not pathlib.Path(python).exists():
        print("skipped: no peers; scripts/setup --peers installs them")
        return SKIPPED
    return run([python, script, *arguments])


def debian():
    folder = CACHE / "debian-onnx"
    extensions = sorted(folder.glob("python3-onnx/usr/lib/python3/dist-packages/onnx/onnx_cpp2py_export.*.so"))
    if not extensions:
        print("skipped: no libonnx of Debian; scripts/setup --schemas installs it")
        return SKIPPED
    libraries = ":".join(str(path) for path in sorted(folder.glob("lib*/usr/lib/*-linux-gnu")))
    return run(["/usr/bin/python3", RECORD, "--check", "--debian", extensions[0]], LD_LIBRARY_PATH=libraries)


def main():
    what, python = sys.argv[1], (sys.argv[2:] or [""])[0]
    if what == "debian":
        return debian()
    if what == "onnx":
        return with_peer(python, RECORD, "--check")
    return with_peer(python, ROOT / "api/tests/catalog" / {"decompositions": "decompositions_test.py", "published": "node_data_test.py"}[what])


if __name__ == "__main__":
    sys.exit(main())
