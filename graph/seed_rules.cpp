// SPDX-License-Identifier: MIT
// Writes a node of each operation for the fuzz target of rules to start from.
#include <accel/graph/catalog.h>

#include "seed.h"

using namespace accel::graph;

/// One node of each operation, with operands of rank 4; what its attributes are is left to the fuzzer.
int main(int, char **arguments)
{
    for (size_t i = 0; i < operations().size(); ++i) {
        std::vector<uint8_t> bytes{static_cast<uint8_t>(i), 1, 9};
        for (int tensor = 0; tensor < 4; ++tensor) bytes.insert(bytes.end(), {1, 4, 7, 2, 7, 4, 7, 6, 7, 6});
        bytes.insert(bytes.end(), {1, 4, 0, 1, 2, 3});
        write_seed(arguments[1], operations()[i].name, bytes);
    }
    return 0;
}
