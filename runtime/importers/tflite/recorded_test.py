#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs each recorded model with the accel command on the CPU, and compares with what LiteRT's reference kernels made of the same inputs.

Stored results are equal to the bit, but for the operators in STEPS, which may differ by so many steps (docs/importing-tflite.md says why); real ones within REAL of the largest.
"""
import array
import base64
import json
import pathlib
import subprocess
import sys
import tempfile

RECORDED = pathlib.Path(__file__).parent / "recorded"
REAL = 1e-5
STEPS = {"leaky_relu_int8": 1, "unary_hard_swish_int8": 1, "conv_2d_int16": 1}
CODES = {"float32": ("<f4", "f"), "int8": ("|i1", "b"), "uint8": ("|u1", "B"), "int16": ("<i2", "h"), "int32": ("<i4", "i"), "int64": ("<i8", "q"), "bool": ("|b1", "B")}


def write_npy(path, port):
    shape = ", ".join(str(size) for size in port["shape"]) + ("," if len(port["shape"]) == 1 else "")
    head = f"{{'descr': '{CODES[port['type']][0]}', 'fortran_order': False, 'shape': ({shape}), }}".ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + base64.b64decode(port["data"]))


def read_npy(path, port):
    """The values; a sentence where the array is of another kind."""
    data = path.read_bytes()
    length = int.from_bytes(data[8:10], "little")
    head = eval(data[10:10 + length].decode())  # pylint: disable=eval-used # written by the command just now
    if head["descr"] != CODES[port["type"]][0] or list(head["shape"]) != port["shape"]:
        return None, f"{head['descr']} {head['shape']}, expected {port['type']} {port['shape']}"
    return array.array(CODES[port["type"]][1], data[10 + length:]), ""


def difference(port, got, name):
    """How much of a result is wrong, as a sentence; "" if nothing."""
    want = array.array(CODES[port["type"]][1], base64.b64decode(port["data"]))
    gaps = [abs(a - b) for a, b in zip(want, got)]
    if port["type"] == "float32":
        limit = REAL * max((abs(value) for value in want), default=0)
    else:
        limit = STEPS.get(name, 0)
    wrong = [index for index, gap in enumerate(gaps) if not gap <= limit]
    return f"{len(wrong)} of {len(want)} differ, by {max(gaps)} at most; first [{wrong[0]}] {got[wrong[0]]}, expected {want[wrong[0]]}" if wrong else ""


def run(tool, name, case, work):
    command = [tool, "run", str(RECORDED / "models" / (name + ".tflite")), "-d", "cpu", "-o", str(work / "out")]
    for index, port in enumerate(case["inputs"]):
        write_npy(work / f"in{index}.npy", port)
        command += ["-i", f"{port['name']}={work / f'in{index}.npy'}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return "fails: " + done.stderr.strip().split("\n")[0]
    for port in case["outputs"]:
        files = sorted((work / "out").glob(f"*.{port['name']}.npy"))
        if not files:
            return f"no result '{port['name']}'"
        got, problem = read_npy(files[0], port)
        problem = problem or difference(port, got, name)
        if problem:
            return f"{port['name']}: {problem}"
    return ""


def main():
    tool, only = sys.argv[1], sys.argv[2:]
    cases = json.loads((RECORDED / "expected.json").read_text(encoding="utf-8"))["cases"]
    names = [name for name in sorted(cases) if not only or name in only]
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory() as work:
            problem = run(tool, name, cases[name], pathlib.Path(work))
        if problem:
            failed += 1
            print(f"{name}: {problem}")
    print(f"{len(names) - failed} of {len(names)} as recorded")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
