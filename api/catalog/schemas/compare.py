# SPDX-License-Identifier: MIT
"""Compare records with recorded schemas. Every deviation must be in the record with its reason, and every deviation in a record must be one."""
import dataclasses
import json
import pathlib

from reader import expressions

FOLDER = pathlib.Path(__file__).resolve().parent
# Kind of a key and whether it is one value.
ATTRIBUTE_KINDS = {"INT": ("ints", True), "INTS": ("ints", False), "FLOAT": ("floats", True), "FLOATS": ("floats", False), "STRING": ("string", False),
                   "STRINGS": ("strings", False), "GRAPH": ("graph", False)}
ABSENT = object()


@dataclasses.dataclass
class Found:
    """A place where a record and the schemas differ."""
    kind: str
    subject: object
    text: str       # what the schema says, and what the record
    because: str = ""


def load(path):
    """The schemas of a recorded file by (domain, name): versions, ascending."""
    document = json.loads(path.read_text())
    schemas = {}
    for row in document["operators"]:
        schemas.setdefault((row["domain"], row["name"]), []).append(row)
    return document["source"], {key: sorted(rows, key=lambda r: r["since"]) for key, rows in schemas.items()}


def load_onnx():
    return load(FOLDER / "onnx-1.23.2.json")


def load_debian():
    """The schemas as Debian's library has them: those of onnx up to its opsets, with what it says otherwise in their place."""
    source, other = load(FOLDER / "debian-12-onnx-1.12.json")
    _, schemas = load_onnx()
    missing = {tuple(key) for key in source["not in it"]}
    replaced = {(key, row["since"]): row for key, rows in other.items() for row in rows}
    known = {}
    for key, rows in schemas.items():
        versions = [replaced.get((key, row["since"]), row) for row in rows if row["since"] <= source["opsets"][key[0]] and (*key, row["since"]) not in missing]
        if versions:
            known[key] = versions
    return source, known


def type_name(text):
    """'float' of tensor(float); 'seq', 'optional' or 'map' of what is no tensor."""
    head, _, rest = text.partition("(")
    return rest[:-1] if head == "tensor" else head


