#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every row of docs/numerics.md, through `accel run` on the CPU device; and the page itself is fresh.

Usage: numerics_test.py ACCEL
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import page
import record
import rows

ACCEL = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None


def write_npy(path, tensor):
    shape = "(" + "".join(f"{size}, " for size in tensor.dims) + ")"
    header = f"{{'descr': '{rows.TYPES[tensor.kind][2]}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + tensor.raw())


def read_npy(path, kind):
    data = path.read_bytes()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    code = rows.TYPES[kind][1]
    return list(struct.unpack(f"<{(len(data) - start) // struct.calcsize(code)}{code}", data[start:]))


def run(row, rounding, folder):
    """What libaccel answers, as text; or the sentence with which it refuses."""
    model, out = folder / "row.onnx", folder / "out"
    model.write_bytes(rows.model(row))
    out.mkdir(exist_ok=True)
    command = [ACCEL, "run", model, "-d", "cpu", "-o", out]
    for name, tensor in rows.ports(row).items():
        write_npy(folder / f"{name}.npy", tensor)
        command += ["-i", f"{name}={folder / name}.npy"]
    if rounding:
        command += ["--rounding", rounding]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr.strip()
    return rows.text(read_npy(out / "x0.y.npy", row.output.kind))


class Numerics(unittest.TestCase):
    def test_every_row(self):
        for row in rows.ROWS:
            for rounding, values in row.roundings():
                with self.subTest(row=row.name, rounding=rounding), tempfile.TemporaryDirectory() as folder:
                    answer = run(row, rounding, pathlib.Path(folder))
                    if isinstance(values, str):  # the operator has no place in the catalog yet
                        self.assertIn(row.operation, answer)
                    else:
                        self.assertEqual(answer, rows.text([float(value) if row.output.kind == "f32" else value for value in values]), row.what)

    def test_names_are_unique_and_peers_answered(self):
        names = [row.name for row in rows.ROWS]
        self.assertEqual(len(names), len(set(names)))
        recorded = json.loads(record.FILE.read_text())
        for peer in page.NAMES:
            self.assertEqual(set(recorded[peer]["rows"]), set(names))

    def test_who_is_followed(self):
        recorded = json.loads(record.FILE.read_text())
        for row in rows.ROWS:
            same = page.agreeing(row, recorded)
            with self.subTest(row=row.name):
                self.assertEqual({"onnxruntime": "onnxruntime" in same, "litert": "litert" in same or "litert_reference" in same, "both": "onnxruntime" in same and len(same) > 1,
                                  "neither": not same}[row.follows], True, same)

    def test_the_page_is_fresh(self):
        self.assertEqual(page.PAGE.read_text(), page.page(json.loads(record.FILE.read_text())), "run conformance/peers/numerics/page.py")


if __name__ == "__main__":
    unittest.main()
