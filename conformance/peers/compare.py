#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do whole models give ONNX Runtime's results?

Runs each model on the same random inputs through `accel run` and through ONNX Runtime, and compares every output: per value
|ours - theirs| <= 2^-11 * max(1, |theirs|, largest |theirs| of the output), which is the bound of about 1e-3 that whole f32 networks of this depth
keep when sums are taken in another order, relative to the output's scale.

Usage: compare.py --accel PATH [--device NAME] MODEL…       exit code 77: a model or the Python package onnxruntime is not here (it says which)
"""
import argparse
import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile

BOUND = 2.0 ** -11


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def compare(arguments, model, numpy, onnxruntime):
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    random = numpy.random.default_rng(7)
    with tempfile.TemporaryDirectory() as work:
        feed, inputs = {}, []
        for port in session.get_inputs():
            feed[port.name] = random.random([size if isinstance(size, int) else 1 for size in port.shape]).astype(numpy.float32)
            path = pathlib.Path(work) / f"in{len(inputs)}.npy"
            numpy.save(path, feed[port.name])
            inputs += ["--input", f"{port.name}={path}"]
        out = pathlib.Path(work) / "out"
        subprocess.run([arguments.accel, "run", str(model), "-d", arguments.device, "-o", str(out), "--json", *inputs], check=True, stdout=subprocess.DEVNULL)
        worst = 0.0
        for port, theirs in zip(session.get_outputs(), session.run(None, feed)):
            found = list(out.glob(f"*.{glob.escape(port.name.replace('/', '_'))}.npy"))
            if len(found) != 1:
                sys.exit(f"{model.name}: output '{port.name}' was not written")
            ours = numpy.load(found[0])
            if ours.shape != theirs.shape:
                sys.exit(f"{model.name}: output '{port.name}' has shape {ours.shape}, ONNX Runtime's has {theirs.shape}")
            scale = numpy.maximum(1.0, numpy.maximum(numpy.abs(theirs), numpy.abs(theirs).max()))
            worst = max(worst, float((numpy.abs(ours - theirs) / (BOUND * scale)).max()))
    print(json.dumps({"model": model.name, "worst_share_of_bound": round(worst, 4), "onnxruntime": onnxruntime.__version__}))
    return worst <= 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accel", required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--peer-python", type=pathlib.Path, help="Python to go on with when this one lacks onnxruntime")
    parser.add_argument("model", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    for model in arguments.model:
        if not model.exists():
            skip(f"{model} is not here")
    try:
        import numpy
        import onnxruntime
    except ImportError as error:
        if arguments.peer_python and arguments.peer_python.is_file() and pathlib.Path(sys.executable) != arguments.peer_python:
            os.execv(arguments.peer_python, [str(arguments.peer_python), *sys.argv])
        skip(f"{error}; scripts/setup --peers installs it")
    results = [compare(arguments, model, numpy, onnxruntime) for model in arguments.model]
    sys.exit(0 if all(results) else "an output differs by more than the bound")


if __name__ == "__main__":
    main()
