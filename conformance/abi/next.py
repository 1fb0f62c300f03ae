# SPDX-License-Identifier: MIT
"""The headers of a version that does not exist yet: every struct that can grow has 8 bytes more at its end, and the minor version is one higher.

What a library of today does with modules and applications of such a version is what it will do with those of the next release, when it can no longer be changed.
"""
import pathlib
import re

# Structs without a size, of which the conventions in accel.h say that they never change.
FROZEN = {"accel_dim", "accel_expression", "accel_fence_point", "accel_layout_step", "accel_option", "accel_bk_constant", "accel_bk_constant_place", "accel_bk_operation", "accel_bytes", "accel_sparse_tensor", "accel_capture", "accel_region_port", "accel_bk_span"}
MEMBER = "    uint64_t abi_next;\n"


def grown(text):
    def grow(match):
        return match.group(0) if match.group("name") in FROZEN else match.group("head") + match.group("body") + MEMBER + "};"

    text = re.sub(r"(?P<head>^struct (?P<name>accel_\w+) \{\n)(?P<body>.*?)^\};", grow, text, flags=re.S | re.M)
    return re.sub(r"(_VERSION_MINOR )(\d+)u", lambda match: f"{match.group(1)}{int(match.group(2)) + 1}u", text)


def make(api, folder):
    """Writes the headers of api/accel below folder/accel; answers how many structs grew."""
    count = 0
    for path in sorted(pathlib.Path(api, "accel").rglob("*.h")):
        target = pathlib.Path(folder, path.relative_to(api))
        target.parent.mkdir(parents=True, exist_ok=True)
        text = grown(path.read_text())
        count += text.count(MEMBER)
        target.write_text(text)
    return count
