// SPDX-License-Identifier: MIT
// Keeps what came through the pipe in a file without a name.
#include "standard_input.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "common.h"
#include "files.h"

namespace accel::tool {
namespace {

std::string held_path;   // NOLINT: once for the process, as standard input is
std::string held_start;  // its first bytes

struct Form {
    std::string_view start, ending;
};
constexpr std::array kForms = {Form{"\x93NUMPY", ".npy"}, Form{"\x89PNG", ".png"}, Form{"\xff\xd8\xff", ".jpg"}, Form{"RIFF", ".wav"}};

void store(int file, const std::string &bytes)
{
    for (size_t done = 0; done < bytes.size();) {
        const ssize_t count = write(file, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno != EINTR) throw Failure(std::string("cannot keep standard input: ") + std::strerror(errno) + "; give a file instead");
        if (count > 0) done += static_cast<size_t>(count);
    }
}

}  // namespace

std::string hold_standard_input()
{
    if (!held_path.empty()) throw Failure("standard input ('-') can be one input only; give the others files");
    const std::string bytes = read_file("/dev/stdin");
    if (bytes.empty()) throw Failure("standard input ('-') is empty; send it a file, as in: accel run MODEL -i - < FILE");
    const int file = memfd_create("standard input", MFD_CLOEXEC);
    if (file < 0) throw Failure(std::string("cannot keep standard input: ") + std::strerror(errno) + "; give a file instead");
    store(file, bytes);
    held_start = bytes.substr(0, 8);
    return held_path = "/proc/self/fd/" + std::to_string(file);
}

std::string with_standard_input(std::string sentence)
{
    for (size_t at = 0; !held_path.empty() && (at = sentence.find(held_path, at)) != std::string::npos;) sentence.replace(at, held_path.size(), "standard input");
    return sentence;
}

std::string ending_of(const std::string &path)
{
    if (!held_path.empty() && path == held_path) {
        const auto form = std::ranges::find_if(kForms, [](const Form &each) { return held_start.starts_with(each.start); });
        return std::string(form == kForms.end() ? ".pb" : form->ending);
    }
    std::string ending = std::filesystem::path(path).extension();
    std::ranges::transform(ending, ending.begin(), [](unsigned char character) { return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : static_cast<char>(character); });
    return ending;
}

}  // namespace accel::tool
