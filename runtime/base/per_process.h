// SPDX-License-Identifier: MIT
// State of the process. A child after fork gets it anew, because nobody can know what threads of the parent had it in the middle of, or locked.
#pragma once

#include <accel/border/guard.h>

#include <cstddef>

namespace accel::runtime {

/// What the handlers of fork (fork.cpp) do with every such state. Made while the library is loaded, by one thread, and never destroyed.
class PerProcessState {
public:
    PerProcessState(const PerProcessState &) = delete;
    PerProcessState &operator=(const PerProcessState &) = delete;

    static PerProcessState *first() { return first_; }
    PerProcessState *next() const { return next_; }

    /// Before fork, where memory may be allocated: make what the child will have. False: there is none.
    virtual bool prepare() noexcept = 0;
    /// In the parent: it was not needed.
    virtual void discard() noexcept = 0;
    /// In the child: take it. Stores only.
    virtual void take() noexcept = 0;

protected:
    PerProcessState() : next_(first_) { first_ = this; }
    ~PerProcessState() = default;

private:
    static inline constinit PerProcessState *first_ = nullptr;
    PerProcessState *next_;
};

/// One T for each process. The first lies in static memory, so that loading the library asks for none. Modules may use it while the process exits.
template <class T> class PerProcess final : public PerProcessState {
public:
    PerProcess() : current_(new (room_) T) {}

    T *operator->() const { return current_; }
    T &operator*() const { return *current_; }

    bool prepare() noexcept override
    {
        const auto make = [this] {
            childs_ = new T;
            if constexpr (requires(T child, const T parent) { child.inherit(parent); })
                childs_->inherit(*current_);
        };
        border::guarded(make, [this] { discard(); });
        return childs_;
    }
    void discard() noexcept override
    {
        delete childs_;
        childs_ = nullptr;
    }
    void take() noexcept override
    {
        current_ = childs_;
        childs_ = nullptr;
    }

private:
    alignas(T) std::byte room_[sizeof(T)];
    T *current_;
    T *childs_ = nullptr;
};

}  // namespace accel::runtime
