#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What libaccel.so and the modules export, and what the library needs.

symbols.py library FILE   exports exactly api/accel.symbols, which are the functions that accel.h and what it includes declare, and of the inline ones those that are marked so;
                          a function of 0.1 whose parameters, structs or callbacks have changed has a version of its own; needs only the C and C++ run time
symbols.py modules DIR NEEDS   every shared object in the folder exports accel_module_entry and nothing else, and needs what its room says (accel_add_backend's NEEDS, a file for each
                               module in the folder NEEDS; docs/decisions/0007-libraries.md has the reasons)
"""
import pathlib
import re
import subprocess
import sys

import doors

API = pathlib.Path(__file__).resolve().parent.parent
NEEDED = re.compile(r"^(libc|libm|libstdc\+\+|libgcc_s|ld-linux[\w-]*)\.so(\.\d+)*$")
SANITIZERS = re.compile(r"^lib(asan|ubsan|tsan)\.so")


def exported(path):
    text = subprocess.run(["nm", "-D", "--defined-only", path], text=True, check=True, capture_output=True).stdout
    return {line.split()[-1] for line in text.splitlines() if line.split()[-2] != "A"}


def needed(path):
    text = subprocess.run(["readelf", "-d", path], text=True, check=True, capture_output=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def differences(have, want, what):
    return [f"{what}: {name} is extra" for name in sorted(have - want)] + [f"{what}: {name} is missing" for name in sorted(want - have)]


class Door:
    """Functions of an application's door, each with the text of all that it names: structs, callbacks, and what those name."""

    def __init__(self, headers):
        text = " ".join(re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S) for header in headers)
        self.inline = set(re.findall(r"^static inline [^;(]*?(accel_\w+)\(", text, flags=re.M))
        text = re.sub(r"\s+", " ", text)
        self.functions = {name: whole for whole, name in re.findall(r"(ACCEL_API [^;(]*?(accel_\w+)\([^;]*\));", text)}
        self.types = {name: whole for whole, name in re.findall(r"(struct (accel_\w+) \{.*?\});", text)}
        self.types.update({name: whole for whole, name in re.findall(r"(typedef [^;]*?\(\*(accel_\w+_fn)\)[^;]*);", text)})

    def meaning(self, name):
        texts, left = {}, [self.functions.get(name, "")]
        while left:
            for one in re.findall(r"\baccel_\w+", left.pop()):
                if one in self.types and one not in texts:
                    texts[one] = self.types[one]
                    left.append(self.types[one])
        return self.functions.get(name), texts


def unchanged_since_0_1(listed):
    """A-32: functions of version 0.1 that are not what they were then."""
    now = Door([API / header for header in doors.application()])
    then = Door([API.parent / "conformance/abi/0.1/include/accel/accel.h"])
    kept = [name for name, version, *mark in listed if version == "ACCEL_0.1" and "old" not in mark]
    problems = [f"{name}: declared otherwise than in 0.1, with the version that it had then" for name in kept if now.meaning(name) != then.meaning(name)]
    # The control: what is known to have changed is seen.
    return problems + [f"{name}: seen as unchanged" for name in ("accel_run_bind", "accel_model_import", "accel_device_query") if now.meaning(name) == then.meaning(name)]


def kept(listed):
    """Every symbol of a version that was released is there with its version, old or not."""
    now = {tuple(row[:2]) for row in listed}
    problems = []
    for path in sorted((API.parent / "conformance/abi").glob("*/accel.symbols")):
        rows = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
        problems += [f"{row[0]}@{row[1]}: in {path.parent.name}, and gone" for row in rows if tuple(row[:2]) not in now]
        problems += [] if len(rows) > 50 else [f"{path}: {len(rows)} symbols"]
    return problems


def check_library(path):
    listed = [line.split() for line in (API / "accel.symbols").read_text().splitlines() if line and not line.startswith("#")]
    problems = differences(exported(path), {f"{name}{'@' if 'old' in mark else '@@'}{version}" for name, version, *mark in listed}, path)
    door = Door([API / header for header in doors.application()])
    problems += differences(set(door.functions), {name for name, _, *mark in listed if not mark}, "accel.h")
    problems += [f"{name}: no inline function of the headers" for name, _, *mark in listed if "inline" in mark and name not in door.inline]
    problems += unchanged_since_0_1(listed) + kept(listed)
    # The control: a symbol that went is missed.
    problems += [] if kept(listed[1:]) else ["a symbol that went would not be missed"]
    problems += [f"{path}: needs {name}" for name in needed(path) if not NEEDED.match(name) and not SANITIZERS.match(name)]
    print(f"{len(listed)} symbols, needs {' '.join(needed(path))}")
    return problems


def check_modules(folder, needs):
    modules = sorted(pathlib.Path(folder).glob("*.so"))
    problems = [] if modules else [f"{folder}: no module"]
    for module in modules:
        problems += differences(exported(str(module)), {"accel_module_entry"}, module.name)
        beyond = {name for name in needed(str(module)) if not NEEDED.match(name) and not SANITIZERS.match(name)}
        problems += differences(beyond, set((pathlib.Path(needs) / f"{module.name}.txt").read_text().split()), f"{module.name} needs")
    print(f"{len(modules)} modules")
    return problems


def main():
    checks = {("library", 3): check_library, ("modules", 4): check_modules}
    check = checks.get((sys.argv[1] if len(sys.argv) > 1 else "", len(sys.argv)))
    if not check:
        print(__doc__)
        return 2
    problems = check(*sys.argv[2:])
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
