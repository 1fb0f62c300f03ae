#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public header compiles alone, as C11, C++17 and C++20, without a warning, belongs to a door and is no longer than 300 lines."""
import pathlib
import shutil
import subprocess
import sys

import doors

API = pathlib.Path(__file__).resolve().parent.parent
LINES_MAX = {".h": 300, ".hpp": 500}


def main():
    failures = 0
    headers = sorted(path.relative_to(API) for path in (API / "accel").rglob("*.h*"))
    for header in doors.stray():
        failures += 1
        print(f"{header}: neither accel.h nor backend.h includes it")
    for header in headers:
        lines = (API / header).read_text().count("\n")
        if lines > LINES_MAX[header.suffix]:
            failures += 1
            print(f"{header}: {lines} lines, where {LINES_MAX[header.suffix]} are the most")
    for compiler in sys.argv[1:]:
        if not shutil.which(compiler):
            sys.exit(f"'{compiler}' is not here; scripts/setup installs it")
        for header in headers:
            languages = [("c++", "c++17"), ("c++", "c++20")] + ([("c", "c11")] if header.suffix == ".h" else [])
            for language, standard in languages:
                source = f"#include <{header}>\n#include <{header}>\nint main(void) {{ return 0; }}\n"
                command = [compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I", API, "-"]
                result = subprocess.run(command, input=source, text=True, capture_output=True)
                if result.returncode != 0:
                    failures += 1
                    print(f"{compiler} -std={standard}: {header}\n{result.stderr}")
    print(f"{len(headers)} headers, {failures} failures")
    return 1 if failures or len(headers) < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
