#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rooms of libaccel know those below them only, and no others than docs/architecture.md says.

The table there gives each room its floor and the rooms that it knows. A file names headers of its own room as they lie beside it, and
others with their room in front. Tests, fuzz targets, and what they share, may know every room. What stands beside the library, importers
and tools, knows what the table of folders there says. What a table allows and nobody uses is a mistake, too.
Operations are named where a part is about them, and nowhere else: NAMES_OPERATIONS says where, and why. A control shows that each
kind of mistake is found.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parent / "docs/architecture.md"
# Folders of runtime/ that are no rooms of the library: what tests share, and what knows it from outside.
FOR_TESTS = {"fake", "fuzz"}
OUTSIDE = {"importers", "tools"}
ROW = re.compile(r"\| (\d+) \| `(\w+)` \| [^|]+ \|([^|]*)\|")
FOLDER = re.compile(r"\| `runtime/(\w+)/` \|[^|]+\|([^|]*)\|")
INCLUDE = re.compile(r'^\s*#\s*include "([^"]+)"', re.M)
LIBRARY = re.compile(r"^\s*#\s*include <accel/(border|graph|layouts)/", re.M)
OPERATION = re.compile(r"\bACCEL_OPERATION_(?!PROFILE\b|CUSTOM\b)[A-Z0-9_]+")
# Files, without their ending, and folders that are about the operations which they name.
NAMES_OPERATIONS = {
    "compiler/branches": "puts the branch that a condition chooses in the place of its node",
    "compiler/canonicalise": "rewrites operations as others that mean the same",
    "compiler/composite_tables": "written from the catalog: which steps a composite has",
    "compiler/empty": "joins and cuts what is left without parts of no elements",
    "compiler/fold": "leaves a dequantisation to the pass that fuses it",
    "compiler/fold_sizes": "computes what asks for sizes",
    "compiler/quantise": "fuses conversions with the operations between them",
    "compiler/set_aside": "a spread to a size that only a run knows",
    "compiler/settle_sizes": "attributes that follow from sizes",
    "compiler/steps": "builds the steps of composites",
    "compiler/value_operands": "operands that are attributes once they are known",
    "importers/onnx/": "reads operators as operations",
    "importers/tflite/": "the same",
    "program/probe": "measures a device with one operation",
    "tools/accel/examine": "asks a device for one operation, to see that it answers",
    "tools/accel/peak": "measures a device with one operation",
}


def is_test(path):
    return "_test." in path or "/testing/" in path or "/test_" in path or "/fuzz_" in path or path.split("/")[0] in FOR_TESTS


def read_table(text):
    """Floor and known rooms, by room."""
    return {room: (int(floor), set(re.findall(r"`(\w+)`", known))) for floor, room, known in ROW.findall(text)}


def read_folders(text):
    """What folders outside of the library may know, as the other table says it."""
    rows = {folder: {word.strip(" `") for word in re.split(r", and |, |\band\b", known)} for folder, known in FOLDER.findall(text)}
    return {folder: known for folder, known in rows.items() if folder in OUTSIDE}


def room_mistakes(table, files):
    """files: text by path below runtime/."""
    found = [f"{room} on floor {floor} may know {known}, which is on floor {table[known][0]}" if known in table else f"{room} may know {known}, which is no room"
             for room, (floor, knows) in table.items() for known in knows if known not in table or table[known][0] >= floor]
    folders = {path.split("/")[0] for path in files}
    found += [f"{room} is a room of the table, and has no file" for room in table if room not in folders]
    found += [f"{folder}/ is no room of the table" for folder in sorted(folders) if folder not in table]
    used = set()
    for path, text in sorted(files.items()):
        room, _, rest = path.partition("/")
        for name in INCLUDE.findall(text):
            beside = str(pathlib.PurePosixPath(path).parent / name)
            target = beside if beside in files else name
            if is_test(path) and name.startswith("../"):
                continue  # what stands beside runtime/
            if ".." in name or target not in files:
                found.append(f"{path} includes \"{name}\", expected a file beside it, or room and file")
                continue
            other = target.split("/")[0]
            if other == room:
                if target == name and "/" not in rest:
                    found.append(f"{path} includes \"{name}\", which is beside it: without the room")
                continue
            if is_test(path):
                continue
            used.add((room, other))
            if other not in table.get(room, (0, set()))[1]:
                found.append(f"{path} includes \"{name}\": {room} may not know {other}")
    found += [f"{room} may know {known}, and does not" for room, (_, knows) in table.items() for known in sorted(knows) if (room, known) not in used]
    return found


def known_as(name, path, files, elsewhere):
    """What a quoted name outside of the library is, in the words of the table of folders; "" where it lies beside the file, None where it is nothing."""
    folder, room = path.split("/")[:2]
    if (pathlib.PurePosixPath(path).parent / name).as_posix() in files:
        return ""
    if f"{folder}/{name}" in files:  # of this room, or of the one that the others share
        return "" if name.split("/")[0] in (room, "common") else None
    if name in files:
        return "runtime/text" if name.startswith("text/") else name
    return next((library for library, names in elsewhere.items() if name in names), None)


