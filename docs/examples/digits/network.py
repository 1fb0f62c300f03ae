# SPDX-License-Identifier: MIT
"""The digits network as a list of nodes, and its training passes in numpy.

Both exporters walk the same list, so the float model, the quantised model and
the network that was trained cannot differ in shape. Tensors are NCHW float32.
"""

from dataclasses import dataclass

import numpy as np

CLIP_MAX = 6.0
CLASSES = 10


@dataclass(frozen=True)
class Node:
    """One ONNX node. Its output tensor carries the node's name."""

    name: str
    op: str
    inputs: tuple
    weight_shape: tuple = ()
    group: int = 1
    kernel: int = 1
    stride: int = 1


def conv(name, source, inputs, outputs, kernel):
    return Node(name, "Conv", (source,), (outputs, inputs, kernel, kernel), 1, kernel)


def depthwise(name, source, channels, kernel):
    shape = (channels, 1, kernel, kernel)
    return Node(name, "Conv", (source,), shape, channels, kernel)


# The pooled map is 3 x 3: a mean of nine integers is never exactly half-way
# between two of them, so every rounding rule gives the same quantised mean.
# 36 channels are deliberate: no multiple of the 8 and 16 that NPUs work in.
NODES = (
    conv("stem", "image", 1, 32, 3),
    Node("stem_relu", "Relu", ("stem",)),
    depthwise("depth", "stem_relu", 32, 3),
    Node("depth_clip", "Clip", ("depth",)),
    conv("project", "depth_clip", 32, 32, 1),
    Node("residual", "Add", ("stem_relu", "project")),
    Node("pool", "MaxPool", ("residual",), kernel=4, stride=2),
    conv("wide", "pool", 32, 36, 3),
    Node("wide_relu", "Relu", ("wide",)),
    conv("mix", "wide_relu", 36, 64, 1),
    Node("mix_clip", "Clip", ("mix",)),
    Node("mean", "GlobalAveragePool", ("mix_clip",)),
    Node("flat", "Reshape", ("mean",)),
    Node("scores", "Gemm", ("flat",), (CLASSES, 64)),
)


def initial_parameters(rng):
    """He-normal weights and zero biases, as {node name: [weight, bias]}."""
    parameters = {}
    for node in NODES:
        if node.weight_shape:
            deviation = np.sqrt(2.0 / np.prod(node.weight_shape[1:]))
            weight = rng.normal(0.0, deviation, node.weight_shape)
            bias = np.zeros(node.weight_shape[0])
            parameters[node.name] = [weight.astype(np.float32), bias.astype(np.float32)]
    return parameters


def _taps(node):
    return [(row, col) for row in range(node.kernel) for col in range(node.kernel)]


def _pad(x, kernel):
    margin = kernel // 2
    return np.pad(x, ((0, 0), (0, 0), (margin, margin), (margin, margin)))


def _conv(node, x, weight, bias):
    count, _, height, width = x.shape
    padded = _pad(x, node.kernel)
    y = np.zeros((count, weight.shape[0], height, width), np.float32)
    for row, col in _taps(node):
        part = padded[:, :, row:row + height, col:col + width]
        tap = weight[:, :, row, col]
        if node.group > 1:
            y += part * tap.reshape(1, -1, 1, 1)
        else:
            flat = part.reshape(count, part.shape[1], height * width)
            y += (tap @ flat).reshape(y.shape)
    return y + bias.reshape(1, -1, 1, 1)


def _conv_backward(node, x, weight, dy):
    count, channels, height, width = x.shape
    padded = _pad(x, node.kernel)
    dpadded, dweight = np.zeros_like(padded), np.zeros_like(weight)
    dy_flat = dy.reshape(count, dy.shape[1], height * width)
    for row, col in _taps(node):
        window = np.s_[:, :, row:row + height, col:col + width]
        tap = weight[:, :, row, col]
        if node.group > 1:
            dpadded[window] += dy * tap.reshape(1, -1, 1, 1)
            dweight[:, 0, row, col] = (dy * padded[window]).sum(axis=(0, 2, 3))
        else:
            dpadded[window] += (tap.T @ dy_flat).reshape(x.shape)
            dweight[:, :, row, col] = np.tensordot(dy, padded[window], ((0, 2, 3), (0, 2, 3)))
    margin = node.kernel // 2
    dx = dpadded[:, :, margin:margin + height, margin:margin + width]
    return dx, dweight, dy.sum(axis=(0, 2, 3))


def _pool_windows(node, x):
    view = np.lib.stride_tricks.sliding_window_view(x, (node.kernel, node.kernel), (2, 3))
    view = view[:, :, ::node.stride, ::node.stride]
    return view.reshape(*view.shape[:4], -1)


def _max_pool_backward(node, x, dy):
    winner = _pool_windows(node, x).argmax(axis=-1)
    dx = np.zeros_like(x)
    rows, cols = (node.stride * extent for extent in dy.shape[2:])
    for tap, (row, col) in enumerate(_taps(node)):
        window = np.s_[:, :, row:row + rows:node.stride, col:col + cols:node.stride]
        dx[window] += dy * (winner == tap)
    return dx


def forward(parameters, images):
    """Every tensor of the network by name; 'scores' are the logits."""
    tensors = {"image": images}
    for node in NODES:
        x = tensors[node.inputs[0]]
        if node.op == "Conv":
            y = _conv(node, x, *parameters[node.name])
        elif node.op == "Gemm":
            weight, bias = parameters[node.name]
            y = x @ weight.T + bias
        elif node.op == "Relu":
            y = np.maximum(x, 0)
        elif node.op == "Clip":
            y = np.clip(x, 0, CLIP_MAX)
        elif node.op == "Add":
            y = x + tensors[node.inputs[1]]
        elif node.op == "MaxPool":
            y = _pool_windows(node, x).max(axis=-1)
        elif node.op == "GlobalAveragePool":
            y = x.mean(axis=(2, 3), keepdims=True)
        else:
            y = x.reshape(len(x), -1)
        tensors[node.name] = y
    return tensors


def backward(parameters, tensors, dscores):
    """Gradients of all parameters, in the form of initial_parameters()."""
    gradients, pending = {}, {"scores": dscores}
    for node in reversed(NODES):
        dy, x = pending.pop(node.name), tensors[node.inputs[0]]
        if node.op == "Conv":
            dx, *gradients[node.name] = _conv_backward(node, x, parameters[node.name][0], dy)
        elif node.op == "Gemm":
            dx = dy @ parameters[node.name][0]
            gradients[node.name] = [dy.T @ x, dy.sum(axis=0)]
        elif node.op in ("Relu", "Clip"):
            dx = dy * (tensors[node.name] == x)
        elif node.op == "MaxPool":
            dx = _max_pool_backward(node, x, dy)
        elif node.op == "GlobalAveragePool":
            dx = np.broadcast_to(dy / np.prod(x.shape[2:]), x.shape)
        elif node.op == "Reshape":
            dx = dy.reshape(x.shape)
        else:
            dx = dy
        for source in node.inputs:
            pending[source] = pending.get(source, 0) + dx
    return gradients


def probabilities(scores):
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)
