#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much memory does a model take whose weights are larger than memory? They are a file with holes, and a Gather reads four rows.

large_weights.py ACCEL [--gib 3] [--at-most-mib 64] [--copy]
"""
import argparse
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile

COLUMNS = 1024
ROW_BYTES = 4 * COLUMNS


def varint(value):
    low = value & 0x7F
    return bytes([low]) if value < 0x80 else bytes([low | 0x80]) + varint(value >> 7)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def port(name, kind, sizes):
    shape = b"".join(field(1, field(1, size)) for size in sizes)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def model(rows):
    weights = field(1, rows) + field(1, COLUMNS) + field(2, 1) + field(8, "w") + field(13, field(1, "location") + field(2, "w.bin")) + field(14, 1)
    node = field(1, "w") + field(1, "i") + field(2, "y") + field(4, "Gather")
    graph = field(1, node) + field(2, "graph") + field(5, weights) + field(11, port("i", 7, [4])) + field(12, port("y", 1, [4, COLUMNS]))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


def indices(rows):
    """As a .npy file."""
    header = "{'descr': '<i8', 'fortran_order': False, 'shape': (4,)}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack("<4q", 0, 1, rows // 2, rows - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("accel")
    parser.add_argument("--gib", type=float, default=3)
    parser.add_argument("--at-most-mib", type=int, default=64)
    parser.add_argument("--copy", action="store_true", help="read the files into memory, which shows that the measurement sees it")
    given = parser.parse_args()
    rows = int(given.gib * 2**30) // ROW_BYTES
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "m.onnx").write_bytes(model(rows))
        with open(folder / "w.bin", "wb") as file:
            file.truncate(rows * ROW_BYTES)
        (folder / "i.npy").write_bytes(indices(rows))
        command = [given.accel, "run", folder / "m.onnx", "-d", "cpu", "-i", folder / "i.npy"] + ["--copy"] * given.copy
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{given.gib} GiB of weights in {mib:.1f} MiB of memory")
    return 0 if mib <= given.at_most_mib else 1


if __name__ == "__main__":
    sys.exit(main())
