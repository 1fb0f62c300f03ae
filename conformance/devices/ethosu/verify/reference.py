# SPDX-License-Identifier: MIT
"""TensorFlow Lite's own answer, by its reference kernels.

tflite-runtime 2.14 rather than LiteRT 2.3: the latter's reference kernel of FULLY_CONNECTED rounds once where all other
kernels, and TensorFlow Lite up to 2.14, round twice.
"""

import numpy as np
from tflite_runtime.interpreter import Interpreter, OpResolverType


def details(model):
    """[(shape, dtype)] of the inputs."""
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    return [(tuple(d["shape"]), d["dtype"]) for d in interpreter.get_input_details()]


def random_inputs(model, seed):
    random = np.random.default_rng(seed)
    inputs = []
    for shape, dtype in details(model):
        info = np.iinfo(dtype)
        inputs.append(random.integers(info.min, info.max + 1, shape).astype(dtype))
    return inputs


def run(model, inputs):
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    for detail, value in zip(interpreter.get_input_details(), inputs):
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()
    return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]
