# SPDX-License-Identifier: MIT
"""The headers of a version that does not exist yet: every struct that is not frozen has 8 bytes more at its end, and the minor version is one higher.

What a library of today does with modules and applications of such a version is what it will do with those of the next release, when it can no longer be changed.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "api/tests"))
import abi_facts  # noqa: E402

MEMBER = "    uint64_t abi_next;\n"


def grown(text, frozen):
    def grow(match):
        return match.group(0) if match.group("name") in frozen else match.group("head") + match.group("body") + MEMBER + "};"

    text = re.sub(r"(?P<head>^struct (?P<name>accel_\w+) \{\n)(?P<body>.*?)^\};", grow, text, flags=re.S | re.M)
    return re.sub(r"(_VERSION_MINOR )(\d+)u", lambda match: f"{match.group(1)}{int(match.group(2)) + 1}u", text)


def make(api, folder):
    """Writes the headers of api/accel below folder/accel; answers how many structs grew."""
    count, frozen = 0, abi_facts.Headers(api).frozen()
    for path in sorted(pathlib.Path(api, "accel").rglob("*.h")):
        target = pathlib.Path(folder, path.relative_to(api))
        target.parent.mkdir(parents=True, exist_ok=True)
        text = grown(path.read_text(), frozen)
        count += text.count(MEMBER)
        target.write_text(text)
    return count
