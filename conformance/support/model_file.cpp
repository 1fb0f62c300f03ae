// SPDX-License-Identifier: MIT
// Writes a model file, and removes it.
#include "model_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "onnx_bytes.h"

namespace accel::conformance {
namespace {

std::string sum_model()
{
    using namespace onnx_bytes;
    const auto vector_of_four = [](const char *name) { return value_info(name, kFloat, {4}); };
    return model(node("Add", {"a", "b"}, "y") + text(2, "g") + field(11, vector_of_four("a")) + field(11, vector_of_four("b")) + field(12, vector_of_four("y")));
}

bool write_all(int fd, const std::string &bytes)
{
    for (size_t done = 0; done < bytes.size();) {
        const ssize_t count = write(fd, bytes.data() + done, bytes.size() - done);
        if (count > 0)
            done += static_cast<size_t>(count);
        else if (errno != EINTR)
            return false;
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
