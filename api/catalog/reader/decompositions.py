# SPDX-License-Identifier: MIT
"""Checks of a decomposition: names, core operations, attributes, and the element types of every step for every admitted choice of the operands' types."""
import ast
import itertools

from reader import expressions
from reader.expressions import ExpressionError, Scope, Values


def expression(place, what, text, scope, wanted):
    try:
        return expressions.check(text, scope, wanted)
    except ExpressionError as error:
        return place.fail(what, error.given, error.expected)


def attribute_kinds(record, vocabulary):
    """Kinds of the names in capitals that the record's expressions may use."""
    kinds = {}
    for key, _, default in record.keys():
        row = vocabulary.attribute(key)
        scalar = row.get("scalar", False)
        kinds[key] = {"ints": "int" if scalar else "ints", "floats": "real" if scalar else "reals"}.get(row["kind"], row["kind"])
    return kinds


def scope_of(record, vocabulary):
    return Scope(attribute_kinds(record, vocabulary), {o.name for o in record.tensors()}, vocabulary.type_names())


def check_step_attributes(record, step, called, scope, vocabulary):
    admitted = {key: required for key, required, _ in called.keys()}
    for key, text in step.attributes.items():
        if key not in admitted:
            step.place.fail(f"attribute of {step.operation}", f"'{key}'", "one of " + (", ".join(sorted(admitted)) or "none"))
        wanted = attribute_kinds(called, vocabulary)[key]
        expression(step.place, f"attribute {key} of {step.operation}", text, scope, {wanted, "type"} if key == "TO" else {wanted})
    for key, required in admitted.items():
        if required and key not in step.attributes:
            step.place.fail(f"attribute {key} of {step.operation}", "nothing", "a value: it is required")


def check_step_operands(step, called, known, scope):
    wanted = called.tensors()
    least = sum(1 for o in wanted if o.option != "optional")
    most = None if any(o.option == "variadic" for o in wanted) else len(wanted)
    if len(step.operands) < least or (most is not None and len(step.operands) > most):
        step.place.fail(f"operands of {step.operation}", str(len(step.operands)), f"{least} to {most}" if most is not None else f"at least {least}")
    for position, operand in enumerate(step.operands):
        if isinstance(operand, str) and operand not in known:
            step.place.fail(f"operand of {step.operation}", f"'{operand}'", "an operand or the result of an earlier step: " + ", ".join(sorted(known)))
        if isinstance(operand, dict):
            expression(step.place, f"constant operand of {step.operation}", operand["constant"], scope, {"int", "real", "ints", "reals"})
            like = operand.get("like")
            if like is not None and like not in known:
                step.place.fail("like", f"'{like}'", "an operand or the result of an earlier step: " + ", ".join(sorted(known)))
        if operand is None and position < len(wanted) and wanted[position].option != "optional":
            step.place.fail(f"operand {position} of {step.operation}", "null", "a value: it is required")


def check_step(record, step, known, conditional, operations, vocabulary, scope):
    called = operations.get(step.operation)
    if called is None or (called.planned and not record.planned):
        step.place.fail("operation of a step", f"'{step.operation}'", "an operation of " + ("ops/ or planned/" if record.planned else "ops/"))
    if called.form != "core":
        step.place.fail("operation of a step", f"{step.operation}, which is {called.form}", "a core operation")
    check_step_operands(step, called, known, scope)
    check_step_attributes(record, step, called, scope, vocabulary)
    if step.when is not None:
        expression(step.place, "when", step.when, scope, {"bool"})
    if step.rounding is not None and step.rounding not in {row["name"] for row in vocabulary.roundings}:
        step.place.fail("rounding", f"'{step.rounding}'", "one of " + ", ".join(row["name"] for row in vocabulary.roundings))
    for name in step.results:
        if name in {o.name for o in record.operands}:
            step.place.fail("result of a step", f"'{name}', an operand of the record", "a name of its own")
        if name in known and name not in conditional:
            step.place.fail("result of a step", f"'{name}' again", "a name of its own, or earlier steps with 'when'")
        known.add(name)
        (conditional.add if step.when is not None else conditional.discard)(name)


