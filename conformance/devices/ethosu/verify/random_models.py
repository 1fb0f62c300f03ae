# SPDX-License-Identifier: MIT
"""Required operations with random parameters, as many as wanted: `verify.py --random N --random-seed S`."""

import numpy as np

import models


def random_shape(random, depth=None):
    return [1, int(random.integers(1, 24)), int(random.integers(1, 24)), depth or int(random.integers(1, 80))]


def random_kernel(random, shape):
    """Kernel, strides and dilation that fit even without padding."""
    kernel, stride, dilation = [], [], []
    for size in shape[1:3]:
        d = int(random.choice([1, 1, 2]))
        k = int(random.integers(1, 1 + min(7, (size - 1) // d + 1)))
        kernel.append(k)
        dilation.append(d if k > 1 else 1)
        stride.append(1 if dilation[-1] > 1 else int(random.integers(1, 4)))
    if max(dilation) > 1:
        stride = [1, 1]
    return kernel, stride, dilation


def random_convolution(random, depthwise):
    shape = random_shape(random)
    (kh, kw), (sy, sx), (dy, dx) = random_kernel(random, shape)
    if depthwise and sy != sx:
        sx = sy
    act = random.choice([models.NONE, models.RELU, models.RELU6])
    more = {"kh": kh, "kw": kw, "sy": sy, "sx": sx, "dy": dy, "dx": dx, "act": int(act),
            "padding": int(random.choice([models.SAME, models.VALID])),
            "sparsity": float(random.choice([0, 0, 0.5, 0.9])), "per_channel": bool(random.integers(0, 2))}
    _, h, w, c = shape
    if depthwise:
        return models.depthwise(h, w, c, **more)
    return models.conv(h, w, c, int(random.integers(1, 140)), **more)


def random_pool(random, average):
    shape = random_shape(random)
    (kh, kw), (sy, sx), _ = random_kernel(random, shape)
    code = models.average_pool if average else models.max_pool
    return code(*shape[1:], kh, kw, sy, sx, int(random.choice([models.SAME, models.VALID])),
                act=int(random.choice([models.NONE, models.RELU])))


def random_add(random):
    shape = random_shape(random)
    other = [n if random.random() < 0.7 else 1 for n in shape]
    factor = random.choice([None, None, 0.5, 1.0, 1.5, 2.0, 4.0])
    return models.binary("add", shape, other, equal_scales=bool(random.integers(0, 2)),
                         out_factor=None if factor is None else float(factor), first=bool(random.integers(0, 2)),
                         act=int(random.choice([models.NONE, models.RELU6])))


def random_fully_connected(random):
    return models.fully_connected(int(random.integers(1, 5)), int(random.integers(1, 300)),
                                  int(random.integers(1, 100)), act=int(random.choice([models.NONE, models.RELU])))


KINDS = [lambda r: random_convolution(r, False), lambda r: random_convolution(r, True),
         lambda r: random_pool(r, True), lambda r: random_pool(r, False), random_add, random_fully_connected]


def generate(count, first_seed):
    """Yields (name, seed, flatbuffer)."""
    for seed in range(first_seed, first_seed + count):
        fill = KINDS[seed % len(KINDS)](np.random.default_rng(seed))
        builder = models.ModelBuilder(seed)
        fill(builder)
        yield f"random_{seed}", seed, builder.finish()
