#!/bin/sh
# SPDX-License-Identifier: MIT
# IREE 3.13.0 with its ONNX importer, local CPU. The imported function says ui8, so one would expect bytes. What is computed comes back as int8: 200 + 0 is -56. That may be read as bits, but a Cast of a
# float to uint8 is done with sign, too, and loses the value: 200 is 127. A tensor that is only handed through stays uint8.
exec "$(dirname "$0")/lib/python" iree-base-compiler==3.13.0 iree-base-runtime==3.13.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import os
import subprocess
import sys
from importlib.metadata import version

import iree.runtime as iree
import numpy as np
import onnx
from onnx import TensorProto, helper

os.chdir(os.environ["FOLDER"])


def run(node, kind, *values):
    names = ["a", "b"][:len(values)]
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info(n, kind, v.shape) for n, v in zip(names, values)], [helper.make_tensor_value_info("y", TensorProto.UINT8, values[0].shape)])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), "m.onnx")
    subprocess.run(["iree-import-onnx", "m.onnx", "-o", "m.mlir"], check=True)
    subprocess.run(["iree-compile", "m.mlir", "-o", "m.vmfb", "--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu", "--iree-llvmcpu-target-cpu=generic"], check=True)
    context = iree.SystemContext(config=iree.Config("local-sync"))
    module = iree.VmModule.mmap(context.instance, "m.vmfb")
    context.add_vm_module(module)
    result = getattr(context.modules, module.name)["g"](*values).to_host()
    return str(result.dtype), result.tolist()  # the array is a view of memory that goes with the context


print("iree", version("iree-base-compiler"))
values, changed = [1, 200, 255], 0
bytes_of = np.array(values, np.uint8)
for what, node, kind, given, seen in (("handed through", helper.make_node("Identity", ["a"], ["y"]), TensorProto.UINT8, [bytes_of], ("uint8", [1, 200, 255])),
                                      ("plus 0", helper.make_node("Add", ["a", "b"], ["y"]), TensorProto.UINT8, [bytes_of, np.zeros(3, np.uint8)], ("int8", [1, -56, -1])),
                                      ("cast from float", helper.make_node("Cast", ["a"], ["y"], to=TensorProto.UINT8), TensorProto.FLOAT, [np.array(values, np.float32)], ("int8", [1, 127, 127]))):
    got = run(node, kind, *given)
    changed += got != seen
    print(f"{values} as uint8, {what}: {got}", "" if got == seen else f"(was {seen})")
sys.stdout.flush()
os._exit(changed != 0)  # leaving the interpreter with its contexts alive is not what is looked at here
PYTHON
