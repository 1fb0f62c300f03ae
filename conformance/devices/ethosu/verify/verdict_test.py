#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Can a verification fail? Planted results against the verdict; needs neither the compiler nor any package."""

import unittest

import verdict

CONFIGURATIONS = ("regor", "python")


def results_of(core=verdict.CORE_MODELS_LEAST, status="ok", mobilenet="ok"):
    """Everything equal, unless asked for otherwise."""
    results = [("core", f"model{number}", configuration, status)
               for number in range(core) for configuration in CONFIGURATIONS]
    return results + [("network", "mobilenet_v1", "regor", mobilenet)] * (mobilenet is not None)


def replaced(results, name, status, configurations=CONFIGURATIONS):
    return [(group, model, configuration, status if model == name and configuration in configurations else old)
            for group, model, configuration, old in results]


class Verdict(unittest.TestCase):
    def complaints(self, results, left_on_cpu=None, kind="complete", mobilenet_wanted=True):
        return verdict.complaints(results, left_on_cpu or {}, kind, mobilenet_wanted)

    def expect(self, part, *arguments, **named):
        found = self.complaints(*arguments, **named)
        self.assertTrue(any(part in complaint for complaint in found), f"'{part}' is not among {found}")

    def test_equal_results_succeed(self):
        self.assertEqual(self.complaints(results_of()), [])

    def test_one_different_program_fails(self):
        self.expect("model7 [python] gives different", replaced(results_of(100), "model7", "different", ["python"]))

    def test_a_compiler_that_refuses_everything_fails(self):
        refused = results_of(100, "cpu", "cpu")
        for kind in verdict.KINDS:
            self.expect("no program gave equal", refused, kind=kind)
        self.expect("only 0 core models", refused)

    def test_nothing_at_all_fails(self):
        for kind in verdict.KINDS:
            self.expect("no program gave equal", [], kind=kind)

    def test_a_core_model_counts_only_when_a_program_is_equal(self):
        nowhere = replaced(results_of(), "model3", "cpu")
        self.expect("only 59 core models", nowhere, {"model3": list(CONFIGURATIONS)})
        half = replaced(results_of(), "model3", "cpu", ["python"])
        self.assertEqual(self.complaints(half, {"model3": ["python"]}), [])
        excepted = replaced(results_of(), "model3", "excepted")
        self.expect("only 59 core models", excepted)

    def test_only_listed_programs_may_stay_on_the_cpu(self):
        left = replaced(results_of(100), "model3", "cpu", ["python"])
        self.expect("model3 [python] was left", left)
        self.expect("model3 [python] was left", left, {"model3": ["regor"], "model4": ["python"]})
        self.expect("model3 [python] was left", left, kind="selected")
        self.assertEqual(self.complaints(left, kind="random"), [])

    def test_the_list_holds_nothing_that_runs(self):
        self.expect("lists model3 [python]", results_of(), {"model3": ["python"]})
        self.assertEqual(self.complaints(results_of(), {"model3": ["python"]}, "selected"), [])

    def test_mobilenet_is_owed(self):
        for status in (None, "cpu"):
            self.expect("MobileNet", results_of(100, mobilenet=status))
        self.assertEqual(self.complaints(results_of(mobilenet=None), mobilenet_wanted=False), [])

    def test_a_selection_owes_no_numbers(self):
        self.assertEqual(self.complaints(results_of(1, mobilenet=None), kind="selected"), [])

    def test_the_summary_counts_what_was_equal(self):
        self.assertTrue(verdict.summary(replaced(results_of(61), "model3", "cpu"), 2).startswith("60 single-operation"))


if __name__ == "__main__":
    unittest.main()
