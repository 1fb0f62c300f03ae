#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A-25: what layout.py is there for is found. Copies of the headers are changed in one place each, and it has to say so; what may change it has to let pass.

    frozen_test.py COMPILER
"""
import concurrent.futures
import pathlib
import re
import shutil
import sys
import tempfile

import abi_facts
import layout

# (what is done, header, text there, text in its place, what the complaint has, or None where there may be none)
CHANGES = [
    ("nothing", "accel/queue.h", "struct accel_queue_desc {", "struct accel_queue_desc {", None),
    ("a comment", "accel/queue.h", "/** Facts about a queue.", "/** What a queue tells.", None),
    ("a parameter's name", "accel/base.h", "accel_object_id(void *object)", "accel_object_id(void *it)", None),
    ("an operation, and the profile raised", "accel/catalog.h", "    ACCEL_OPERATION_MAX_ENUM", "    ACCEL_OPERATION_PLANTED = 9999,\n    ACCEL_OPERATION_MAX_ENUM", None),
    ("an attribute key, and the profile raised", "accel/catalog.h", "    ACCEL_ATTRIBUTE_MAX_ENUM", "    ACCEL_ATTRIBUTE_PLANTED = 9999,\n    ACCEL_ATTRIBUTE_MAX_ENUM", None),
    ("a position, and the profile raised", "accel/catalog.h", "    ACCEL_OPERAND_MAX_ENUM", "    ACCEL_OPERAND_PLANTED = 1,\n    ACCEL_OPERAND_MAX_ENUM", None),
    ("a number that an operation has", "accel/catalog.h", "    ACCEL_OPERATION_MAX_ENUM", "    ACCEL_OPERATION_PLANTED = 1,\n    ACCEL_OPERATION_MAX_ENUM", "the number 1 is taken"),
    ("an operation that went", "accel/catalog.h", "ACCEL_OPERATION_CONV = 1,", "", "ACCEL_OPERATION_CONV"),
    ("another number of an operation", "accel/catalog.h", "ACCEL_OPERATION_CONV = 1,", "ACCEL_OPERATION_CONV = 9998,", "ACCEL_OPERATION_CONV"),
    ("another MAX_ENUM", "accel/catalog.h", "ACCEL_OPERATION_MAX_ENUM = 0x7fffffff", "ACCEL_OPERATION_MAX_ENUM = 0x7ffffffe", "ACCEL_OPERATION_MAX_ENUM"),
    ("another number of a status", "accel/base.h", "ACCEL_STATUS_TIMEOUT = 2,", "ACCEL_STATUS_TIMEOUT = 77,", "ACCEL_STATUS_TIMEOUT"),
    ("a status more", "accel/base.h", "    ACCEL_STATUS_MAX_ENUM", "    ACCEL_STATUS_PLANTED = 23,\n    ACCEL_STATUS_MAX_ENUM", "raise ACCEL_VERSION_MINOR"),
    ("members in another order", "accel/queue.h", "    uint32_t device_count;\n    int32_t priority;", "    int32_t priority;\n    uint32_t device_count;", "accel_queue_desc"),
    ("a member of another name", "accel/fence.h", "uint64_t initial_value;", "uint64_t first_value;", "accel_fence_desc.initial_value"),
    ("a member of another size", "accel/tensor.h", "uint32_t reserved; /**< must be 0 */\n};\n\n/** Where the size", "uint64_t reserved; /**< must be 0 */\n};\n\n/** Where the size", "accel_dim"),
    ("a member more at the end", "accel/queue.h", "    int32_t priority; /**< as it was given */", "    int32_t priority; /**< as it was given */\n    uint64_t planted;", "raise ACCEL_VERSION_MINOR"),
    ("a member more in the middle", "accel/base.h", "    const char *step; ", "    uint64_t planted;\n    const char *step; ", "accel_progress"),
    ("a function's other parameter", "accel/queue.h", "accel_queue_cancel(struct accel_queue *queue)", "accel_queue_cancel(struct accel_queue *queue, uint32_t flags)", "accel_queue_cancel"),
    ("a slot's other result", "accel/backend/device.h", "void (*queue_destroy)(", "int (*queue_destroy)(", "queue_destroy"),
    ("a slot more", "accel/backend/importer.h", "    /** [mandatory] Errors: CORRUPT;", "    int (*planted)(void);\n    /** [mandatory] Errors: CORRUPT;", "accel_bk_importer"),
    ("another macro", "accel/base.h", "#define ACCEL_NONE UINT32_MAX", "#define ACCEL_NONE 0xfffffffe", "ACCEL_NONE"),
    ("a hole", "accel/run.h", "    int32_t priority;\n    uint32_t reserved; /**< must be 0 */", "    int32_t priority;", "belong to no member"),
]
# The same in headers of the version after it, where structs may grow, and frozen ones may not.
NEXT_CHANGES = [
    ("nothing", "accel/queue.h", "struct accel_queue_info {", "struct accel_queue_info {", None),
    ("a member more", "accel/queue.h", "    int32_t priority; /**< as it was given */", "    int32_t priority; /**< as it was given */\n    uint64_t planted;", None),
    ("a status more", "accel/base.h", "    ACCEL_STATUS_MAX_ENUM", "    ACCEL_STATUS_PLANTED = 23,\n    ACCEL_STATUS_MAX_ENUM", None),
    ("a frozen struct that grew", "accel/fence.h", "struct accel_fence_point {\n    struct accel_fence *fence;\n    uint64_t value;", "struct accel_fence_point {\n    struct accel_fence *fence;\n    uint64_t value;\n    uint64_t planted;", "frozen with 16"),
    ("a struct that shrank", "accel/queue.h", "    uint32_t depth;   /**< submissions in flight before BUSY */\n    int32_t priority; /**< as it was given */", "", "accel_queue_info"),
]


def changed(folder, header, before, after, version):
    root = pathlib.Path(folder) / "api"
    shutil.copytree(abi_facts.ROOT / "api/accel", root / "accel", ignore=shutil.ignore_patterns("*.hpp"))
    path = root / header
    text = path.read_text()
    if text.count(before) != 1:
        sys.exit(f"{header}: '{before}' is there {text.count(before)} times, and a change needs it once")
    path.write_text(text.replace(before, after))
    for name, pattern in (("accel/base.h", r"(ACCEL_VERSION_MINOR )(\d+)u"), (abi_facts.CATALOG, r"(ACCEL_OPERATION_PROFILE )(\d+)u")):
        raised = version if name == "accel/base.h" else "raised" in str(folder)
        if name == abi_facts.CATALOG and "released" in str(folder):
            released = re.search(pattern, (abi_facts.KEPT / abi_facts.kept_versions()[-1] / "include" / name).read_text())
            (root / name).write_text(re.sub(pattern, released[0], (root / name).read_text()))
        if raised:
            (root / name).write_text(re.sub(pattern, lambda match: f"{match[1]}{int(match[2]) + 1}u", (root / name).read_text()))
    return abi_facts.Headers(root)


def tried(compiler, kept, change, newer):
    what, header, before, after, wanted = change
    with tempfile.TemporaryDirectory(suffix="-raised" if "profile raised" in what else "-released" if "release's profile" in what else "") as folder:
        headers = changed(folder, header, before, after, newer)
        found = [problem for problem in layout.check(headers, compiler, "c", kept)[0] if ".layout is missing" not in problem]
    if wanted is None:
        return [f"{what}: refused: {found[0]}"] if found else []
    return [] if any(wanted in problem for problem in found) else [f"{what}: not found; said: {found[:2]}"]


def of_neither_sort(headers):
    """Structs without a size of their own that are neither frozen nor in the lists of those whose size stands with their owner."""
    listed = set(re.findall(r"\baccel_\w+", re.search(r"Those whose size stands in their owner grow.*?;", (headers.root / "accel/accel.h").read_text(), re.S)[0]))
    listed |= set(re.findall(r"struct (accel_\w+)", re.search(r"struct accel_bk_sizes \{.*?\};", (headers.root / "accel/backend.h").read_text(), re.S)[0]))
    sizeless = {name for name, members in headers.structs() if members[0] != "struct_size"}
    frozen = headers.frozen()
    yield from (f"{name}: neither frozen nor among those whose size stands in their owner" for name in sorted(sizeless - frozen - listed))
    yield from (f"{name}: frozen, and said to grow" for name in sorted(frozen & listed))


def main():
    compiler = sys.argv[1]
    # An operation more is refused while the profile is that of the release.
    silent = ("an operation, and the release's profile", *CHANGES[3][1:4], "the same profile")
    cases = [(change, False) for change in [*CHANGES, silent]] + [(change, True) for change in NEXT_CHANGES]
    kept = {version: abi_facts.Headers(abi_facts.KEPT / version / "include") for version in abi_facts.kept_versions()}
    for headers in kept.values():
        headers.measured(compiler, "c")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        problems = [problem for found in pool.map(lambda case: tried(compiler, kept, *case), cases) for problem in found]
    headers = abi_facts.Headers(abi_facts.ROOT / "api")
    problems += of_neither_sort(headers)
    # The control: a struct that lost its mark is seen.
    headers.frozen = lambda marked=headers.frozen(): marked - {"accel_dim"}
    problems += [] if list(of_neither_sort(headers)) else ["a struct of neither sort would not be seen"]
    for problem in problems:
        print(problem)
    print(f"{len(cases)} changes, {len(problems)} judged wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
