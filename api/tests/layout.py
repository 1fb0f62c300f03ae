#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sizes, alignments and offsets of every public struct, as each compiler lays them out; values of enums, texts of macros, types of functions, callbacks and slots.

    layout.py COMPILER c|c++            compares them with api/abi/*.layout (A-25)
    layout.py COMPILER c|c++ --update   writes the table of the version in the making

- A version is *released* when conformance/abi keeps its headers. They give exactly its table, so neither can be changed without the other, and SHA256SUMS keeps them.
- While the headers' own version is released they declare what it has, no more and no less; but for new names in the enums of accel/catalog.h, for which the profile rises.
- While it is not, they equal its table. In every older one members lie where they lie now, numbers and types are those of now, frozen structs are equal, and others no larger.
- No struct has a hole: a member that fell into one would not change the size, so nobody could tell whether a caller has set it.
"""
import argparse
import shutil
import sys

import abi_facts
from abi_facts import facts, layouts

TABLES = abi_facts.ROOT / "api/abi"


def holes(structs):
    for name, (size, members) in structs.items():
        end = 0
        for member, (offset, length) in members.items():
            if offset != end:
                yield f"{name}: {offset - end} bytes in front of {member} belong to no member"
            end = offset + length
        if end != size:
            yield f"{name}: {size - end} bytes at the end belong to no member"


def different(now, then, what):
    """Where two tables differ in anything but the order of their lines."""
    old, new = {**layouts(then), **facts(then)}, {**layouts(now), **facts(now)}
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            yield f"{name}: {new.get(name, 'nothing')}, and in {what} {old.get(name, 'nothing')}"


def moved(now, then, frozen, what):
    """What an older version had and a newer one has otherwise."""
    structs = layouts(now)
    for name, (size, members) in layouts(then).items():
        now_size, now_members = structs.get(name, (0, {}))
        if now_size < size or now_size != size and name in frozen:
            yield f"{name}: {now_size} bytes, and {'frozen with ' if name in frozen else ''}{size} in {what}"
        for member, place in members.items():
            if now_members.get(member) != place:
                yield f"{name}.{member}: at {now_members.get(member)}, and at {place} in {what}"
    new = facts(now)
    for name, fact in facts(then).items():
        if new.get(name) != fact:
            yield f"{name}: {new.get(name)}, and {fact} in {what}"


def catalog_names(headers):
    return {f"enum {name}" for names in headers.enums([abi_facts.CATALOG]).values() for name in names}


def repeated(headers, table):
    """Numbers of the catalog that stand for two names."""
    numbers = facts(table)
    for enum, names in headers.enums([abi_facts.CATALOG]).items():
        values = [numbers[f"enum {name}"] for name in names]
        yield from (f"{name}: the number {value} is taken" for i, (name, value) in enumerate(zip(names, values)) if value in values[:i] and enum != abi_facts.POSITIONS)


def beyond(headers, now, released, then, what):
    """What headers of a released version have that it has not."""
    allowed, structs, old_structs = catalog_names(headers), layouts(now), layouts(then)
    known = {*old_structs, *facts(then)}
    more = [name for name in [*structs, *facts(now)] if name not in known]
    for name in more:
        if name not in allowed:
            yield f"{name}: not in {what}, which is released: raise ACCEL_VERSION_MINOR"
    for name, (size, _) in old_structs.items():
        if name in structs and size != structs[name][0]:
            yield f"{name}: {structs[name][0]} bytes, and {size} in {what}, which is released: raise ACCEL_VERSION_MINOR"
    if any(name in allowed for name in more) and headers.profile() <= released.profile():
        yield f"the catalog has more than in {what}, and the same profile: raise it in api/catalog/vocabulary.yaml"


def check(headers, compiler, language, kept=None):
    """Every difference of some headers from what has been promised. kept: {version: its headers}."""
    kept = {version: abi_facts.Headers(abi_facts.KEPT / version / "include") for version in abi_facts.kept_versions()} if kept is None else kept
    now, version = headers.measured(compiler, language), headers.version()
    problems = [*holes(layouts(now)), *repeated(headers, now)]
    tables = {path.stem: path.read_text() for path in TABLES.glob("*.layout")}
    for name in sorted({*kept, version} - set(tables)):
        problems.append(f"api/abi/{name}.layout is missing")
    for name, table in tables.items():
        what = f"{name}.layout"
        if name in kept:
            problems += different(kept[name].measured(compiler, language), table, what)
        if name == version and name not in kept:
            problems += different(now, table, what)
        else:
            frozen = kept[name].frozen() if name in kept else set()
            problems += moved(now, table, frozen, what)
        if name == version and name in kept:
            problems += beyond(headers, now, kept[name], table, what)
    return problems, now


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("compiler")
    parser.add_argument("language", choices=["c", "c++"])
    parser.add_argument("--update", action="store_true", help="write the table of the version in the making")
    options = parser.parse_args()
    if not shutil.which(options.compiler):
        sys.exit(f"'{options.compiler}' is not here, and with it half of the promise that gcc and clang agree; scripts/setup installs it")
    headers = abi_facts.Headers(abi_facts.ROOT / "api")
    if options.update:
        if headers.version() in abi_facts.kept_versions():
            sys.exit(f"{headers.version()} is released, so its table stays: what is more needs a new minor version in accel/base.h")
        (TABLES / f"{headers.version()}.layout").write_text(headers.measured(options.compiler, options.language))
    problems, table = check(headers, options.compiler, options.language)
    for problem in problems[:20]:
        print(problem)
    print(f"{len(layouts(table))} structs, {len(table.splitlines())} lines")
    return 1 if problems or len(table.splitlines()) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
