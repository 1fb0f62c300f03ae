#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sizes, alignments and offsets of every public struct, as each compiler lays them out; values of enums, texts of macros, types of functions, callbacks and slots.

They equal api/abi/<version of base.h>.layout. In every older file of that folder, members lie where they lie now, structs are no larger, and numbers and types are those of now, so
that what was compiled then goes on working (A-25). And no struct has a hole: a member that fell into one would not change the size, so nobody could tell whether a caller has set it.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import doors

API = pathlib.Path(__file__).resolve().parent.parent
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


def bare(header):
    """Text of a header without comments."""
    return re.sub(r"/\*.*?\*/", "", (API / header).read_text(), flags=re.S)


def enumerators():
    for header in HEADERS:
        for _, body in re.findall(r"^enum (\w+) \{(.*?)^\};", bare(header), flags=re.S | re.M):
            yield from re.findall(r"^\s*(\w+)", body, flags=re.M)


# Those that move from version to version, and what only a compiler needs.
MOVING = re.compile(r"ACCEL_(BK_)?(API_)?VERSION|ACCEL_OPERATION_PROFILE|ACCEL_API$|ACCEL_BK_EXPORT$|ACCEL_BK_SIZES$|.*_H$")


def macros():
    for header in HEADERS:
        for name, text in re.findall(r"^#define (\w+)((?:\\\n|.)*)", bare(header), flags=re.M):
            if not MOVING.match(name):
                yield f"macro {name} = {' '.join(text.replace(chr(92), ' ').split())}"


def function_type(result, parameters):
    """A declaration without the names of its parameters, which may change."""
    types = [re.sub(r"(?<=[\s*])\w+(\[\])?$", r"\1", parameter.strip()).strip() if parameter.strip() != "void" else "void" for parameter in parameters.split(",")]
    return f"{' '.join(result.split())} ({', '.join(' '.join(one.split()) for one in types)})"


def types():
    for header in HEADERS:
        text = bare(header)
        for result, name, parameters in re.findall(r"^(?:ACCEL_API|ACCEL_BK_EXPORT|static inline) ([^;{#(]*?)(accel_\w+)\(([^;{)]*)\)", text, flags=re.S | re.M):
            yield f"type {name} = {function_type(result, parameters)}"
        for result, name, parameters in re.findall(r"^typedef ([^;(]*?)\(\*(\w+_fn)\)\(([^;)]*)\);", text, flags=re.S | re.M):
            yield f"type {name} = {function_type(result, parameters)}"
        for table, body in re.findall(r"^struct (\w+) \{(.*?)^\};", text, flags=re.S | re.M):
            for result, name, parameters in re.findall(r"^    ([^;(]*?)\(\*(\w+)\)\(([^;)]*)\);", body, flags=re.S | re.M):
                yield f"type {table}.{name} = {function_type(result, parameters)}"


def program():
    names = list(structs())
    lines = [f"#include <{header}>" for header in [*HEADERS, "stddef.h", "stdio.h"]]
    lines += [f"struct align_{name} {{ char c; struct {name} value; }};" for name, _ in names]
    lines.append("int main(void) {")
    for name, members in names:
        lines.append(f'printf("{name} %zu %zu\\n", sizeof(struct {name}), offsetof(struct align_{name}, value));')
        for member in members:
            lines.append(f'printf("  {member} %zu %zu\\n", offsetof(struct {name}, {member}), sizeof(((struct {name} *)0)->{member}));')
    lines += [f'printf("enum {name} = %lld\\n", (long long){name});' for name in enumerators()]
    return "\n".join(lines + ["return 0;", "}", ""])


def measured(compiler, language):
    standard = {"c": "c11", "c++": "c++17"}[language]
    with tempfile.TemporaryDirectory() as folder:
        binary = f"{folder}/layout"
        subprocess.run([compiler, "-x", language, f"-std={standard}", "-w", "-I", API, "-", "-o", binary], input=program(), text=True, check=True)
        table = subprocess.run([binary], text=True, check=True, capture_output=True).stdout
    return table + "".join(f"{fact}\n" for fact in [*macros(), *types()])


def golden():
    """Path of the table of the version that the headers have now."""
    text = (API / "accel/base.h").read_text()
    return API / "abi" / (".".join(re.search(rf"ACCEL_VERSION_{part} (\d+)u", text).group(1) for part in ("MAJOR", "MINOR")) + ".layout")


def read(table):
    """{struct: (size, {member: (offset, size)})}"""
    found = {}
    for line in table.splitlines():
        if " = " in line:
            continue
        name, first, second = line.split()
        if line.startswith(" "):
            members[name] = (int(first), int(second))
        else:
            members = {}
            found[name] = (int(first), members)
    return found


def facts(table):
    """{"enum ACCEL_STATUS_OK": "0", "type accel_version": "uint32_t (void)", …}"""
    return dict(line.split(" = ", 1) for line in table.splitlines() if " = " in line)


def holes(structs):
    for name, (size, members) in structs.items():
        end = 0
        for member, (offset, length) in members.items():
            if offset != end:
                yield f"{name}: {offset - end} bytes in front of {member} belong to no member"
            end = offset + length
        if end != size:
            yield f"{name}: {size - end} bytes at the end belong to no member"


def moved(structs, path):
    for name, (size, members) in read(path.read_text()).items():
        now_size, now = structs.get(name, (0, {}))
        if now_size < size:
            yield f"{name}: {now_size} bytes, and {size} in {path.name}"
        for member, place in members.items():
            if now.get(member) != place:
                yield f"{name}.{member}: at {now.get(member)}, and at {place} in {path.name}"


def altered(now, path):
    for name, fact in facts(path.read_text()).items():
        if now.get(name) != fact:
            yield f"{name}: {now.get(name)}, and {fact} in {path.name}"


def controls():
    """What the checks above are for is found."""
    good = read("a 16 8\n  x 0 8\n  y 8 8")
    bad = read("a 24 8\n  x 0 4\n  y 8 8\n  z 16 4")
    with tempfile.TemporaryDirectory() as folder:
        old = pathlib.Path(folder) / "0.9.layout"
        old.write_text("a 16 8\n  y 0 8\n  x 8 8\nb 8 8\nenum A = 1\ntype f = int (void)\ntype g = int (void)\n")
        found = list(altered({"enum A": "2", "type f": "int (int)", "type g": "int (void)", "enum B": "0"}, old))
        return not list(holes(good)) and len(list(holes(bad))) == 2 and len(list(moved(good, old))) == 3 and len(found) == 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("compiler")
    parser.add_argument("language", choices=["c", "c++"])
    parser.add_argument("--update", action="store_true", help="write the golden table anew")
    options = parser.parse_args()
    if not shutil.which(options.compiler):
        sys.exit(f"'{options.compiler}' is not here, and with it half of the promise that gcc and clang agree; scripts/setup installs it")
    table = measured(options.compiler, options.language)
    if options.update:
        golden().write_text(table)
    expected = golden().read_text().splitlines()
    differences = [f"{options.compiler} {options.language}: '{now}', {golden().name}: '{then}'"
                   for now, then in zip(table.splitlines() + [""] * len(expected), expected + [""] * len(table.splitlines())) if now != then]
    differences += holes(read(table))
    for path in set((API / "abi").glob("*.layout")) - {golden()}:
        differences += [*moved(read(table), path), *altered(facts(table), path)]
    if not controls():
        differences.append("a hole, a member that moved, or a number or type that is another would not be found")
    for difference in differences[:20]:
        print(difference)
    print(f"{len(list(structs()))} structs, {len(expected)} lines")
    return 1 if differences or len(expected) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
