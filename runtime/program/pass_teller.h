// SPDX-License-Identifier: MIT
// Tells who asks of the compiler's passes.
#pragma once

#include <cstdint>

#include "compiler/passes.h"
#include "compiler/passes_interface.h"

namespace accel::runtime {

/// A PassWatch: of the passes over the graphs of one entry point.
class PassTeller {
public:
    PassTeller(PassReceiver pass, void *user, uint32_t entry) : pass_(pass),
                                                                user_(user),
                                                                entry_(entry) {}
    accel_status operator()(const PassTold &told);

private:
    PassReceiver pass_;
    void *user_;
    uint32_t entry_, graph_ = 0;
    const Pass *latest_ = nullptr;  ///< of this graph
};

extern const PassesInterface kPassesInterface;

}  // namespace accel::runtime
