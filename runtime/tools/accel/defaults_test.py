#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What the accel command uses when little is said: devices, roundings, the places of saved programs, and memory for many ports.

Usage: defaults_test.py ACCEL
"""
import ctypes
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts/lib"))
import onnx_bytes
from onnx_bytes import F32, I8, field

DIGITS = ROOT / "docs/examples/digits"
FLOAT, INTEGER, PICTURE = DIGITS / "digits_f32.onnx", DIGITS / "digits_int8.onnx", DIGITS / "test/0003_label_3.png"
TARGET = "ethos-u65-256"
FAILURES = []


def require(condition, sentence, detail=""):
    if not condition:
        FAILURES.append(sentence)
        print(f"FAILED: {sentence}\n{detail}")


def call(*arguments, **how):
    return subprocess.run([ACCEL, *map(str, arguments)], text=True, capture_output=True, **how)


def facts(*arguments, **how):
    """What --json prints, and what was said beside it."""
    result = call(*arguments, "--json", **how)
    require(result.returncode == 0, f"accel {' '.join(map(str, arguments))} works", result.stderr)
    return json.loads(result.stdout) if result.returncode == 0 else {}, result.stderr


def refuses(expected, *arguments):
    result = call(*arguments)
    require(result.returncode == 1 and re.search(expected, result.stderr), f"accel {' '.join(map(str, arguments))} is refused with /{expected}/", f"exit {result.returncode}: {result.stderr}")
    return result.stderr


def placed(inspected):
    return {row["device"] for row in inspected.get("placements", [])}


NODE = "4a900000.npu"


def played_system(work, name):
    """A system with one NPU, whose node is a plain file that nobody can use."""
    tree = work / name
    device, link, driver = tree / "sys/devices/platform" / NODE, tree / "sys/class/accel/accel0/device", tree / "sys/bus/platform/drivers/ethosu"
    for folder in (device, driver, link.parent, tree / "dev/accel"):
        folder.mkdir(parents=True)
    link.symlink_to(device)
    (device / "driver").symlink_to(driver)
    (tree / "dev/accel/accel0").write_text("")
    return ["--sysfs-root", tree / "sys", "--dev-root", tree / "dev"]


def drop_access_capabilities():
    """Root opens what its permissions forbid unless it lets go of this right."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def check_default_set():
    """Nothing but the CPU is real here; what is simulated or an example is used by name."""
    for options in ((), ("-d", "auto"), ("--simulated",)):
        inspected, said = facts("inspect", FLOAT, *options)
        require(placed(inspected) == {"cpu"} and inspected["segments"] == 1 and inspected["left_out"] == [], f"the default set is the CPU alone: {options}", inspected)
        require(said == "", "the default set says nothing where nothing is missing", said)
    listed, _ = facts("devices", "--simulated")
    require({row["id"] for row in listed["devices"] if row["default"]} == {"cpu"}, "devices marks the default set", listed)
    closed, _ = facts("devices", "--simulated", "--closed")
    require(all("default" not in row and not row["open"] for row in closed["devices"]), "devices --closed opens nothing", closed)
    inspected, _ = facts("inspect", INTEGER, "--simulated", "-d", "ethosu-sim,auto")
    require(placed(inspected) == {"ethosu-sim", "cpu"}, "auto stands for the default set behind what is named", inspected)


def check_unusable(work):
    """One NPU that does not open takes nothing away from the CPU."""
    cases = [("no device", played_system(work, "plain"), "asking the node for its driver failed", {})]
    closed = played_system(work, "closed")
    (work / "closed/dev/accel/accel0").chmod(0)
    cases.append(("no permission", closed, "Permission denied", {"preexec_fn": drop_access_capabilities} if os.geteuid() == 0 else {}))
    for what, system, reason, how in cases:
        for command in (["inspect", FLOAT], ["run", FLOAT, "-i", PICTURE], ["bench", FLOAT, "--seconds", "0.05"]):
            _, said = facts(*command, *system, **how)
            require(re.search(f"^warning: .*ethosu@{NODE}.* left out of the default set: .*({reason})", said, re.M), f"{command[0]} tells of the NPU ({what})", said)
        for command in (["inspect", FLOAT], ["devices"]):
            left = facts(*command, *system, **how)[0]["left_out"]
            require(len(left) == 1 and left[0]["id"] == f"ethosu@{NODE}" and re.search(reason, left[0]["reason"]) and left[0]["remedy"], f"{command[0]} repeats it ({what})", left)
            text = call(*command, *system, **how).stdout
            require(re.search(f"^left out of the default set: ethosu@{NODE}: .*({reason})", text, re.M), f"{command[0]} prints it ({what})", text)
        named = call("run", FLOAT, "-i", PICTURE, "-d", "ethosu,cpu", *system, **how)
        require(named.returncode == 1 and re.search(reason, named.stderr), f"who names the NPU gets the error ({what})", named.stderr)


