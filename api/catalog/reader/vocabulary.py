# SPDX-License-Identifier: MIT
"""vocabulary.yaml and rules.yaml: the names and numbers that records refer to."""
import dataclasses

from reader.source import Place, field, load, one_of, only

ROW_FIELDS = {
    "types": {"id": "positive", "name": "key", "size_bits": "positive", "onnx": "name", "doc": "text"},
    "roundings": {"id": "positive", "name": "key", "doc": "text"},
    "precisions": {"bit": "integer", "name": "key", "doc": "text"},
    "reasons": {"id": "integer", "name": "key", "doc": "text"},
    "attributes": {"id": "positive", "name": "key", "kind": "name", "doc": "text", "onnx": "name", "scalar": "flag"},
}
OPTIONAL = {"onnx", "scalar"}
ATTRIBUTE_KINDS = ("ints", "floats", "string", "strings", "graph")  # that today's ABI carries
PLANNED_KINDS = ATTRIBUTE_KINDS


@dataclasses.dataclass
class Vocabulary:
    profile: int
    types: list
    roundings: list
    precisions: list
    reasons: list
    attributes: list
    classes: dict
    works: dict
    shape_rules: dict
    folds: dict
    type_groups: dict
    because: dict
    planned_attributes: list = dataclasses.field(default_factory=list)

    def type_names(self):
        return {row["name"] for row in self.types}

    def type_order(self, names):
        """The names in the order of the ABI's numbers."""
        return [row["name"] for row in self.types if row["name"] in names]

    def attribute(self, key):
        """The row of an attribute key, of today's ABI or planned; None when there is none."""
        return next((row for row in self.attributes + self.planned_attributes if row["name"] == key), None)

    def attribute_number(self, key):
        return next((row["id"] for row in self.attributes if row["name"] == key), None)


def read_rows(document, file, what, fields, number):
    rows = document.get(what)
    if not isinstance(rows, list):
        Place(file, 1).fail(f"list '{what}'", rows, "a list of rows")
    taken, last = {}, -1
    for row in rows:
        place = Place(file, row.line, f"{what} {row.get('name', '?')}")
        only(row, place, fields, f"a row of {what}")
        for name, kind in fields.items():
            if name not in OPTIONAL or name in row:
                field(row, place, name, kind)
        if row["name"] in taken:
            place.fail("name", f"'{row['name']}' of line {taken[row['name']]} again", "a name of its own")
        if number and row[number] <= last:
            place.fail(number, row[number], f"more than {last}, the row's before: append at the end, never renumber")
        taken[row["name"]], last = row.line, row[number] if number else last
    return rows


def read_planned_attributes(path, root, attributes):
    file = str(path.relative_to(root))
    fields = {name: kind for name, kind in ROW_FIELDS["attributes"].items() if name != "id"}
    rows = read_rows(load(path, root), file, "attributes", fields, None)
    for row in rows:
        if row["name"] in {known["name"] for known in attributes}:
            Place(file, row.line, f"attributes {row['name']}").fail("name", f"'{row['name']}'", "a key that vocabulary.yaml does not have")
    return rows


def check_rules(rules, file, attributes):
    top = Place(file, 1)
    only(rules, top, {"classes", "works", "folds", "shape_rules", "type_groups", "reasons"}, "the file")
    keys = {row["name"] for row in attributes}
    for name, rule in field(rules, top, "shape_rules", "mapping").items():
        place = Place(file, rule.line, f"shape rule {name}")
        only(rule, place, {"doc", "reads"}, "a shape rule")
        field(rule, place, "doc", "text")
        for key in field(rule, place, "reads", "list", []):
            one_of(place, "attribute that the rule reads", key, keys)
    for name, fold in field(rules, top, "folds", "mapping").items():
        place = Place(file, fold.line, f"fold {name}")
        only(fold, place, {"doc", "most", "reads"}, "a fold")
        field(fold, place, "doc", "text")
        field(fold, place, "most", "positive", None)
        if "reads" in fold:
            one_of(place, "reads", field(fold, place, "reads", "name"), ("shapes", "first", "values"))
    for name, row in field(rules, top, "classes", "mapping").items():
        place = Place(file, getattr(row, "line", 1), f"class {name}")
        if not isinstance(row, dict):
            place.fail("the class", row, "a mapping with doc and rule")
        only(row, place, {"doc", "rule"}, "a class")
        field(row, place, "doc", "text")
        field(row, place, "rule", "name")
    for what in ("works", "type_groups", "reasons"):
        field(rules, top, what, "mapping")


def read(folder, root):
    path, rules_path = folder / "vocabulary.yaml", folder / "rules.yaml"
    document, rules = load(path, root), load(rules_path, root)
    file = str(path.relative_to(root))
    only(document, Place(file, 1), set(ROW_FIELDS) | {"profile"}, "the file")
    rows = {what: read_rows(document, file, what, fields, "bit" if what == "precisions" else "id") for what, fields in ROW_FIELDS.items()}
    planned_path = folder / "planned/attributes.yaml"
    planned = read_planned_attributes(planned_path, root, rows["attributes"]) if planned_path.exists() else []
    for row in rows["attributes"] + planned:
        one_of(Place(row.file, row.line, f"attributes {row['name']}"), "kind", row["kind"], ATTRIBUTE_KINDS if "id" in row else PLANNED_KINDS)
    check_rules(rules, str(rules_path.relative_to(root)), rows["attributes"] + planned)
    return Vocabulary(field(document, Place(file, 1), "profile", "positive"), **rows, classes=rules["classes"], works=rules["works"],
                      shape_rules=rules["shape_rules"], folds=rules["folds"], type_groups=rules["type_groups"], because=rules["reasons"], planned_attributes=planned)
