// SPDX-License-Identifier: MIT
//
// What every class of accel.hpp stands on: failures that throw, structs that know their size, and handles that count their references.
#ifndef ACCEL_HANDLE_HPP
#define ACCEL_HANDLE_HPP

#include <accel/accel.h>

#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// The inline namespace keeps two libraries apart that were compiled with different versions of this header and meet in one process.
namespace accel {
inline namespace v0_2 {

/// A failed call: its status, and the sentence of accel_last_error().
class Error : public std::runtime_error {
public:
    explicit Error(accel_status status) : std::runtime_error(sentence(status)),
                                          status_(status)
    {
        if (const accel_error *error = accel_last_error()) {
            if (error->rule) rule_ = error->rule;
            object_id_ = error->object_id;
        }
    }
    accel_status status() const noexcept { return status_; }
    /// Number of the broken rule in docs/contract.md, or "".
    const std::string &rule() const noexcept { return rule_; }
    uint64_t object_id() const noexcept { return object_id_; }
    bool transient() const noexcept { return accel_status_is_transient(status_) != 0; }

private:
    static std::string sentence(accel_status status)
    {
        const accel_error *error = accel_last_error();
        std::string text = accel_status_name(status);
        if (error && error->message && *error->message) text.append(": ").append(error->message);
        return text;
    }
    accel_status status_;
    std::string rule_;
    uint64_t object_id_ = 0;
};

/// Throw unless a status is OK.
inline void check(accel_status status)
{
    if (status != ACCEL_STATUS_OK) throw Error(status);
}

/// A zeroed C struct with its struct_size set.
template <class Struct> Struct sized()
{
    Struct value;
    std::memset(&value, 0, sizeof(value));
    value.struct_size = sizeof(value);
    return value;
}

/// What a function tells of an object in a struct that is its last argument.
template <class Struct, class Function, class... Arguments> Struct asked(Function function, Arguments... arguments)
{
    auto value = sized<Struct>();
    check(function(arguments..., &value));
    return value;
}

/// Every row that a function tells by number: NOT_FOUND is behind the last, anything else throws.
template <class Row, class Function> std::vector<Row> counted_rows(Function &&function)
{
    std::vector<Row> all;
    for (;;) {
        auto row = sized<Row>();
        const accel_status status = function(static_cast<uint32_t>(all.size()), &row);
        if (status == ACCEL_STATUS_NOT_FOUND) return all;
        check(status);
        all.push_back(row);
    }
}

/// A callable as a C function that receives rows, past which no exception goes: what it throws ends the enumeration, and done() throws it again.
template <class Row, class Callable> class Relayed {
public:
    explicit Relayed(Callable &callable) : callable_(callable) {}
    static accel_status call(void *user, const Row *row)
    {
        auto &self = *static_cast<Relayed *>(user);
        try {
            self.callable_(*row);
            return ACCEL_STATUS_OK;
        } catch (...) {
            self.thrown_ = std::current_exception();
            return ACCEL_STATUS_CANCELLED;
        }
    }
    void done(accel_status status) const
    {
        if (thrown_) std::rethrow_exception(thrown_);
        check(status);
    }

private:
    std::remove_reference_t<Callable> &callable_;
    std::exception_ptr thrown_;
};

/// One counted reference to a C object.
template <class Handle, Handle *(*ref_function)(Handle *), void (*unref_function)(Handle *)> class Counted {
public:
    Counted() = default;
    /// Takes over the caller's reference.
    explicit Counted(Handle *handle) noexcept : handle_(handle) {}
    Counted(const Counted &other) : handle_(other.handle_ ? ref_function(other.handle_) : nullptr) {}
    Counted(Counted &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Counted &operator=(Counted other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Counted() { unref_function(handle_); }
    Handle *get() const noexcept { return handle_; }
    explicit operator bool() const noexcept { return handle_ != nullptr; }

protected:
    /// The object of a function that has it as its last argument.
    template <class Function, class... Arguments> static Handle *made(Function function, Arguments... arguments)
    {
        Handle *handle = nullptr;
        check(function(arguments..., &handle));
        return handle;
    }
    Handle *handle_ = nullptr;
};

}  // namespace v0_2
}  // namespace accel

#endif  // ACCEL_HANDLE_HPP
