#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public header compiles alone, as C11 and as C++17, without a warning."""
import pathlib
import shutil
import subprocess
import sys

API = pathlib.Path(__file__).resolve().parent.parent


def main():
    failures = 0
    headers = sorted(path.relative_to(API) for path in (API / "accel").rglob("*.h*"))
    for compiler in sys.argv[1:]:
        if not shutil.which(compiler):
            sys.exit(f"'{compiler}' is not here; scripts/setup installs it")
        for header in headers:
            languages = [("c++", "c++17"), ("c++", "c++20")] if header.suffix == ".hpp" else [("c", "c11"), ("c++", "c++17")]
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
