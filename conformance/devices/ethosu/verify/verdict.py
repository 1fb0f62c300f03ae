# SPDX-License-Identifier: MIT
"""When has a verification succeeded? Judges its results alone, without compiler, tools or packages."""

from collections import Counter

CORE_MODELS_LEAST = 60  # single-operation models of required operations, each with a program that gave equal results
KINDS = ("complete", "selected", "random")


def counts(results):
    return Counter(status for _, _, _, status in results)


def core_models_equal(results):
    """Names of the core models of which a program gave equal results in some configuration."""
    return {name for group, name, _, status in results if group == "core" and status == "ok"}


def is_listed(left_on_cpu, name, configuration):
    return configuration in left_on_cpu.get(name, ())


def cpu_complaints(results, left_on_cpu):
    return [f"{name} [{configuration}] was left on the CPU, and left_on_cpu.json does not list it"
            for _, name, configuration, status in results
            if status == "cpu" and not is_listed(left_on_cpu, name, configuration)]


def stale_complaints(results, left_on_cpu):
    """Of a complete run: the list may hold nothing that runs, nor anything unknown."""
    left = {(name, configuration) for _, name, configuration, status in results if status == "cpu"}
    return [f"left_on_cpu.json lists {name} [{configuration}], which was not left there"
            for name, configurations in left_on_cpu.items() for configuration in configurations
            if (name, configuration) not in left]


def completeness_complaints(results, mobilenet_wanted):
    equal = len(core_models_equal(results))
    if equal < CORE_MODELS_LEAST:
        yield f"only {equal} core models have a program with equal results, {CORE_MODELS_LEAST} are needed"
    if mobilenet_wanted and not any(name.startswith("mobilenet") and status == "ok" for _, name, _, status in results):
        yield "no program of MobileNet gave equal results; --without-mobilenet does without it"


def complaints(results, left_on_cpu, kind, mobilenet_wanted=True):
    """Everything that forbids success. `results` has (group, model, configuration, status) per program; status: ok,
    excepted, different, or cpu (the compiler placed it there)."""
    assert kind in KINDS
    found = [f"{name} [{configuration}] gives different results"
             for _, name, configuration, status in results if status == "different"]
    if not counts(results)["ok"]:
        found.append("no program gave equal results")
    if kind != "random":
        found += cpu_complaints(results, left_on_cpu)
    if kind == "complete":
        found += stale_complaints(results, left_on_cpu)
        found += completeness_complaints(results, mobilenet_wanted)
    return found


def summary(results, configurations):
    of = counts(results)
    names = {name for _, name, _, _ in results}
    return (f"{len(core_models_equal(results))} single-operation models of required operations among {len(names)} "
            f"models in {configurations} configurations of the compiler: {of['ok']} programs equal, "
            f"{of['excepted']} excepted, {of['cpu']} left on the CPU by the compiler, {of['different']} different")
