// SPDX-License-Identifier: MIT
// Writes through temporary names, and notices a full disk.
#include "file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace accel::conformance {

std::string temporary_name(const std::string &path)
{
    struct stat facts {};
    const bool special = stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode);
    return special ? path : path + ".part";
}

void keep_file(const std::string &path)
{
    const std::string temporary = temporary_name(path);
    if (temporary != path && std::rename(temporary.c_str(), path.c_str()) != 0) give_up_file(path, errno);
}

void give_up_file(const std::string &path, int error)
{
    if (const std::string temporary = temporary_name(path); temporary != path) std::remove(temporary.c_str());
    const bool full = error == ENOSPC || error == EFBIG || error == EDQUOT;
    throw std::runtime_error("cannot write " + path + ": " + strerror(error ? error : EIO) + (full ? "; free some space or choose another place" : "; choose another place"));
}

void require_place(const std::string &path)
{
    std::error_code problem;
    if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty()) std::filesystem::create_directories(folder, problem);
    if (problem) give_up_file(path, problem.value());
    const std::string temporary = temporary_name(path);
    if (temporary == path) return;  // who reads a pipe would see its end
    errno = 0;
    if (!std::ofstream(temporary, std::ios::app)) give_up_file(path, errno);
    std::remove(temporary.c_str());
}

void write_file(const std::string &path, const std::string &text)
{
    errno = 0;
    std::ofstream file(temporary_name(path), std::ios::trunc);
    file << text;
    file.close();
    if (!file) give_up_file(path, errno);
    keep_file(path);
}

void finish_output()
{
    // Of an earlier print that failed, errno is most likely still the reason.
    if (std::cout) errno = 0;
    std::cout.flush();
    if (!std::cout) throw std::runtime_error(std::string("cannot write to standard output: ") + strerror(errno ? errno : EIO) + "; free some space or choose another place");
}

}  // namespace accel::conformance
