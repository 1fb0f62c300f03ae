#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The digits models through `accel run`: accuracy, agreement with ONNX Runtime's recorded answers, and bits that do not depend on the device.

Usage: check_accel.py --accel PATH --model f32|int8
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def classify(accel, model, *options):
    command = [accel, "run", HERE / f"digits_{model}.onnx", "--input", HERE / "test", "--top", "1", "--json", *options]
    out = json.loads(subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout)
    return {row["input"]: (row["outputs"][0]["top"][0]["index"], row["outputs"][0]["values"]) for row in out["results"]}


def placed_elsewhere(accel, device):
    """Operations of the int8 model that do not run on the device, in order."""
    command = [accel, "inspect", HERE / "digits_int8.onnx", "--simulated", "-d", f"{device},cpu", "--rounding", "tflite", "--json"]
    report = json.loads(subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout)
    return [row["operation"] for row in report["placements"] if row["device"] != device]


def require(condition, sentence):
    if not condition:
        sys.exit(f"error: {sentence}")
    print(f"ok: {sentence}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accel", required=True)
    parser.add_argument("--model", required=True, choices=["f32", "int8"])
    arguments = parser.parse_args()
    expected = {row["file"]: row for row in json.loads((HERE / "expected.json").read_text())}
    answers = classify(arguments.accel, arguments.model, "-d", "cpu")
    require(answers.keys() == expected.keys(), f"all {len(expected)} pictures were classified")
    right = sum(answers[file][0] == row["label"] for file, row in expected.items()) / len(expected)
    peer = sum(row["f32"] == row["label"] for row in expected.values()) / len(expected)
    require(right >= 0.97 if arguments.model == "f32" else right >= peer - 0.01, f"accuracy of {arguments.model} is {right:.2%}")
    same = sum(answers[file][0] == row[arguments.model] for file, row in expected.items())
    require(same == len(expected), f"{same} of {len(expected)} answers are those of ONNX Runtime")
    if arguments.model == "f32":
        worst = max(abs(ours - theirs) for file, row in expected.items() if "f32_probabilities" in row for ours, theirs in zip(answers[file][1], row["f32_probabilities"]))
        require(worst <= 1e-5, f"probabilities differ from ONNX Runtime's by at most {worst:.1e}")
        return
    tflite = classify(arguments.accel, "int8", "-d", "cpu", "--rounding", "tflite")
    npu = classify(arguments.accel, "int8", "--simulated", "-d", "ethosu-sim,cpu", "--rounding", "tflite")
    different = sum(npu[file] != tflite[file] for file in expected)
    require(different == 0, f"{different} of {len(expected)} outputs differ in a bit between the CPU and the simulated NPU")
    elsewhere = placed_elsewhere(arguments.accel, "ethosu-sim")
    require(elsewhere == ["DequantizeLinear", "Softmax"], f"all integer operations run on the NPU; on the CPU run {elsewhere}, the float tail")
    # The comparison can fail: the two roundings do give other bits.
    require(any(tflite[file][1] != answers[file][1] for file in expected), "roundings are told apart by some output")


if __name__ == "__main__":
    main()
