#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The accel command among modules that end the process, hang or cannot be loaded: doctor names each, and nothing else suffers.

Usage: modules_test.py ACCEL FOLDER-OF-TEST-MODULES
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from tool_checks import FAILURES, require

ACCEL, MODULES = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
DIGITS = pathlib.Path(__file__).resolve().parents[3] / "docs/examples/digits"


def call(*arguments):
    return subprocess.run([ACCEL, *map(str, arguments)], text=True, capture_output=True, timeout=300)


def add_module(folder, name, library, serves, kind="backend"):
    folder.mkdir(exist_ok=True)
    module = {"kind": kind, "name": name, "library": str(library), "api_version": "0.2", "version": "1", "license": "MIT"}
    (folder / f"{name}.json").write_text(json.dumps({"file_format": "1.0", "module": module, "serves": serves}))


def doctor(folder, *more):
    result = call("doctor", "--json", "--module-path", folder, *more)
    require(result.returncode in (0, 1), "doctor lives", result.stderr)
    return json.loads(result.stdout)["findings"] if result.stdout else []


def problems(findings, module):
    return [row for row in findings if row["level"] == "problem" and row["what"].startswith(f"module {module} (")]


def check_enders(work):
    """One module of each kind that ends or stops the process that loads it."""
    folder = work / "enders"
    add_module(folder, "aborting", MODULES / "aborts.so", {"always": {"id": "aborting", "kind": "npu"}})
    add_module(folder, "exiting", MODULES / "exits.so", {"targets": ["exiting"]})
    add_module(folder, "importing", MODULES / "aborts.so", {"formats": ["importing"]}, kind="importer")
    add_module(folder, "hanging", MODULES / "hangs.so", {"always": {"id": "hanging", "kind": "npu"}})
    began = time.monotonic()
    findings = doctor(folder)
    require(time.monotonic() - began < 60, "a module that hangs costs doctor its patience once")
    for module, words in (("aborting", "died of SIGABRT"), ("exiting", "ended the process with code 7"), ("importing", "died of SIGABRT"), ("hanging", "did not come back within 20 s")):
        found = problems(findings, module)
        require(len(found) == 1 and words in found[0]["what"] and f"{module}.json" in found[0]["what"] and found[0]["remedy"], f"doctor says that {module} {words}", findings)
    require(not any(row["level"] == "ok" and "aborting" in row["what"] for row in findings), "nothing is called right in a module with a problem", findings)
    require(any(row["level"] == "ok" and row["what"].startswith("cpu: ") for row in findings), "doctor examines the good ones nevertheless", findings)


def check_one(work):
    folder = work / "one"
    add_module(folder, "null", MODULES / "null.so", {"always": {"id": "null", "kind": "npu"}})
    result = call("doctor", "--json", "--module-path", folder, "--module", "cpu")
    require(result.returncode == 0 and "cpu: " in result.stdout and "null" not in result.stdout, "one module is examined alone", result.stdout + result.stderr)
    result = call("doctor", "--module-path", folder, "--module", "nosuch")
    require(result.returncode == 2 and "no usable module is called 'nosuch'" in result.stderr, "an unknown module is an error of usage", result.stderr)
    require(problems(doctor(folder), "null"), "a module that refuses to be loaded is a problem")


def check_names(work):
    """A broken module named cpu is found first."""
    folder = work / "names"
    folder.mkdir()
    text = folder / "libtext.so"
    text.write_text("no library")
    for library in (text, MODULES / "null.so"):
        add_module(folder, "cpu", library, {"always": {"id": "cpu", "kind": "cpu"}})
        result = call("run", DIGITS / "digits_f32.onnx", "--module-path", folder, "-d", "cpu", "--input", next((DIGITS / "test").glob("*.png")), "--json")
        require(result.returncode == 0, f"the good cpu works though {library.name} has its name", result.stderr)
        found = [row for row in doctor(folder) if row["level"] == "problem" and "cpu.json" in row["what"]]
        require(len(found) == 1 and "skipped" in found[0]["what"], f"doctor tells of {library.name}", found)


def check_import(work):
    """Without a suffix and a format only the beginning of the file leads to the importer; importers that do not fit are not loaded."""
    folder = work / "importers"
    add_module(folder, "0-does-not-say", MODULES / "aborts.so", {"formats": ["a"]}, kind="importer")
    add_module(folder, "0-does-not-fit", MODULES / "aborts.so", {"formats": ["b"], "first_bytes": ["????????54464c33"]}, kind="importer")
    for model in DIGITS.glob("*.onnx"):
        bare = work / f"{model.stem}-without-suffix"
        bare.write_bytes(model.read_bytes())
        result = call("inspect", bare, "--module-path", folder, "-d", "cpu")
        require(result.returncode == 0, f"{model.name} is known by its beginning", f"exit {result.returncode}: {result.stderr}")


def main():
    with tempfile.TemporaryDirectory() as name:
        for check in (check_enders, check_one, check_names, check_import):
            check(pathlib.Path(name))
    return 1 if FAILURES else 0


sys.exit(main())