def check_readme_line(work):
    """accel compile MODEL --target TARGET: the NPU's rounding for the whole, and the CPU for the rest; the program finds its devices."""
    saved = work / "digits.accel"
    compiled, said = facts("compile", INTEGER, "--target", TARGET, "-o", saved)
    require((compiled["devices"], compiled["segments"], compiled["rounding"]) == (2, 2, "tflite"), "compile for a target takes the CPU for what is left", compiled)
    require(re.fullmatch(f"note: the whole program requantises with rounding tflite, as {TARGET} does not do the model's own; --rounding model keeps that\n", said), "a forced rounding is told", said)
    found, said = facts("run", saved, "-i", PICTURE, "--simulated")
    direct, _ = facts("run", INTEGER, "-i", PICTURE, "--simulated", "-d", "ethosu-sim,cpu", "--rounding", "tflite")
    require(found["results"] == direct["results"] and found["rounding"] == "tflite" and said == "", "a saved program finds its devices, and runs as on those that are named", (found, direct))
    require(placed(facts("inspect", saved, "--simulated")[0]) == {"ethosu-sim", "cpu"}, "inspect finds them too")
    refuses(f"no device here runs the part of the program that was built for target '{TARGET}' by module 'ethosu'.*--simulated", "run", saved, "-i", PICTURE)
    inspected, _ = facts("inspect", INTEGER, "--target", TARGET)
    require(placed(inspected) == {TARGET, "cpu"} and inspected["copies"] == 0, "inspect names the target, and the CPU reads what it writes", inspected)
    require("rounding tflite instead of the model's own" in call("inspect", INTEGER, "--target", TARGET).stdout, "inspect prints a forced rounding")


def check_targets(work):
    """The CPU is in the set only where it has to be; who names devices gets these."""
    integers, saved = work / "integers.onnx", work / "integers.accel"
    integers.write_bytes(onnx_bytes.cut(INTEGER.read_bytes(), "scores_quantized", I8, 1, 10))
    require(facts("compile", integers, "--target", TARGET, "-o", saved)[0]["devices"] == 1, "a target that takes all stands alone")
    require(facts("compile", integers, "--target", TARGET, "-d", "cpu", "-o", saved)[0]["devices"] == 2, "a device that is named is in the set")
    refuses("2 operations have no place.*(Softmax.*DequantizeLinear|DequantizeLinear.*Softmax)", "compile", INTEGER, "--target", TARGET, "--simulated", "-d", "ethosu-sim", "-o", saved)
    refuses(f"{TARGET}: .*--rounding", "compile", INTEGER, "--target", TARGET, "--first-device-only", "--rounding", "model", "-o", saved)
    compiled, said = facts("compile", FLOAT, "--target", TARGET, "-o", saved)
    require(f"note: {TARGET} takes no operation of the model" in said, "a target without work is told of", said)


def check_roundings(work):
    """Forced for a device that is named, and for no other."""
    named, said = facts("run", INTEGER, "-i", PICTURE, "--simulated", "-d", "ethosu-sim,cpu")
    require(named["rounding"] == "tflite" and "ethosu-sim does not do the model's own" in said, "a device that is named gets its rounding", said)
    for options in (("-d", "cpu"), (), ("--simulated", "-d", "cpu,ethosu-sim"), ("--simulated", "-d", "ethosu-sim,cpu", "--rounding", "model")):
        kept, said = facts("run", INTEGER, "-i", PICTURE, *options)
        require(kept["rounding"] == "model" and "requantises" not in said, f"the model's rounding is kept: {options}", said)
    _, said = facts("inspect", FLOAT, "--simulated", "-d", "ethosu-sim,cpu")
    require("note: ethosu-sim takes no operation of the model; `accel inspect --support` says why" in said, "a device without work is told of", said)
    text = call("inspect", INTEGER, "--support", "--simulated", "-d", "ethosu-sim,cpu", "--rounding", "model").stdout
    require("it offers tflite, natural: --rounding" in text, "a refusal for the rounding names the option", text)


def check_saved_defaults(work):
    saved = work / "float.accel"
    require(facts("compile", FLOAT, "-o", saved)[0]["devices"] == 1, "compile for the default set takes the devices that have work")
    require(facts("run", saved, "-i", PICTURE)[0]["results"] == facts("run", FLOAT, "-i", PICTURE)[0]["results"], "a saved program runs without -d")
    require(placed(facts("inspect", saved, "-d", "auto")[0]) == {"cpu"}, "auto finds the devices of a saved program")


