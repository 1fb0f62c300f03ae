#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The backend guide, followed to the letter: its own code blocks turn a fresh skeleton, without a kernel driver and with one, into a device that passes the chapters it promises.

Usage: guide_test.py SUITE PREFIX     SUITE is accel-conformance, PREFIX an installed libaccel
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Blocks of the second room, with a kernel driver, are headed driver/FILE.
BLOCK = re.compile(r"^```cpp\n// (driver/)?(\S+): (\w+)\n(.*?)^```\n", re.S | re.M)


def run(*command, expect=0):
    result = subprocess.run([str(part) for part in command], text=True, capture_output=True)
    if (result.returncode == 0) != (expect == 0):
        sys.exit(f"{' '.join(map(str, command))}\nended with {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result.stdout


def apply(room, guide, driver=False):
    blocks = [block[1:] for block in BLOCK.findall(guide) if bool(block[0]) == driver]
    for file, step, body in blocks:
        path = room / file
        text = path.read_text()
        placeholder = re.compile(rf"^ *return ACCEL_STATUS_UNSUPPORTED;  // step {step}\n", re.M)
        if len(placeholder.findall(text)) != 1:
            sys.exit(f"{file} has not exactly one place for step {step}")
        path.write_text(placeholder.sub(lambda _: body, text))
    left = [path.name for path in room.rglob("*.cpp") if "// step " in path.read_text()]
    if left:
        sys.exit(f"steps without a block in the guide: {', '.join(left)}")
    return len(blocks)


def follow(suite, prefix, work, driver):
    """A fresh room is red, with the guide's blocks its chapters are green, and it is what the template's own bodies give."""
    room, build, complete = work / "acme", work / "build", work / "complete"
    options = ["--driver"] if driver else []
    run(ROOT / "scripts/new-backend", "acme", "--out", room, *options)
    run("cmake", "-S", room, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("ninja", "-C", build)
    judge = [suite, "run", "--quiet", "--module-path", build / "modules", "--device", "acme-sim" if driver else "acme", *(["--simulated"] if driver else [])]
    chapters = ["discovery", "memory", "queues"] + (["lost"] if driver else [])
    run(*judge, *chapters, expect=1)
    steps = apply(room, (ROOT / "docs/backend-guide.md").read_text(), driver)
    run("ninja", "-C", build)
    print(run(*judge, *chapters))
    run(ROOT / "scripts/new-backend", "acme", "--out", complete, "--complete", *options)
    for path in sorted(complete.rglob("*.cpp")):
        if path.read_text() != (room / path.relative_to(complete)).read_text():
            sys.exit(f"{path.name}: the guide's blocks and the template differ")
    print(f"guide{', with a driver' if driver else ''}: {steps} blocks applied, chapters green")


def main():
    suite, prefix = sys.argv[1:]
    for driver in (False, True):
        with tempfile.TemporaryDirectory() as work:
            follow(suite, prefix, pathlib.Path(work), driver)


if __name__ == "__main__":
    main()
