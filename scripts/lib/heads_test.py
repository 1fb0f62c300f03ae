#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every source file begins with its licence and with a sentence that says what it is for.

The first line names the licence (behind #! where a file is executed). The next line begins a comment, or Python's docstring, of which the
first paragraph is a sentence of at least three words. Files that hold a design have it there, in 10 to 30 lines that say what was not chosen as well. Files that a script writes name it in their first two lines instead. Without
arguments it looks at what git tracks, else at the files that are named. A control shows that each part is missed where it is not.
"""
import pathlib
import re
import sys

from tracked import ROOT, is_generated, tracked

ENDINGS = {".c", ".cpp", ".h", ".hpp", ".inc", ".py", ".sh"}
DESIGNS = [
    "backends/cpu/fuse.h",
    "backends/cpu/team.cpp",
    "backends/ethosu/coefs.cpp",
    "graph/builder.cpp",
    "runtime/compiler/assembly.h",
    "runtime/compiler/partition.h",
    "runtime/compiler/plan.h",
    "runtime/compiler/passes.cpp",
    "runtime/compiler/quantise.cpp",
    "runtime/fence/fence.h",
    "runtime/queue/hold.h",
    "runtime/loader/module.cpp",
    "runtime/queue/core.h",
    "runtime/program/saved.h",
    "runtime/device/transport_kernel.h",
]
LICENCE = re.compile(r"(//|#|/\*) ?SPDX-License-Identifier: MIT( \*/)?")
# What opens a comment, and what a line of one begins with; a block ends where it says so.
LINES = re.compile(r"(///?<?|#(?!!|\s*(?:include|define|undef|if|ifdef|ifndef|else|endif|pragma|error)\b))")
BLOCKS = {'"""': '"""', "'''": "'''", 'r"""': '"""', "/*": "*/"}


def comment_at(lines):
    """The comment or docstring that the lines begin with, without its marks; "" where they begin with something else."""
    first = lines[0] if lines else ""
    for opening, closing in BLOCKS.items():
        if first.startswith(opening):
            text = "\n".join(lines)[len(opening):]
            return text[:text.index(closing)] if closing in text else text
    kept = []
    for line in lines:
        mark = LINES.match(line)
        if not mark:
            break
        kept.append(line[mark.end():])
    return "\n".join(kept)


def problem(text):
    """Why a file's beginning is not as it should be; None where it is."""
    lines = text.split("\n")
    if is_generated(text):
        return None
    if lines[0].startswith("#!"):
        lines = lines[1:]
    if not lines or not LICENCE.fullmatch(lines[0]):
        return "no licence: the first line is not 'SPDX-License-Identifier: MIT' in a comment"
    head = re.split(r"\n\s*\*?\s*\n", comment_at(lines[1:]).strip("* \n"))[0]
    if not head:
        return "no comment follows the licence"
    if len(re.findall(r"[\w'+./-]*\w", head)) < 3 or not re.search(r"[.:?](\s|$)", head):
        return f"the comment behind the licence is no sentence: '{head[:60]}'"
    return None


def undesigned(text):
    """Why a file that holds a design does not say it; None where it does."""
    comment = comment_at(text.split("\n")[1:])
    lines = comment.rstrip().count("\n") + 1
    if not 10 <= lines <= 30:
        return f"it holds a design, and its comment on top has {lines} lines, expected 10 to 30"
    return None if "Not chosen" in comment else "it holds a design, and its comment on top does not say what was not chosen"


def control():
    """What the test would not find if it looked at nothing."""
    good = "// SPDX-License-Identifier: MIT\n// Says what the file is for.\n#pragma once\n"
    assert problem(good) is None, problem(good)
    assert problem('#!/usr/bin/env python3\n# SPDX-License-Identifier: MIT\n"""Says what it is for."""\n') is None
    assert "licence" in problem(good.replace("MIT", "none")) and "licence" in problem(good.split("\n", 1)[1])
    assert "no comment" in problem(good.replace("// Says what the file is for.\n", ""))
    assert "no comment" in problem(good.replace("// Says what the file is for.", "#include <cstdint>"))
    assert undesigned(good) and undesigned("// licence\n" + "// A line of it.\n" * 12)
    assert undesigned("// licence\n" + "// A line of it.\n" * 12 + "// Not chosen: the other way.\n") is None
    assert "no sentence" in problem(good.replace("Says what the file is for.", "arena.cpp"))


def main():
    control()
    names = sys.argv[1:] or [name for name in tracked() if pathlib.PurePath(name).suffix in ENDINGS]
    problems = [(name, why) for name in names if (ROOT / name).is_file() and (why := problem((ROOT / name).read_text(errors="replace")))]
    problems += [(name, why) for name in DESIGNS if not sys.argv[1:] and (why := undesigned((ROOT / name).read_text()) if (ROOT / name).is_file() else "it is not there")]
    for name, why in problems:
        print(f"{name}: {why}")
    print(f"{len(names)} files, {len(problems)} of them without a head")
    return 1 if problems or not names else 0


if __name__ == "__main__":
    sys.exit(main())