def check_all_at_once():
    """One answer names everything that has no place, however much that is."""
    rows = facts("inspect", FLOAT, "--support", "--simulated", "-d", "ethosu-sim")[0]["support"]
    said = refuses("^error: UNSUPPORTED: ", "inspect", FLOAT, "--simulated", "-d", "ethosu-sim")
    missing = [row["node"] for row in rows if row["taken_by"] == "refused" and f"'{row['node']}' ({row['operation']})" not in said]
    require(len(rows) > 5 and missing == [], "a refusal names all operations", f"{missing}\n{said}")
    chain = onnx_bytes.chain(300)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "chain.onnx"
        path.write_bytes(chain)
        said = refuses("^error: UNSUPPORTED: 300 operations have no place", "inspect", path, "--simulated", "-d", "ethosu-sim")
        require(all(f"'n{i}' (Sigmoid)" in said for i in range(300)) and said.count("ethosu-sim: ") == 1, "a refusal names all of 300 operations, with their reason once", said)


def tensor(name, kind, dims, raw):
    return field(5, b"".join(field(1, size) for size in dims) + field(2, kind) + field(8, name) + field(9, raw))


def pools(count):
    """x is quantised, and each of `count` outputs is a maximum pool of its own over it."""
    def node(operator, inputs, output, *attributes):
        return field(1, b"".join(field(1, name) for name in inputs) + field(2, output) + field(3, f"make {output}") + field(4, operator) + b"".join(attributes))

    def ints(name, *values):
        return field(5, field(1, name) + b"".join(field(8, value) for value in values) + field(20, 7))

    scale = ("scale", "zero")
    nodes = [node("QuantizeLinear", ("x", *scale), "q"), node("DequantizeLinear", ("q", *scale), "d")]
    for i in range(count):
        nodes += [node("MaxPool", ("d",), f"m{i}", ints("kernel_shape", i % 3 + 1, i // 3 + 1)), node("QuantizeLinear", (f"m{i}", *scale), f"n{i}"),
                  node("DequantizeLinear", (f"n{i}", *scale), f"y{i}")]
    outputs = b"".join(field(12, onnx_bytes.value(f"y{i}", F32, 1, 16, 9 - i % 3 - 1, 9 - i // 3 - 1)) for i in range(count))
    graph = b"".join(nodes) + field(2, "pools") + tensor("scale", F32, (), struct.pack("<f", 0.25)) + tensor("zero", I8, (), b"\0")
    graph += field(11, onnx_bytes.value("x", F32, 1, 16, 8, 8)) + outputs
    return field(1, 8) + field(8, field(1, "") + field(2, 17)) + field(7, graph)


def check_slots(work):
    """More tensors cross than an NPU's job can name: they share memory, and the ports do too."""
    path, values = work / "pools.onnx", work / "x.npy"
    path.write_bytes(pools(8))
    data = struct.pack("<1024f", *[(i * 37 % 251) / 4 - 31 for i in range(1024)])
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 16, 8, 8), }"
    values.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + head.ljust(117) + b"\n" + data)
    facts("run", path, "-i", values, "-d", "cpu", "-o", work / "cpu")
    facts("run", path, "-i", values, "--simulated", "-d", "ethosu-sim,cpu", "-o", work / "npu")
    for i in range(8):
        one, other = ((work / folder / f"x.y{i}.npy").read_bytes() for folder in ("cpu", "npu"))
        require(one == other, f"output {i} is the same on both devices")
    inspected, _ = facts("inspect", path, "--simulated", "-d", "ethosu-sim,cpu")
    crossing = {row["tensor"] for row in inspected["transfers"]}
    require("ethosu-sim" in placed(inspected) and len(crossing) > 5, "more tensors cross than a job has regions", inspected)
    facts("bench", path, "--simulated", "-d", "ethosu-sim,cpu", "--seconds", "0.05")
    saved = work / "pools.accel"
    facts("compile", path, "--target", TARGET, "-o", saved)
    again, _ = facts("run", saved, "-i", values, "--simulated")
    direct, _ = facts("run", path, "-i", values, "--simulated", "-d", "ethosu-sim,cpu")
    require(again["results"] == direct["results"], "slots are planned alike for a target", again)


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        check_default_set()
        check_unusable(work)
        check_readme_line(work)
        check_targets(work)
        check_roundings(work)
        check_saved_defaults(work)
        check_all_at_once()
        check_slots(work)
    sys.exit(f"{len(FAILURES)} check(s) failed" if FAILURES else 0)


if __name__ == "__main__":
    ACCEL = sys.argv[1]
    main()
