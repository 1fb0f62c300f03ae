# SPDX-License-Identifier: MIT
"""runtime/importers/onnx/schema_tables.inc: how each ONNX operator of ops/ is read, opset by opset.

Ranges of opsets come from the recorded schemas, meanings from the records. An attribute that became an operand has a row among the attributes up to the opset before, and
one among the inputs from that opset on, both with the operand's position.
An operator of a domain that no recorded schema has is read as its record says, at every opset from the record's first on.
"""
import itertools

from writer import abi

LATER = "kOpsetNewest"
# Shape rules whose operators are read by the record alone (ops/by_record.cpp), unless ops/table.cpp has a translator of their own.
FAMILIES = {"same": "kSame", "beside_channels": "kSame", "grouped_channels": "kSame", "per_feature": "kSame", "broadcast": "kBroadcast", "per_channel": "kPerChannel"}
USES = {"resolved": "kResolved", "ignored": "kIgnored", "refused": "kRefused"}
ATTRIBUTE_TYPES = {"INT": "kInt", "INTS": "kInts", "FLOAT": "kFloat", "FLOATS": "kFloats", "STRING": "kString", "STRINGS": "kStrings", "TENSOR": "kTensor",
                   "SPARSE_TENSOR": "kUndefined", "GRAPH": "kGraph", "TYPE_PROTO": "kUndefined"}


def spans(versions, newest):
    """(version, first opset, last opset) for each version of an operator."""
    for version, after in itertools.zip_longest(versions, versions[1:]):
        yield version, version["since"], after["since"] - 1 if after else newest


def merged(rows):
    """(row, first, last), those of neighbouring opsets that say the same as one."""
    open_rows, done = {}, []
    for row, first, last in rows:
        if row in open_rows and done[open_rows[row]][2] + 1 == first:
            done[open_rows[row]][2] = last
            continue
        open_rows[row] = len(done)
        done.append([row, first, last])
    return done


class Reading:
    """One record with the versions of its operator that it covers."""

    def __init__(self, record, versions, newest, words, carried):
        self.record, self.words, self.newest, self.carried = record, words, newest, carried
        refused = self.subjects("versions_refused")
        self.covered = [span for span in spans(versions, newest) if span[0]["since"] >= record.since and span[0]["since"] not in refused]

    def subjects(self, kind):
        return [subject for d in self.record.deviations if d.kind == kind for subject in d.subjects]

    def use(self, kind, name):
        """How the importer treats what has no counterpart."""
        return next((value for what, value in USES.items() if name in self.subjects(f"{kind}_{what}")), None)

    def key(self, key):
        """The enumerator of an attribute that the ABI carries."""
        return f"ACCEL_ATTRIBUTE_{key}" if key in self.carried else "ACCEL_ATTRIBUTE_CUSTOM"

    def place(self, operand):
        """Position among the record's operands, value operands included."""
        return self.record.operands.index(operand) if operand in self.record.operands else self.record.results.index(operand)

    def like(self, operand):
        """Position of the first operand that always has this one's element type; -1: there is none."""
        same = [each for each in self.record.operands if not isinstance(operand.types, list) and each.types == operand.types]
        return self.record.operands.index(same[0]) if same else -1

    def types(self, operand):
        names = {name for s in self.record.signatures for name in self.record.types_of(operand, s)}
        return "type_set({" + ", ".join(f"ACCEL_TYPE_{name}" for name in self.words.type_order(names)) + "})"

    def fallback(self, key, schema):
        """What an absent number stands for."""
        value = schema.get("default")
        return repr(value) if isinstance(value, (int, float)) and key not in self.subjects("default_differs") else "kNoFallback"

    def attributes(self):
        rows = []
        for version, first, last in self.covered:
            keys = {a.onnx: a.key for a in self.record.attributes if a.onnx}
            before = {o.attribute: o for o in self.record.operands if o.attribute and version["since"] < o.operand_since}
            keys.update({name: operand.key for name, operand in before.items()})
            for name, schema in version["attributes"].items():
                use = "kAttribute" if name in keys else self.use("attribute", name)
                if name in self.subjects("attribute_converted"):
                    use = "kResolved"
                key = self.key(keys[name]) if name in keys and name not in before else "ACCEL_ATTRIBUTE_CUSTOM"
                required = str(schema.get("required", False)).lower()
                row = f'"{name}", AttributeType::{ATTRIBUTE_TYPES[schema["type"]]}, Use::{use}, {key}, {self.place(before[name]) if name in before else -1}, {required}, {self.fallback(keys.get(name), schema)}'
                rows.append((row, first, last))
        return merged(rows)

    def operands(self, what, kind, operands):
        rows = []
        for version, first, last in self.covered:
            here = {o.at: o for o in operands if o.at >= 0 and not (o.operand_since and version["since"] < o.operand_since)}
            for position, formal in enumerate(version[what]):
                use, operand = self.use(kind, formal["name"]), here.get(position)
                option = "k" + formal.get("option", "single").capitalize()
                if operand is None:
                    row = f'"{formal["name"]}", {position}, Option::{option}, Use::{use}, -1, 0, -1'
                else:
                    row = f'"{operand.name}", {position}, Option::{option}, Use::kTensor, {self.place(operand)}, {self.types(operand)}, {self.like(operand)}'
                rows.append((row, first, last))
        return merged(rows)

    def covers(self):
        return merged([("", first, last) for _, first, last in self.covered])


