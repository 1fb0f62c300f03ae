// SPDX-License-Identifier: MIT
// Reads folders, links and small files.
#include "folder.h"

#include <accel/border/fd.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>

namespace accel::runtime {

namespace {

constexpr size_t kTextBytesMax = 1 << 20;

struct CloseFolder {
    void operator()(DIR *stream) const { closedir(stream); }
};
struct FreeText {
    void operator()(char *text) const { free(text); }
};

}  // namespace

std::string real_path(const std::string &path)
{
    const std::unique_ptr<char, FreeText> real(realpath(path.c_str(), nullptr));
    if (!real && errno == ENOMEM)
        throw std::bad_alloc();
    return real ? real.get() : "";
}

std::string read_text(const std::string &path)
{
    const border::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && errno == ENOMEM)
        throw std::bad_alloc();
    std::string text;
    char chunk[4096];
    for (ssize_t got = 1; file.get() >= 0 && got > 0 && text.size() < kTextBytesMax;) {
        got = read(file.get(), chunk, sizeof chunk);
        if (got > 0)
            text.append(chunk, static_cast<size_t>(got));
    }
    return text;
}

bool list_folder(const std::string &path, std::vector<std::string> *names)
{
    const std::unique_ptr<DIR, CloseFolder> stream(opendir(path.c_str()));
    if (!stream && errno == ENOMEM)
        throw std::bad_alloc();
    if (!stream)
        return false;
    while (const dirent *entry = readdir(stream.get()))
        if (entry->d_name[0] != '.')
            names->emplace_back(entry->d_name);
    return true;
}

}  // namespace accel::runtime
