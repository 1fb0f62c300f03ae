#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do whole models give ONNX Runtime's results?

Runs each model on several random inputs, with and without negative values, through `accel run` and through ONNX Runtime, and judges every output by the
bound that bound.py explains: the contract's rule N-2, as far as it can be carried over to whole models.

Usage: compare.py --accel PATH [--device NAME] MODEL…
Exit code 0: within the bound. 1: not, or the Python package onnxruntime is missing and CI=true. 77: a model is not here; or onnxruntime is not, without CI=true.
"""
import argparse
import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import bound
import roundings

SEEDS = (7, 8, 9)
RANGES = ((0.0, 1.0), (-1.0, 1.0))
REMEDY = "scripts/setup --peers installs it, scripts/build then tells the tests where"


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def without_peer(reason):
    """The models are here, so where nothing may be left out the comparison is owed."""
    if os.environ.get("CI") == "true":
        sys.exit(f"the models are here, but the peer is not: {reason}; {REMEDY}")
    skip(f"{reason}; {REMEDY}")


def random_inputs(numpy, session, seed, low, high):
    random = numpy.random.default_rng(seed)
    shapes = {port.name: [size if isinstance(size, int) else 1 for size in port.shape] for port in session.get_inputs()}
    return {name: random.uniform(low, high, shape).astype(numpy.float32) for name, shape in shapes.items()}


def run_ours(arguments, numpy, model, feed, names):
    """The outputs of those names, by `accel run`."""
    with tempfile.TemporaryDirectory() as work:
        inputs, out = [], pathlib.Path(work) / "out"
        for name, values in feed.items():
            path = pathlib.Path(work) / f"in{len(inputs)}.npy"
            numpy.save(path, values)
            inputs += ["--input", f"{name}={path}"]
        subprocess.run([arguments.accel, "run", str(model), "-d", arguments.device, "-o", str(out), "--json", *inputs], check=True, stdout=subprocess.DEVNULL)
        outputs = []
        for name in names:
            found = list(out.glob(f"*.{glob.escape(name.replace('/', '_'))}.npy"))
            if len(found) != 1:
                sys.exit(f"{model.name}: output '{name}' was not written")
            outputs.append(numpy.load(found[0]))
        return outputs


def judge_run(names, ours, theirs, count):
    """(what is wrong, or None; worst share of a limit) of all outputs of one run."""
    worst = 0.0
    for name, our, their in zip(names, ours, theirs):
        if our.shape != their.shape:
            return f"output '{name}' has shape {our.shape}, ONNX Runtime's has {their.shape}", worst
        wrong, share = bound.judge(our.ravel().tolist(), their.ravel().tolist(), count)
        if wrong:
            return f"output '{name}': {wrong}", share
        worst = max(worst, share)
    return None, worst


def compare(arguments, model, numpy, onnxruntime):
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [port.name for port in session.get_outputs()]
    count = roundings.behind(model.read_bytes())
    good, worst = True, 0.0
    for low, high in RANGES:
        for seed in SEEDS:
            feed = random_inputs(numpy, session, seed, low, high)
            wrong, share = judge_run(names, run_ours(arguments, numpy, model, feed, names), session.run(names, feed), count)
            if wrong:
                print(f"{model.name}, seed {seed}, inputs from {low} to {high}: {wrong}")
                good = False
            worst = max(worst, share)
    print(json.dumps({"model": model.name, "roundings": count, "runs": len(SEEDS) * len(RANGES), "worst_share_of_bound": round(worst, 4),
                      "onnxruntime": onnxruntime.__version__}))
    return good


def load_peer(peer_python):
    """The modules numpy and onnxruntime; starts again under the other Python where this one lacks them."""
    try:
        import numpy
        import onnxruntime
    except ImportError as error:
        if peer_python and peer_python.is_file() and pathlib.Path(sys.executable) != peer_python:
            os.execv(peer_python, [str(peer_python), *sys.argv])
        without_peer(str(error))
    return numpy, onnxruntime


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
    numpy, onnxruntime = load_peer(arguments.peer_python)
    results = [compare(arguments, model, numpy, onnxruntime) for model in arguments.model]
    sys.exit(0 if all(results) else "a result is not within the bound")


if __name__ == "__main__":
    main()
