#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Old modules x the library of the tree x old applications: builds small ones from the headers of each version of the contract, and runs them with each other.

matrix.py LIBRARY API COMPILER WORK    LIBRARY libaccel.so; API the folder api/; WORK an empty folder for what is built

Versions: 0.1, which is refused with a sentence; 0.2 and what else was released; tip, the tree's; next, which next.py makes from the tip. docs/decisions/0019-matrix.md has the
whole picture. Each application also lives in a child of fork, and saves a program that each other one loads; saved/ has programs that were saved by libraries of released versions.
Rules A-2, A-5, A-7, A-9, A-23, A-24, A-26, A-27, A-28, H-11, S-3.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

import next as next_version
from abi_facts import Headers, kept_versions

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"]
# What a module can say of its sizes that no module has.
FAULTS = {
    "no-sizes": ("module.sizes = NULL", "does not say the sizes of its array elements"),
    "short-node": ("sizes.node -= 8", "accel_node_desc has"),
    "odd-tensor": ("sizes.tensor += 4", "accel_tensor_desc has"),
    "huge-support": ("sizes.support = 1u << 31", "accel_bk_support has 2147483648 bytes"),
    "no-memory": ("sizes.memory = 0", "accel_bk_memory has 0 bytes"),
    "short-timing": ("sizes.timing = 40", "accel_bk_timing has 40 bytes"),
    "short-symbol": ("sizes.symbol -= 8", "accel_symbol has"),
    "odd-variable": ("sizes.variable += 4", "accel_variable has"),
    "short-sizes": ("sizes.struct_size = 16", "answers with sizes of 16 bytes"),
    "needs-newer": ("module.api_version_min = ACCEL_MAKE_VERSION(0u, 900u, 0u)", "needs a library of contract 0.900 or newer"),
    "newer-major": ("module.api_version = ACCEL_MAKE_VERSION(1u, 0u, 0u)", "built for contract 1.0; this library serves 0.2 to 0.x: install a newer library"),
}


def form_of(file):
    """The number of a saved program's format, behind its four first bytes."""
    return int.from_bytes(file.read_bytes()[4:8], "little")


