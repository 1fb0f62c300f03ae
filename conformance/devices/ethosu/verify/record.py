# SPDX-License-Identifier: MIT
"""Records programs with input and expected output, for the tests that run without Vela."""

import argparse
import json
import os
import sys
from importlib import metadata

import models
import networks
import vela_program
import verify

RECORDED = [
    ("conv_1x1_c72_o40", "python", "1x1 convolution, input channels not a multiple of 16"),
    ("conv_3x3_same", "regor", "3x3 convolution with padding, per-channel scales"),
    ("conv_3x3_stride2_same", "python", "stride 2, three input channels, part-kernel weight order"),
    ("conv_3x3_dilated_x", "regor", "dilation in one direction"),
    ("conv_relu6", "regor", "fused ReLU6"),
    ("conv_very_sparse", "python", "weights with zero runs and a palette"),
    ("depthwise_3x3_stride2", "regor", "depthwise convolution"),
    ("fully_connected", "python", "fully connected"),
    ("max_pool_3x3_same", "regor", "maximum pooling with padding"),
    ("average_pool_3x3_same", "python", "padded average without a global scale"),
    ("average_pool_5x3_same", "regor", "padded average with a global scale of 1"),
    ("average_pool_2x2", "python", "average with OFM_SCALE"),
    ("add", "regor", "ADD of different scales"),
    ("add_equal_scales_half", "python", "ADD of equal scales, 16-bit operand scaling"),
    ("add_equal_scales_near_half", "regor", "sums just below a half: one rounding, not two"),
    ("add_broadcast_first", "python", "ADD with broadcast and reversed operands"),
    ("relu6", "regor", "stand-alone ReLU6 with requantisation"),
    ("reshape", "python", "reshape"),
    ("logistic", "regor", "lookup table"),
    ("softmax", "python", "32-bit elementwise operations, REDUCE_SUM, CLZ, shifts"),
    ("network_digits", "regor", "a small network"),
    ("network_cascade", "regor-tiny-arena", "stripes over rolling buffers: all four tiles"),
]


def source(name):
    if name in networks.NETWORKS:
        builder = models.ModelBuilder(networks.SEEDS[name])
        networks.NETWORKS[name](builder)
        return builder.finish(), networks.SEEDS[name]
    return models.build(name), models.SEEDS[name]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, help="path of ethosu-run")
    parser.add_argument("--folder", required=True)
    arguments = parser.parse_args()
    entries = []
    for name, configuration, what in RECORDED:
        model, seed = source(name)
        file = f"{name}.{configuration}.eub"
        status, text, _ = verify.verify_one(arguments.tool, name, model, configuration, [seed],
                                            os.path.join(arguments.folder, file))
        if status != "ok":
            print(f"{name} [{configuration}]: {status}: {text}", file=sys.stderr)
            return 1
        entries.append({"file": file, "model": name, "seed": seed, "configuration": configuration,
                        "options": vela_program.CONFIGURATIONS[configuration], "shows": what})
    index = {"format": "conformance/devices/ethosu/model/run/bundle.h",
             "made_by": "conformance/devices/ethosu/verify/run.sh --record",
             "compiler": "ethos-u-vela " + metadata.version("ethos-u-vela"),
             "accelerator": "ethos-u65-256",
             "expected_outputs": "tflite-runtime " + metadata.version("tflite-runtime") + ", reference kernels",
             "bundles": entries}
    with open(os.path.join(arguments.folder, "index.json"), "w", encoding="utf-8") as file:
        json.dump(index, file, indent=2)
        file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
