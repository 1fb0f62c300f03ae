#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The accel command as people use it: every subcommand, --json and --help, and one clear sentence for every mistake.

Usage: tool_test.py ACCEL
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
DIGITS = ROOT / "docs/examples/digits"
FAILURES = []


def call(*arguments, stdout=None):
    return subprocess.run([ACCEL, *map(str, arguments)], text=True, stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE)


def require(condition, sentence, detail=""):
    if not condition:
        FAILURES.append(sentence)
        print(f"FAILED: {sentence}\n{detail}")


def answers_json(*arguments):
    result = call(*arguments, "--json")
    try:
        return json.loads(result.stdout)
    except json.JSONDecodeError:
        require(False, f"accel {' '.join(map(str, arguments))} --json prints JSON", result.stdout + result.stderr)
        return {}


def refuses(expected, *arguments, code=1):
    """Ends with the code and one `error:` line that says what is expected; no output is left half-made."""
    result = call(*arguments)
    lines = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    good = result.returncode == code and (code == 2 or (len(lines) == 1 and re.search(expected, lines[0])))
    require(good, f"accel {' '.join(map(str, arguments))} is refused with /{expected}/", f"exit {result.returncode}: {result.stderr}")


def check_reports():
    devices = answers_json("devices", "--simulated", "--report")
    ids = [row["id"] for row in devices.get("devices", [])]
    require("cpu" in ids and "ethosu-sim" in ids, "devices lists the CPU and the simulated NPU", ids)
    require(all(not row["open"] for row in devices["devices"]), "listing opens nothing")
    require(all(row["status"] == "OK" or row["reason"] for row in devices["report"]), "every line of the report that is not OK has a reason")
    doctor = answers_json("doctor", "--simulated")
    require(all(row["level"] == "ok" or row["remedy"] for row in doctor["findings"]), "doctor has a remedy for every finding that is not ok", doctor)


def check_exit_codes(work):
    """0: nothing is wrong; 1: something is; 2: the arguments are."""
    (work / "manifests").mkdir()
    (work / "manifests/broken.json").write_text("{ not json")
    result = call("doctor", "--module-path", work / "manifests")
    require(result.returncode == 1 and "broken.json" in result.stdout, "doctor ends with 1 when it has found a problem", f"exit {result.returncode}: {result.stdout}")


