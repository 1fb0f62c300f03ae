# SPDX-License-Identifier: MIT
"""Small expressions of decompositions and defaults: values that follow from attributes and from the operands' shapes and types.

    1/6          range(AXIS, rank(x))          [dim(x, 0), NUM_GROUPS, -1]          type(x)          given(b)

Names in capitals are attributes of the record (or element types), others are its operands. Every expression has one of the kinds below; `/` divides reals, `//` integers
toward minus infinity and `%` is what that leaves, `+` also joins lists.
"""
import ast
import dataclasses
import functools
import math

SCALAR = {"int", "real"}


class ExpressionError(Exception):
    """What is wrong, as (given, expected)."""

    def __init__(self, given, expected):
        super().__init__(f"given {given}, expected {expected}")
        self.given, self.expected = given, expected


@dataclasses.dataclass
class Scope:
    """The names that an expression may use: attributes with their kinds, operands, element types."""
    attributes: dict
    operands: set
    types: set


@dataclasses.dataclass
class Values:
    """What the names stand for when an expression is computed."""
    attributes: dict
    shapes: dict   # of operands that are given
    types: dict


FUNCTIONS = {   # name: (kinds of parameters, kind of the result, function)
    "rank": (["operand"], "int", None),
    "dim": (["operand", "int"], "int", None),
    "shape": (["operand"], "ints", None),
    "type": (["operand"], "type", None),
    "given": (["operand"], "bool", None),
    "range": (["int", "int"], "ints", lambda low, high: list(range(low, high))),
    "repeat": (["int", "int"], "ints", lambda value, count: [value] * count),
    "reverse": (["ints"], "ints", lambda values: values[::-1]),
    "part": (["ints", "int", "int"], "ints", lambda values, low, high: values[low:high]),
    "count": (["ints"], "int", len),
    "product": (["ints"], "int", math.prod),
    "remove": (["ints", "ints"], "ints", lambda values, at: [v for i, v in enumerate(values) if i not in at]),
    "insert": (["ints", "ints", "int"], "ints", lambda values, at, new: functools.reduce(lambda list_, i: list_[:i] + [new] + list_[i:], sorted(at), values)),
    "find": (["ints", "int"], "ints", lambda values, value: [i for i, v in enumerate(values) if v == value]),
    "ceil_div": (["int", "int"], "int", lambda a, b: -(-a // b)),
    "max": (["int", "int"], "int", max),
    "min": (["int", "int"], "int", min),
    "sqrt": (["real"], "real", math.sqrt),
    "equal": (["same", "same"], "bool", lambda a, b: a == b),
    "all": (["bool", "bool"], "bool", lambda a, b: a and b),
    "not_": (["bool"], "bool", lambda a: not a),
}


def parse(text):
    try:
        return ast.parse(str(text), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"'{text}'", "an expression") from error


def constant_kind(value):
    kinds = {bool: "bool", int: "int", float: "real", str: "string"}
    if type(value) not in kinds:
        raise ExpressionError(repr(value), "an integer, a real number or a text")
    return kinds[type(value)]


def name_kind(node, scope):
    if node.id in scope.attributes:
        return scope.attributes[node.id]
    if node.id in scope.types:
        return "type"
    if node.id in scope.operands:
        return "operand"
    raise ExpressionError(f"'{node.id}'", "an attribute or an operand of the record, or an element type")


def binary_kind(node, scope):
    left, right = kind_of(node.left, scope), kind_of(node.right, scope)
    if isinstance(node.op, ast.Add) and left == right == "ints":
        return "ints"
    if left not in SCALAR or right not in SCALAR or not isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)):
        raise ExpressionError(f"'{ast.unparse(node)}' of {left} and {right}", "+ - * / // % of numbers, or + of lists")
    if isinstance(node.op, (ast.FloorDiv, ast.Mod)):
        if "real" in (left, right):
            raise ExpressionError(f"'{ast.unparse(node)}' of {left} and {right}", "// and % of integers")
        return "int"
    return "real" if isinstance(node.op, ast.Div) or "real" in (left, right) else "int"


def call_kind(node, scope):
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
        raise ExpressionError(f"'{ast.unparse(node)}'", "a call of " + ", ".join(sorted(FUNCTIONS)))
    wanted, result, _ = FUNCTIONS[node.func.id]
    given = [kind_of(argument, scope) for argument in node.args]
    fits = len(given) == len(wanted) and all(w in (g, "same") or (w == "real" and g == "int") for w, g in zip(wanted, given))
    if not fits or ("same" in wanted and len(set(given)) != 1):
        raise ExpressionError(f"'{ast.unparse(node)}' with ({', '.join(given)})", f"({', '.join(wanted)})")
    return result


def kind_of(node, scope):
    """int, real, ints, reals, string, bool, type or operand; ExpressionError when it is none."""
    if isinstance(node, ast.Constant):
        return constant_kind(node.value)
    if isinstance(node, ast.Name):
        return name_kind(node, scope)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and kind_of(node.operand, scope) in SCALAR:
        return kind_of(node.operand, scope)
    if isinstance(node, ast.BinOp):
        return binary_kind(node, scope)
    if isinstance(node, ast.Call):
        return call_kind(node, scope)
    if isinstance(node, ast.List):
        kinds = {kind_of(element, scope) for element in node.elts}
        if kinds <= SCALAR:
            return "reals" if "real" in kinds else "ints"
        raise ExpressionError(f"'{ast.unparse(node)}'", "a list of numbers")
    raise ExpressionError(f"'{ast.unparse(node)}'", "numbers, names, lists, + - * / // % and calls")


def check(text, scope, wanted):
    """The parsed expression, which has one of the kinds in wanted."""
    node = parse(text)
    kind = kind_of(node, scope)
    if kind not in wanted and not (kind == "int" and "real" in wanted) and not (kind == "ints" and "reals" in wanted):
        raise ExpressionError(f"'{text}' of kind {kind}", " or ".join(sorted(wanted)))
    return node


def call_value(node, values):
    name, arguments = node.func.id, node.args
    if name == "given":
        return arguments[0].id in values.shapes
    if name == "type":
        return values.types[arguments[0].id]
    if name in ("rank", "dim", "shape"):
        shape = list(values.shapes[arguments[0].id])
        return len(shape) if name == "rank" else shape if name == "shape" else shape[value_of(arguments[1], values)]
    return FUNCTIONS[name][2](*[value_of(argument, values) for argument in arguments])


def value_of(node, values):
    """The value of a checked expression."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values.attributes.get(node.id, node.id)
    if isinstance(node, ast.UnaryOp):
        return -value_of(node.operand, values)
    if isinstance(node, ast.List):
        return [value_of(element, values) for element in node.elts]
    if isinstance(node, ast.Call):
        return call_value(node, values)
    left, right = value_of(node.left, values), value_of(node.right, values)
    return {ast.Add: lambda: left + right, ast.Sub: lambda: left - right, ast.Mult: lambda: left * right,
            ast.Div: lambda: left / right, ast.FloorDiv: lambda: left // right, ast.Mod: lambda: left % right}[type(node.op)]()
