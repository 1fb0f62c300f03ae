# SPDX-License-Identifier: MIT
"""The public headers by door: what accel.h and backend.h include, in that order, and the extensions."""
import functools
import pathlib
import re

API = pathlib.Path(__file__).resolve().parent.parent


@functools.cache
def included(name, root=API):
    """The headers of one door in the order of their text: each behind what it includes, and the door's own file last."""
    found = []

    def visit(header):
        if header in found:
            return
        for one in re.findall(r"^#include <(accel/[\w/]+\.h)>", (root / header).read_text(), flags=re.M):
            visit(one)
        found.append(header)

    visit(f"accel/{name}.h")
    return found


def application(root=API):
    return included("accel", root)


def module(root=API):
    """What the vendor's door has beyond the application's."""
    return [header for header in included("backend", root) if header not in application(root)]


def extensions(root=API):
    return sorted(str(path.relative_to(root)) for path in (root / "accel/ext").glob("*.h"))


def everything(root=API):
    return [*application(root), *module(root), *extensions(root)]


def stray():
    """Headers that lie in the folder and belong to no door."""
    return sorted({str(path.relative_to(API)) for path in (API / "accel").rglob("*.h")} - set(everything()))
