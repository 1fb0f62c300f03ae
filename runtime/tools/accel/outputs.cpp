// SPDX-License-Identifier: MIT
// Makes names that file systems take, and keeps them apart.
#include "outputs.h"

#include <absl/strings/str_format.h>

#include <algorithm>

#include "text/printable.h"

namespace accel::tool {
namespace {

constexpr size_t kNameBytesMax = 255 - 16;  ///< NAME_MAX, less the suffix of the temporary file that is renamed

/// FNV-1a, 32 bit: short, and the same on every machine.
std::string number_of(const std::string &text)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char byte : text) hash = (hash ^ byte) * 16777619u;
    return absl::StrFormat("%08x", hash);
}

std::string fitted(const std::string &name, const std::string &ending)
{
    if (name.size() + ending.size() <= kNameBytesMax) return name + ending;
    const std::string number = "-" + number_of(name) + ending;
    return std::string(text::whole_characters(name, kNameBytesMax - number.size())) + number;
}

}  // namespace

std::string plain_name(const std::string &name)
{
    std::string result;
    for (size_t at = 0; at < name.size();) {
        // Character by character: what is shown otherwise than it is stored has no place in a file name.
        size_t length = 1;
        while (at + length < name.size() && (static_cast<unsigned char>(name[at + length]) & 0xc0) == 0x80) ++length;
        const std::string character = name.substr(at, length);
        result += character == "/" || text::printable(character) != character ? "_" : character;
        at += length;
    }
    return result;
}

std::vector<std::string> output_file_names(const std::string &stem, const std::vector<std::string> &output_names)
{
    std::vector<std::string> names;
    for (const auto &output : output_names) names.push_back(fitted(plain_name(stem + "." + output), ".npy"));
    std::vector<std::string> unique = names;
    for (size_t index = 0; index < names.size(); ++index)
        if (std::count(names.begin(), names.end(), names[index]) > 1) unique[index] = fitted(plain_name(stem + "." + output_names[index]), "." + std::to_string(index) + ".npy");
    return unique;
}

}  // namespace accel::tool
