# SPDX-License-Identifier: MIT
"""docs/operations.md: the catalog for people."""
from writer import abi


def row(record, words):
    doc = "; ".join(part for part in (record.doc, "no module sees it" if record.resolved else "") if part)
    name = record.name + (f"<br>{doc}" if doc else "")
    operands, results = (", ".join(map(abi.shown, list_)) for list_ in (record.operands, record.results))
    return (f"| {record.id} | {name} | {record.onnx} ({record.since}) | {operands} | {results} | {', '.join(abi.types(record, words))} | "
            f"{', '.join(key.lower() for key in abi.attributes(record, words))} | {record.numeric_class} | {'yes' if record.quantised else ''} |")


def write(catalog, note, semantics):
    words = catalog.vocabulary
    out = [f"<!-- {note} -->", "# Operations", "", f"Operation profile {words.profile}. Axis order, operand order and meaning are those of the ONNX operator",
           "named in each row; a row says what differs.", "", semantics.rstrip(), "",
           "## The list", "", "| id | operation | ONNX (since opset) | operands | results | types | attributes | class | quantised |", "|--:|---|---|---|---|---|---|---|---|"]
    out += [row(record, words) for record in catalog.operations()]
    for title, rows in (("Attributes", abi.attribute_rows(catalog)), ("Element types", words.types), ("Rounding of requantisation", words.roundings), ("Reason codes", words.reasons)):
        out += ["", f"## {title}", "", "| id | name | meaning |", "|--:|---|---|"]
        out += [f"| {r['id']} | {r['name']} | {r.get('doc', '')} |" for r in rows]
    return "\n".join(out + [""])
