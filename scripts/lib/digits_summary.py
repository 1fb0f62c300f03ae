# SPDX-License-Identifier: MIT
"""Accuracy, agreement, latency and placement of the demo's runs. Usage: digits_summary.py FOLDER NAME… ; the second name is what the others are compared with."""
import json
import pathlib
import re
import sys


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


def placement(inspection):
    counts = {}
    for row in inspection["placements"]:
        counts[row["device"]] = counts.get(row["device"], 0) + 1
    return ", ".join(f"{count} on {device}" for device, count in counts.items())


def main():
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    runs = {name: load(folder, name) for name in names}
    reference = names[1]
    print(f"{'run':<22}{'right':>10}{'accuracy':>10}{'same digit':>12}{'same bits':>11}{'median':>12}{'copies':>8}  operations")
    failed = False
    for name in names:
        answers, values, bench, inspection = runs[name]
        right = sum(int(re.search(r"label_(\d)", file)[1]) == answer for file, answer in answers.items())
        agree = sum(answers[file] == runs[reference][0][file] for file in answers)
        same = sum(values[file] == runs[reference][1][file] for file in answers)
        accuracy = right / len(answers)
        print(f"{name:<22}{right:>6}/{len(answers)}{accuracy:>9.2%}{agree:>9}/{len(answers)}{same:>7}/{len(answers)}"
              f"{bench['latency']['median_ns'] / 1e3:>9.1f} us{inspection['copies']:>8}  {placement(inspection)}")
        failed |= accuracy < 0.97 - 0.01 * ("int8" in name) or ("int8" in name and same != len(answers))
    print(f"same digit, same bits: compared with {reference}, over all pictures")
    if failed:
        sys.exit("error: accuracy is below the bar, or int8 runs differ in a bit")


if __name__ == "__main__":
    main()