def check_output_names(work):
    model = work / "slashes.onnx"
    model.write_bytes((DIGITS / "digits_f32.onnx").read_bytes().replace(b"probabilities", b"scores/of/all"))
    folder = work / "alike"
    folder.mkdir()
    (folder / "three.png").write_bytes((DIGITS / "test/0003_label_3.png").read_bytes())
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }"
    header += b" " * (117 - len(header)) + b"\n"
    (folder / "three.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(256))
    result = call("run", model, "-i", folder, "-d", "cpu", "-o", work / "named")
    names = sorted(path.name for path in (work / "named").glob("*")) if result.returncode == 0 else []
    require(names == ["three.npy.scores_of_all.npy", "three.png.scores_of_all.npy"], "each input has an output file of its own, whatever the names", f"{names} {result.stderr}")


def check_models(work):
    model, picture = DIGITS / "digits_int8.onnx", DIGITS / "test/0003_label_3.png"
    split = ["--simulated", "-d", "ethosu-sim,cpu", "--rounding", "tflite"]
    facts = answers_json("inspect", model, *split, "--svg", work / "picture.svg")
    by_device = {row["device"] for row in facts["placements"]}
    require(by_device == {"ethosu-sim", "cpu"}, "inspect shows both devices", facts)
    require((work / "picture.svg").read_text().startswith("<svg"), "inspect draws an SVG")
    support = answers_json("inspect", model, "--support", "--simulated", "-d", "ethosu-sim", "--rounding", "tflite")
    refused = [row for row in support["support"] if row["taken_by"] == "refused"]
    require({row["operation"] for row in refused} == {"Softmax", "DequantizeLinear"} and all(row["reason"] for row in refused), "support lists what the NPU refuses, and why", refused)
    require(any(row["taken_by"] == "ethosu-sim" and row["operation"].startswith("Conv") and len(row["nodes"]) > 1 for row in support["support"]), "support lists what the NPU takes", support)
    direct = answers_json("run", model, "-i", picture, *split)
    saved = call("compile", model, *split, "-o", work / "digits.accel")
    require(saved.returncode == 0, "compile saves a program", saved.stderr)
    again = answers_json("run", work / "digits.accel", "-i", picture, "--simulated", "-d", "ethosu-sim,cpu")
    require(direct["results"][0]["outputs"] == again["results"][0]["outputs"], "a saved program gives the same outputs")
    require(direct["results"][0]["outputs"][0]["top"][0]["index"] == 3, "the three is a three")
    bench = answers_json("bench", model, "-d", "cpu", "--seconds", "0.1")
    require(bench["latency"]["median_ns"] <= bench["latency"]["p90_ns"] <= bench["latency"]["p99_ns"], "bench orders its percentiles", bench)
    trace = call("trace", model, *split, "-o", work / "trace.json", "--runs", "3")
    events = json.loads((work / "trace.json").read_text())
    require(trace.returncode == 0 and len(events["traceEvents"] if isinstance(events, dict) else events) >= 3, "trace writes events", trace.stderr)
    npy = call("run", DIGITS / "digits_f32.onnx", "-i", picture, "-d", "cpu", "-o", work / "out")
    require(npy.returncode == 0 and len(list((work / "out").glob("*.npy"))) == 1, "run writes .npy outputs", npy.stderr)


def check_mistakes(work):
    model, picture = DIGITS / "digits_f32.onnx", DIGITS / "test/0003_label_3.png"
    refuses("NOT_FOUND|No such file", "run", work / "absent.onnx", "-i", picture)
    refuses("CORRUPT|importer", "run", __file__, "-i", picture)
    refuses("no PNG|PNG|png", "run", model, "-i", model.with_suffix(".png").name, "-d", "cpu")
    refuses("NOT_FOUND.*cpu", "run", model, "-i", picture, "-d", "warp9")
    refuses("takes 8 x 8", "run", model, "-i", wide_png(work), "-d", "cpu")
    refuses(r"\.npy", "run", model, "-i", broken_npy(work), "-d", "cpu")
    refuses("", "run", model, "-i", picture, "--rounding", "up", code=2)
    refuses("", "run", model, "--no-such-option", code=2)
    refuses("", code=2)
    refuses("UNSUPPORTED", "inspect", model, "--target", "ethos-u65-256")
    refuses("cannot write", "compile", model, "-d", "cpu", "-o", work / "no/such/folder.accel")
    whole = (work / "digits.accel").read_bytes()
    for name, bytes_ in (("cut", whole[: len(whole) // 2]), ("flipped", whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]), ("head", whole[:8])):
        (work / f"{name}.accel").write_bytes(bytes_)
        refuses("CORRUPT|INCOMPATIBLE", "run", work / f"{name}.accel", "-i", picture, "--simulated", "-d", "ethosu-sim,cpu")
    refuses("INCOMPATIBLE", "run", work / "digits.accel", "-i", picture, "-d", "cpu")
    for command in ("devices", "doctor", "inspect", "run", "bench", "compile", "trace"):
        result = call(command, "--help")
        require(result.returncode == 0 and "--json" in result.stdout, f"accel {command} --help explains itself", result.stdout)


def wide_png(work):
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(16) for _ in range(8))
    path = work / "wide.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 8, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


def broken_npy(work):
    path = work / "broken.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00 no header at all")
    return path


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        check_reports()
        check_exit_codes(work)
        check_output_names(work)
        check_models(work)
        check_mistakes(work)
    sys.exit(f"{len(FAILURES)} check(s) failed" if FAILURES else 0)


if __name__ == "__main__":
    ACCEL = sys.argv[1]
    main()
