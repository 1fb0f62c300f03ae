# SPDX-License-Identifier: MIT
"""scikit-learn's copy of the UCI handwritten digits, split once and for all."""

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

TEST_COUNT = 360
SPLIT_SEED = 12


def load():
    """(pixels uint8 [1797, 8, 8], labels, train indices, test indices)."""
    digits = load_digits()
    # The source counts 0 to 16 inked subpixels; a PNG has 0 to 255.
    pixels = np.rint(digits.images * (255.0 / 16.0)).astype(np.uint8)
    order = np.random.RandomState(SPLIT_SEED).permutation(len(pixels))
    return pixels, digits.target, np.sort(order[TEST_COUNT:]), np.sort(order[:TEST_COUNT])


def to_input(pixels):
    """Grey bytes [N, 8, 8] as the network's input [N, 1, 8, 8] in 0..1."""
    return (pixels[:, None].astype(np.float32) / np.float32(255)).astype(np.float32)


def write_test_images(folder, pixels, labels, indices):
    folder.mkdir(exist_ok=True)
    for index in indices:
        Image.fromarray(pixels[index]).save(folder / f"{index:04d}_label_{labels[index]}.png")
