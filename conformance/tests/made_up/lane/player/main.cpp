// SPDX-License-Identifier: MIT
// acme-player: plays the made-up device.
#include <memory>

#include "device.h"

int main(int argc, char **argv)
{
    return accel::lane::play(argc, argv, "a made-up device", [](const accel::lane::Board &board) { return std::make_unique<accel::lane::AcmeDevice>(board); });
}