def outside_mistakes(folders, files, elsewhere):
    """files: text by path below runtime/, of the library too; elsewhere: names that the headers of other libraries are included by, by library."""
    found, used = [], {folder: set() for folder in folders}
    for path, text in sorted(files.items()):
        folder = path.split("/")[0]
        if folder not in folders or is_test(path):
            continue
        for name in INCLUDE.findall(text) + LIBRARY.findall(text):
            known = name if name in ("border", "graph", "layouts") else known_as(name, path, files, elsewhere)
            used[folder].add(known)
            if ".." in name or known is None or (known and known not in folders[folder]):
                found.append(f"{path} includes {name}: {folder}/ may know {', '.join(sorted(folders[folder]))}")
    return found + [f"{folder}/ may know {known}, and does not" for folder in folders for known in sorted(folders[folder] - used[folder] - {"api"})]


def operation_mistakes(files, reasons):
    found, named = [], set()
    for path, text in sorted(files.items()):
        names = OPERATION.findall(text)
        if is_test(path) or not names:
            continue
        about = [reason for reason in reasons if path.rsplit(".", 1)[0] == reason or (reason.endswith("/") and path.startswith(reason))]
        named.update(about)
        if not about:
            found.append(f"{path} names an operation: {OPERATION.search(text).group()}")
    return found + [f"{path} names no operation, and has a reason to" for path in reasons if path not in named]


def control():
    """What the test would not find if it looked at nothing."""
    table = read_table("| 0 | `low` | what | |\n| 1 | `high` | it | `low` |\n| 1 | `side` | is | `low` |\n")
    good = {"low/a.h": "", "high/b.h": '#include "low/a.h"\n', "high/b.cpp": '#include "b.h"\n', "side/c.h": '#include "low/a.h"\n',
            "low/a_test.cpp": '#include "high/b.h"\n', "high/testing/t.h": '#include "side/c.h"\n#include "high/b.h"\n'}
    assert table == {"low": (0, set()), "high": (1, {"low"}), "side": (1, {"low"})}, table
    assert room_mistakes(table, good) == [], room_mistakes(table, good)
    for change in ({"low/a.cpp": '#include "high/b.h"\n'}, {"side/c.cpp": '#include "high/b.h"\n'}, {"high/b.cpp": '#include "../low/a.h"\n'}, {"high/b.cpp": '#include "gone.h"\n'},
                   {"high/b.cpp": '#include "high/b.h"\n'}, {"other/d.h": ""}, {"side/c.h": ""}, {"low/a_test.cpp": '#include "b.h"\n'}):
        assert len(room_mistakes(table, good | change)) == 1, change
    assert len(room_mistakes(table | {"low": (0, {"high"})}, good)) == 2
    assert len(room_mistakes(table | {"none": (2, set())}, good)) == 1
    about = {"low/a": "is about it"}
    named = {"low/a.cpp": "ACCEL_OPERATION_ADD", "low/a_test.cpp": "ACCEL_OPERATION_SUB", "high/b.cpp": "ACCEL_OPERATION_PROFILE ACCEL_OPERATION_CUSTOM"}
    assert operation_mistakes(named, about) == []
    assert len(operation_mistakes(named | {"high/b.cpp": "case ACCEL_OPERATION_ADD:"}, about)) == 1
    assert len(operation_mistakes(named, about | {"high/b": "was about it"})) == 1
    assert operation_mistakes({"in/one/c.cpp": "ACCEL_OPERATION_ADD"}, {"in/one/": "is about them"}) == []
    folders = read_folders("| `runtime/importers/` | what | api, border, graph |\n| `runtime/tools/` | what | api, runtime/text, far/cores, and `high/b.h` |\n| `api/` | it | nothing |\n")
    assert folders == {"importers": {"api", "border", "graph"}, "tools": {"api", "runtime/text", "far/cores", "high/b.h"}}, folders
    outside = good | {"text/t.h": "", "importers/common/d.h": "#include <accel/border/g.h>\n", "importers/one/e.h": '#include "common/d.h"\n#include <accel/graph/g.h>\n',
                      "importers/two/f.h": "", "tools/a/m.cpp": '#include "text/t.h"\n#include "high/b.h"\n#include "cores/c.h"\n', "importers/one/e_test.cpp": '#include "low/a.h"\n'}
    elsewhere = {"far/cores": {"cores/c.h"}}
    assert outside_mistakes(folders, outside, elsewhere) == [], outside_mistakes(folders, outside, elsewhere)
    for change in ('#include "low/a.h"\n', '#include "two/f.h"\n', '#include "gone.h"\n', "#include <accel/layouts/l.h>\n", '#include "../one/e.h"\n'):
        assert len(outside_mistakes(folders, outside | {"importers/one/e.cpp": change}, elsewhere)) == 1, change
    assert len(outside_mistakes(folders | {"tools": folders["tools"] | {"graph"}}, outside, elsewhere)) == 1


def main():
    control()
    every = {path.relative_to(HERE).as_posix(): path.read_text() for ending in ("h", "cpp", "c", "inc") for path in HERE.rglob(f"*.{ending}")}
    files = {path: text for path, text in every.items() if path.split("/")[0] not in OUTSIDE}
    table, folders = read_table(TABLE.read_text()), read_folders(TABLE.read_text())
    common = HERE.parent / "backends/common"
    elsewhere = {"backends/common/cores": {path.relative_to(common).as_posix() for path in common.glob("cores/*.h")}}
    found = room_mistakes(table | {name: (0, set()) for name in FOR_TESTS}, files) + outside_mistakes(folders, every, elsewhere) + operation_mistakes(every, NAMES_OPERATIONS)
    print("\n".join(found))
    arrows = sum(len(knows) for _, knows in table.values())
    print(f"{len(every)} files, in {len(table)} rooms on {len({floor for floor, _ in table.values()})} floors, {arrows} arrows between them, {len(found)} mistakes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
