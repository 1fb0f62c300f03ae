// SPDX-License-Identifier: MIT
// Asks the terminal, and breaks lines.
#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iostream>

namespace accel::tool {
namespace {

/// Bytes of the first characters.
size_t byte_count(const std::string &text, size_t characters)
{
    size_t at = 0;
    for (; at < text.size(); ++at)
        if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80 && characters-- == 0) break;
    return at;
}

}  // namespace

size_t output_columns()
{
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : SIZE_MAX;
}

size_t character_count(const std::string &text)
{
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

std::vector<std::string> wrapped(const std::string &text, size_t columns)
{
    std::vector<std::string> lines;
    std::string rest = text;
    while (character_count(rest) > columns) {
        const size_t most = byte_count(rest, columns);
        const size_t space = rest.rfind(' ', most);
        const bool at_space = space != std::string::npos && rest.find_first_not_of(' ') < space;
        const size_t end = at_space ? space : most;
        lines.push_back(rest.substr(0, rest.find_last_not_of(' ', end - 1) + 1));
        rest.erase(0, at_space ? rest.find_first_not_of(' ', end) : end);
    }
    lines.push_back(rest);
    return lines;
}

void print_wrapped(const std::string &text, size_t indent)
{
    const size_t columns = output_columns();
    for (const auto &line : wrapped(text, columns == SIZE_MAX ? columns : std::max<size_t>(columns, indent + 20) - indent)) std::cout << std::string(indent, ' ') << line << "\n";
}

}  // namespace accel::tool
