#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What libaccel.so and the modules export, and what the library needs.

symbols.py library FILE   exports exactly api/accel.symbols, which are the functions that accel.h and what it includes declare; needs only the C and C++ run time
symbols.py modules DIR    every shared object in the folder exports accel_module_entry and nothing else, and needs what docs/decisions/0007-libraries.md says
"""
import pathlib
import re
import subprocess
import sys

import doors

API = pathlib.Path(__file__).resolve().parent.parent
NEEDED = re.compile(r"^(libc|libm|libstdc\+\+|libgcc_s|ld-linux[\w-]*)\.so(\.\d+)*$")
# Beyond the C and C++ run time.
MODULE_NEEDS = {"libaccel-cpu.so": {"libdnnl.so.2", "libgomp.so.1"}, "libaccel-ethosu.so": {"libdrm.so.2"}, "libaccel-template_drm.so": {"libdrm.so.2"}}
SANITIZERS = re.compile(r"^lib(asan|ubsan|tsan)\.so")


def exported(path):
    text = subprocess.run(["nm", "-D", "--defined-only", path], text=True, check=True, capture_output=True).stdout
    return {line.split()[-1] for line in text.splitlines() if line.split()[-2] != "A"}


def needed(path):
    text = subprocess.run(["readelf", "-d", path], text=True, check=True, capture_output=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def differences(have, want, what):
    return [f"{what}: {name} is extra" for name in sorted(have - want)] + [f"{what}: {name} is missing" for name in sorted(want - have)]


def check_library(path):
    listed = [line.split() for line in (API / "accel.symbols").read_text().splitlines() if line and not line.startswith("#")]
    problems = differences(exported(path), {f"{name}{'@' if old else '@@'}{version}" for name, version, *old in listed}, path)
    declared = {name for header in doors.application() for name in re.findall(r"^ACCEL_API [^;(]*?(accel_\w+)\(", (API / header).read_text(), flags=re.M)}
    problems += differences(declared, {name for name, _, *old in listed if not old}, "accel.h")
    problems += [f"{path}: needs {name}" for name in needed(path) if not NEEDED.match(name) and not SANITIZERS.match(name)]
    print(f"{len(listed)} symbols, needs {' '.join(needed(path))}")
    return problems


def check_modules(folder):
    modules = sorted(pathlib.Path(folder).glob("*.so"))
    problems = [] if modules else [f"{folder}: no module"]
    for module in modules:
        problems += differences(exported(str(module)), {"accel_module_entry"}, module.name)
        beyond = {name for name in needed(str(module)) if not NEEDED.match(name) and not SANITIZERS.match(name)}
        problems += differences(beyond, MODULE_NEEDS.get(module.name, set()), f"{module.name} needs")
    print(f"{len(modules)} modules")
    return problems


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("library", "modules"):
        print(__doc__)
        return 2
    problems = check_library(sys.argv[2]) if sys.argv[1] == "library" else check_modules(sys.argv[2])
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
