#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What takes over a second shows its progress on a terminal, and on a pipe nothing. What is fast shows nothing anywhere.

Usage: terminal_test.py ACCEL
"""
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
import onnx_bytes

DIGITS = pathlib.Path(__file__).resolve().parents[3] / "docs/examples/digits"
# Progress begins after one second, and a shared machine may be twice as fast the next time. Under a sanitizer most of a command's time is not what it says that it does.
SLOW_S = 9.0 if "ASAN_OPTIONS" in os.environ else 3.0
FAILURES = []


def require(condition, sentence, detail=""):
    if not condition:
        FAILURES.append(sentence)
        print(f"FAILED: {sentence}\n{detail}")


def on_terminal(command):
    """Exit code and what a terminal at standard error was given."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux's answer when the last process has closed its side
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(), shown.decode()


def on_pipe(command):
    begin = time.monotonic()
    result = subprocess.run([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return result.returncode, result.stderr, time.monotonic() - begin


def check_slow(what, command, prepare=lambda: None):
    """what is how the line begins."""
    prepare()
    code, said, seconds = on_pipe(command)
    require(code == 0 and not said, f"'{what}' shows nothing on a pipe", f"exit {code}: {said!r}")
    require(seconds > 1.2, f"'{what}' is slow enough to be tested", f"{seconds:.2f} s")
    prepare()
    code, shown = on_terminal(command)
    lines = [line for line in shown.split("\r\x1b[K") if line]
    own = [line for line in lines if line.startswith(f"{what}: ")]  # what comes before may be slow as well
    require(code == 0 and own and all(" s  " in line for line in lines), f"'{what}' shows its progress on a terminal", repr(shown))
    require(shown.endswith("\r\x1b[K"), f"'{what}' clears its line", repr(shown))


def grow(sizes, command_of):
    """The command for the first size that takes long enough on this machine."""
    for size in sizes:
        command = command_of(size)
        if on_pipe(command)[2] > SLOW_S:
            break
    return command


def doubled(first):
    return [first << times for times in range(7)]


def check_build_and_load(accel, work):
    def build(size):
        (work / "chain.onnx").write_bytes(onnx_bytes.chain(size))
        return [accel, "compile", work / "chain.onnx", "-d", "cpu", "-o", work / "chain.accel"]

    def load(size):
        on_pipe(build(size))
        return [accel, "inspect", work / "chain.accel", "-d", "cpu"]

    check_slow(f"building {work}/chain.onnx", grow(doubled(20000), build))
    check_slow(f"loading {work}/chain.accel", grow(doubled(40000), load))


def check_runs(accel, work):
    # A run of about a millisecond, so that the spans of a few seconds fit the recorder.
    (work / "long.onnx").write_bytes(onnx_bytes.chain(20000))
    on_pipe([accel, "compile", work / "long.onnx", "-d", "cpu", "-o", work / "long.accel"])
    check_slow(f"tracing {work}/long.accel", grow(doubled(1500), lambda runs: [accel, "trace", work / "long.accel", "-d", "cpu", "-o", "/dev/null", "--runs", runs]))
    model = DIGITS / "digits_f32.onnx"
    check_slow(f"measuring {model}", [accel, "bench", model, "-d", "cpu", "--seconds", SLOW_S])
    picture = work / "picture.npy"
    os.mkfifo(picture)
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }"
    header += b" " * (117 - len(header)) + b"\n"

    def write_late():
        with open(picture, "wb") as file:
            time.sleep(SLOW_S)
            file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(256))

    check_slow(f"running {model}", [accel, "run", model, "-d", "cpu", "-i", picture], lambda: threading.Thread(target=write_late, daemon=True).start())


def check_peer(accel, work):
    peer = work / "peer"
    peer.write_text(f"""#!/bin/sh
sleep {SLOW_S}
echo '{{"version": "0"}}'
while read count; do echo '[1]'; done
""")
    peer.chmod(0o755)
    model = DIGITS / "digits_f32.onnx"
    check_slow("starting ONNX Runtime", [accel, "bench", model, "-d", "cpu", "--seconds", "0.1", "--compare", "onnxruntime", "--python", peer])


def main():
    accel = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        check_build_and_load(accel, work)
        check_runs(accel, work)
        check_peer(accel, work)
        code, shown = on_terminal([accel, "run", DIGITS / "digits_f32.onnx", "-d", "cpu", "-i", DIGITS / "test/0003_label_3.png"])
        require(code == 0 and not shown, "what is fast shows no progress", repr(shown))
    sys.exit(f"{len(FAILURES)} check(s) failed" if FAILURES else 0)


if __name__ == "__main__":
    main()
