// SPDX-License-Identifier: MIT
// Whether a thread met a NaN.
#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace accel::cpu {

// While one lives it sees whether its thread's vector unit raises the flag of invalid operations: where a NaN is made, and where a maximum or minimum has
// one as an operand. The thread may be the application's: the flag is put back. Elsewhere than on x86 it sees nothing.
class InvalidFlag {
public:
    InvalidFlag() : before_(read()) { write(before_ & ~kInvalid); }
    ~InvalidFlag() { write(read() | (before_ & kInvalid)); }
    InvalidFlag(const InvalidFlag &) = delete;
    InvalidFlag &operator=(const InvalidFlag &) = delete;

    bool raised() const { return (read() & kInvalid) != 0; }

private:
    static constexpr unsigned kInvalid = 1;

#if defined(__SSE__)
    static unsigned read()
    {
        return _mm_getcsr();
    }
    static void write(unsigned value) { _mm_setcsr(value); }
#else
    static unsigned read()
    {
        return 0;
    }
    static void write(unsigned) {}
#endif

    unsigned before_;
};

}  // namespace accel::cpu
