// SPDX-License-Identifier: MIT
// Writes lists that the fuzz target of layouts starts from.
#include <accel/catalog.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

namespace {

using Bytes = std::vector<uint8_t>;

struct Step {
    uint8_t axis, extent, bytes;
};

/// As the target reads it; distances in bytes, the size in sixteens.
void add(Bytes &out, const std::vector<Step> &steps, uint8_t type, uint8_t padding, uint8_t sixteens)
{
    out.push_back(static_cast<uint8_t>(steps.size()));
    for (const Step &step : steps) out.insert(out.end(), {step.axis, step.extent, step.bytes, 1});
    out.insert(out.end(), {type, padding, 0, sixteens, 1});
}

void write(const std::filesystem::path &folder, const char *name, const Bytes &bytes)
{
    std::ofstream file(folder / name, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) std::abort();
}

}  // namespace

int main(int, char **arguments)
{
    Bytes blocked{ACCEL_TYPE_U8, 3, 5, 2, 3}, moved{ACCEL_TYPE_I8, 2, 4, 6};
    add(blocked, {{0, 5, 6}, {1, 2, 3}, {2, 3, 1}}, ACCEL_TYPE_U8, 0, 2);
    add(blocked, {{0, 2, 96}, {1, 2, 48}, {2, 3, 16}, {0, 4, 1}}, ACCEL_TYPE_U8, 2, 12);
    add(moved, {{0, 4, 6}, {1, 6, 1}}, ACCEL_TYPE_I8, 0, 2);
    add(moved, {{1, 6, 8}, {0, 4, 1}}, ACCEL_TYPE_U8, 1, 3);
    write(arguments[1], "blocked", blocked);
    write(arguments[1], "moved", moved);
    return 0;
}
