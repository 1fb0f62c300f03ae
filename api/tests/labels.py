#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public function carries the labels that accel/accel.h promises, in their order: Shapes, Units, Ownership, Threads, Blocks, Errors.

Functions and slots of extension tables say Threads and Blocks, and Errors if they answer with a status; Ownership where memory or references change hands or are borrowed,
Units for a time, Shapes for dimensions. Callbacks say Threads. Slots of module tables say Threads and Blocks, in their own comment or in that of their table.
"""
import pathlib
import re
import sys

import doors

API = pathlib.Path(__file__).resolve().parent.parent
ORDER = ["Shapes", "Units", "Ownership", "Threads", "Blocks", "Errors"]
LABEL = re.compile(r"\b(" + "|".join(ORDER) + r"):")
COMMENT = r"(?P<comment>/\*\*(?!<)(?:(?!\*/).)*\*/)?\s*"
FUNCTION = re.compile(COMMENT + r"^(?P<text>(?:ACCEL_API|ACCEL_BK_EXPORT|static inline) [^;{#]*?(?P<name>accel_\w+)\([^;{]*\))", re.S | re.M)
CALLBACK = re.compile(COMMENT + r"^(?P<text>typedef [^;]*?\(\*(?P<name>\w+_fn)\)\([^;]*);", re.S | re.M)
TABLE = re.compile(COMMENT + r"^struct (?P<name>\w+) \{(?P<body>.*?)^\};", re.S | re.M)
SLOT = re.compile(COMMENT + r"^    (?P<text>[\w ]+?\*?\(\*(?P<name>\w+)\)\([^;]*\));", re.S | re.M)
BORROWS = re.compile(r"const struct \w+ \*(?!const \*)|const void \*")
HANDS_OVER = re.compile(r"\*\*out_|int \*out_fd")


class Declaration:
    def __init__(self, name, required, comments):
        self.name, self.required, self.comments = name, required, comments

    def problems(self):
        found = [LABEL.findall(comment) for comment in self.comments]
        missing = [f"{self.name}: no {label}" for label in ORDER if label in self.required and not any(label in labels for labels in found)]
        return missing + [f"{self.name}: labels in the order {', '.join(labels)}" for labels in found if labels != sorted(labels, key=ORDER.index)]

    def without(self, label):
        return Declaration(self.name, self.required, [comment.replace(f"{label}:", f"{label.lower()}") for comment in self.comments])


def labels_of_function(text, name):
    result, parameters = text[:text.index(name)], text[text.index(name):]
    required = {"Threads", "Blocks"}
    if "enum accel_status" in result:
        required.add("Errors")
    hands_out = "*" in result.replace("(*", "") and not name.endswith("_ref")
    if hands_out or HANDS_OVER.search(parameters) or BORROWS.search(parameters):
        required.add("Ownership")
    if re.search(r"\w_ns\b", parameters):
        required.add("Units")
    if re.search(r"\bdims\b", parameters):
        required.add("Shapes")
    return required


def slots(header, text):
    for table in TABLE.finditer(text):
        for slot in SLOT.finditer(table["body"]):
            name = f"{table['name']}.{slot['name']}"
            comments = [slot["comment"] or ""]
            if header in doors.module():
                yield Declaration(name, {"Threads", "Blocks"}, comments + [table["comment"] or ""])
            else:
                yield Declaration(name, labels_of_function(slot["text"], slot["name"]), comments)


def declarations(header):
    text = (API / header).read_text()
    for function in FUNCTION.finditer(text):
        yield Declaration(function["name"], labels_of_function(function["text"], function["name"]), [function["comment"] or ""])
    for callback in CALLBACK.finditer(text):
        yield Declaration(callback["name"], {"Threads"}, [callback["comment"] or ""])
    yield from slots(header, text)


def main():
    everything = [declaration for header in doors.everything() for declaration in declarations(header)]
    problems = [problem for declaration in everything for problem in declaration.problems()]
    # The controls: every exported function that a header has (old ones are symbols only) was looked at, and every label is missed when it is taken out.
    symbols = [line.split() for line in (API / "accel.symbols").read_text().splitlines() if line and not line.startswith("#")]
    exported = {symbol[0] for symbol in symbols if symbol[-1] != "old"}
    problems += [f"{name}: not looked at" for name in sorted(exported - {declaration.name for declaration in everything})]
    for declaration in everything if not problems else []:
        problems += [f"{declaration.name}: {label} can be taken out" for label in declaration.required if not declaration.without(label).problems()]
    for problem in problems:
        print(problem)
    print(f"{len(everything)} declarations, {sum(len(declaration.required) for declaration in everything)} labels")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
