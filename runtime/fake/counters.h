// SPDX-License-Identifier: MIT
// What the test process counts from outside: heap allocations of C++ code, which it can refuse, and calls of dlopen.
#pragma once

#include <accel/base.h>

#include <cstdint>

namespace accel::runtime::fake {

uint64_t allocation_count();
uint64_t dlopen_count();

/// Sanitizers have an operator new of their own, which stays as it is.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCanRefuse = false;
#else
inline constexpr bool kCanRefuse = true;
#endif

/// While it lives, operator new refuses an allocation of this thread, number 1 the next one; where it can.
class Shortage {
public:
    enum class Mode { Once,
                      FromThen };
    Shortage(uint64_t number, Mode mode);
    ~Shortage();
    Shortage(const Shortage &) = delete;
    Shortage &operator=(const Shortage &) = delete;
    /// Was there a refusal?
    bool met() const;
};

/// Make a call whose first allocation is refused, then one whose second is, and so on until none is. `look` gets the answer of each that met a refusal. Tells their number.
template <class Call, class Look> uint64_t sweep_shortages(Shortage::Mode mode, Call &&call, Look &&look)
{
    for (uint64_t number = 1;; ++number) {
        accel_status status;
        {
            const Shortage shortage(number, mode);
            status = call();
            if (!shortage.met()) return number - 1;
        }
        look(status);
    }
}

}  // namespace accel::runtime::fake
