// SPDX-License-Identifier: MIT
// Writes the files, and removes them.
#include "files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "support/onnx_bytes.h"

namespace accel::shortage {

namespace fs = std::filesystem;
using namespace conformance::onnx_bytes;

namespace {

constexpr uint64_t kCount = 1024;

std::string write(const std::string &path, const std::string &bytes)
{
    std::ofstream file(path, std::ios::binary);
    file << bytes;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
    return path;
}

}  // namespace

Files::Files() : folder_(fs::temp_directory_path() / "accel-shortage-XXXXXX")
{
    if (!mkdtemp(folder_.data())) throw std::runtime_error("no place for files");
}

Files::~Files()
{
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string Files::external_model() const
{
    const auto entry = [](const char *key, const char *value) { return field(13, text(1, key) + text(2, value)); };
    write(folder_ + "/weights.bin", std::string(kCount * sizeof(float), '\0'));
    const std::string weights = field(1, kCount) + field(2, kFloat) + text(8, "weights") + entry("location", "weights.bin") + field(14, uint64_t{1});
    return write(folder_ + "/external.onnx", model(node("Add", {"x", "weights"}, "y") + text(2, "graph") + field(5, weights) +
                                                   field(11, value_info("x", kFloat, {kCount})) + field(12, value_info("y", kFloat, {kCount}))));
}

std::string Files::saved(const std::string &bytes) const { return write(folder_ + "/saved.accel", bytes); }

}  // namespace accel::shortage
