// SPDX-License-Identifier: MIT
// What a comparison has on each side: a device set, and the tensors that it makes of the same inputs.
#pragma once

#include "input_files.h"

namespace accel::tool {

struct TensorValue {
    std::string name;
    uint32_t type;
    std::vector<int64_t> dims;
    Dense dense;
    std::string text() const;  ///< "f32[1,10]"
};

class Side {
public:
    /// inputs: files, or none: reproducible values from the seed. options.devices are the side's; all are borrowed.
    Side(const Instance &instance, ModelOptions options, const InputOptions &inputs, uint32_t seed);

    /// Builds and runs once; entry as find_entry.
    std::vector<TensorValue> run(const Model &model, const std::string &entry);
    /// Of a saved program.
    std::vector<TensorValue> run_saved(const std::string &entry);

    /// As named: "ethosu-sim,cpu".
    std::string name() const;
    uint32_t rounding() const { return rounding_; }  ///< of the latest program, as accel_program_info has it
    void force_rounding(uint32_t rounding);
    /// What the latest program ran a node on; "" where no row of its report has the name.
    std::string device_of(const std::string &node) const;
    /// Told once, by the first that is built.
    const std::vector<std::string> &notes() const { return notes_; }

private:
    std::vector<TensorValue> values_of(Program program, const std::string &entry);

    const Instance &instance_;
    ModelOptions options_;
    const InputOptions &inputs_;
    const uint32_t seed_;
    const std::vector<Device> devices_;
    Program program_;
    uint32_t entry_ = 0, rounding_ = 0;
    std::vector<std::string> notes_;
};

}  // namespace accel::tool
