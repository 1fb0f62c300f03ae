// SPDX-License-Identifier: MIT
#include "files.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "common.h"

namespace accel::tool {

std::string read_file(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Failure("cannot read " + path + ": " + std::strerror(errno));
    std::ostringstream bytes;
    bytes << file.rdbuf();
    // Reading an empty file sets failbit of the target and is no error.
    if (file.bad()) throw Failure("cannot read " + path + " to its end: " + std::strerror(errno));
    return bytes.str();
}

void write_whole(const std::string &path, const std::string &bytes)
{
    const std::string temporary = path + ".part" + std::to_string(getpid());
    std::ofstream file(temporary, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return;
    const std::string reason = std::strerror(errno);
    std::remove(temporary.c_str());
    throw Failure("cannot write " + path + ": " + reason);
}

}  // namespace accel::tool
