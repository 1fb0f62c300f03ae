# SPDX-License-Identifier: MIT
"""Runs both models on the test images with ONNX Runtime and prints the result.

`--write` records the answers in expected.json; without it they are compared
with the recorded ones. Exits with 1 where a model misses its target accuracy
or an answer differs from the recorded one.
"""

import argparse
import collections
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image

HERE = Path(__file__).resolve().parent
MODELS = {"f32": "digits_f32.onnx", "int8": "digits_int8.onnx"}
F32_ACCURACY_MIN = 0.975
INT8_LOSS_MAX = 0.01
WITH_PROBABILITIES = 16


def read_image(path, kind):
    """The picture as the model's input: grey / 255, or grey - 128 in int8."""
    grey = np.asarray(Image.open(path), np.uint8).reshape(1, 1, 8, 8)
    if kind == "int8":
        return (grey.astype(np.int16) - 128).astype(np.int8)
    return grey.astype(np.float32) / np.float32(255)


def evaluate(paths):
    """One record per image: file, label, argmax per model, some probabilities."""
    sessions = {
        kind: onnxruntime.InferenceSession(HERE / name, providers=["CPUExecutionProvider"])
        for kind, name in MODELS.items()
    }
    records = []
    for index, path in enumerate(paths):
        rows = {
            kind: session.run(None, {"image": read_image(path, kind)})[0][0]
            for kind, session in sessions.items()
        }
        record = {"file": path.name, "label": int(path.stem[-1])}
        record.update({kind: int(row.argmax()) for kind, row in rows.items()})
        if index < WITH_PROBABILITIES:
            record["f32_probabilities"] = [round(float(value), 6) for value in rows["f32"]]
        records.append(record)
    return records


def same(recorded, found):
    """Equal answers; probabilities may differ in the last recorded digit."""
    recorded, found = dict(recorded), dict(found)
    close = np.allclose(
        recorded.pop("f32_probabilities", []), found.pop("f32_probabilities", []), rtol=0, atol=2e-6)
    return close and recorded == found


def write_expected(path, records):
    lines = ",\n".join("  " + json.dumps(record) for record in records)
    path.write_text(f"[\n{lines}\n]\n")


def describe(name):
    operations = collections.Counter(node.op_type for node in onnx.load(HERE / name).graph.node)
    return {"bytes": (HERE / name).stat().st_size, "operations": dict(operations)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="record the answers in expected.json")
    arguments = parser.parse_args()
    records = evaluate(sorted((HERE / "test").glob("*.png")))
    expected_path = HERE / "expected.json"
    if arguments.write:
        write_expected(expected_path, records)
    expected = json.loads(expected_path.read_text())
    differing = [
        found["file"] for recorded, found in zip(expected, records) if not same(recorded, found)]
    correct = {kind: sum(r[kind] == r["label"] for r in records) / len(records) for kind in MODELS}
    passed = (
        len(expected) == len(records) and not differing
        and correct["f32"] >= F32_ACCURACY_MIN
        and correct["f32"] - correct["int8"] <= INT8_LOSS_MAX)
    print(json.dumps({
        "images": len(records),
        "accuracy": correct,
        "agreement": sum(r["f32"] == r["int8"] for r in records) / len(records),
        "differing_from_expected": differing,
        "models": {kind: describe(name) for kind, name in MODELS.items()},
        "passed": passed,
    }, indent=2))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
