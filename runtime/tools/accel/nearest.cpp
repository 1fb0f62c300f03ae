// SPDX-License-Identifier: MIT
// Counts the mistakes between two words.
#include "nearest.h"

#include <algorithm>

#include "text/printable.h"

namespace accel::tool {
namespace {

constexpr size_t kLongest = 256;  ///< of words that are compared

/// Damerau's distance, of neighbours that are exchanged once.
size_t mistakes(const std::string &a, const std::string &b)
{
    std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
    for (size_t i = 0; i <= a.size(); ++i)
        for (size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest(const std::string &given, const std::vector<std::string> &known)
{
    std::string best;
    size_t fewest = SIZE_MAX;
    for (const std::string &word : known) {
        if (word.size() > kLongest || given.size() > kLongest) continue;
        const size_t count = mistakes(given, word);
        if (count >= fewest || count * 3 > std::max(given.size(), word.size())) continue;
        fewest = count;
        best = word;
    }
    return best;
}

std::string perhaps(const std::string &given, const std::vector<std::string> &known)
{
    const std::string word = nearest(given, known);
    return word.empty() ? "" : ", perhaps '" + text::printable(word) + "' is meant";
}

}  // namespace accel::tool
