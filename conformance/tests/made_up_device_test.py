#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A made-up device, in its two folders: the build, the suite and the kernel lane find all of it there, and no file outside of them changes or is in the way.

It is made in a copy of the tree from which every other device behind a driver was taken, with its folders: nothing outside of those names it so that the build would miss it.
The suite and the library are those of the build that runs this test.

Usage: made_up_device_test.py SUITE CMAKE_PREFIX_PATH
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# What a device in the tree is used for elsewhere: as an example of one, by its name. The build goes on without it.
EXAMPLES = {
    "conformance/CMakeLists.txt": "the kill matrix has faults of a transport that copies",
    "conformance/faults/forgetful.json": "they stand in front of one",
    "conformance/suite/suite.cmake": "they wrap its module",
    "conformance/suite/target.cpp": "the same",
    "conformance/cases/module/transport.cpp": "the same",
    "conformance/split": "programs split with the CPU",
    "conformance/shortage/CMakeLists.txt": "the digits, when memory is short",
}


CHAPTERS = ("discovery", "memory", "queues", "state", "operations")


def run(*command, expect=0, merged=True, **options):
    result = subprocess.run([str(part) for part in command], text=True, capture_output=True, **options)
    if (result.returncode == 0) != (expect == 0):
        sys.exit(f"{' '.join(map(str, command))}\nended with {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result.stdout + (result.stderr if merged else "")


def require(good, what):
    if not good:
        sys.exit(what)


def devices_with_driver(tree):
    return sorted(path.parents[1].name for path in tree.glob("conformance/devices/*/lane/board"))


def snapshot(tree):
    """Every file outside of the made-up device's folders."""
    own = [tree / "backends/acme", tree / "conformance/devices/acme"]
    files = [path for path in tree.rglob("*") if path.is_file() and not any(folder in path.parents for folder in own)]
    return {path.relative_to(tree): hashlib.sha256(path.read_bytes()).digest() for path in files}


def check_names(tree, devices):
    """No file of the build, the suite or the lane names a device, but for examples."""
    folders = [tree / "conformance", tree / "backends", tree / "api/cmake", tree / "scripts"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix not in (".md", ".pyc")]
    own = [tree / place / name for name in devices for place in ("backends", "conformance/devices")]
    apart = own + [tree / "conformance/abi"] + [tree / place for place in EXAMPLES]
    files = [path for path in [*files, tree / "CMakeLists.txt"] if not {*apart} & {path, *path.parents}]
    named = {path.relative_to(tree): name for path in files for name in devices if uncommented(path, name)}
    built = [path for path in named if path.name == "CMakeLists.txt" or path.suffix in (".cmake", ".cpp", ".h") or path.parts[:2] == ("conformance", "kernel")]
    require(not built, f"outside of their folders devices are named: {[(str(path), named[path]) for path in built]}")


def uncommented(path, name):
    lines = path.read_text(errors="replace").split("\n")
    return any(re.search(rf"(?<![\w]){name}(?![a-z])", re.sub(r"^\s*(//|#|///).*|(\s(//|#)\s.*)", "", line)) for line in lines)


def make(tree):
    """The two folders, as scripts/new-backend makes them, and beside the suite's list all that a folder may have."""
    run(tree / "scripts/new-backend", "acme", "--complete")
    folder = tree / "conformance/devices/acme"
    shutil.copytree(HERE / "made_up", folder, dirs_exist_ok=True)
    with open(folder / "CMakeLists.txt", "a", encoding="utf-8") as text:
        text.write("add_subdirectory(model)\n")
    return folder


def check_suite(suite, build, folder):
    """The folder's own test, in some chapters, by the suite of the build that runs this one."""
    # ctest tells the command of a test whose program is there.
    (build / "bin").mkdir(exist_ok=True)
    (build / "bin/accel-conformance").symlink_to(suite)
    tests = json.loads(run("ctest", "--test-dir", build, "--show-only=json-v1", "-R", "^conformance-acme$", merged=False))["tests"]
    require(len(tests) == 1, "the suite on the made-up device is no test of the build")
    skips = folder / "acme.skips"
    judge = [suite, *tests[0]["command"][1:], *CHAPTERS]
    require(str(skips) in judge, f"{judge} is not held to {skips}")
    environment = dict(os.environ, ACCEL_BACKEND_PATH=str(build / "modules"))
    print(run(*judge, env=environment).split("\n")[-3])
    # The control: a list that lacks what the device skips is not held.
    whole = skips.read_text()
    skips.write_text(whole.replace("state.growth\n", ""))
    require("state.growth" in run(*judge, expect=1, env=environment), "a skip that is not in the device's list went unseen")
    skips.write_text(whole)


def package(work, name, file, text):
    """A package of Debian with one file."""
    root = work / "package"
    for path, content in ((root / "DEBIAN/control", f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: played\n"), (root / file, text)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    run("dpkg-deb", "-Znone", "--root-owner-group", "--build", root, work / f"mirror/{name}_1_all.deb")
    shutil.rmtree(root)


def check_fetch(tree, work):
    """The kernel and the modules of the device's board, from a mirror that is played."""
    release = "6.99.1+deb13-arm64"
    (work / "mirror").mkdir()
    package(work, f"linux-modules-{release}", f"usr/lib/modules/{release}/kernel/drivers/other.ko", "depends=\0name=other\0")
    package(work, f"linux-binary-{release}", f"boot/vmlinuz-{release}", "kernel")
    package(work, "busybox-static", "usr/bin/busybox", "busybox")
    (work / "bin").mkdir()
    for name, script in (("apt-get", 'case $* in *download*) shift $(($# - 1)); cp "$PLAYED/mirror/$1"_*.deb . ;; esac'), ("apt-cache", f"echo linux-binary-{release}")):
        (work / "bin" / name).write_text(f"#!/bin/bash\n{script}\n")
        (work / "bin" / name).chmod(0o755)
    environment = dict(os.environ, PATH=f"{work / 'bin'}:{os.environ['PATH']}", PLAYED=str(work), ACCEL_CACHE=str(work / "cache"), LANE_MIRROR="file:/played")
    folder = pathlib.Path(run(tree / "conformance/kernel/fetch", "--device", "acme", merged=False, env=environment).strip())
    require((folder / "modules.order").read_text() == "acme\n" and release in (folder / "modules/acme.ko").read_text(), f"{folder} has not the made-up driver that its board makes")


def check_lane(tree, build):
    lane = tree / "conformance/kernel"
    require(re.search(r"Devices: acme$", run(lane / "run", "--help"), re.M), "the lane does not list the made-up device")
    require("'lane-acme payload', not 'lane-uapi'" in run(lane / "run", "--device", "acme", "--only", "lane-uapi", expect=1), "the lane does not know the device's suites")
    run(lane / "tests/commands_test")
    require("Plays the registers of a made-up device" in run(build / "conformance/kernel/acme/player/acme-player", "--help"), "the player says what it plays")
    require("100% tests passed, 0 tests failed out of 1" in run("ctest", "--test-dir", build, "-R", "^kernel-lane/acme/player$"), "the player's test is not there")


def timed(step):
    """So that what takes long is seen in the test's output."""
    print(f"{time.monotonic() - timed.begun:5.1f} s  {step}", flush=True)


timed.begun = time.monotonic()


def main():
    suite, prefix_path = sys.argv[1:]
    devices = devices_with_driver(ROOT)
    require(devices, "no device in the tree has a lane")
    check_names(ROOT, devices)
    with tempfile.TemporaryDirectory() as work:
        tree, build = pathlib.Path(work) / "tree", pathlib.Path(work) / "build"
        shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns("build", ".git", "shared", "__pycache__"))
        for name in devices:
            for place in ("backends", "conformance/devices"):
                shutil.rmtree(tree / place / name)
        before = snapshot(tree)
        folder = make(tree)
        timed("the folders are made")
        run("cmake", "-S", tree, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix_path}", "-DCMAKE_CXX_FLAGS_RELEASE=-O0", "-DACCEL_BACKEND_CPU=OFF")
        timed("configured")
        run("ninja", "-C", build, "-j2", "accel-acme", "acme-player", "acme-player-test")
        timed("built")
        check_suite(pathlib.Path(suite).resolve(), build, folder)
        timed("judged")
        check_lane(tree, build)
        check_fetch(tree, pathlib.Path(work))
        timed("the lane knows it")
        after = snapshot(tree)
        changed = sorted(str(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        require(not changed, f"outside of the made-up device's folders these were added or changed: {changed}")
        print(f"{len(after)} files outside of its folders are as they were")


if __name__ == "__main__":
    main()
