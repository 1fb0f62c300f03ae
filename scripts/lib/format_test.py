#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every C and C++ file is as .clang-format would write it.

    format_test.py            looks at what git tracks, or at all files of the folders where there is no git
    format_test.py --fix      writes them so
    format_test.py FILE...    looks at these

Releases of clang-format differ in detail; the tree is written by that of Debian 12, 14. Where it is missing the test says so and is skipped (77); where
CI is set that is a failure. A control shows that a file in another dialect is found.
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ENDINGS = {".c", ".cc", ".cpp", ".h", ".hpp"}
TOOL = "clang-format-14"
OTHER_DIALECT = "int  f( ) {\nreturn 1 ;\n}\n"


def tracked():
    """What git tracks, or all that lies beside the build folders."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    names = listed.stdout.split("\0") if listed.returncode == 0 else [str(f.relative_to(ROOT)) for f in ROOT.rglob("*")]
    return [ROOT / name for name in names if name and pathlib.Path(name).suffix in ENDINGS and not name.startswith("build") and (ROOT / name).is_file()]


def differing(files):
    """The first difference of each of some files, as clang-format says it."""
    run = subprocess.run([TOOL, "--dry-run", "--Werror", "--ferror-limit=1", *map(str, files)], capture_output=True, text=True)
    found = [line for line in run.stderr.splitlines() if ": error: " in line]
    if run.returncode and not found:
        sys.exit(f"{TOOL}: {run.stderr.strip()}")
    return found


def control():
    """The test is worth nothing if it would not find this."""
    run = subprocess.run([TOOL, "--dry-run", "--Werror", f"--assume-filename={ROOT / 'x.cpp'}"], input=OTHER_DIALECT, capture_output=True, text=True)
    assert run.returncode, "a file in another dialect was not found"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fix", action="store_true", help="write the files as they should be")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if not shutil.which(TOOL):
        print(f"{TOOL} is not there: scripts/setup installs it")
        return 1 if os.environ.get("CI") else 77
    control()
    files = arguments.files or tracked()
    if arguments.fix:
        return subprocess.run([TOOL, "-i", *map(str, files)]).returncode
    parts = [files[start:start + 50] for start in range(0, len(files), 50)]
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = [line for lines in pool.map(differing, parts) for line in lines]
    for line in found:
        print(line)
    print(f"{len(files)} files, {len(found)} in another dialect" + ("; scripts/lib/format_test.py --fix mends them" if found else ""))
    return 1 if found else 0


sys.exit(main())
