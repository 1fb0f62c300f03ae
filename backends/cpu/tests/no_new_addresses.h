// SPDX-License-Identifier: MIT
// A process without memory to come, for tests.
#pragma once

#include <sys/resource.h>

namespace accel::cpu::test {

// While it lives the process is given no new address.
class NoNewAddresses {
public:
    NoNewAddresses()
    {
        getrlimit(RLIMIT_AS, &before_);
        rlimit none = before_;
        none.rlim_cur = 1;
        setrlimit(RLIMIT_AS, &none);
    }
    ~NoNewAddresses() { setrlimit(RLIMIT_AS, &before_); }

private:
    rlimit before_{};
};

}  // namespace accel::cpu::test
