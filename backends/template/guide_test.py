#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The backend guide, followed to the letter: its own code blocks turn a fresh skeleton into a device that passes the chapters it promises.

Usage: guide_test.py SUITE PREFIX     SUITE is accel-conformance, PREFIX an installed libaccel
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```cpp\n// (\S+): (\w+)\n(.*?)^```\n", re.S | re.M)


def run(*command, expect=0):
    result = subprocess.run([str(part) for part in command], text=True, capture_output=True)
    if (result.returncode == 0) != (expect == 0):
        sys.exit(f"{' '.join(map(str, command))}\nended with {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result.stdout


def apply(room, guide):
    blocks = BLOCK.findall(guide)
    for file, step, body in blocks:
        path = room / file
        text = path.read_text()
        placeholder = re.compile(rf"^ *return ACCEL_STATUS_UNSUPPORTED;  // step {step}\n", re.M)
        if len(placeholder.findall(text)) != 1:
            sys.exit(f"{file} has not exactly one place for step {step}")
        path.write_text(placeholder.sub(lambda _: body, text))
    left = [path.name for path in room.glob("*.cpp") if "// step " in path.read_text()]
    if left:
        sys.exit(f"steps without a block in the guide: {', '.join(left)}")
    return len(blocks)


def main():
    suite, prefix = sys.argv[1:]
    guide = (ROOT / "docs/backend-guide.md").read_text()
    with tempfile.TemporaryDirectory() as work:
        room, build = pathlib.Path(work) / "acme", pathlib.Path(work) / "build"
        run(ROOT / "scripts/new-backend", "acme", "--out", room)
        run("cmake", "-S", room, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
        run("ninja", "-C", build)
        judge = [suite, "run", "--quiet", "--module-path", build / "modules", "--device", "acme"]
        run(*judge, "discovery", "memory", "queues", expect=1)
        steps = apply(room, guide)
        run("ninja", "-C", build)
        print(run(*judge, "discovery", "memory", "queues"))
        # The template's own bodies give the same room.
        complete = pathlib.Path(work) / "complete"
        run(ROOT / "scripts/new-backend", "acme", "--out", complete, "--complete")
        for path in sorted(complete.glob("*.cpp")):
            if path.read_text() != (room / path.name).read_text():
                sys.exit(f"{path.name}: the guide's blocks and the template differ")
        print(f"guide: {steps} blocks applied, chapters green")


if __name__ == "__main__":
    main()
