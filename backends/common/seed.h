// SPDX-License-Identifier: MIT
// What the makers of fuzzing seeds in the backends' rooms share.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace accel {

// One valid input, in a file for a fuzz target to start from.
inline void write_seed(const std::filesystem::path &folder, const std::string &name, const std::vector<uint8_t> &bytes)
{
    std::ofstream file(folder / name, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush())
        std::abort();
}

}  // namespace accel
