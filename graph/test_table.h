// SPDX-License-Identifier: MIT
// Tables for tests.
#pragma once

#include <accel/graph/builder.h>

namespace accel::graph {

inline const Range kSize{1, INT32_MAX};

/// Symbols with these sizes.
inline std::vector<SymbolSize> sizes(std::initializer_list<int64_t> given)
{
    std::vector<SymbolSize> made;
    for (const int64_t size : given) made.push_back({size});
    return made;
}

inline std::string name_of(uint32_t symbol) { return symbol == 0 ? "W" : symbol == 1 ? "H"
                                                                                     : "s" + std::to_string(symbol); }

inline std::string text(const Builder &builder, uint32_t row) { return text(builder.rows(), row, name_of); }

}  // namespace accel::graph
