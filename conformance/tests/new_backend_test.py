#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scripts/new-backend NAME in the source tree itself: a copy of the tree gets a new room, which joins the whole build by being there. As made it is red; with
the backend guide's blocks its first chapters are green.

Usage: new_backend_test.py SUITE CMAKE_PREFIX_PATH
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "backends/template"))
import guide_test  # noqa: E402


def run(*command, expect=0):
    result = subprocess.run([str(part) for part in command], text=True, capture_output=True)
    if (result.returncode == 0) != (expect == 0):
        sys.exit(f"{' '.join(map(str, command))}\nended with {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result.stdout + result.stderr


def make_room(tree):
    script = tree / "scripts/new-backend"
    before = set(tree.rglob("*"))
    run(script, "acme")
    room, device = tree / "backends/acme", tree / "conformance/devices/acme"
    made = set(tree.rglob("*")) - before
    strays = [path for path in made if not {room, device} & {path, *path.parents} or "_test." in path.name]
    if not {room, device} <= made or strays:
        sys.exit(f"new-backend made {sorted(made)}, expected a room in backends/acme without tests of the template's own, and a folder for the suite")
    if "is there already" not in run(script, "acme", expect=1) or "no name for a room" not in run(script, "9lives", expect=1):
        sys.exit("new-backend refuses without saying why")
    return room


def main():
    suite, prefix_path = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        tree, build = pathlib.Path(work) / "tree", pathlib.Path(work) / "build"
        shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns("build", ".git", "shared", "__pycache__"))
        room = make_room(tree)
        # With everything, tests too: the room must get along with all the others.
        run("cmake", "-S", tree, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix_path}", "-DCMAKE_CXX_FLAGS_RELEASE=-O0")
        tests = re.findall(r"Test +#\d+: (\S+)", run("ctest", "--test-dir", build, "-N"))
        if not tests or len(set(tests)) != len(tests):
            sys.exit(f"with the new room these tests are there twice: {sorted({name for name in tests if tests.count(name) > 1})}")
        run("ninja", "-C", build, "accel-acme")
        judge = [suite, "run", "--quiet", "--module-path", build / "modules", "--device", "acme"]
        run(*judge, "memory", expect=1)
        guide_test.apply(room, (ROOT / "docs/backend-guide.md").read_text())
        run("ninja", "-C", build, "accel-acme")
        print(run(*judge, "discovery", "memory"))


if __name__ == "__main__":
    main()
