# SPDX-License-Identifier: MIT
"""runtime/compiler/composite_tables.inc: decompositions as flat tables, expressions as tokens in postfix order."""
import ast

from reader import expressions
from writer import abi

OPERATORS = {ast.Add: "kAdd", ast.Sub: "kSub", ast.Mult: "kMul", ast.Div: "kDiv", ast.FloorDiv: "kFloorDiv", ast.Mod: "kMod"}
OF_OPERAND = {"rank": "kRank", "dim": "kDim", "shape": "kShape", "type": "kTypeOf", "given": "kGiven"}


def code_of(function):
    return "k" + "".join(part.capitalize() for part in function.rstrip("_").split("_"))


def real(value):
    return repr(float(value))


class Tables:
    """Rows of all decompositions, each list one array."""

    def __init__(self, catalog):
        self.words = catalog.vocabulary
        self.tokens, self.values, self.operands, self.attributes, self.steps, self.composites = [], [], [], [], [], []
        self.carried = {row["name"] for row in abi.attribute_rows(catalog)}
        self.operations = {record.name: record for record in catalog.records}

    def token(self, code, number=0, value=0.0, text="nullptr"):
        self.tokens.append(f"{{Code::{code}, {number}, {real(value)}, {text}}}")

    def key(self, name):
        return f"ACCEL_ATTRIBUTE_{name}" if name in self.carried else "ACCEL_ATTRIBUTE_CUSTOM"

    def named(self, key, record):
        """An attribute, or what a value operand holds."""
        if abi.is_value(record, key):
            return self.token("kOperandValue", next(i for i, operand in enumerate(record.operands) if operand.key == key))
        one = self.words.attribute(key).get("scalar", False)
        return self.token("kAttribute" if one else "kAttributeList", self.key(key))

    def leaf(self, node, record):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                return self.token("kText", text=f'"{node.value}"')
            return self.token("kReal", value=node.value) if isinstance(node.value, float) else self.token("kInteger", int(node.value))
        if node.id in {key for key, _, _ in record.keys()}:
            return self.named(node.id, record)
        return self.token("kType", f"ACCEL_TYPE_{node.id}")

    def expression(self, node, record):
        if isinstance(node, (ast.Constant, ast.Name)):
            self.leaf(node, record)
        elif isinstance(node, ast.UnaryOp):
            self.expression(node.operand, record)
            self.token("kNegate")
        elif isinstance(node, ast.BinOp):
            self.expression(node.left, record)
            self.expression(node.right, record)
            self.token(OPERATORS[type(node.op)])
        elif isinstance(node, ast.List):
            for element in node.elts:
                self.expression(element, record)
            self.token("kList", len(node.elts))
        elif node.func.id in OF_OPERAND:
            for argument in node.args[1:]:
                self.expression(argument, record)
            names = [operand.name for operand in record.tensors()]
            self.token(OF_OPERAND[node.func.id], names.index(node.args[0].id))
        else:
            for argument in node.args:
                self.expression(argument, record)
            self.token(code_of(node.func.id))

    def text(self, text, record):
        """Where the tokens of an expression are; nothing for none."""
        if text is None:
            return "{0, 0}"
        first = len(self.tokens)
        self.expression(expressions.parse(text), record)
        return f"{{{first}, {len(self.tokens) - first}}}"

    def add(self, table, rows):
        first = len(table)
        table.extend(rows)
        return f"{{{first}, {len(rows)}}}"

    def operand(self, operand, record, numbers):
        if operand is None:
            return "{Source::kAbsent, 0, {0, 0}}"
        if isinstance(operand, dict):
            like = operand.get("like") or record.tensors()[0].name
            return f"{{Source::kConstant, {numbers[like]}, {self.text(operand['constant'], record)}}}"
        return f"{{Source::kValue, {numbers[operand]}, {{0, 0}}}}"

    def attribute(self, key, text, called, record):
        place = next((i for i, operand in enumerate(called.operands) if operand.key == key), -1)
        return f"{{{self.key(key) if place < 0 else 'ACCEL_ATTRIBUTE_CUSTOM'}, {place}, {self.text(text, record)}}}"

    def defaults(self, record):
        """What absent attributes stand for; a default that changes with the opset is the newest one's."""
        for thing in record.attributes + record.values():
            default = thing.default[max(thing.default)] if isinstance(thing.default, dict) else thing.default
            if default is not None:
                text = f'"{default}"' if self.words.attribute(thing.key)["kind"] == "string" else default
                yield self.attribute(thing.key, text, record, record)

    def step(self, step, record, numbers):
        called = self.operations[step.operation]
        for name in step.results:
            numbers.setdefault(name, len(numbers))
        results = self.add(self.values, [str(numbers[name]) for name in step.results])
        operands = self.add(self.operands, [self.operand(o, record, numbers) for o in step.operands])
        attributes = self.add(self.attributes, [self.attribute(k, t, called, record) for k, t in step.attributes.items()])
        rounding = f"ACCEL_ROUNDING_{step.rounding or 'NONE'}"
        return f"{{ACCEL_OPERATION_{step.operation}, {rounding}, {results}, {operands}, {attributes}, {self.text(step.when, record)}}}"

    def composite(self, record):
        numbers = {operand.name: i for i, operand in enumerate(record.tensors())}
        steps = self.add(self.steps, [self.step(step, record, numbers) for step in record.decomposition])
        results = self.add(self.values, [str(numbers[result.name]) for result in record.results])
        defaults = self.add(self.attributes, list(self.defaults(record)))
        number = f"ACCEL_OPERATION_{record.name}" if record.id else "ACCEL_OPERATION_CUSTOM"
        domain = "" if record.domain == "ai.onnx" else record.domain
        self.composites.append(f'{{{number}, "{domain}", "{record.onnx}", {len(record.tensors())}, {len(numbers)}, {results}, {steps}, {defaults}}}')


def write(catalog, note):
    tables = Tables(catalog)
    for record in catalog.records:
        if record.decomposition:
            tables.composite(record)
    out = [f"// {note}", "// Included by composites.cpp only.", ""]
    for kind, name, rows in (("Token", "kTokens", tables.tokens), ("uint16_t", "kValues", tables.values), ("StepOperand", "kStepOperands", tables.operands),
                             ("StepAttribute", "kStepAttributes", tables.attributes), ("StepRow", "kSteps", tables.steps), ("Composite", "kComposites", tables.composites)):
        lines = [f"    {row}," for row in rows] if kind != "uint16_t" else ["    " + ", ".join(rows) + ","]
        out += [f"constexpr {kind} {name}[] = {{"] + lines + ["};", ""]
    return "\n".join(out)