def check_names(record, operations, vocabulary):
    scope = scope_of(record, vocabulary)
    known, conditional = {o.name for o in record.tensors()}, set()
    for step in record.decomposition:
        check_step(record, step, known, conditional, operations, vocabulary, scope)
    for result in record.results:
        if result.name not in known:
            record.place.fail("decomposition", f"no step with result '{result.name}'", "a step for every result")
        if result.name in conditional and result.option == "required":
            record.place.fail("decomposition", f"only steps with 'when' for '{result.name}'", "a last step without 'when', which holds otherwise")
    used = {name for step in record.decomposition for name in names_used(step)} | {r.name for r in record.results}
    for step in record.decomposition:
        for name in step.results:
            if name not in used:
                step.place.fail("result of a step", f"'{name}', which nothing uses", "a value that a later step uses, or a result of the record")


def names_used(step):
    for operand in step.operands:
        if isinstance(operand, str):
            yield operand
        elif operand is not None and operand.get("like"):
            yield operand["like"]


# ---- element types

def choices(record, signature):
    """Every assignment of one element type to each tensor operand that the signature admits: operands of one constraint are of one type."""
    groups = {}
    for operand in record.tensors():
        name = operand.name if operand.name in signature.types or isinstance(operand.types, list) else operand.types
        groups.setdefault(name, (record.types_of(operand, signature), []))[1].append(operand.name)
    for combination in itertools.product(*[types for types, _ in groups.values()]):
        yield {name: chosen for chosen, (_, names) in zip(combination, groups.values()) for name in names}


def matches(called, signature, given):
    """Does the signature admit operands of these types (None: absent)? If so, the types of its constraints."""
    bound, wanted = {}, called.tensors()
    for position, kind in enumerate(given):
        operand = wanted[min(position, len(wanted) - 1)]
        if kind is None:
            continue
        name = operand.name if operand.name in signature.types or isinstance(operand.types, list) else operand.types
        if kind not in called.types_of(operand, signature) or bound.setdefault(name, kind) != kind:
            return None
    return bound


def type_of_constant(operand, types, record):
    return types[operand.get("like") or record.tensors()[0].name]


def result_types(called, signature, bound, step, types):
    for result in called.results:
        if result.type_from is not None:
            node = expressions.parse(step.attributes[result.type_from])
            yield expressions.value_of(node, Values({}, {}, types)) if not isinstance(node, ast.Constant) else node.value
        else:
            admitted = called.types_of(result, signature)
            yield bound.get(result.types, admitted[0]) if isinstance(result.types, str) else admitted[0]


def infer_step(record, step, types, operations):
    called = operations[step.operation]
    given = [types.get(o) if isinstance(o, str) else None if o is None else type_of_constant(o, types, record) for o in step.operands]
    for signature in called.signatures:
        bound = matches(called, signature, given)
        if bound is not None:
            for name, made in zip(step.results, result_types(called, signature, bound, step, types)):
                if types.setdefault(name, made) != made:
                    step.place.fail(f"type of '{name}'", made, f"{types[name]}, as the step before gives under its condition")
            return
    step.place.fail(f"types of {step.operation}", "(" + ", ".join(str(t) for t in given) + ")", "types that a signature of it admits")


def check_types(record, operations):
    """What a device may be asked is what the steps can be asked: for each real signature (or each, where there is no real one)."""
    signatures = [s for s in record.signatures if not s.quantised] or record.signatures
    for signature in signatures:
        for types in choices(record, signature):
            chosen = dict(types)
            for step in record.decomposition:
                infer_step(record, step, types, operations)
            for result in record.results:
                admitted = record.types_of(result, signature)
                same = chosen.get(next((o.name for o in record.tensors() if o.types == result.types), ""))
                if types[result.name] not in admitted or (same and types[result.name] != same):
                    record.place.fail(f"type of result '{result.name}' for {chosen}", types[result.name], same or " or ".join(admitted))


def check(record, operations, vocabulary):
    check_names(record, operations, vocabulary)
    check_types(record, operations)
