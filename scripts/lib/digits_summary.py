# SPDX-License-Identifier: MIT
"""Accuracy, agreement, latency and placement of the demo's runs, and whether they keep the bars.

Usage: digits_summary.py FOLDER NAME…
The first name is the f32 run that accuracies are compared with, the second the int8 run that bits are compared with. A name with + must have run on each
device that it names, as in ethosu-sim+cpu-int8.
"""
import json
import pathlib
import re
import sys

F32_ACCURACY_MIN = 0.97
INT8_LOSS_MAX = 0.01


def load(folder, name):
    run = json.loads((folder / f"{name}.json").read_text())
    answers, values = {}, {}
    for result in run["results"]:
        output = result["outputs"][0]
        answers[result["input"]] = output["top"][0]["index"]
        values[result["input"]] = output["values"]
    bench = json.loads((folder / f"{name}.bench.json").read_text())
    inspection = json.loads((folder / f"{name}.inspect.json").read_text())
    return answers, values, bench, inspection


def operations_by_device(inspection):
    counts = {}
    for row in inspection["placements"]:
        counts[row["device"]] = counts.get(row["device"], 0) + 1
    return counts


def right_of(answers):
    return sum(int(re.search(r"label_(\d)", file)[1]) == answer for file, answer in answers.items())


def broken_bars(name, right, right_f32, pictures, same, devices):
    """One sentence for each bar that a run does not keep."""
    if name.endswith("-f32") and right < F32_ACCURACY_MIN * pictures:
        yield f"{name}: accuracy is {right / pictures:.2%}, expected at least {F32_ACCURACY_MIN:.0%}"
    if name.endswith("-int8"):
        if right_f32 - right > INT8_LOSS_MAX * pictures:
            yield f"{name}: {right} pictures are right and {right_f32} in f32, expected a loss of at most {INT8_LOSS_MAX:.0%} of {pictures}"
        if same != pictures:
            yield f"{name}: {pictures - same} outputs differ in a bit"
    named = set(name.rsplit("-", 1)[0].split("+"))
    if len(named) > 1 and set(devices) != named:
        yield f"{name}: operations are on {', '.join(sorted(devices))}, expected some on each of {', '.join(sorted(named))}"


def main():
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    runs = {name: load(folder, name) for name in names}
    floating, reference = names[:2]
    print(f"{'run':<22}{'right':>10}{'accuracy':>10}{'same digit':>12}{'same bits':>11}{'median':>12}{'copies':>8}  operations")
    broken = []
    for name in names:
        answers, values, bench, inspection = runs[name]
        right, count, devices = right_of(answers), len(answers), operations_by_device(inspection)
        agree = sum(answers[file] == runs[reference][0][file] for file in answers)
        same = sum(values[file] == runs[reference][1][file] for file in answers)
        placement = ", ".join(f"{operations} on {device}" for device, operations in devices.items())
        print(f"{name:<22}{right:>6}/{count}{right / count:>9.2%}{agree:>9}/{count}{same:>7}/{count}"
              f"{bench['latency']['median_ns'] / 1e3:>9.1f} us{inspection['copies']:>8}  {placement}")
        broken += broken_bars(name, right, right_of(runs[floating][0]), count, same, devices)
    print(f"same digit, same bits: compared with {reference}, over all pictures")
    if broken:
        sys.exit("\n".join(f"error: {sentence}" for sentence in broken))


if __name__ == "__main__":
    main()
