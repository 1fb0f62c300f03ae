# SPDX-License-Identifier: MIT
"""Random weights of many distributions, encoded by Vela's codec, must come back from the model's decoder."""

import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
from ethosu import mlw_codec

CASES = 300


def random_weights(random):
    count = int(random.choice([1, 2, 7, 12, 13, 100, 1000, 33000, int(random.integers(1, 4000))]))
    kind = random.integers(0, 6)
    if kind == 0:
        weights = random.integers(-255, 256, count)
    elif kind == 1:
        weights = random.normal(0, random.choice([0.4, 2, 10, 60]), count)
    elif kind == 2:
        weights = random.choice(random.integers(-255, 256, int(random.integers(1, 34))), count)
    elif kind == 3:
        weights = np.where(random.random(count) < random.choice([0.5, 0.9, 0.99]), 0, random.normal(0, 20, count))
    elif kind == 4:
        weights = np.full(count, random.integers(-255, 256))
    else:
        halves = np.arange(count) < count // 2
        weights = np.where(halves, random.choice([-3, 0, 5], count), random.normal(0, 60, count))
    return np.clip(np.round(weights), -255, 255).astype(np.int16)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, help="path of ethosu-decode-weights")
    arguments = parser.parse_args()
    random = np.random.default_rng(65)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        stream_path, weights_path = os.path.join(folder, "stream"), os.path.join(folder, "weights")
        for case in range(CASES):
            weights = random_weights(random)
            with open(stream_path, "wb") as file:
                file.write(bytes(mlw_codec.encode(weights.tolist())))
            done = subprocess.run([arguments.tool, stream_path, weights_path], capture_output=True, text=True,
                                  check=False)
            decoded = np.fromfile(weights_path, np.int16) if done.returncode == 0 else None
            if decoded is None or not np.array_equal(decoded, weights):
                wrong += 1
                print(f"weight stream {case} ({weights.size} weights) decodes wrongly: {done.stderr.strip()}")
    print(f"{CASES - wrong} of {CASES} weight streams of Vela's encoder decode to their weights")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
