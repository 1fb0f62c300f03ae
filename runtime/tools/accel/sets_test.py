#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""accel run on many sets of files, from standard input and to standard output.

Usage: sets_test.py ACCEL
"""
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

from tool_checks import finish, require

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
from onnx_bytes import F32, field, model, node, value

DIGITS = pathlib.Path(__file__).resolve().parents[3] / "docs/examples/digits"


def call(*arguments, stdin=b""):
    return subprocess.run([ACCEL, *map(str, arguments), "-d", "cpu"], input=stdin, capture_output=True)


def refuses(expected, remedy, *arguments, stdin=b"", code=1):
    result = call(*arguments, stdin=stdin)
    said = result.stderr.decode()
    require(result.returncode == code and re.search(f"^error: .*({expected}).*; .*({remedy})", said), f"{expected!r} with the remedy {remedy!r}", said)


def array(*numbers):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(numbers)},), }}".encode()
    header += b" " * (117 - len(header)) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + struct.pack(f"<{len(numbers)}f", *numbers)


def proto(*numbers):
    return field(1, len(numbers)) + field(2, F32) + field(9, struct.pack(f"<{len(numbers)}f", *numbers))


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def values(result):
    """By set: its name and the numbers of its output."""
    require(result.returncode == 0, "it runs", result.stderr)
    return [(one["input"], one["outputs"][0]["values"]) for one in json.loads(result.stdout)["results"]] if result.returncode == 0 else []


def check_folders(work, difference):
    for number in (1, 2, 10):
        write(work / f"left/s{number}.npy", array(10 * number, 0))
        write(work / f"right/s{number}.npy", array(number, 1))
        write(work / f"all/set_{number}/input_0.pb", proto(10 * number, 0))
        write(work / f"all/set_{number}/input_1.pb", proto(number, 1))
        write(work / f"all/set_{number}/output_0.pb", proto(0, 0))
        write(work / f"named/set_{number}/a.npy", array(10 * number, 0))
        write(work / f"named/set_{number}/b.npy", array(number, 1))
    expected = [[9, -1], [18, -1], [90, -1]]
    run = ("run", difference, "--json", "-i")
    for what, arguments in (("a folder for each input", (work / "left", "-i", work / "right")), ("folders by name", (f"b={work / 'right'}", "-i", f"a={work / 'left'}"))):
        require(values(call(*run, *arguments)) == list(zip(("s1", "s2", "s10"), expected)), f"{what}: files of one name are a set, in the order of their numbers", arguments)
    for folder in ("all", "named"):
        require(values(call(*run, work / folder)) == list(zip(("set_1", "set_2", "set_10"), expected)), f"a folder of folders ({folder}): each is a set, outputs apart")
    out = work / "out"
    result = call("run", difference, "-i", work / "left", "-i", work / "right", "-o", out)
    require(result.returncode == 0 and sorted(path.name for path in out.iterdir()) == ["s1.y.npy", "s10.y.npy", "s2.y.npy"], "outputs are named after their set", result.stderr)
    refuses("input 'b' has no file", "add --input", "run", difference, "-i", work / "left")
    refuses("files and folders", "each a folder", "run", difference, "-i", work / "left", "-i", work / "right/s1.npy")
    (work / "right/s2.npy").unlink()
    refuses("right holds no file 's2'", "put it there", "run", difference, "-i", work / "left", "-i", work / "right")
    refuses("left holds no file 's2'|right holds no file 's2'", "put it there", "run", difference, "-i", work / "right", "-i", work / "left")
    write(work / "right/s1.pb", proto(0, 0))
    refuses("holds s1.* and s1", "take one away", "run", difference, "-i", work / "right", "-i", work / "left")


def check_streams(work, difference):
    a, b = write(work / "a.npy", array(5, 6)), array(1, 2)
    require(values(call("run", difference, "--json", "-i", a, "-i", "-", stdin=b))[0][1] == [4, 4], "an array comes through standard input")
    require(values(call("run", difference, "--json", "-i", "b=-", "-i", f"a={a}", stdin=proto(1, 2)))[0][1] == [4, 4], "an ONNX tensor comes through standard input, by name")
    picture = (DIGITS / "test/0003_label_3.png").read_bytes()
    require(json.loads(call("run", DIGITS / "digits_f32.onnx", "--json", "-i", "-", stdin=picture).stdout)["results"][0]["outputs"][0]["top"][0]["index"] == 3, "a picture comes through standard input")
    result = call("run", difference, "-i", a, "-i", "-", "-o", "-", stdin=b)
    require(result.returncode == 0 and result.stdout.endswith(struct.pack("<2f", 4, 4)) and result.stdout.startswith(b"\x93NUMPY") and result.stderr == b"", "the output goes to standard output, alone", result)
    with open(work / "y.npy", "wb") as file:
        subprocess.run([ACCEL, "run", difference, "-i", a, "-i", a, "-o", "-", "-d", "cpu"], stdout=file, check=True)
    require((work / "y.npy").read_bytes().endswith(struct.pack("<2f", 0, 0)), "standard output may be a file")
    refuses("one input only", "the others files", "run", difference, "-i", "-", "-i", "-", stdin=b)
    refuses("is empty", "< FILE", "run", difference, "-i", a, "-i", "-")
    refuses("standard input has shape \\[3\\]", "save the array", "run", difference, "-i", a, "-i", "-", stdin=array(1, 2, 3))
    refuses("and a report", "a folder", "run", difference, "-i", a, "-i", "-", "-o", "-", "--json", stdin=b, code=2)
    refuses("1 of 4", "a folder", "run", DIGITS / "digits_f32.onnx", "-i", pictures(work), "-o", "-")


def pictures(work):
    for number in range(4):
        write(work / f"pictures/{number}.png", (DIGITS / "test/0003_label_3.png").read_bytes())
    return work / "pictures"


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        difference = write(work / "difference.onnx", model([node("Sub", ["a", "b"], "y")], [value("a", F32, 2), value("b", F32, 2)], [value("y", F32, 2)]))
        check_folders(work, difference)
        check_streams(work, difference)
    finish()


ACCEL = sys.argv[1]
main()
