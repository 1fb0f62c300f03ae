#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/contract.md, the library and the cases name the same rules.

Every rule that the library, a module or a case names is in the contract; every rule of the contract is named by a case or a unit test.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
RULE = r"[A-Z]-\d+"


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cpp", ".h", ".c") and "kernel" not in path.parts:
                yield path


def named(pattern, paths):
    """Rule -> files that name it."""
    found = {}
    for path in paths:
        for rule in re.findall(pattern, path.read_text(errors="replace")):
            found.setdefault(rule, set()).add(path.relative_to(ROOT))
    return found


def main():
    rows = re.findall(rf"^\| ({RULE}) \| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs/contract.md").read_text(), flags=re.M)
    rules = [number for number, _, _ in rows]
    problems = [f"docs/contract.md has {rule} {rules.count(rule)} times" for rule in sorted(set(rules)) if rules.count(rule) > 1]

    quoted = rf'"({RULE})"'
    everything = list(sources("runtime", "backends", "conformance"))
    # The tests of the suite itself make up rules.
    library = [path for path in everything if "conformance/tests" not in path.as_posix()]
    for rule, files in sorted(named(quoted, library).items()):
        if rule not in rules:
            problems.append(f"{rule} is named by {', '.join(map(str, files))} and is not in docs/contract.md")

    tests = [path for path in everything if path.name.endswith("_test.cpp") or "tests" in path.parts]
    proved = named(rf'ACCEL_CASE\("[^"]+", "({RULE})"', sources("conformance/cases"))
    # The cases of the chapter `operations` are made from a table, which names their rules.
    proved.update(named(rf'"({RULE})"', sources("conformance/operations")))
    proved.update(named(rf"\b({RULE})\b", tests))
    # Those about versions are the matrix's, and those about the headers have tests beside them.
    beside = [*(ROOT / "conformance/abi").glob("*.py"), *(ROOT / "api/tests").glob("*.py")]
    proved.update(named(rf"\b({RULE})\b", beside))
    problems += [f"{rule} is named by no case and no unit test" for rule in rules if rule not in proved]

    ids = [case for path in sources("conformance/cases") for case in re.findall(r'ACCEL_CASE\("([^"]+)"', path.read_text())]
    problems += [f"two cases are called {case}" for case in sorted(set(ids)) if ids.count(case) > 1]
    for problem in problems:
        print(problem)
    print(f"{len(rules)} rules, {len(ids)} cases, {len(problems)} problems")
    return 1 if problems or len(rules) < 50 or len(ids) < 80 else 0


if __name__ == "__main__":
    sys.exit(main())
