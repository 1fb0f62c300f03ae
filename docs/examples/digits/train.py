# SPDX-License-Identifier: MIT
"""Trains the digits network and writes both models and the test images."""

from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import dataset
import export_float
import export_int8
import network

HERE = Path(__file__).resolve().parent
SEED = 7
EPOCHS = 120
BATCH = 64
PEAK_RATE = 4e-3
WEIGHT_DECAY = 0.1
LABEL_SMOOTHING = 0.1


def shifted(images, rng):
    """Each image moved by up to one pixel along each axis, filled with black."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    moved = np.empty_like(images)
    for index, (row, col) in enumerate(rng.integers(0, 3, (len(images), 2))):
        moved[index] = padded[index, :, row:row + 8, col:col + 8]
    return moved


class Adam:
    """Adam with decoupled weight decay (Kingma and Ba; Loshchilov and Hutter)."""

    def __init__(self, parameters):
        self.step_count = 0
        self.first = {name: [np.zeros_like(p) for p in pair] for name, pair in parameters.items()}
        self.second = {name: [np.zeros_like(p) for p in pair] for name, pair in parameters.items()}

    def step(self, parameters, gradients, rate):
        self.step_count += 1
        fix_first = 1 - 0.9**self.step_count
        fix_second = 1 - 0.999**self.step_count
        for name, pair in parameters.items():
            for slot, value in enumerate(pair):
                gradient = gradients[name][slot]
                first, second = self.first[name][slot], self.second[name][slot]
                first += 0.1 * (gradient - first)
                second += 0.001 * (gradient * gradient - second)
                value -= rate * (first / fix_first) / (np.sqrt(second / fix_second) + 1e-8)
                if slot == 0:
                    value *= 1 - rate * WEIGHT_DECAY


def train(images, labels):
    rng = np.random.default_rng(SEED)
    parameters = network.initial_parameters(rng)
    optimiser = Adam(parameters)
    certain = np.eye(network.CLASSES, dtype=np.float32)[labels]
    targets = (1 - LABEL_SMOOTHING) * certain + LABEL_SMOOTHING / network.CLASSES
    for epoch in range(EPOCHS):
        rate = PEAK_RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(images))
        for start in range(0, len(order), BATCH):
            chosen = order[start:start + BATCH]
            tensors = network.forward(parameters, shifted(images[chosen], rng))
            error = network.probabilities(tensors["scores"]) - targets[chosen]
            gradients = network.backward(parameters, tensors, error / len(chosen))
            optimiser.step(parameters, gradients, np.float32(rate))
        if epoch % 20 == 19:
            print(f"epoch {epoch + 1}: training accuracy {accuracy(parameters, images, labels):.4f}", flush=True)
    return parameters


def accuracy(parameters, images, labels):
    scores = network.forward(parameters, images)["scores"]
    return float((scores.argmax(axis=1) == labels).mean())


def main():
    pixels, labels, train_indices, test_indices = dataset.load()
    images = dataset.to_input(pixels)
    # Threads would split sums differently from run to run of the BLAS library.
    with threadpool_limits(limits=1):
        parameters = train(images[train_indices], labels[train_indices])
    print(f"parameters {sum(p.size for pair in parameters.values() for p in pair)}")
    print(f"test accuracy {accuracy(parameters, images[test_indices], labels[test_indices]):.4f}")

    export_float.write(HERE / "digits_f32.onnx", parameters)
    export_int8.write(HERE / "digits_int8.onnx", parameters, images[train_indices])
    dataset.write_test_images(HERE / "test", pixels, labels, test_indices)
    (HERE / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(network.CLASSES)))


if __name__ == "__main__":
    main()
