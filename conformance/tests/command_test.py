#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""accel-conformance as people run it: exit codes, what it says of a device that is not there, the record, and a run that is killed and goes on.

Usage: command_test.py SUITE
"""
import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SUITE = sys.argv.pop(1)
TREE = str(pathlib.Path(__file__).resolve().parents[2])
PASS, SKIPPED, USAGE, FAILED, BROKEN = 0, 77, 79, 98, 112


def suite(*arguments):
    result = subprocess.run([SUITE, *map(str, arguments)], text=True, capture_output=True, timeout=300)
    return result.returncode, result.stdout, result.stderr


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def begun(rows):
    return collections.Counter(row["id"] for row in rows if row["type"] == "start")


def results(rows):
    return {row["id"]: row for row in rows if row["type"] == "case"}


class Command(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = pathlib.Path(self.folder.name) / "out"
        self.record, self.part = self.out / "record.jsonl", self.out / "record.jsonl.part"

    def write_part(self, rows, tail=""):
        self.part.write_text("".join(json.dumps(row) + "\n" for row in rows) + tail)

    def test_exit_codes_are_in_the_help(self):
        for command in ([], ["run"], ["kill-matrix"]):
            code, out, _ = suite(*command, "--help")
            self.assertEqual(code, PASS)
            for number in (PASS, SKIPPED, USAGE, FAILED, BROKEN):
                self.assertRegex(out, rf"\b{number} ", f"{command} --help does not tell the exit code {number}")

    def test_a_device_that_is_not_there_is_wrong_usage_in_every_chapter(self):
        _, out, _ = suite("list", "--json")
        for chapter in sorted({row["id"].split(".")[0] for row in json.loads(out)}):
            code, _, error = suite("run", "--device", "nosuch", chapter)
            self.assertEqual(code, USAGE, chapter)
            self.assertIn("'nosuch'", error)
            self.assertIn("cpu", error)
        self.assertEqual(suite("kill-matrix", "--device", "nosuch", "--out", self.out)[0], USAGE)

    def test_a_matrix_makes_its_folders_or_says_so_before_it_runs(self):
        code, _, error = suite("kill-matrix", "null-slot", "--out", self.out / "new" / "matrix.json", "--page", self.out / "other" / "matrix.md")
        self.assertEqual(code, PASS, error)
        self.assertIn("null-slot", (self.out / "other" / "matrix.md").read_text())
        for option in ("--out", "--page"):
            places = {"--out": self.out / "matrix.json", option: self.out / "new" / "matrix.json" / "below" / "matrix"}
            code, out, error = suite("kill-matrix", "null-slot", *(word for pair in places.items() for word in pair))
            self.assertEqual((code, out), (BROKEN, ""), "faults were run for a matrix that cannot be written")
            self.assertRegex(error, "cannot write .*below/matrix.*choose another place")

    def test_the_other_exit_codes(self):
        self.assertEqual(suite("run", "--quiet", "abi.version.major")[0], PASS)
        self.assertEqual(suite("run", "--quiet", "memory.export.dma-buf")[0], SKIPPED)
        self.assertEqual(suite("run", "--quiet", "no.such.case")[0], USAGE)
        for command in (["run", "--quiet"], ["list"]):
            code, _, error = suite(*command, "abi.version.major", "no.such.case")
            self.assertEqual(code, USAGE, command)
            self.assertIn("'no.such.case'", error)
        self.assertEqual(suite("run", "--quiet", "--resume", "abi.version.major")[0], USAGE)
        self.assertEqual(suite("run", "--quiet", "--fault", "dirty-memory", "memory.create.zeroed")[0], FAILED)
        self.assertEqual(suite("run", "--quiet", "--fault", "no-such-fault", "memory")[0], BROKEN)

    def test_the_record_says_what_was_judged_by_whom(self):
        code, out, _ = suite("run", "--quiet", "--out", self.out, "--seed", 5, "abi.version", "operations.relu")
        self.assertEqual(code, PASS, out)
        self.assertIn("seed 5", out)
        head = lines(self.record)[0]
        self.assertRegex(head["suite"]["version"], r"^\d+\.\d+\.\d+$")
        self.assertIn("commit", head["suite"])
        self.assertEqual(head["host"]["kernel"]["release"], os.uname().release)
        self.assertEqual(head["host"]["name"], os.uname().nodename)
        self.assertEqual(head["seed"], 5)
        self.assertEqual((head["device"]["id"], head["device"]["backend"]), ("cpu", "cpu"))
        digest = subprocess.run(["sha256sum", head["module"]["file"]], text=True, capture_output=True, check=True).stdout.split()[0]
        self.assertEqual(head["module"]["sha256"], digest)

    def test_seeds_differ_from_run_to_run_and_are_told(self):
        seeds = set()
        for number in range(2):
            suite("run", "--quiet", "--out", self.out, "abi.version")
            seeds.add(lines(self.record)[0]["seed"])
        self.assertEqual(len(seeds), 2)

    def test_failures_show_what_was_compared_and_logs_nothing_of_the_workshop(self):
        code, out, _ = suite("run", "--quiet", "--out", self.out, "--fault", "rough-arithmetic", "numerics", "operations.mul")
        self.assertEqual(code, FAILED)
        row = results(lines(self.record))["operations.mul.f32"]
        self.assertRegex(row["message"], r"element \d+ .*is -?[\d.e+-]+ \(0x[0-9a-f]+\), expected -?[\d.e+-]+: off by .* ULP, allowed are .* 1 ULP")
        self.assertRegex(row["message"], r"round \d+ of seed \d+")
        self.assertRegex(row["message"], r"^conformance/cases/")
        text = out + "".join(path.read_text() for path in self.out.glob("*.log")) + self.record.read_text()
        for word in ("Catch", "Unknown expression", "andomness", TREE + "/conformance"):
            self.assertNotIn(word, text)

    def test_a_claim_without_a_case_that_passed_fails_the_run(self):
        # The module takes EXP in the process that asks it everything, and refuses it in that of the case.
        code, out, _ = suite("run", "--quiet", "--out", self.out, "--fault", "shy-query", "operations.exp")
        self.assertEqual(code, FAILED, out)
        self.assertEqual(results(lines(self.record))["operations.exp.f32"]["verdict"], "skip")
        self.assertRegex(out, r"claims EXP in F32 \(\d+ of \d+ graphs.* no case of it passed")
        self.assertIn("objections", lines(self.record)[-1])
        self.assertEqual(suite("run", "--quiet", "--fault", "none", "operations.exp")[0], PASS)

    def kill_in_the_middle(self):
        child = subprocess.Popen([SUITE, "run", "--quiet", "--out", str(self.out), "--seed", "3"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(3000):
            time.sleep(0.01)
            if self.part.exists() and self.part.read_text().count('"type":"case"') >= 40:
                break
        self.assertIsNone(child.poll(), "the run was over before it could be killed")
        child.send_signal(signal.SIGKILL)
        child.wait()

    def test_a_killed_run_goes_on(self):
        self.kill_in_the_middle()
        self.assertFalse(self.record.exists())
        before = [json.loads(line) for line in self.part.read_text().splitlines() if line.endswith("}")]
        done = results(before)
        self.assertGreaterEqual(len(done), 40)
        code, out, _ = suite("run", "--quiet", "--out", self.out, "--resume")
        self.assertEqual(code, PASS, out)
        self.assertFalse(self.part.exists())
        rows = lines(self.record)
        self.assertEqual(rows[0]["seed"], 3, "a run that goes on keeps its seed")
        self.assertEqual([row["id"] for row in rows if row["type"] == "case"].sort(), rows[0]["cases"].sort())
        self.assertEqual(len(results(rows)), rows[0]["planned"])
        again = begun(rows)
        for case in done:
            self.assertNotIn(case, again, "a case that had a result was begun again")
            self.assertEqual(results(rows)[case], done[case])
        self.assertEqual(rows[-1]["type"], "end")
        self.assertEqual(rows[-1]["pass"] + rows[-1]["skip"], rows[0]["planned"])

    def test_a_case_that_ends_the_whole_run_twice_is_to_blame(self):
        suite("run", "--quiet", "--out", self.out, "--seed", 3, "abi.status", "abi.version")
        rows = lines(self.record)
        head, case = rows[0], "abi.status.names"
        start = {"type": "start", "id": case}
        self.write_part([head, start])
        code, out, _ = suite("run", "--quiet", "--out", self.out, "--resume", "abi.status", "abi.version")
        self.assertEqual(code, PASS, out)
        self.write_part([head, start, start], tail='{"type":"case","id":"abi.version.ma')
        code, out, _ = suite("run", "--quiet", "--out", self.out, "--resume", "abi.status", "abi.version")
        self.assertEqual(code, FAILED, out)
        after = results(lines(self.record))
        self.assertEqual(after[case]["verdict"], "crash")
        self.assertEqual({row["verdict"] for id, row in after.items() if id != case}, {"pass"})

    def test_only_the_same_run_goes_on(self):
        suite("run", "--quiet", "--out", self.out, "--seed", 3, "abi.status")
        head = lines(self.record)[0]
        for key, value in (("seed", 4), ("module", {}), ("suite", {"version": "0.0.0", "commit": ""}), ("cases", [])):
            self.write_part([{**head, key: value}])
            code, _, error = suite("run", "--quiet", "--out", self.out, "--resume", "--seed", 3, "abi.status")
            self.assertEqual(code, BROKEN, key)
            self.assertIn(f"its {key} was", error)
            self.assertTrue(self.part.exists(), "what was found so far is lost")
        self.part.write_text("something else\n")
        code, _, error = suite("run", "--quiet", "--out", self.out, "--resume", "abi.status")
        self.assertEqual(code, BROKEN)
        self.assertIn("no record of an interrupted run", error)
        self.part.unlink()
        code, _, error = suite("run", "--quiet", "--out", self.out, "--resume", "abi.status")
        self.assertEqual(code, PASS, "with nothing to go on with, a run begins")
        self.assertIn("no interrupted run is there to go on with", error)


if __name__ == "__main__":
    unittest.main(verbosity=2)
