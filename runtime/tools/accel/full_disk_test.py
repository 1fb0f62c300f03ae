#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Full disks: whatever writes ends with an exit code that is not 0 and one sentence with a remedy, and leaves the old file or none.

Three kinds of full: /dev/full, a limit of file sizes, and a file system without room where this user can mount one.

Usage: full_disk_test.py ACCEL [SUITE]     SUITE is accel-conformance
"""
import os
import pathlib
import resource
import stat
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
DIGITS = ROOT / "docs/examples/digits"
FAILURES = []
LIMIT_BYTES = 64


def require(condition, sentence, detail=""):
    if not condition:
        FAILURES.append(sentence)
        print(f"FAILED: {sentence}\n{detail}")


def limit_file_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))


def refused(what, command, **how):
    result = subprocess.run([*map(str, command)], text=True, stderr=subprocess.PIPE, stdout=how.pop("stdout", subprocess.DEVNULL), **how)
    lines = result.stderr.splitlines()
    good = result.returncode > 0 and len(lines) == 1 and lines[0].startswith("error: cannot write") and ("free some space" in lines[0])
    require(good, f"{what} is refused with one sentence and a remedy", f"exit {result.returncode}: {result.stderr}")


def writers(accel, suite):
    """What writes files: a name, the command for a target, and the file or folder that it names. The first word of a target is a file name in a folder."""
    model, picture = DIGITS / "digits_f32.onnx", DIGITS / "test/0003_label_3.png"
    rows = [
        ("compile -o", lambda target: [accel, "compile", model, "-d", "cpu", "-o", target], "program.accel"),
        ("inspect --svg", lambda target: [accel, "inspect", model, "-d", "cpu", "--svg", target], "picture.svg"),
        ("trace -o", lambda target: [accel, "trace", model, "-d", "cpu", "--runs", "1", "-o", target], "trace.json"),
        ("run --output", lambda target: [accel, "run", model, "-i", picture, "-d", "cpu", "-o", target.parent], None),
    ]
    if suite:
        # Facts of the device are longer than the limit, so the record is refused before a case runs.
        rows.append(("conformance run --out", lambda target: [suite, "run", "--quiet", "lifetime.null", "--out", target.parent], None))
        rows.append(("conformance kill-matrix --out", lambda target: [suite, "kill-matrix", "dirty-memory", "--out", target], "matrix.json"))
        rows.append(("conformance kill-matrix --page", lambda target: [suite, "kill-matrix", "dirty-memory", "--out", "/dev/null", "--page", target], "matrix.md"))
    return rows


def printers(accel, suite):
    model, picture = DIGITS / "digits_f32.onnx", DIGITS / "test/0003_label_3.png"
    commands = [[accel, "--version"], [accel, "run", "--help"], [accel, "devices"], [accel, "doctor"], [accel, "inspect", model, "-d", "cpu"],
                [accel, "run", model, "-i", picture, "-d", "cpu"], [accel, "bench", model, "-d", "cpu", "--seconds", "0.02"]]
    commands += [[*command, "--json"] for command in commands if command[1] in ("devices", "doctor", "inspect", "run", "bench") and command[-1] != "--help"]
    commands += [[accel, "compile", model, "-d", "cpu", "-o", "/dev/null", "--json"], [accel, "trace", model, "-d", "cpu", "-o", "/dev/null", "--json"]]
    if suite:
        commands += [[suite, "list"], [suite, "list", "--json"], [suite, "run", "--quiet", "lifetime.null"], [suite, "run", "--quiet", "--ktap", "lifetime.null"]]
    return commands


def name_of(command):
    return " ".join(pathlib.Path(str(part)).name for part in command)


def check_files(rows, folder, fill=lambda: None, **how):
    """Into a new file, and over one that exists."""
    new, old = {}, {}
    for what, _, name in rows:
        new[what], old[what] = (pathlib.Path(tempfile.mkdtemp(dir=folder)) / (name or "any") for _ in range(2))
        old[what].write_text("old")
    fill()
    for what, command, name in rows:
        refused(what, command(new[what]), **how)
        left = [path.name for path in new[what].parent.iterdir()]
        require(not left, f"{what} leaves nothing behind", left)
        refused(f"{what} beside a file", command(old[what]), **how)
        require(old[what].read_text() == "old" and len(list(old[what].parent.iterdir())) == 1, f"{what} leaves the old file alone", list(old[what].parent.iterdir()))


def fill_up(folder):
    with open(pathlib.Path(folder) / "filler", "wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError:
            pass


def check_device(rows):
    for what, command, name in rows:
        if not name:
            continue
        refused(f"{what} /dev/full", command(pathlib.Path("/dev/full")))
        require(stat.S_ISCHR(os.stat("/dev/full").st_mode), f"{what} leaves the device in its place")


def check_control(rows, folder):
    """Without a limit the same commands succeed, so the refusals above are those of the full disk."""
    for what, command, name in rows:
        place = pathlib.Path(tempfile.mkdtemp(dir=folder))
        result = subprocess.run([*map(str, command(place / (name or "any")))], text=True, capture_output=True)
        require(result.returncode == 0 and any(place.iterdir()) and not list(place.glob("*.part*")), f"{what} writes where there is room", result.stderr)


def inside_small(folder, arguments):
    """Runs this test again with a small file system mounted on folder."""
    mount = 'mount -t tmpfs -o size=256k small "$1"'
    command = ["sh", "-c", mount + ' && shift && exec "$@"', "sh", folder, sys.executable, __file__, "--mounted", folder, *arguments]
    as_user = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    probe = subprocess.run([*as_user, "sh", "-c", mount, "sh", folder], capture_output=True, text=True)
    if probe.returncode != 0:
        print(f"not checked: a file system without room, for want of a mount ({probe.stderr.strip()})")
        return
    result = subprocess.run([*as_user, *command], text=True, capture_output=True)
    require(result.returncode == 0, "on a file system without room", result.stdout + result.stderr)


def main():
    arguments = sys.argv[1:]
    mounted = None
    if arguments[0] == "--mounted":
        mounted, arguments = arguments[1], arguments[2:]
    accel, suite = arguments[0], arguments[1] if len(arguments) > 1 else None
    rows = writers(accel, suite)
    if mounted:
        check_files(rows, mounted, lambda: fill_up(mounted))
    else:
        with tempfile.TemporaryDirectory() as folder:
            check_control(rows, folder)
            check_device(rows)
            check_files(rows, folder, preexec_fn=limit_file_size)
            with open("/dev/full", "w") as full:
                for command in printers(accel, suite):
                    refused(f"{name_of(command)} > /dev/full", command, stdout=full)
            small = pathlib.Path(folder) / "small"
            small.mkdir()
            inside_small(str(small), arguments)
    sys.exit(f"{len(FAILURES)} check(s) failed" if FAILURES else 0)


if __name__ == "__main__":
    main()
