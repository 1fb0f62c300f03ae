#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sizes, alignments and offsets of every public struct, as each compiler lays them out, against layout.golden."""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import doors

HERE = pathlib.Path(__file__).resolve().parent
API = HERE.parent
HEADERS = doors.everything()


def structs():
    """Name and members of every struct that a header defines, in order."""
    for header in HEADERS:
        text = re.sub(r"/\*.*?\*/", "", (API / header).read_text(), flags=re.S)
        text = re.sub(r"//[^\n]*", "", text)
        for name, body in re.findall(r"^struct (\w+) \{(.*?)^\};", text, flags=re.S | re.M):
            members = []
            for declaration in filter(None, (part.strip() for part in body.split(";"))):
                pointer = re.search(r"\(\*(\w+)\)", declaration)
                members += [pointer.group(1)] if pointer else [re.findall(r"\w+", one)[-1] for one in declaration.split(",")]
            yield name, members


def program():
    names = list(structs())
    lines = [f"#include <{header}>" for header in [*HEADERS, "stddef.h", "stdio.h"]]
    lines += [f"struct align_{name} {{ char c; struct {name} value; }};" for name, _ in names]
    lines.append("int main(void) {")
    for name, members in names:
        lines.append(f'printf("{name} %zu %zu\\n", sizeof(struct {name}), offsetof(struct align_{name}, value));')
        for member in members:
            lines.append(f'printf("  {member} %zu %zu\\n", offsetof(struct {name}, {member}), sizeof(((struct {name} *)0)->{member}));')
    return "\n".join(lines + ["return 0;", "}", ""])


def measured(compiler, language):
    standard = {"c": "c11", "c++": "c++17"}[language]
    with tempfile.TemporaryDirectory() as folder:
        binary = f"{folder}/layout"
        subprocess.run([compiler, "-x", language, f"-std={standard}", "-w", "-I", API, "-", "-o", binary], input=program(), text=True, check=True)
        return subprocess.run([binary], text=True, check=True, capture_output=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("compiler")
    parser.add_argument("language", choices=["c", "c++"])
    parser.add_argument("--update", action="store_true", help="write the golden table anew")
    options = parser.parse_args()
    if not shutil.which(options.compiler):
        sys.exit(f"'{options.compiler}' is not here, and with it half of the promise that gcc and clang agree; scripts/setup installs it")
    table = measured(options.compiler, options.language)
    golden = HERE / "layout.golden"
    if options.update:
        golden.write_text(table)
    expected = golden.read_text().splitlines()
    differences = [f"{options.compiler} {options.language}: '{now}', layout.golden: '{then}'"
                   for now, then in zip(table.splitlines() + [""] * len(expected), expected + [""] * len(table.splitlines())) if now != then]
    for difference in differences[:20]:
        print(difference)
    print(f"{len(list(structs()))} structs, {len(expected)} lines")
    return 1 if differences or len(expected) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
