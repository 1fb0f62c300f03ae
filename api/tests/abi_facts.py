# SPDX-License-Identifier: MIT
"""What public headers declare, as text that two versions can be compared by.

A table has a line "name size alignment" for every struct and an indented "member offset size" for every member; behind them "enum name = value", "macro name = text", and
"type name = result (parameters)" for functions, callbacks and slots.
"""
import functools
import pathlib
import re
import subprocess
import tempfile

import doors

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ROOT / "conformance/abi"
# Those that move from version to version, and what only a compiler needs.
MOVING = re.compile(r"ACCEL_(BK_)?(API_)?VERSION|ACCEL_OPERATION_PROFILE|ACCEL_API$|ACCEL_BK_EXPORT$|ACCEL_BK_SIZES$|.*_H$")
# The header whose enums get more names within a version.
CATALOG = "accel/catalog.h"
# Its enum whose numbers are positions, so that equal ones are no mistake.
POSITIONS = "accel_value_operand"


def kept_versions():
    """Released versions that are served: those of conformance/abi from 0.2 on, oldest first."""
    found = [path.name for path in KEPT.iterdir() if re.fullmatch(r"\d+\.\d+", path.name) and path.name != "0.1"]
    return sorted(found, key=lambda name: tuple(map(int, name.split("."))))


def function_type(result, parameters):
    """A declaration without the names of its parameters, which may change."""
    types = [re.sub(r"(?<=[\s*])\w+(\[\])?$", r"\1", parameter.strip()).strip() if parameter.strip() != "void" else "void" for parameter in parameters.split(",")]
    return f"{' '.join(result.split())} ({', '.join(' '.join(one.split()) for one in types)})"


class Headers:
    """The headers below one folder, which has accel/ in it."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.names = doors.everything(self.root)

    @functools.cache
    def bare(self, header):
        """Text of a header without comments."""
        return re.sub(r"//[^\n]*", "", re.sub(r"/\*.*?\*/", "", (self.root / header).read_text(), flags=re.S))

    def version(self):
        text = self.bare("accel/base.h")
        return ".".join(re.search(rf"ACCEL_VERSION_{part} (\d+)u", text).group(1) for part in ("MAJOR", "MINOR"))

    def profile(self):
        return int(re.search(r"ACCEL_OPERATION_PROFILE (\d+)u", self.bare(CATALOG)).group(1))

    def structs(self):
        """Name and members of every struct that a header defines, in order."""
        for header in self.names:
            for name, body in re.findall(r"^struct (\w+) \{(.*?)^\};", self.bare(header), flags=re.S | re.M):
                members = []
                for declaration in filter(None, (part.strip() for part in body.split(";"))):
                    pointer = re.search(r"\(\*(\w+)\)", declaration)
                    members += [pointer.group(1)] if pointer else [re.findall(r"\w+", one)[-1] for one in declaration.split(",")]
                yield name, members

    def frozen(self):
        """Structs whose comment says that they are: no version appends to them."""
        comment = re.compile(r"/\*\*(?!<)((?:(?!\*/).)*)\*/\s*^struct (\w+) \{", re.S | re.M)
        return {name for header in self.names for text, name in comment.findall((self.root / header).read_text()) if re.search(r"\bFrozen\.", text)}

    def enums(self, headers=None):
        """{enum: its names}"""
        return {enum: re.findall(r"^\s*(\w+)", body, flags=re.M) for header in headers or self.names
                for enum, body in re.findall(r"^enum (\w+) \{(.*?)^\};", self.bare(header), flags=re.S | re.M)}

    def macros(self):
        for header in self.names:
            for name, text in re.findall(r"^#define (\w+)((?:\\\n|.)*)", self.bare(header), flags=re.M):
                if not MOVING.match(name):
                    yield f"macro {name} = {' '.join(text.replace(chr(92), ' ').split())}"

    def types(self):
        for header in self.names:
            text = self.bare(header)
            for result, name, parameters in re.findall(r"^(?:ACCEL_API|ACCEL_BK_EXPORT|static inline) ([^;{#(]*?)(accel_\w+)\(([^;{)]*)\)", text, flags=re.S | re.M):
                yield f"type {name} = {function_type(result, parameters)}"
            for result, name, parameters in re.findall(r"^typedef ([^;(]*?)\(\*(\w+_fn)\)\(([^;)]*)\);", text, flags=re.S | re.M):
                yield f"type {name} = {function_type(result, parameters)}"
            for table, body in re.findall(r"^struct (\w+) \{(.*?)^\};", text, flags=re.S | re.M):
                for result, name, parameters in re.findall(r"^    ([^;(]*?)\(\*(\w+)\)\(([^;)]*)\);", body, flags=re.S | re.M):
                    yield f"type {table}.{name} = {function_type(result, parameters)}"

    def program(self):
        """Prints the table's lines, from rows that cost a compiler little."""
        names = list(self.structs())
        lines = [f"#include <{header}>" for header in [*self.names, "stddef.h", "stdio.h"]]
        lines += [f"struct align_{name} {{ char c; struct {name} value; }};" for name, _ in names]
        lines.append("static const struct { const char *text; size_t first, second; } places[] = {")
        for name, members in names:
            lines.append(f'{{"{name}", sizeof(struct {name}), offsetof(struct align_{name}, value)}},')
            lines += [f'{{"  {member}", offsetof(struct {name}, {member}), sizeof(((struct {name} *)0)->{member})}},' for member in members]
        lines.append("};\nstatic const struct { const char *text; long long number; } numbers[] = {")
        lines += [f'{{"{name}", {name}}},' for names in self.enums().values() for name in names]
        return "\n".join(lines + ["};", "int main(void) {",
                                  "for (size_t i = 0; i < sizeof places / sizeof places[0]; ++i) printf(\"%s %zu %zu\\n\", places[i].text, places[i].first, places[i].second);",
                                  "for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; ++i) printf(\"enum %s = %lld\\n\", numbers[i].text, numbers[i].number);",
                                  "return 0;", "}", ""])

    @functools.cache
    def measured(self, compiler, language):
        """The table, as a compiler lays things out."""
        standard = {"c": "c11", "c++": "c++17"}[language]
        with tempfile.TemporaryDirectory() as folder:
            binary = f"{folder}/layout"
            subprocess.run([compiler, "-x", language, f"-std={standard}", "-w", "-I", self.root, "-", "-o", binary], input=self.program(), text=True, check=True)
            table = subprocess.run([binary], capture_output=True, text=True, check=True).stdout
        return "\n".join([table.rstrip("\n"), *self.macros(), *self.types(), ""])


def layouts(table):
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
