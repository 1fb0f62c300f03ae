# SPDX-License-Identifier: MIT
"""Compares the model with TensorFlow Lite's reference kernels, bit by bit, on programs that Arm's Vela compiled."""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

import models
import models_int16
import networks
import random_models
import reference
import vela_program
import verdict

HERE = os.path.dirname(os.path.abspath(__file__))


def run_model(tool, program, input_bytes):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("bundle", "input", "output")]
        for path, data in zip(paths, (program.bundle(), input_bytes)):
            with open(path, "wb") as file:
                file.write(data)
        done = subprocess.run([tool, *paths], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None, done.stderr.strip()
        with open(paths[2], "rb") as file:
            return file.read(), ""


def compare(tool, program, model, seed):
    """(differing elements, elements, largest difference, message, input bytes, expected bytes)"""
    inputs = reference.random_inputs(model, seed)
    expected = reference.run(model, inputs)
    input_bytes = b"".join(np.ascontiguousarray(i).tobytes() for i in inputs)
    expected_bytes = b"".join(np.ascontiguousarray(o).tobytes() for o in expected)
    output, message = run_model(tool, program, input_bytes)
    want = np.concatenate([o.ravel() for o in expected]).astype(np.int64)
    if output is None or len(output) != len(expected_bytes):
        return want.size, want.size, None, message or "wrong output size", input_bytes, expected_bytes
    got = np.concatenate([np.frombuffer(part, o.dtype) for part, o in zip(split(output, expected), expected)])
    difference = np.abs(got.astype(np.int64) - want)
    return int((difference != 0).sum()), want.size, int(difference.max()), "", input_bytes, expected_bytes


def split(output, expected):
    position = 0
    for tensor in expected:
        yield output[position:position + tensor.nbytes]
        position += tensor.nbytes


def allowed(exceptions, name, configuration):
    for entry in exceptions:
        if entry["model"] == name and configuration in entry["configurations"]:
            return entry
    return None


def verify_one(tool, name, model, configuration, seeds, record):
    """(status, text, (share, largest difference)); status: ok, different, or cpu (not placed on the NPU)."""
    try:
        program = vela_program.extract(vela_program.compile_model(model, configuration))
    except vela_program.NotOnNpu as reason:
        return "cpu", f"left on the CPU ({reason})", (0, 0)
    worst = 0
    wrong = total = 0
    for seed in seeds:
        different, count, largest, message, input_bytes, expected_bytes = compare(tool, program, model, seed)
        if largest is None:
            return "different", message, (count, None)
        worst, wrong, total = max(worst, largest), wrong + different, total + count
        if record and seed == seeds[0]:
            with open(record, "wb") as file:
                file.write(program.bundle(input_bytes, expected_bytes))
    if wrong:
        return "different", f"{wrong} of {total} elements differ, by at most {worst}", (wrong / total, worst)
    return "ok", f"{total} elements equal", (0, 0)


def all_models(arguments):
    if arguments.random:
        for name, seed, model in random_models.generate(arguments.random, arguments.random_seed):
            yield "random", name, model, seed
        return
    for group, table in (("core", models.CORE), ("extra", models.EXTRA)):
        for name in table:
            if arguments.only and not any(part in name for part in arguments.only):
                continue
            yield group, name, models.build(name), models.SEEDS[name]
    for group, table, seeds in (("network", networks.NETWORKS, networks.SEEDS),
                                ("extra", models_int16.INT16, models_int16.SEEDS)):
        for name, fill in table.items():
            if arguments.only and not any(part in name for part in arguments.only):
                continue
            builder = models.ModelBuilder(seeds[name])
            fill(builder)
            yield group, name, builder.finish(), seeds[name]
    if arguments.mobilenet and (not arguments.only or any(part in "mobilenet" for part in arguments.only)):
        with open(arguments.mobilenet, "rb") as file:
            yield "network", "mobilenet_v1_0.25_128", file.read(), 1


def read_json(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return json.load(file)


def is_excepted(exceptions, name, configuration, share, worst):
    entry = allowed(exceptions, name, configuration)
    return entry is not None and worst is not None and worst <= min(1, entry["largest_difference"]) \
        and share <= min(0.02, entry["share"])


def verify_all(arguments, exceptions):
    """(group, model, configuration, status) of each program."""
    results = []
    for group, name, model, seed in all_models(arguments):
        for configuration in arguments.configurations:
            record = arguments.record and os.path.join(arguments.record, f"{name}.{configuration}.eub")
            status, text, (share, worst) = verify_one(arguments.tool, name, model, configuration,
                                                      range(seed, seed + arguments.inputs), record)
            if status == "different" and is_excepted(exceptions, name, configuration, share, worst):
                status = "excepted"
            results.append((group, name, configuration, status))
            if status != "ok":
                print(f"{status:9} {name} [{configuration}]: {text}", flush=True)
    return results


def kind_of(arguments):
    if arguments.random:
        return "random"
    everything = not arguments.only and set(arguments.configurations) == set(vela_program.CONFIGURATIONS)
    return "complete" if everything else "selected"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, help="path of ethosu-run")
    parser.add_argument("--mobilenet", help="path of a quantised MobileNet")
    parser.add_argument("--without-mobilenet", action="store_true", help="succeed although MobileNet is not there")
    parser.add_argument("--only", nargs="*", default=[], help="models whose name contains one of these")
    parser.add_argument("--configurations", nargs="*", default=list(vela_program.CONFIGURATIONS))
    parser.add_argument("--inputs", type=int, default=3, help="random inputs per program")
    parser.add_argument("--random", type=int, help="this many random models instead of the fixed ones")
    parser.add_argument("--random-seed", type=int, default=1, help="seed of the first random model")
    parser.add_argument("--record", help="folder for bundles with input and expected output")
    arguments = parser.parse_args()
    results = verify_all(arguments, read_json("exceptions.json")["exceptions"])
    print(verdict.summary(results, len(arguments.configurations)))
    complaints = verdict.complaints(results, read_json("left_on_cpu.json")["left_on_cpu"], kind_of(arguments),
                                    not arguments.without_mobilenet)
    for complaint in complaints:
        print(f"failed: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
