# SPDX-License-Identifier: MIT
"""What the findings about OpenVINO share: one ONNX node compiled for its CPU, and results beside those that were seen."""
import numpy as np
import openvino
from onnx import TensorProto, helper, numpy_helper

__all__ = ["TensorProto", "finish", "helper", "np", "run", "see"]
changed = 0


def run(node, inputs, outputs, *values, constants=(), opset=22):
    """Results of a node; inputs and outputs are (name, type), constants (name, array)."""
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info(name, kind, value.shape) for (name, kind), value in zip(inputs, values)],
                              [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs], [numpy_helper.from_array(v, n) for n, v in constants])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    core = openvino.Core()
    core.set_property("CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    compiled = core.compile_model(core.read_model(model.SerializeToString()), "CPU")
    results = compiled(list(values))
    return [results[output] for output in compiled.outputs]


def see(what, got, seen):
    """Prints a result, and what it was when the finding was written where that is another."""
    global changed
    changed += got != seen
    print(f"{what}: {got}", "" if got == seen else f"(was {seen})")


def finish():
    """Ends the finding: 1 if anything has changed."""
    raise SystemExit(changed != 0)


print("openvino", openvino.get_version())
