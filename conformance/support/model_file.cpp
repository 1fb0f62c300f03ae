// SPDX-License-Identifier: MIT
#include "model_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace accel::conformance {
namespace {

// Protocol buffers by hand: a key, a length, bytes; or a key and a small number. Everything here is shorter than 128 bytes.
std::string field(int number, const std::string &bytes) { return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes; }
std::string field(int number, int value) { return {static_cast<char>(number << 3), static_cast<char>(value)}; }

/// ValueInfoProto: a vector of four floats.
std::string vector_of_four(const char *name)
{
    const std::string shape = field(1, field(1, 4));
    return field(1, std::string(name)) + field(2, field(1, field(1, 1) + field(2, shape)));
}

std::string sum_model()
{
    const std::string node = field(1, std::string("a")) + field(1, std::string("b")) + field(2, std::string("y")) + field(4, std::string("Add"));
    const std::string graph = field(1, node) + field(2, std::string("g")) + field(11, vector_of_four("a")) + field(11, vector_of_four("b")) + field(12, vector_of_four("y"));
    return field(1, 8) + field(7, graph) + field(8, field(2, 13));
}

bool write_all(int fd, const std::string &bytes)
{
    for (size_t done = 0; done < bytes.size();) {
        const ssize_t count = write(fd, bytes.data() + done, bytes.size() - done);
        if (count > 0) done += static_cast<size_t>(count);
        else if (errno != EINTR) return false;
    }
    return true;
}

}  // namespace

ModelFile::ModelFile() : path_(std::filesystem::temp_directory_path() / "accel-model-XXXXXX")
{
    const int fd = mkstemp(path_.data());
    const bool good = fd >= 0 && write_all(fd, sum_model());
    const int error = errno;
    if (fd >= 0) close(fd);
    if (!good) throw std::runtime_error("cannot write " + path_ + ": " + strerror(error));
}

ModelFile::~ModelFile() { unlink(path_.c_str()); }

}  // namespace accel::conformance
