# SPDX-License-Identifier: MIT
"""The whole catalog: vocabulary, rules and records, read and checked against each other."""
import dataclasses

from reader import decompositions, records, vocabulary
from reader.decompositions import expression, scope_of
from reader.expressions import Scope
from reader.source import Mapping, Place, field, load, only


@dataclasses.dataclass
class Catalog:
    vocabulary: vocabulary.Vocabulary
    records: list       # of ops/, those with numbers first, by number
    planned: list       # of planned/
    shared: list        # deviations given for whole families, for the check that each is needed

    def operations(self):
        """What the ABI numbers."""
        return [record for record in self.records if record.id is not None]

    def shown(self):
        """What modules are asked about."""
        return [record for record in self.operations() if not record.resolved]

    def everything(self):
        return self.records + self.planned


def read_family(path, root, words, planned):
    document = load(path, root)
    file = str(path.relative_to(root))
    top = Place(file, 1)
    if not isinstance(document, Mapping):
        top.fail("the file", document, "a mapping with family, doc and operations")
    only(document, top, {"family", "doc", "defaults", "operations"}, "the file")
    if field(document, top, "family", "name") != path.stem:
        top.fail("family", f"'{document['family']}'", f"'{path.stem}', as the file is called")
    defaults = field(document, top, "defaults", "mapping", Mapping({}, file, 1))
    shared_place = Place(file, getattr(defaults, "line", 1), "defaults")
    only(defaults, shared_place, records.RECORD_FIELDS - {"name", "id", "onnx"}, "defaults")
    shared = [records.read_deviation(i, p, words, True) for i, p in records.items(defaults, shared_place, "deviations", [])]
    read = []
    for item, place in records.items(document, top, "operations"):
        merged = Mapping({**{k: v for k, v in defaults.items() if k != "deviations"}, **item}, file, item.line)
        place = Place(file, item.line, str(item.get("name", "a record without a name")))
        read.append(records.read_record(merged, place, words, path.stem, planned, shared))
    return read, shared


def check_unique(all_records):
    for what, key in (("name", lambda r: r.name), ("id", lambda r: r.id), ("ONNX operator", lambda r: (r.domain, r.onnx))):
        taken = {}
        for record in all_records:
            value = key(record)
            if value is None:
                continue
            if value in taken:
                other = taken[value]
                record.place.fail(what, f"{value} as {other.name} ({other.place.file}:{other.place.line})", "one of its own")
            taken[value] = record


def check_numbers(catalog):
    for record in catalog.records:
        if record.id is None and record.only_import is None:
            record.place.fail("field 'id'", "nothing", "a number, or import: an operation of ops/ is carried by the runtime")
        if record.id is not None and record.only_import is not None:
            record.place.fail("field 'id'", record.id, f"none: import: {record.only_import} says that the ABI does not have it")
    last = 0
    for record in catalog.operations():
        if record.id != last + 1:
            record.place.fail("id", record.id, f"{last + 1}: numbers have no gaps and are never given again")
        last = record.id
    for record in catalog.planned:
        if record.id is not None:
            record.place.fail("field 'id'", record.id, "none: a planned operation gets its number when it moves to ops/")


def check_revisions(record):
    revisions = {p.revision for p in record.operands + record.results + record.attributes + record.signatures}
    if max(revisions | {1}) != record.revision:
        record.place.fail("revision", record.revision, f"{max(revisions | {1})}, the newest of its operands, attributes and types")


def check_signatures(record):
    if not record.signatures:
        record.place.fail("types", "[]", "at least one signature")
    for signature in record.signatures:
        for operand in record.operands + record.results:
            if not record.types_of(operand, signature):
                signature.place.fail(f"types of '{operand.name}'", "nothing", f"a list for '{operand.types}'")


def check_attributes(record, words):
    keys = [key for key, _, _ in record.keys()]
    for key in keys:
        if keys.count(key) > 1:
            record.place.fail("attribute", f"{key} twice", "each key once")
        if not record.planned and record.only_import is None and words.attribute_number(key) is None:
            record.place.fail("attribute", key, "a key with a number in vocabulary.yaml")
    scope = scope_of(record, words)
    computed = {thing.key for thing in record.attributes + record.values() if isinstance(thing.default, str)}
    fixed = Scope({key: kind for key, kind in scope.attributes.items() if key not in computed}, scope.operands, scope.types)
    for thing in record.attributes + record.values():
        key, default = thing.key, thing.default
        if isinstance(default, dict):
            for opset in default:
                if not isinstance(opset, int):
                    thing.place.fail(f"default of {key}", f"'{opset}'", "opset numbers as keys")
        elif isinstance(default, str) and scope.attributes[key] != "string":
            expression(thing.place, f"default of {key}", default, fixed, {scope.attributes[key]})  # names no other computed default


def check_shape_rule(record, words):
    rule = words.shape_rules[record.shape]
    have = {key for key, _, _ in record.keys()}
    for key in rule.get("reads", []):
        if key not in have:
            record.place.fail(f"shape rule {record.shape}", f"a record without {key}", f"{', '.join(rule['reads'])}, which the rule reads")
    if record.shape == "composite" and not record.decomposition and record.only_import not in ("value", "steps"):
        record.place.fail("shape rule", "composite", "another rule: there is no decomposition")


def check_record(record, catalog, operations):
    words = catalog.vocabulary
    names = [o.name for o in record.operands + record.results]
    for name in names:
        if names.count(name) > 1:
            record.place.fail("operand or result", f"'{name}' twice", "each name once")
    for position, operand in enumerate(record.tensors()):
        if operand.option == "variadic" and position + 1 < len(record.tensors()):
            operand.place.fail(f"operand '{operand.name}'", "variadic before another", "the last tensor operand to be the variadic one")
    values = [operand.key is not None for operand in record.operands]
    if values != sorted(values):
        record.place.fail("operands", "a value operand in front of a tensor", "value operands last")
    check_revisions(record)
    check_signatures(record)
    check_attributes(record, words)
    check_shape_rule(record, words)
    if record.only_import == "rewrite" and not record.decomposition:
        record.place.fail("decomposition", "nothing", "the operations that the importer makes of it")
    if record.only_import == "steps" and record.decomposition:
        record.place.fail("decomposition", "steps", "none, or import: rewrite: the importer's steps depend on more than a decomposition says")
    if record.decomposition:
        decompositions.check(record, operations, words)


def read(folder, root):
    """The catalog in a folder; CatalogError for the first mistake."""
    words = vocabulary.read(folder, root)
    lists, shared = {}, []
    for name in ("ops", "planned"):
        lists[name] = []
        for path in sorted((folder / name).glob("*.yaml")):
            if path.name != "attributes.yaml":
                read_records, family_shared = read_family(path, root, words, name == "planned")
                lists[name] += read_records
                shared += family_shared
    lists["ops"].sort(key=lambda r: (r.id is None, r.id or 0, r.domain, r.onnx))
    catalog = Catalog(words, lists["ops"], lists["planned"], shared)
    check_unique(catalog.everything())
    check_numbers(catalog)
    operations = {record.name: record for record in catalog.everything()}
    for record in catalog.everything():
        check_record(record, catalog, operations)
    return catalog
