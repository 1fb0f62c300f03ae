#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No file is longer than 400 lines and no function longer than 60, but for what a script writes.

    sizes_test.py            looks at what git tracks, or at all files of the folders where there is no git
    sizes_test.py FILE...    looks at these

A function is counted from the line of its name to its closing brace. In C and C++ both are found by the layout that .clang-format gives them:
the brace of a function stands alone in its line, and the brace that ends it in the same column. A control shows that both kinds are found.
"""
import ast
import pathlib
import re
import sys

from tracked import ROOT, is_generated, tracked

ENDINGS = {".c", ".cpp", ".h", ".hpp", ".inc", ".py", ".sh"}
FILE_LINES = 400
FUNCTION_LINES = 60


def long_functions(name, text):
    """(name, line, lines) of each function of a text that is too long."""
    if name.endswith(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno + 1 > FUNCTION_LINES:
                yield node.name, node.lineno, node.end_lineno - node.lineno + 1
        return
    lines = text.split("\n")
    open_at = {}  # indent of an opening brace that stands alone, and its line
    for at, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if line.strip() == "{" and at > 0 and (lines[at - 1].strip() or [""])[-1] not in ";{}":
            open_at[indent] = at
        elif line.startswith("}", indent) and indent in open_at:
            start = open_at.pop(indent) - 1
            while start > 0 and not re.match(r"\s*(//|#|$)|.*[;{}:]$", lines[start - 1]):
                start -= 1
            if at - start + 1 > FUNCTION_LINES:
                yield lines[start].strip()[:100], start + 1, at - start + 1


def control():
    """The test is worth nothing if it would not find these."""
    body = "    call();\n" * (FUNCTION_LINES - 3)
    assert not list(long_functions("a.cpp", f"int f()\n{{\n{body}}}\n")), "a function that just fits was found"
    assert [found[1:] for found in long_functions("a.cpp", f"int f()\n{{\n    call();\n{body}}}\n")] == [(1, FUNCTION_LINES + 1)]
    assert list(long_functions("a.h", f"class A {{\n    int f()\n    {{\n        call();\n    {body}    }}\n}};\n")), "a long member was not found"
    assert list(long_functions("a.py", "def f():\n" + "    g()\n" * FUNCTION_LINES)), "a long function of Python was not found"


def main():
    control()
    names = sys.argv[1:] or [name for name in tracked() if pathlib.PurePath(name).suffix in ENDINGS]
    files, functions = {}, {}
    for name in names:
        if not (ROOT / name).is_file():
            continue
        text = (ROOT / name).read_text(errors="replace")
        if is_generated(text):
            continue
        if text.count("\n") > FILE_LINES:
            files[name] = text.count("\n")
        for function, line, count in long_functions(name, text):
            functions[f"{name}: {function}"] = (line, count)
    wrong = [f"{name}: {count} lines, of at most {FILE_LINES}: it has a second noun in it" for name, count in files.items()]
    wrong += [f"{name} (line {line}): {count} lines, of at most {FUNCTION_LINES}" for name, (line, count) in functions.items()]
    for sentence in sorted(wrong):
        print(sentence)
    print(f"{len(names)} files, {len(wrong)} too long")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