def last_text(last, newest):
    return LATER if last == newest else str(last)


def array(kind, name, rows, newest):
    """(lines that define a constant array, expression for it)."""
    if not rows:
        return [], "{}"
    lines = [f"constexpr {kind} {name}[] = {{"]
    lines += ["    {" + (f"{row}, " if row else "") + f"{first}, {last_text(last, newest)}" + "}," for row, first, last in rows]
    return lines + ["};"], name


def operator(record, versions, newest, words, carried):
    reading = Reading(record, versions, newest, words, carried)
    owner = "" if record.domain == "ai.onnx" else "".join(part.capitalize() for part in record.domain.split("."))
    lines, names = [], []
    for kind, suffix, rows in (("OpsetRange", "Opsets", reading.covers()), ("AttributeSchema", "Attributes", reading.attributes()),
                               ("OperandSchema", "Inputs", reading.operands("inputs", "input", record.operands)),
                               ("OperandSchema", "Outputs", reading.operands("outputs", "result", record.results))):
        made, name = array(kind, f"k{owner}{record.onnx}{suffix}", rows, newest)
        lines += made
        names.append(name)
    form = {"rewrite": "Form::kRewrite", "steps": "Form::kRewrite", "value": "Form::kValue"}.get(record.only_import, "Form::kOperation")
    number = f"ACCEL_OPERATION_{record.name}" if record.id else "ACCEL_OPERATION_CUSTOM"
    domain = "" if record.domain == "ai.onnx" else record.domain
    family = FAMILIES.get(record.shape, "kOther") if record.id else "kOther"
    return lines, f'    {{"{domain}", "{record.onnx}", {form}, {number}, Family::{family}, {", ".join(names)}}},'


def schema_of(record, words):
    """The one version of an operator that its record has to stand for."""
    kinds = {("ints", True): "INT", ("ints", False): "INTS", ("floats", True): "FLOAT", ("floats", False): "FLOATS"}
    known = {a.key: words.attribute(a.key) for a in record.attributes if a.onnx}

    def formal(operand):
        return {"name": operand.name, "option": "single" if operand.option == "required" else operand.option}

    def attribute(a):
        plain = {"default": a.default} if isinstance(a.default, (int, float)) else {}
        return {"type": kinds.get((known[a.key]["kind"], known[a.key].get("scalar", False)), "STRING"), "required": a.required, **plain}
    return {"since": record.since, "inputs": [formal(o) for o in record.operands], "outputs": [formal(o) for o in record.results],
            "attributes": {a.onnx: attribute(a) for a in record.attributes if a.onnx}}


def write(catalog, note, source, schemas):
    out = [f"// {note}", "// Included by schema.cpp only.", "", f"constexpr int kOpsetNewest = {source['opsets']['ai.onnx']};  // that the recorded schemas have", ""]
    rows, carried = [], {row["name"] for row in abi.attribute_rows(catalog)}
    for record in sorted(catalog.records, key=lambda r: (r.domain, r.onnx)):
        versions = schemas.get((record.domain, record.onnx))
        if versions is None and record.id is None:
            continue  # a rewrite, which the importer knows by itself
        newest = source["opsets"].get(record.domain, source["opsets"]["ai.onnx"])
        lines, row = operator(record, versions or [schema_of(record, catalog.vocabulary)], newest, catalog.vocabulary, carried)
        out += lines
        rows.append(row)
    return "\n".join(out + ["", "constexpr OperatorSchema kOperators[] = {"] + rows + ["};", ""])