class Matrix:
    def __init__(self, library, api, compiler, work):
        self.library, self.api, self.compiler, self.work = pathlib.Path(library).resolve(), pathlib.Path(api), compiler, pathlib.Path(work).resolve()
        self.failures, self.cells = [], 0
        self.version = Headers(self.api).version()

    def check(self, what, good, detail=""):
        self.cells += 1
        if not good:
            self.failures.append(f"{what}\n    " + detail.replace("\n", "\n    "))

    def build(self, source, output, include, *more):
        subprocess.run([self.compiler, *FLAGS, "-I", include, "-o", output, HERE / source, *more], check=True)
        return output

    def module(self, name, source, include, *more, api_version):
        """A folder with one module and its manifest."""
        folder = self.work / f"module-{name}"
        folder.mkdir()
        self.build(source, folder / "libadder.so", include, "-shared", "-fPIC", "-fvisibility=hidden", *more)
        (folder / "adder.json").write_text(json.dumps({
            "file_format": "1.0", "module": {"kind": "backend", "name": "adder", "library": "libadder.so", "api_version": api_version, "version": "1"},
            "serves": {"always": {"id": "adder", "name": "Adder", "kind": "other", "target": "adder"}, "targets": ["adder"]}}))
        return folder

    def stub(self, version):
        """A library with the symbols and versions of an old release, to link with as its applications were."""
        listed = (HERE / version / "accel.symbols").read_text().splitlines()
        rows = [line.split() for line in listed if line and not line.startswith("#") and not line.endswith(" old")]
        folder = self.work / f"stub-{version}"
        folder.mkdir()
        source, script = folder / "stub.c", folder / "stub.map"
        source.write_text("".join(f"void {row[0]}(void) {{}}\n" for row in rows))
        nodes = {node: [row[0] for row in rows if row[1] == node] for node in sorted({row[1] for row in rows})}
        script.write_text("".join(f"{node} {{ global: {' '.join(name + ';' for name in names)} }};\n" for node, names in nodes.items()))
        subprocess.run([self.compiler, "-shared", "-fPIC", "-o", folder / "libaccel.so", source, "-Wl,-soname,libaccel.so.0", f"-Wl,--version-script={script}"], check=True)
        return folder

    def unchanged(self, version):
        folder = HERE / version
        rows = [row.split() for row in (folder / "SHA256SUMS").read_text().splitlines()]
        for digest, name in rows:
            self.check(f"{name} of {version} is as it was", hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest)
        found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name not in ("SHA256SUMS", ".clang-format")}
        self.check(f"{version} has the files that it had", found == {name for _, name in rows}, str(found ^ {name for _, name in rows}))

    def run(self, app, *arguments):
        environment = {**os.environ, "LD_LIBRARY_PATH": str(self.library.parent)}
        done = subprocess.run([app, *arguments], text=True, capture_output=True, timeout=60, env=environment)
        return done.stdout + (f"exit {done.returncode}\n{done.stderr}" if done.returncode else "")

    def old(self):
        """0.1: refused with a sentence, linked and by dlsym; its modules by their manifests and by what they answer."""
        self.unchanged("0.1")
        include, stub = HERE / "0.1/include", self.stub("0.1")
        honest = self.module("0.1", "module_0_1.c", include, api_version="0.1")
        liar = self.module("0.1-lies", "module_0_1.c", include, api_version=self.version)
        linked = self.build("app_0_1.c", self.work / "app-0.1", include, "-L", stub, "-laccel", "-ldl")
        by_name = self.build("app_0_1.c", self.work / "app-0.1-dlsym", include, "-DABI_DLSYM", "-ldl")
        for app in (linked, by_name):
            text = self.run(app, liar)
            lines = text.splitlines()
            good = len(lines) == 2 and all("INCOMPATIBLE, no instance: " in row and "compiled for libaccel 0.1" in row and f"this library, {self.version}." in row and
                                           "compile it again" in row for row in lines)
            self.check(f"{app.name} is refused with a sentence, and nothing was loaded", good, text)
        return honest, liar

    def versions(self):
        """{name: (headers, flags, number, folder to link with)} of what is served."""
        next_include = self.work / "next"
        grew = next_version.make(self.api, next_include)
        self.check("next has longer structs", grew > 40, str(grew))
        major, minor = self.version.split(".")
        found = {name: (HERE / name / "include", [], name, self.stub(name)) for name in kept_versions()}
        found["tip"] = (self.api, [], self.version, self.library.parent)
        found["next"] = (next_include, ["-DABI_NEXT"], f"{major}.{int(minor) + 1}", self.library.parent)
        return found

    def current(self, honest, liar):
        """Every application with every module. Answers both, by version."""
        for name in kept_versions():
            self.unchanged(name)
        versions = self.versions()
        modules = {name: self.module(name, "module.c", include, *flags, api_version=number) for name, (include, flags, number, _) in versions.items()}
        apps = {}
        for name, (include, flags, _, link) in versions.items():
            apps[name] = linked = self.build("app.c", self.work / f"app-{name}", include, *flags, "-L", link, "-laccel", "-ldl")
            by_name = self.build("app.c", self.work / f"app-{name}-dlsym", include, *flags, "-DABI_DLSYM", "-ldl")
            expected = (HERE / f"expected/{name}.txt").read_text()
            for app in (linked, by_name):
                for module, folder in modules.items():
                    text = self.run(app, folder)
                    self.check(f"{app.name} with the module of {module} prints expected/{name}.txt", text == expected, text)
                    self.child(app, module, folder, expected)
            self.refused(linked, honest, liar)
        return apps, modules

    def child(self, app, module, folder, expected):
        """A-7: in a child the parent's instance is refused and a new one lives, and so does the parent afterwards."""
        text = self.run(app, folder, "fork")
        begun = text.removesuffix(expected + expected)
        good = begun != text and begun.endswith("device_open: OK\ninstance_find_device: FORKED A-7\n")
        self.check(f"{app.name} with the module of {module} lives in a child, too", good, text)

    def saved(self, apps, modules):
        """A program that one application saved, whose module was of one version, is loaded by all others, and with all other modules."""
        files = {}
        for name, app in apps.items():
            files[name] = self.work / f"{name}.acpg"
            text = self.run(app, modules[name], "save", files[name])
            self.check(f"{app.name} saves a program", text.endswith("program_save: OK\n"), text)
        for version in kept_versions():
            source = HERE / f"saved/{version}.hex"
            if not source.exists():
                self.check(f"saved/{version}.hex is there", False, f"keep what a library of {version} saved, {files[version]}, as hexadecimal digits")
                continue
            lines = source.read_text().splitlines()
            files[f"{version}, kept"] = kept = self.work / f"{version}-kept.acpg"
            kept.write_bytes(bytes.fromhex("".join(line for line in lines if not line.startswith("#"))))
            # What reads a format reads all of it, so other bytes are another format: an older library then says so (below).
            self.check(f"a program as {version} saves it is as it was, or of a later format", files[version].read_bytes() == kept.read_bytes() or form_of(files[version]) > form_of(kept))
        for file in files.values():
            for name, app in apps.items():
                for module, folder in modules.items():
                    text = self.run(app, folder, "load", file)
                    good = "program_load: OK\n" in text and "\nresult: 108 110 112 114\n" in text and "exit" not in text
                    self.check(f"{app.name} with the module of {module} loads and runs {file.name}", good, text)
        self.later(apps["tip"], modules["tip"], files["tip"])

    def later(self, app, folder, file):
        """S-3: what a library of a later version saved in its own format is refused with a sentence, as this library's will be by older ones."""
        whole, form = bytearray(file.read_bytes()), form_of(file)
        whole[4:8] = (form + 1).to_bytes(4, "little")
        newer = self.work / "newer.acpg"
        newer.write_bytes(whole)
        text = self.run(app, folder, "load", newer)
        sentence = f"program_load: INCOMPATIBLE the saved program is of format {form + 1}, this library reads {form}; build it again from its model"
        self.check("a saved program of a later format is refused with a sentence", sentence in text, text)

    def refused(self, app, honest, liar):
        sentence = "built for contract 0.1; this library serves 0.2 and newer: build it with newer headers"
        for folder, loaded in ((honest, False), (liar, True)):
            text = self.run(app, folder, "only-report")
            good = sentence in text and ("module of 0.1: loaded" in text) == loaded and "module of 0.1: called" not in text
            self.check(f"{app.name}: {folder.name} is {'loaded and then ' if loaded else ''}refused", good, text)

    def again(self):
        """A-28: opened, used, closed, forked, opened, a hundred times."""
        text = self.run(self.work / "app-tip-dlsym", self.work / "module-tip", "again")
        self.check("a library that is opened and closed a hundred times goes on working, in children, too", text == "100 lives, and 100 of children\n", text)

    def faults(self):
        app = self.work / "app-tip"
        for name, (fault, sentence) in FAULTS.items():
            folder = self.module(name, "module.c", self.api, f"-DABI_FAULT={fault}", api_version=self.version)
            text = self.run(app, folder, "only-report")
            self.check(f"{name}: refused with \"{sentence}\"", sentence in text and "device_open: OK" not in text, text)


def main():
    if len(sys.argv) != 5:
        print(__doc__)
        return 2
    matrix = Matrix(*sys.argv[1:])
    shutil.rmtree(matrix.work, ignore_errors=True)
    matrix.work.mkdir(parents=True)
    matrix.saved(*matrix.current(*matrix.old()))
    matrix.faults()
    matrix.again()
    for failure in matrix.failures:
        print(f"WRONG: {failure}")
    print(f"{matrix.cells} cells, {len(matrix.failures)} wrong")
    return 1 if matrix.failures else 0


if __name__ == "__main__":
    sys.exit(main())
