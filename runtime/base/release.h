// SPDX-License-Identifier: MIT
// The end of a loan: tells the application, once, that memory it lent is used no more.
#pragma once

#include <accel/accel.h>

#include <utility>

namespace accel::runtime {

/// Owned by the object that uses the memory, and set when nothing can fail any more: a call that answers an error has borrowed nothing.
class Release {
public:
    Release() = default;
    Release(accel_release_fn release, void *user) : release_(release),
                                                    user_(user) {}
    Release(Release &&other) noexcept : release_(std::exchange(other.release_, nullptr)),
                                        user_(other.user_) {}
    Release &operator=(Release &&other) noexcept
    {
        std::swap(release_, other.release_);
        std::swap(user_, other.user_);
        return *this;
    }
    ~Release()
    {
        if (release_)
            release_(user_);
    }

private:
    accel_release_fn release_ = nullptr;
    void *user_ = nullptr;
};

}  // namespace accel::runtime
