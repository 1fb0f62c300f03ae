# SPDX-License-Identifier: MIT
"""A copy of the tree with a build of its own that begins with the objects of an existing one: what a change to the copy costs is compiling what it touches.

The copy is configured like the build that it begins with. A compiler launcher then hands out that build's objects and their lists of dependencies instead of
compiling, so that ninja has them in its logs as if it had made them. From there on the launcher compiles, and ninja decides what is out of date.

One header would make all of it out of date: api/accel/catalog.h, which everything includes, and which each new operation and each new type is in. Names that were
added to its enumerations change no object that does not use them: nobody could. So it keeps its time, and what mentions a function or a constant in it that did
change is touched instead (settle). Modules and programs that were built against an older header work with a newer library by the same argument.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

CATALOG = "api/accel/catalog.h"
LEFT_OUT = ("build", ".git", "shared", "__pycache__")
CACHED = ("CMAKE_PREFIX_PATH", "CMAKE_BUILD_TYPE", "CMAKE_C_COMPILER", "CMAKE_CXX_COMPILER", "ACCEL_PEER_PYTHON")
LAUNCHER = """#!/bin/sh
# Hands out an object of {build} and its dependencies while {seeds}/on is there; compiles otherwise, without optimising what runs once.
if [ -e {seeds}/on ]; then
    for word; do
        case $last in -o) object=$word ;; -MF) list=$word ;; esac
        last=$word
    done
    if [ -n "$object" ] && [ -e "{seeds}/$object.d" ]; then
        cp "{build}/$object" "$object" && exec cp "{seeds}/$object.d" "$list"
    fi
fi
exec {cache} "$@" -O0
"""
# Top-level declarations of the catalog's header: what begins one, and what ends it.
DECLARATION = re.compile(r"^(?:#define (?P<macro>\w+) (?P<value>[^\n]*)$|enum (?P<enum>\w+) \{$(?P<members>.*?)^\};$|static inline [^\n(]*?(?P<function>\w+)\([^\n]*\n\{$(?P<body>.*?)^\}$)", re.M | re.S)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
SOURCES = {".c", ".cpp", ".h", ".hpp", ".inc"}


def run(*command, cwd=None, env=None):
    result = subprocess.run([str(part) for part in command], cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {result.returncode}\n{result.stdout}")
    return result.stdout


def declarations(header):
    """Name: (whether it is an enumeration, the set of its members or its text)."""
    found = {}
    for match in DECLARATION.finditer(header):
        if match["enum"]:
            found[match["enum"]] = True, {line.strip() for line in re.sub(r"/\*.*?\*/", "", match["members"]).splitlines() if line.strip()}
        else:
            found[match["macro"] or match["function"]] = False, match["value"] or match["body"]
    return found


def changed_names(old, new):
    """What of a header was changed otherwise than by names that an enumeration has in addition."""
    before, after = declarations(old), declarations(new)
    return {name for name, (is_enum, what) in before.items() if name not in after or not (what <= after[name][1] if is_enum else what == after[name][1])}


def dependencies(build):
    """Object: files that it was made from, as ninja's log has them; a precompiled header counts as what it was made from."""
    rows, files = {}, []
    for line in run("ninja", "-C", build, "-t", "deps").splitlines():
        if line.startswith("    "):
            files.append(line.strip())
        elif ": #deps " in line:
            files = rows[line.partition(": #deps ")[0]] = []
    made = {}
    for target, files in rows.items():
        whole = [file for file in files if "cmake_pch.hxx" not in file]
        for header in (file for file in files if file.endswith(".gch")):
            whole += [file for file in rows.get(header, rows.get(os.path.relpath(header, build), [])) if "cmake_pch.hxx" not in file]
        made[target] = whole
    return made


class ScratchTree:
    def __init__(self, root, build, work):
        self.root, self.origin = pathlib.Path(root), pathlib.Path(build)
        self.tree, self.seeds = pathlib.Path(work) / "tree", pathlib.Path(work) / "seeds"
        self.build = self.tree / "build/release"
        shutil.copytree(self.root, self.tree, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
        self.header = self.tree / CATALOG
        self.settled = self.header.read_text()
        self.time = self.header.stat()

    def configure(self):
        self.seeds.mkdir()
        launcher = self.seeds / "launcher"
        cache = "env CCACHE_SLOPPINESS=pch_defines,time_macros ccache" if shutil.which("ccache") else ""
        launcher.write_text(LAUNCHER.format(build=self.origin, seeds=self.seeds, cache=cache))
        launcher.chmod(0o755)
        cached = dict(re.findall(r"^(\w+):\w+=(.*)$", (self.origin / "CMakeCache.txt").read_text(), re.M))
        options = [f"-D{name}={cached[name]}" for name in CACHED if cached.get(name)]
        options += [f"-DCMAKE_{language}_COMPILER_LAUNCHER={launcher}" for language in ("C", "CXX")]
        # A precompiled header of the other build does not fit.
        options += ["-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON"]
        run("cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja", *options)

    def begin(self, targets):
        """Everything that the targets are made of, from the other build."""
        for target, files in dependencies(self.origin).items():
            if not target.endswith(".o") or not (self.origin / target).exists():
                continue
            moved = [str(self.tree / os.path.relpath(file, self.root)) if file.startswith(f"{self.root}/") else file for file in files]
            if not all(os.path.exists(file) for file in moved if file.startswith(str(self.tree))):
                continue  # made of files that are no longer there
            row = self.seeds / f"{target}.d"
            row.parent.mkdir(parents=True, exist_ok=True)
            row.write_text(f"{target}: " + " \\\n ".join(file.replace(" ", "\\ ") for file in moved) + "\n")
        switch = self.seeds / "on"
        switch.touch()
        run("ninja", "-C", self.build, *targets)
        switch.unlink()

    def settle(self):
        """Behind a run of the generator: the header's time, and that of what it concerns."""
        text = self.header.read_text()
        names = changed_names(self.settled, text)
        self.settled = text
        os.utime(self.header, ns=(self.time.st_atime_ns, self.time.st_mtime_ns))
        if names:
            pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, names)) + r")\b")
            for path in self.files():
                if path != self.header and path.suffix in SOURCES and pattern.search(COMMENT.sub("", path.read_text(errors="replace"))):
                    path.touch()
        return names

    def files(self):
        return [path for path in sorted(self.tree.rglob("*")) if path.is_file() and not path.is_symlink()
                and not set(path.relative_to(self.tree).parts) & set(LEFT_OUT)]

    def changed(self):
        """Paths of files that are new or say something else than in the tree, without those that a generator wrote."""
        different = []
        for path in self.files():
            name, data = path.relative_to(self.tree), path.read_bytes()
            there = self.root / name
            if name.match("api/abi/*.layout"):
                continue  # written by api/tests/layout.py, and has no place for a head
            if (not there.exists() or there.read_bytes() != data) and b"Generated by " not in b"\n".join(data.split(b"\n")[:2]):
                different.append(str(name))
        return different
