# SPDX-License-Identifier: MIT
"""Quantises the trained network to int8 and writes it as a Q/DQ ONNX model.

Activations are asymmetric per tensor, with ranges observed on the training
images; weights are symmetric per output channel; a bias is int32 in units of
input scale times weight scale. Each operation reads DequantizeLinear and feeds
QuantizeLinear, except where a Relu or Clip directly follows: the pair shares
one QuantizeLinear, so that it can run as one operation.
"""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import export_float
import network

KEEPS_SCALE = ("MaxPool", "GlobalAveragePool", "Reshape")
ACTIVATIONS = ("Relu", "Clip")


@dataclass(frozen=True)
class Quantisation:
    scale: np.float32
    zero_point: np.int8


def from_range(low, high):
    """The int8 grid over [low, high], widened so that it contains zero."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    scale = np.float32((high - low) / 255)
    return Quantisation(scale, np.int8(np.rint(-128 - low / scale)))


def calibrate(parameters, images):
    """Quantisation of every tensor, from its range over the images."""
    tensors = network.forward(parameters, images)
    # The whole input range, so that a grey byte g becomes exactly g - 128.
    found = {"image": from_range(0, 1)}
    for node in network.NODES:
        if node.op in KEEPS_SCALE:
            found[node.name] = found[node.inputs[0]]
        else:
            found[node.name] = from_range(tensors[node.name].min(), tensors[node.name].max())
    return found


def quantise_weight(weight):
    """(int8 weight, float32 scale per output channel)."""
    by_channel = weight.reshape(len(weight), -1)
    scale = np.maximum(np.abs(by_channel).max(axis=1), 1e-8).astype(np.float32) / np.float32(127)
    scale = scale.astype(np.float32)
    quantised = np.rint(by_channel / scale[:, None]).astype(np.int8)
    return quantised.reshape(weight.shape), scale


class Builder:
    """Collects nodes and constants; knows how Q and DQ are spelled."""

    def __init__(self):
        self.nodes = []
        self.constants = export_float.shared_constants()

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def parameters(self, tensor, quantisation):
        scale = self.constant(f"{tensor}_scale", np.float32(quantisation.scale))
        zero_point = self.constant(f"{tensor}_zero_point", np.int8(quantisation.zero_point))
        return [scale, zero_point]

    def stored_input(self, tensor, quantisation):
        """int8 graph input -> DQ; returns the name of the dequantised tensor."""
        return self._dequantise(tensor, [tensor, *self.parameters(tensor, quantisation)])

    def activation(self, tensor, quantisation):
        """tensor -> Q -> DQ; returns the name of the dequantised tensor."""
        parameters = self.parameters(tensor, quantisation)
        self.nodes.append(helper.make_node(
            "QuantizeLinear", [tensor, *parameters], [f"{tensor}_quantized"],
            name=f"{tensor}_QuantizeLinear"))
        return self._dequantise(tensor, [f"{tensor}_quantized", *parameters])

    def channelwise(self, name, values, scale):
        """Constant int8 or int32 -> DQ along axis 0."""
        sources = [
            self.constant(f"{name}_quantized", values),
            self.constant(f"{name}_scale", scale),
            self.constant(f"{name}_zero_point", np.zeros(len(scale), values.dtype)),
        ]
        return self._dequantise(name, sources, axis=0)

    def _dequantise(self, name, sources, **attributes):
        output = f"{name}_dequantized"
        self.nodes.append(helper.make_node(
            "DequantizeLinear", sources, [output], name=f"{name}_DequantizeLinear", **attributes))
        return output

    def weights(self, node, weight, bias, input_scale):
        quantised, scale = quantise_weight(weight)
        bias_scale = (input_scale * scale).astype(np.float32)
        bias_quantised = np.rint(bias.astype(np.float64) / bias_scale).astype(np.int32)
        return [
            self.channelwise(f"{node.name}_weight", quantised, scale),
            self.channelwise(f"{node.name}_bias", bias_quantised, bias_scale),
        ]


def write(path, parameters, calibration_images):
    quantisation = calibrate(parameters, calibration_images)
    fused = {node.inputs[0] for node in network.NODES if node.op in ACTIVATIONS}
    builder = Builder()
    readable = {"image": builder.stored_input("image", quantisation["image"])}
    for node in network.NODES:
        sources = [readable[source] for source in node.inputs]
        sources += export_float.constant_inputs(node)
        if node.name in parameters:
            input_scale = quantisation[node.inputs[0]].scale
            sources += builder.weights(node, *parameters[node.name], input_scale)
        builder.nodes.append(export_float.operator(node, sources, node.name))
        if node.name in fused:
            readable[node.name] = node.name
        else:
            readable[node.name] = builder.activation(node.name, quantisation[node.name])
    last = readable[network.NODES[-1].name]
    builder.nodes.append(
        helper.make_node("Softmax", [last], ["probabilities"], name="softmax", axis=1))
    export_float.save(path, builder.nodes, builder.constants, TensorProto.INT8)