class Comparison:
    """One record beside the versions of its operator; limit: the newest opset that the schemas know."""

    def __init__(self, record, versions, words, limit, later=None):
        self.record, self.words, self.limit, self.later = record, words, limit, later
        self.all = versions
        self.versions = [v for v in versions if v["since"] >= record.since]
        self.newest = self.versions[-1] if self.versions else None
        self.found = []

    def differ(self, kind, subject, text):
        if not any(f.kind == kind and f.subject == subject for f in self.found):
            self.found.append(Found(kind, subject, text))

    def run(self):
        refused = self.declared("versions_refused")
        for version in self.all:
            if version["since"] < self.record.since and version["since"] in self.declared("versions_rewritten"):
                self.differ("versions_rewritten", version["since"], f"the version of opset {version['since']} means something else")
            elif version["since"] < self.record.since:
                self.differ("versions_refused", version["since"], f"opset {version['since']} has a version that the record, from opset {self.record.since}, leaves out")
        for since in self.declared("versions_rewritten"):
            if any(v["since"] == since for v in self.versions):
                self.differ("versions_rewritten", since, f"the version of opset {since} means something else")
        self.versions = [v for v in self.versions if v["since"] not in refused]
        for version in self.versions:
            self.compare_operands(version, "inputs", self.record.operands, "input")
            self.compare_operands(version, "outputs", self.record.results, "result")
            self.compare_attributes(version)
        self.compare_own()
        self.compare_types()
        return self.found

    def declared(self, kind):
        return [subject for d in self.record.deviations if d.kind == kind for subject in d.subjects]

    # ---- operands and results

    def moved(self, version, operand):
        """Is the operand still an attribute in this version?"""
        return operand.operand_since is not None and version["since"] < operand.operand_since

    def compare_operands(self, version, what, operands, kind):
        by_position = {o.at: o for o in operands if o.at >= 0 and not self.moved(version, o)}
        for position, formal in enumerate(version[what]):
            operand = by_position.get(position)
            if operand is None:
                handled = [k for k in (f"{kind}_resolved", f"{kind}_ignored", f"{kind}_refused") if formal["name"] in self.declared(k)]
                self.differ(handled[0] if handled else f"{kind}_refused", formal["name"], f"opset {version['since']}: {kind} {position} '{formal['name']}' has no counterpart")
            else:
                self.compare_option(version, formal, operand)
        for position, operand in by_position.items():
            if position >= len(version[what]) and operand.option == "optional":
                self.differ("operand_since", operand.name, f"opset {version['since']}: no {kind} {position}; the record has '{operand.name}' since opset {operand.operand_since or self.record.since}")

    def compare_option(self, version, formal, operand):
        theirs = {"single": "required"}.get(formal.get("option", "single"), formal.get("option"))
        narrower_before = theirs == "required" and operand.option == "optional" and version is not self.newest
        if theirs != operand.option and not narrower_before:
            self.differ("option_differs", operand.name, f"opset {version['since']}: '{formal['name']}' is {theirs}, '{operand.name}' is {operand.option}")
        if theirs == operand.option == "variadic" and formal["least"] != operand.least:
            self.differ("option_differs", operand.name, f"opset {version['since']}: at least {formal['least']} of '{formal['name']}', the record has {operand.least}")

    # ---- attributes

    def attribute_rows(self, version):
        """ONNX attribute name: (key, required, default) in this version."""
        rows = {a.onnx: (a.key, a.required, a.default) for a in self.record.attributes if a.onnx}
        rows.update({o.attribute: (o.key, o.option == "required", o.default) for o in self.record.operands if o.attribute and self.moved(version, o)})
        return rows

    def compare_attributes(self, version):
        rows = self.attribute_rows(version)
        for name, schema in version["attributes"].items():
            handled = [k for k in ("attribute_resolved", "attribute_ignored", "attribute_refused") if name in self.declared(k)]
            if name not in rows:
                self.differ(handled[0] if handled else "attribute_refused", name, f"opset {version['since']}: attribute '{name}' has no counterpart")
                continue
            if name in self.declared("attribute_converted"):
                self.differ("attribute_converted", name, f"the values of '{name}' differ")
            self.compare_attribute(version, name, schema, *rows[name])

    def compare_attribute(self, version, name, schema, key, required, default):
        row = self.words.attribute(key)
        kind = row["kind"], row.get("scalar", False)
        if kind != ATTRIBUTE_KINDS.get(schema["type"]) and name not in self.declared("attribute_converted"):
            self.differ("attribute_kind", key, f"opset {version['since']}: '{name}' is {schema['type']}, {key} is {'one of ' if kind[1] else ''}{kind[0]}")
        if schema.get("required", False) != required:
            self.differ("attribute_required", key, f"opset {version['since']}: '{name}' is {'' if schema.get('required') else 'not '}required, {key} is {'' if required else 'not '}required")
        if "default" not in schema:
            return
        ours = default
        if isinstance(default, dict):
            ours = next((v for opset, v in sorted(default.items(), reverse=True) if opset <= version["since"]), ABSENT)
        if not self.same_default(ours, schema["default"]):
            self.differ("default_differs", key, f"opset {version['since']}: '{name}' is {schema['default']} when absent, {key} is {ours}")

    def same_default(self, ours, theirs):
        if isinstance(ours, str) and not isinstance(theirs, str):
            try:
                ours = expressions.value_of(expressions.parse(ours), expressions.Values({}, {}, {}))
            except (KeyError, AttributeError, expressions.ExpressionError):
                return False
        return type(ours) in (int, float, str, list) and ours == theirs

    # ---- what ONNX does not have, and what a record says about opsets

    def compare_own(self):
        for attribute in self.record.attributes:
            having = [v["since"] for v in self.versions if attribute.onnx in v["attributes"]]
            first = having[0] if having and having[0] != self.versions[0]["since"] else None
            if not having and not (attribute.since or 0) > self.limit:
                self.differ("attribute_added", attribute.key, f"no version has an attribute for {attribute.key}")
            elif having and first != attribute.since:
                self.differ("attribute_since", attribute.key, f"{attribute.onnx} is there since opset {having[0]}, the record says {attribute.since or self.record.since}")
        for operand in self.record.operands:
            self.compare_move(operand)
            late = operand.operand_since is not None and operand.operand_since > self.limit
            if self.newest and not late and (operand.at < 0 or operand.at >= len(self.newest["inputs"])):
                self.differ("operand_added", operand.name, f"no version has an input {operand.at} for '{operand.name}'")

    def compare_move(self, operand):
        if operand.operand_since is None or operand.operand_since > self.limit:
            return
        was = [v["since"] for v in self.all if operand.attribute in v["attributes"]]
        since = min((v["since"] for v in self.all if len(v["inputs"]) > operand.at and v["since"] > max(was, default=0)), default=None)
        if bool(was) != bool(operand.attribute) or since != operand.operand_since:
            self.differ("operand_since", operand.name, f"'{operand.attribute}' is an attribute at opsets {was} and an operand from {since}; the record says from {operand.operand_since}")

    # ---- element types

    def later_types(self, what, position):
        """Those that the newest version of newer schemas admits, which the record follows; nothing where there are none."""
        if self.later is None or position >= len(self.later[what]):
            return set()
        formal = self.later[what][position]["type"]
        return {type_name(text) for text in self.later["types"].get(formal, [formal])}

    def schema_types(self, formal):
        listed = self.newest["types"].get(formal["type"], [formal["type"]])
        return {type_name(text) for text in listed}

    def compare_types(self):
        real = [s for s in self.record.signatures if not s.quantised] or self.record.signatures
        names = {row["name"]: row["onnx"] for row in self.words.types}
        absent, admitted = {}, set()
        for what, operands in (("inputs", self.record.operands), ("outputs", self.record.results)):
            for operand in operands:
                if operand.at < 0 or self.newest is None or operand.at >= len(self.newest[what]):
                    continue
                theirs = self.schema_types(self.newest[what][operand.at])
                ours = {names[t] for s in real for t in self.record.types_of(operand, s)}
                later = self.later_types(what, operand.at)
                admitted |= ours & theirs
                for name in sorted((theirs & later if later else theirs) - ours):
                    absent.setdefault(name, operand.name)
                for name in sorted(ours - theirs - later):
                    self.differ("types_added", name, f"'{operand.name}' admits {name}, which the schema does not")
        for name, operand in sorted(absent.items()):
            self.differ("types_absent", name, f"the schema admits {name} for '{operand}'")
        self.admitted = admitted


