#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""accel compare: equal sides, a device with a planted fault whose operation must be named, files, tolerances, and what each exit code means.

Usage: compare_test.py ACCEL FAULTY-MODULE CPU-MODULE
"""
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
from onnx_bytes import F32, I64, attribute, model, node, value

DIGITS = pathlib.Path(__file__).resolve().parents[3] / "docs/examples/digits"
FLOAT, INT8, PICTURE = DIGITS / "digits_f32.onnx", DIGITS / "digits_int8.onnx", DIGITS / "test/0003_label_3.png"
FAILURES = []


def call(*arguments, fault=None):
    planted = {"ACCEL_FAULT_OF": CPU, "ACCEL_FAULT": fault or "none"}
    return subprocess.run([ACCEL, *map(str, arguments)], text=True, capture_output=True, env={**os.environ, **planted})


def require(condition, sentence, detail=""):
    if not condition:
        FAILURES.append(sentence)
        print(f"FAILED: {sentence}\n{detail}")


def report(code, *arguments, fault=None):
    """The JSON of a comparison that ends with the code."""
    result = call("compare", *arguments, "--json", fault=fault)
    require(result.returncode == code, f"accel compare {' '.join(map(str, arguments))} ends with {code}", f"exit {result.returncode}: {result.stdout}{result.stderr}")
    return json.loads(result.stdout) if result.stdout else {}


def refuses(expected, remedy, *arguments):
    result = call("compare", *arguments)
    lines = result.stderr.splitlines()
    sentence, _, advice = lines[-1].rpartition("; ") if lines else ("", "", "")
    good = result.returncode == 2 and not result.stdout and re.search(f"^error: .*({expected})", sentence) and re.search(remedy, advice)
    require(good, f"accel compare {' '.join(map(str, arguments))} is refused with /{expected}/ and the remedy /{remedy}/", f"exit {result.returncode}: {result.stderr}")


def npy(path, descr, shape, payload):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + payload)
    return path


def add_faulty(work):
    """A device 'wrong' beside the CPU: its module with a fault."""
    module = {"kind": "backend", "name": "faulty", "library": FAULTY, "api_version": "0.2", "version": "1", "license": "MIT"}
    serves = {"always": {"id": "wrong", "name": "a CPU with a fault", "kind": "cpu", "target": "cpu"}}
    (work / "modules").mkdir()
    (work / "modules/faulty.json").write_text(json.dumps({"file_format": "1.0", "module": module, "serves": serves}))
    return ["--module-path", work / "modules", "-a", "wrong", "-b", "cpu"]


def check_equal():
    for arguments in ((FLOAT, "-a", "cpu", "-b", "cpu"), (INT8, "--simulated", "-a", "ethosu-sim,cpu", "-b", "cpu"), (INT8, "--simulated", "-a", "cpu", "-b", "ethosu-sim,cpu", "-i", PICTURE)):
        told = report(0, *arguments)
        require(told["equal"] and told["first_difference"] is None and [row["differ"] for row in told["tensors"]] == [0], "devices that agree are equal", told)
    require(told["rounding"] == "tflite", "both sides requantise alike, as the one that needs a rounding does", told)
    text = call("compare", FLOAT, "-a", "cpu", "-b", "cpu").stdout
    require("equal within the tolerance" in text and re.search(r"^probabilities +f32\[1,10\] +0 of 10 +0 +0 +-", text, re.M), "compare prints a row for each tensor", text)


def check_operations(wrong):
    """The fault is in all operations of a kind: the first of them is to blame."""
    for fault, name, operation, index, before in (("conv", "stem", "Conv", 0, "nothing in front"), ("max-pool", "pool", "MaxPool", 6, "the first 6 alone agree"), ("gemm", "scores", "Gemm", 13, "the first 13 alone agree"),
                                                  ("softmax", "softmax", "Softmax", 14, "the first 14 alone agree")):
        told = report(1, FLOAT, *wrong, fault=f"mutant-{fault}-value")
        found = told.get("first_difference") or {}
        require((found.get("node"), found.get("operation"), found.get("index")) == (name, operation, index), f"the operation with a fault in {operation} is named", told)
        require(found["nodes"] == 15 and found["device_a"] == "wrong" and found["device_b"] == "cpu" and before in found["how"] and "bisection" in found["how"], "compare says how it was found", found)
        tensor = found["tensor"]
        require(tensor["differ"] == 1 and not tensor["equal"] and abs(tensor["max_abs"] - abs(tensor["first"]["a"] - tensor["first"]["b"])) < 1e-9, "the report has the first place that differs", tensor)
    text = call("compare", FLOAT, *wrong, fault="mutant-gemm-value")
    require(text.returncode == 1 and "first difference: node 'scores' (Gemm), operation 14 of 15\n" in text.stdout and "1 of 1 tensor(s) differ" in text.stdout, "compare prints the operation", text)
    told = report(1, FLOAT, *wrong, "--outputs-only", fault="mutant-gemm-value")
    require(told["first_difference"] is None, "compare looks for no operation where it need not", told)


def check_tolerance(wrong):
    report(0, FLOAT, *wrong, "--rtol", "0.1", fault="mutant-gemm-value")
    report(0, FLOAT, *wrong, "--atol", "0.1", fault="mutant-gemm-value")
    told = report(1, FLOAT, *wrong, "--rtol", "0", "--atol", "0", fault="mutant-gemm-value")
    require([(row["atol"], row["rtol"]) for row in told["tensors"]] == [(0, 0)], "a tolerance may be 0", told)


def check_files(work):
    saved = call("run", FLOAT, "-i", PICTURE, "-d", "cpu", "-o", work / "out")
    expected = work / "out/0003_label_3.probabilities.npy"
    require(saved.returncode == 0 and expected.exists(), "run writes what compare expects", saved.stderr)
    with_picture = [FLOAT, "-a", "cpu", "-i", PICTURE]
    for path in (expected, work / "out"):
        told = report(0, *with_picture, "--expected", path)
        require(told["equal"] and told["b"] == str(path), "outputs are what they were", told)
    whole = expected.read_bytes()
    expected.write_bytes(whole[:-4] + struct.pack("<f", 0.5))
    told = report(1, *with_picture, "--expected", expected)
    require(told["tensors"][0]["first"]["place"] == "[0,9]" and told["tensors"][0]["first"]["b"] == 0.5 and told["first_difference"]["node"] == "softmax", "the place in a file that differs is told", told)
    npy(work / "out/scores.npy", "<f4", "(1, 10)", bytes(40))
    told = report(1, *with_picture, "--expected", work / "out")
    require([row["name"] for row in told["tensors"]] == ["scores", "probabilities"] and told["first_difference"]["node"] == "scores", "a result inside the model may have a file, and comes first", told)
    (work / "out/notes.txt").write_text("")
    result = call("compare", *with_picture, "--expected", work / "out")
    require("left out 1 file(s)" in result.stderr and "notes.txt" in result.stderr, "what is left out of a folder is told", result.stderr)
    npy(work / "out/again.scores.npy", "<f4", "(1, 10)", bytes(40))
    refuses("are both of tensor 'scores'", "keep one", *with_picture, "--expected", work / "out")
    refuses(r"'probabilities' is f32\[1,10\] on the one side and f32\[10\]", "one type and shape", *with_picture, "--expected", npy(work / "flat.npy", "<f4", "(10,)", bytes(40)))
    refuses("holds elements '<f8'", r"astype", *with_picture, "--expected", npy(work / "wide.npy", "<f8", "(1, 10)", bytes(80)))
    (work / "none").mkdir()
    refuses("has no file of a tensor", "probabilities.npy", *with_picture, "--expected", work / "none")


def check_integers(work):
    """Integers are compared exactly, also where a double would not tell them apart."""
    large = 1 << 60
    path = work / "integers.onnx"
    path.write_bytes(model([node("Cast", ["x"], "y", attribute("to", I64))], [value("x", I64, 2)], [value("y", I64, 2)]))
    given = npy(work / "x.npy", "<i8", "(2,)", struct.pack("<2q", large, -5))
    expected = npy(work / "y.npy", "<i8", "(2,)", struct.pack("<2q", large + 1, -5))
    told = report(1, path, "-a", "cpu", "-i", given, "--expected", expected, "--atol", "1e9", "--rtol", "1")
    require(told["tensors"][0]["differ"] == 1 and told["tensors"][0]["max_abs"] == 1, "integers that differ in their last bit differ", told)
    report(0, path, "-a", "cpu", "-i", given, "--expected", expected, "--steps", "1")


def check_infinite(work):
    path = work / "nan.onnx"
    path.write_bytes(model([node("Sqrt", ["x"], "y")], [value("x", F32, 2)], [value("y", F32, 2)]))
    given = npy(work / "minus.npy", "<f4", "(2,)", struct.pack("<2f", -1, 4))
    nan = npy(work / "nan.npy", "<f4", "(2,)", struct.pack("<2f", float("nan"), 2))
    report(0, path, "-a", "cpu", "-i", given, "--expected", nan)
    told = report(1, path, "-a", "cpu", "-i", given, "--expected", npy(work / "zero.npy", "<f4", "(2,)", struct.pack("<2f", 0, 2)), "--atol", "100")
    require(told["tensors"][0]["max_abs"] is None and told["tensors"][0]["first"]["a"] is None, "NaN on one side is no number", told)
    text = call("compare", path, "-a", "cpu", "-i", given, "--expected", work / "zero.npy", "--atol", "100")
    require(text.returncode == 1 and re.search(r"y +f32\[2\] +1 of 2 +inf +inf +\[0\] +nan +0", text.stdout), "NaN is printed", text)


def check_mistakes(work):
    refuses("one other side, and none is given", "-b DEVICE", FLOAT, "-a", "cpu")
    refuses("one other side, and two are given", "-b DEVICE", FLOAT, "-a", "cpu", "-b", "cpu", "--expected", "x.npy")
    refuses("no device is called 'warp9'", "accel devices", FLOAT, "-a", "cpu", "-b", "warp9")
    refuses("No such file", "path of an ONNX model", work / "absent.onnx", "-a", "cpu", "-b", "cpu")
    refuses("--rtol: expected a finite number not less than 0, got '-1'", "compare --help", FLOAT, "-b", "cpu", "--rtol", "-1")
    refuses("--steps: expected", "compare --help", FLOAT, "-b", "cpu", "--steps", "-1")
    refuses("--device-b: a name is missing in 'cpu,'", "compare --help", FLOAT, "-b", "cpu,")
    refuses("cannot read .*absent.npy", "check the path", FLOAT, "-a", "cpu", "--expected", work / "absent.npy")
    saved = work / "digits.accel"
    require(call("compile", FLOAT, "-d", "cpu", "-o", saved).returncode == 0, "compile saves a program")
    report(0, saved, "-a", "cpu", "-b", "cpu")
    refuses("cannot look into", "give the model", saved, "-a", "cpu", "--expected", work / "y.npy")
    text = call("compare", "--help").stdout
    require("0 equal within the tolerance" in text and "1 something differs" in text and "2 the arguments are wrong" in text, "compare --help has every exit code", text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        wrong = add_faulty(work)
        check_equal()
        check_operations(wrong)
        check_tolerance(wrong)
        check_files(work)
        check_integers(work)
        check_infinite(work)
        check_mistakes(work)
    sys.exit(f"{len(FAILURES)} check(s) failed" if FAILURES else 0)


if __name__ == "__main__":
    ACCEL, FAULTY, CPU = sys.argv[1:]
    if not pathlib.Path(FAULTY).exists():
        print(f"{FAULTY} is not built: build accel-faulty-faulty")
        sys.exit(77)
    main()
