// SPDX-License-Identifier: MIT
//
// A recorded program in the driver's hands: its stream validated by the kernel, its regions as buffer objects.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bundle.h"
#include "device.h"

namespace accel::uapi {

class Program {
public:
    /// Throws Skip if the device has too little SRAM, Failure if memory is refused.
    Program(const Device &device, const devices::ethosu::Bundle &bundle);

    /// Gives the stream to the kernel, after `prefix`: 0 or the errno value of its validator.
    int load(const std::vector<uint32_t> &prefix = {});

    /// Words that set a scale stream, which no operation of the program reads.
    std::vector<uint32_t> unused_scales() const;

    /// Runs once; the fence must say that it went well.
    std::vector<uint8_t> run(const std::vector<uint8_t> &input_bytes);

private:
    uint8_t *tensor(const devices::ethosu::BundleTensor &which);
    void submit();

    const Device &device_;
    const devices::ethosu::Bundle &bundle_;
    std::unique_ptr<Buffer> constants_, scratch_;
    uint32_t stream_ = 0;
};

}  // namespace accel::uapi
