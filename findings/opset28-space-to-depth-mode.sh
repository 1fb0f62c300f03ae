#!/bin/sh
# SPDX-License-Identifier: MIT
# ONNX 1.23.2 gave SpaceToDepth a mode in opset 28 (DCR, as before, or CRD). A reader that knows older opsets would be expected to refuse the model, or the attribute. OpenVINO 2026.4.1 and the importer of
# IREE 3.13.0 take a model of opset 28 with mode CRD and compute DCR. So "the newest opset I know is older" does not stop a model, and neither does an attribute that nobody asked for.
exec "$(dirname "$0")/lib/python" openvino==2026.4.1 iree-base-compiler==3.13.0 iree-base-runtime==3.13.0 onnx==1.23.2 numpy==2.4.6 <<'PYTHON'
import os
import subprocess
from importlib.metadata import version

import iree.runtime as iree
import numpy as np
import onnx
import openvino
from onnx import TensorProto, helper

os.chdir(os.environ["FOLDER"])
x = np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)


def model(opset, **mode):
    node = helper.make_node("SpaceToDepth", ["x"], ["y"], blocksize=2, **mode)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 2, 2])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8, 1, 1])])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    onnx.checker.check_model(made)
    return made


def by_openvino(made):
    compiled = openvino.Core().compile_model(openvino.Core().read_model(made.SerializeToString()), "CPU")
    return compiled([x])[compiled.output(0)].ravel().tolist()


def by_iree(made):
    onnx.save(made, "m.onnx")
    subprocess.run(["iree-import-onnx", "m.onnx", "-o", "m.mlir"], check=True)
    subprocess.run(["iree-compile", "m.mlir", "-o", "m.vmfb", "--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu", "--iree-llvmcpu-target-cpu=generic"], check=True)
    context = iree.SystemContext(config=iree.Config("local-sync"))
    module = iree.VmModule.mmap(context.instance, "m.vmfb")
    context.add_vm_module(module)
    return np.asarray(getattr(context.modules, module.name)["g"](x)).ravel().tolist()


dcr, crd = [0, 4, 1, 5, 2, 6, 3, 7], [0, 1, 2, 3, 4, 5, 6, 7]
changed = 0
for name, run in ((f"openvino {openvino.get_version()}", by_openvino), (f"iree {version('iree-base-compiler')}", by_iree)):
    old, new = run(model(27)), run(model(28, mode="CRD"))
    print(f"{name}: opset 27 {old}; opset 28, CRD {new} (ONNX: {crd})")
    changed += old != dcr or new != dcr
raise SystemExit(changed != 0)
PYTHON