def expand(deviation, words):
    """The subjects of a deviation, groups of types as their members."""
    if deviation.kind != "types_absent":
        return {subject: [subject] for subject in deviation.subjects}
    return {subject: words.type_groups.get(subject, [subject]) for subject in deviation.subjects}


def explain(record, found, words, used, whole):
    """Give each difference its reason; the sentences about what has none and, beside whole schemas, about a reason without a difference."""
    wrong = []
    for deviation in record.deviations:
        for subject, members in expand(deviation, words).items():
            hits = [f for f in found if f.kind == deviation.kind and f.subject in members]
            for hit in hits:
                hit.because = deviation.because
            if hits:
                used.add((id(deviation), subject))
            elif whole and not deviation.shared:
                wrong.append(f"{deviation.place.file}:{deviation.place.line}: {record.name}: deviation {deviation.kind}: given {subject}, expected one that the schemas show")
    for f in found:
        if not f.because:
            wrong.append(f"{record.place.file}:{record.place.line}: {record.name}: unexplained {f.kind} {f.subject}: {f.text}; expected: agreement, or a deviation with its reason")
    return wrong


def differences(record, schemas, words, source, newer=None):
    versions = schemas.get((record.domain, record.onnx))
    if versions is None:
        return [Found("schema_absent", record.domain, f"no schema of {record.domain}.{record.onnx}")]
    limit = source["opsets"][record.domain]
    later = newer[record.domain, record.onnx][-1] if newer else None
    found = Comparison(record, versions, words, limit, later).run()
    if versions[-1].get("deprecated"):
        found.append(Found("deprecated", record.onnx, f"opset {versions[-1]['since']} deprecates {record.onnx}"))
    return found


def compare(catalog, source, schemas):
    """(list of (record, differences), sentences about what is wrong). Schemas that end before a record's first opset are not asked about it."""
    used, rows, wrong = set(), [], []
    whole = "compared with" not in source
    newer = None if whole else load_onnx()[1]
    for record in catalog.everything():
        if not whole and record.since > source["opsets"].get(record.domain, 0) and record.domain in source["opsets"]:
            continue
        found = differences(record, schemas, catalog.vocabulary, source, newer)
        rows.append((record, found))
        wrong += explain(record, found, catalog.vocabulary, used, whole)
    for deviation in catalog.shared if whole else ():
        for subject in deviation.subjects:
            if (id(deviation), subject) not in used:
                wrong.append(f"{deviation.place.file}:{deviation.place.line}: defaults: deviation {deviation.kind}: given {subject}, expected one that a record of the family needs")
    return rows, wrong
