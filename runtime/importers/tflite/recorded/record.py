# SPDX-License-Identifier: MIT
"""Writes the models of cases.py, moves.py and kept.py, and what LiteRT's reference kernels make of random inputs.

Needs ai-edge-litert 2.3.0 and numpy (PyPI); the test that reads what is written needs neither.
  record.py            writes models/NAME.tflite and expected.json
  record.py --check    asks the reference kernels again, and says what differs
"""

import base64
import json
import os
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import kept  # pylint: disable=unused-import # it adds to cases.CASES
import moves  # pylint: disable=unused-import # the same
from cases import CASES

HERE = os.path.dirname(os.path.abspath(__file__))


def inputs_of(interpreter, seed, positive):
    random = np.random.default_rng(seed)
    for detail in interpreter.get_input_details():
        shape, dtype = tuple(detail["shape"]), detail["dtype"]
        if dtype in (np.int8, np.uint8, np.int16):
            limits = np.iinfo(dtype)
            values = random.integers(limits.min, limits.max + 1, shape).astype(dtype)
            if values.size >= 256 and dtype != np.int16:
                values = np.resize(np.arange(limits.min, limits.max + 1), shape).astype(dtype)  # each once
        elif dtype == np.bool_:
            values = random.integers(0, 2, shape).astype(dtype)
        elif dtype == np.int32:
            values = random.integers(-3, 4, shape).astype(dtype)
        else:
            values = random.uniform(0.1, 3, shape).astype(dtype) * random.choice([1] if positive else [1, 1, -1], shape).astype(dtype)
        yield detail, values


def packed(name, array):
    return {"name": name, "type": str(array.dtype), "shape": list(array.shape), "data": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()}


def port_names(interpreter):
    """By tensor: its name in the signature, if there is one."""
    names = {}
    for key in interpreter.get_signature_list():
        runner = interpreter.get_signature_runner(key)
        for details in (runner.get_input_details(), runner.get_output_details()):
            names |= {detail["index"]: name for name, detail in details.items()}
    return names


def recorded(name, model):
    # The set of reference kernels lacks these.
    kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if name.startswith(("unary_ceil", "unary_elu")) else OpResolverType.BUILTIN_REF
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    given = list(inputs_of(interpreter, 1, positive=any(word in name for word in ("log_float", "sqrt"))))
    for detail, values in given:
        interpreter.set_tensor(detail["index"], values)
    interpreter.invoke()
    names = port_names(interpreter)
    return {"inputs": [packed(names.get(detail["index"], detail["name"]), values) for detail, values in given],
            "outputs": [packed(names.get(detail["index"], detail["name"]), interpreter.get_tensor(detail["index"])) for detail in interpreter.get_output_details()]}


def main():
    expected, total = {}, 0
    for name, make in sorted(CASES.items()):
        model = make().bytes()
        try:
            expected[name] = recorded(name, model)
        except (RuntimeError, ValueError) as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            raise SystemExit(1) from reason
        if "--check" not in sys.argv:
            with open(os.path.join(HERE, "models", name + ".tflite"), "wb") as file:
                file.write(model)
        total += len(model)
    path = os.path.join(HERE, "expected.json")
    text = json.dumps({"by": "ai-edge-litert 2.3.0, BUILTIN_REF", "cases": expected}, indent=None, separators=(",", ":")).replace('},"', '},\n"') + "\n"
    if "--check" in sys.argv:
        with open(path, encoding="utf-8") as file:
            before = json.load(file)["cases"]
        different = [name for name in sorted(set(before) | set(expected)) if before.get(name) != expected.get(name)]
        raise SystemExit(f"different: {', '.join(different)}" if different else 0)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(len(expected), "cases,", total, "bytes of models,", len(text), "of results")


if __name__ == "__main__":
    main()
