#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""accel info: every fact of a device, and a row for each operation and type, which says what `accel inspect` finds as well.

Usage: info_test.py ACCEL
"""
import json
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
from onnx_bytes import F32, F64, model, node, value

from tool_checks import answers_json, call, finish, require


def info(*arguments):
    return answers_json("info", *arguments)


def answers(told):
    return {(row["operation"], row["type"], row["quantised"]): row["answer"] for row in told["operations"]}


def check_cpu(work):
    told = info("cpu")
    require(told["open"] and told["backend"] == "cpu" and told["kind"] == "cpu" and told["buffer_align_bytes"] >= 1, "facts of an open device are told", told)
    claims = answers(told)
    for operation in ("Conv", "Gemm", "MatMul", "MaxPool", "Add", "Softmax", "Slice", "Concat", "Transpose", "ReduceMean", "LayerNormalization", "Gather", "Cast", "LSTM", "Resize", "Pad", "GroupNormalization", "TopK"):
        require(claims.get((operation, "f32", False)) == "taken", f"the CPU takes {operation} in f32", claims.get((operation, "f32", False)))
    require(claims[("Conv", "i8", True)] == "taken" and ("Conv", "i8", False) not in claims, "quantised types are told apart from plain ones")
    asked = [row for row in told["operations"] if row["answer"] != "not asked"]
    require(len(asked) > 0.8 * len(told["operations"]), "most rows of the catalog are asked", f"{len(asked)} of {len(told['operations'])}")
    require(all(row.get("why") for row in asked if row["answer"] == "refused"), "what is refused has a reason", [row for row in asked if row["answer"] == "refused"][:3])
    for operator, kind, name in (("Relu", F32, "f32"), ("Tanh", F64, "f64")):
        path = work / f"{operator}.onnx"
        path.write_bytes(model([node(operator, ["x"], "y")], [value("x", kind, 2)], [value("y", kind, 2)]))
        support = json.loads(call("inspect", path, "-d", "cpu", "--support", "--json").stdout)["support"][0]
        require((support["taken_by"] == "cpu") == (claims[(operator, name, False)] == "taken"), f"inspect says the same of {operator} in {name}", support)


def check_npu():
    told = info("ethosu-sim", "--simulated")
    claims = answers(told)
    require(told["simulated"] and told["target"] == "ethos-u65-256" and told["roundings"] == ["tflite", "natural"], "facts of the simulated NPU", told["roundings"])
    require(claims[("Gemm", "i8", True)] == "taken", "what a device takes with constant weights only is taken", [row for row in told["operations"] if row["operation"] == "Gemm"])
    require(claims[("Conv", "i8", True)] == "taken" and claims[("Conv", "f32", False)] == "refused" and claims[("Softmax", "f32", False)] == "refused", "an NPU takes quantised convolutions and no f32", claims[("Conv", "i8", True)])


def check_text():
    result = call("info", "ethosu-sim", "--simulated")
    require(re.search(r"^target +ethos-u65-256$", result.stdout, re.M) and re.search(r"^Conv +i8\*", result.stdout, re.M) and "refused in every type: " in result.stdout, "info prints facts and operations", result.stdout)
    require("Conv " not in call("info", "cpu", "--facts").stdout, "info --facts asks nothing")
    for arguments, code, expected in ((("warp9",), 1, "no device is called 'warp9'.*accel devices"), ((), 2, "DEVICE is required")):
        refused = call("info", *arguments)
        require(refused.returncode == code and re.search(expected, refused.stderr) and refused.stderr.count("\n") == 1, f"accel info {' '.join(arguments)} is refused", refused)


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_cpu(pathlib.Path(folder))
    check_npu()
    check_text()
    finish()


if __name__ == "__main__":
    main()
