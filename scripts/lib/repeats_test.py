#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is written twice: runs of six or more lines that stand in two places. Not more than there were.

    repeats_test.py               looks at what git tracks, or at all files of the folders where there is no git; fails above the ceiling
    repeats_test.py --list        names each run and its two places, longest first
    repeats_test.py --tree DIR    counts another tree, to compare with; of trees that were not laid out by .clang-format, lay them out first

A line counts without its comment and with its white space folded; empty lines, lone punctuation, includes and imports do not count, nor do files
that a script writes. A run is as long as both places agree, and each pair of places counts once. Lines that differ in a name differ. The ceiling
is written below: whoever lowers the count lowers it, and whoever must write a thing twice (a reference that is to stand by itself, a released
header) says so beside it.
"""
import argparse
import collections
import pathlib
import re
import sys

from tracked import ROOT, is_generated, tracked

ENDINGS = {".c", ".cpp", ".h", ".hpp", ".inc", ".py", ".sh", ".cmake"}
LINES = 6
CEILING = 27
COMMENTS = {True: r"#.*", False: r"//.*"}


def code(name, text):
    """[(line number, line)] of what counts."""
    hashed = pathlib.PurePath(name).suffix in (".py", ".sh", ".cmake", ".txt")
    if not hashed:
        text = re.sub(r"/\*.*?\*/", lambda found: "\n" * found[0].count("\n"), text, flags=re.S)
    kept = []
    for number, line in enumerate(text.split("\n"), 1):
        line = " ".join(re.sub(r"(^|\s)" + COMMENTS[hashed], "", line).split())
        if re.search(r"\w", line) and not re.match((r"(import|from)\b|" if hashed else r"#\s*(include|pragma)|(using namespace|namespace)\b|") + r"(public|private|protected):|else\b$", line):
            kept.append((number, line))
    return kept


def runs(files):
    """{((name, line, last line), (name, line, last line)): lines} of files, which are {name: [(line number, line)]}."""
    places = collections.defaultdict(list)
    for name, lines in files.items():
        for at in range(len(lines) - LINES + 1):
            places[tuple(line for _, line in lines[at:at + LINES])].append((name, at))
    found = {}
    for window in places.values():
        for index, (a, i) in enumerate(window):
            for b, j in window[index + 1:]:
                one, two = files[a], files[b]
                if i > 0 and j > 0 and one[i - 1][1] == two[j - 1][1]:
                    continue  # in the run that began before
                count = LINES
                while i + count < len(one) and j + count < len(two) and one[i + count][1] == two[j + count][1]:
                    count += 1
                if a != b or i + count <= j:
                    found[(a, one[i][0], one[i + count - 1][0]), (b, two[j][0], two[j + count - 1][0])] = count
    return found


def control():
    """The test is worth nothing if it would not find these, or found the others."""
    body = "\n".join(f"    call({n});" for n in range(LINES))
    other = "void g()\n{\n" + body.replace("    ", "  ", 2).replace("call(1);", "call(1);  // why") + "\n    end();\n}\n"
    assert list(runs({"a.cpp": code("a.cpp", "void f()\n{\n" + body + "\n}\n"), "b.cpp": code("b.cpp", other)}).values()) == [LINES]
    assert not runs({"a.cpp": code("a.cpp", body), "b.cpp": code("b.cpp", body.replace("call(3)", "call(33)"))}), "a run that is broken was found"
    assert not runs({"a.cpp": code("a.cpp", "#include <a>\n" * 9 + "}\n" * 9), "b.cpp": code("b.cpp", "#include <a>\n" * 9 + "}\n" * 9)})


def counts(name):
    path = pathlib.PurePath(name)
    return path.suffix in ENDINGS or path.name == "CMakeLists.txt"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name each run")
    parser.add_argument("--tree", type=pathlib.Path, default=ROOT, help="the tree to count")
    arguments = parser.parse_args()
    control()
    names = sorted(name for name in tracked(arguments.tree) if counts(name))
    texts = {name: (arguments.tree / name).read_text(errors="replace") for name in names}
    found = runs({name: code(name, text) for name, text in texts.items() if not is_generated(text)})
    if arguments.list or len(found) > CEILING:
        for ((a, first_a, last_a), (b, first_b, last_b)), count in sorted(found.items(), key=lambda item: -item[1]):
            print(f"{count} lines: {a}:{first_a}-{last_a} ~ {b}:{first_b}-{last_b}")
    print(f"{len(names)} files, {len(found)} runs of {LINES} lines or more in two places, {sum(found.values())} lines; the ceiling is {CEILING} runs")
    return 1 if len(found) > CEILING or not names else 0


if __name__ == "__main__":
    sys.exit(main())
