// SPDX-License-Identifier: MIT
// Writes the model, and does to its files what can happen to them.
#include "weights.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "support/onnx_bytes.h"

namespace accel::conformance {

namespace {

using namespace onnx_bytes;

std::string bytes_of_weights()
{
    std::vector<float> values(Weights::kCount);
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)};
}

std::string entry(const char *key, const char *value) { return field(13, text(1, key) + text(2, value)); }

/// A comment of some length moves the weights through the file, until they lie at a multiple of 4.
std::string model_bytes(Place place, size_t comment_bytes)
{
    const std::string facts = field(1, uint64_t{Weights::kCount}) + field(2, kFloat) + text(8, "weights");
    const std::string weights = place == Place::Inside ? field(12, std::string(comment_bytes, 'c')) + field(9, bytes_of_weights())
                                                       : entry("location", "weights.bin") + field(14, uint64_t{1});
    return model(node("Add", {"x", "weights"}, "y") + text(2, "graph") + field(5, facts + weights) + field(11, value_info("x", kFloat, {Weights::kCount})) +
                 field(12, value_info("y", kFloat, {Weights::kCount})));
}

void write(const std::string &path, const std::string &bytes)
{
    std::ofstream file(path, std::ios::binary);
    file << bytes;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace

Weights::Weights(Place place) : place_(place)
{
    char name[] = "/tmp/accel-weights-XXXXXX";
    if (!mkdtemp(name)) throw std::runtime_error("no place for a model");
    folder_ = name;
    model_ = beside("model.onnx");
    external_ = beside("weights.bin");
    std::string bytes;
    for (size_t comment_bytes = 1; comment_bytes <= 4; ++comment_bytes) {
        bytes = model_bytes(place, comment_bytes);
        if (place == Place::External || bytes.find(bytes_of_weights()) % sizeof(float) == 0) break;
    }
    write(model_, bytes);
    if (place == Place::External) write(external_, bytes_of_weights());
}

Weights::~Weights() { std::filesystem::remove_all(folder_); }

void Weights::cut_bytes(long count) const { cut_file(holder(), count); }

void Weights::empty() const { cut_file(holder(), file_bytes(holder())); }

void Weights::overwrite() const
{
    std::fstream file(holder(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(-1000, std::ios::end);
    file << std::string(500, '\x7f');
    file.close();
    if (!file) throw std::runtime_error("cannot overwrite");
}

long file_bytes(const char *path)
{
    struct stat facts {};
    if (stat(path, &facts) != 0) throw std::runtime_error(std::string("no file ") + path);
    return facts.st_size;
}

void cut_file(const char *path, long byte_count)
{
    if (truncate(path, file_bytes(path) - byte_count) != 0) throw std::runtime_error("cannot truncate");
}

}  // namespace accel::conformance
