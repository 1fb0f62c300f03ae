// SPDX-License-Identifier: MIT
// Rules for arguments: struct sizes, handles. Always on, without locks.
#pragma once

#include <accel/accel.h>
#include <accel/border/guard.h>

#include <cstring>
#include <vector>

#include "abi_sizes.h"
#include "error.h"
#include "object.h"

namespace accel::runtime {

/// An output struct may be shorter: the caller then gets fewer facts. It has its size and one word at least.
inline constexpr size_t kOutputSizeMin = 2 * sizeof(uint64_t);
/// Larger than any struct will ever be; catches uninitialised sizes before their bytes are read.
inline constexpr size_t kStructSizeMax = 4096;

accel_status fail_forked();
/// … whose fork had no memory for what a child needs.
accel_status fail_broken_child();
/// For applications of the contract that is not served any more. how: "", or what else it may be, from ", or …" on.
accel_status fail_compiled_for_0_1(const char *how);
accel_status fail_struct_size(size_t given, size_t known, const char *name);
accel_status fail_struct_tail(size_t given, size_t known, const char *name);
accel_status fail_element_size(uint32_t given, size_t known, const char *name);
accel_status fail_null(const char *name);
/// What a function of the application's that receives rows answered; what: of what it was given.
accel_status check_receiver(accel_status answer, const char *what);
/// Is this desc.priority one?
accel_status check_priority(int32_t priority);
/// Kinds of handles whose numbers are kept free. No version has said what such a descriptor is, so nobody can take or make one.
inline constexpr uint32_t kReservedKinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_VULKAN_OPAQUE_FD) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DRM_SYNCOBJ) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_VULKAN_TIMELINE);
/// UNSUPPORTED where a set of ACCEL_HANDLE_BIT has one of them; name: of what was given.
accel_status check_reserved_kinds(uint32_t kinds, const char *name);
/// Why a handle cannot be used: a fork, or not of that type.
[[gnu::cold]] accel_status fail_handle(const void *given, const char *name, ObjectType expected);

/// True if all bytes are zero.
bool is_zero(const void *bytes, size_t byte_count);

/// Read an input struct of any version: missing members become zero, unknown members must be zero.
template <class T> accel_status copy_in(const T *given, T *out, const char *name)
{
    if (!given)
        return fail_null(name);
    const size_t size = given->struct_size;
    if (size < kFirstSize<T> || size > kStructSizeMax)
        return fail_struct_size(size, sizeof(T), name);
    if (size > sizeof(T) && !is_zero(reinterpret_cast<const char *>(given) + sizeof(T), size - sizeof(T)))
        return fail_struct_tail(size, sizeof(T), name);
    *out = T{};
    memcpy(out, given, size < sizeof(T) ? size : sizeof(T));
    out->struct_size = sizeof(T);
    return ACCEL_STATUS_OK;
}

/// Can this output struct be written?
template <class T> accel_status check_out(const T *out, const char *name)
{
    if (!out)
        return fail_null(name);
    if (out->struct_size < kOutputSizeMin || out->struct_size > kStructSizeMax)
        return fail_struct_size(out->struct_size, sizeof(T), name);
    return ACCEL_STATUS_OK;
}

/// Write an output struct of any version: nothing beyond the caller's struct_size is touched; members that we do not know become zero.
template <class T> void copy_out(const T &value, T *out)
{
    const size_t size = out->struct_size;
    if (size > sizeof(T))
        memset(reinterpret_cast<char *>(out) + sizeof(T), 0, size - sizeof(T));
    memcpy(out, &value, size < sizeof(T) ? size : sizeof(T));
    out->struct_size = size;
}

/// Element of an array whose elements have the size that the caller compiled; `T` begins the element.
template <class T> T element(const T *array, size_t index, size_t element_size)
{
    T value{};
    memcpy(&value, reinterpret_cast<const char *>(array) + index * element_size, element_size < sizeof(T) ? element_size : sizeof(T));
    return value;
}

/// Is this the size of an array's elements? name: of the array.
template <class T> accel_status check_element_size(uint32_t size, const char *name)
{
    if (size < kFirstSize<T> || size > kStructSizeMax || size % 8 != 0)
        return fail_element_size(size, sizeof(T), name);
    return ACCEL_STATUS_OK;
}

/// Read an array of an input struct, of elements of any version; name: of the array. With a count of 0 nothing else is looked at.
template <class T> accel_status copy_in_array(const T *array, uint32_t count, uint32_t size, const char *name, std::vector<T> *out)
{
    out->clear();
    if (count == 0)
        return ACCEL_STATUS_OK;
    if (!array)
        return fail_null(name);
    if (const accel_status status = check_element_size<T>(size, name); status != ACCEL_STATUS_OK)
        return status;
    for (uint32_t i = 0; i < count; ++i) {
        const char *bytes = reinterpret_cast<const char *>(array) + size_t{i} * size;
        if (size > sizeof(T) && !is_zero(bytes + sizeof(T), size - sizeof(T)))
            return fail_struct_tail(size, sizeof(T), name);
        out->push_back(element(array, i, size));
    }
    return ACCEL_STATUS_OK;
}

template <class T> struct TypeOf;
template <> struct TypeOf<accel_instance> {
    static constexpr ObjectType value = ObjectType::Instance;
};
template <> struct TypeOf<accel_device> {
    static constexpr ObjectType value = ObjectType::Device;
};
template <> struct TypeOf<accel_buffer> {
    static constexpr ObjectType value = ObjectType::Buffer;
};
template <> struct TypeOf<accel_fence> {
    static constexpr ObjectType value = ObjectType::Fence;
};
template <> struct TypeOf<accel_model> {
    static constexpr ObjectType value = ObjectType::Model;
};
template <> struct TypeOf<accel_program> {
    static constexpr ObjectType value = ObjectType::Program;
};
template <> struct TypeOf<accel_run> {
    static constexpr ObjectType value = ObjectType::Run;
};
template <> struct TypeOf<accel_queue> {
    static constexpr ObjectType value = ObjectType::Queue;
};
template <> struct TypeOf<accel_state> {
    static constexpr ObjectType value = ObjectType::State;
};
template <> struct TypeOf<accel_scratch> {
    static constexpr ObjectType value = ObjectType::Scratch;
};

/// Is this a living handle of its declared type, in the process that made it?
template <class T> accel_status check_handle(const T *handle, const char *name)
{
    // Read as the base that every handle begins with: a wrong pointer must not be treated as what it claims to be.
    const auto *object = reinterpret_cast<const Object *>(handle);
    if (object && object->is(TypeOf<T>::value)) [[likely]]
        return ACCEL_STATUS_OK;
    const accel_status status = fail_handle(object, name, TypeOf<T>::value);
    if (status == ACCEL_STATUS_OK)
        __builtin_unreachable();  // so that callers keep nothing alive across the call
    return status;
}

/// Add or drop the application's reference; wrong handles are left alone, and so are a parent's.
template <class T> T *ref_handle(T *handle)
{
    if (handle && reinterpret_cast<const Object *>(handle)->is(TypeOf<T>::value))
        reinterpret_cast<Object *>(handle)->ref();
    return handle;
}
template <class T> void unref_handle(T *handle)
{
    if (handle && reinterpret_cast<const Object *>(handle)->is(TypeOf<T>::value))
        reinterpret_cast<Object *>(handle)->unref();
}

const char *type_name(ObjectType type);

/// Ends the work of a call from where no status can be answered. The error detail is set.
class Stopped {
public:
    explicit Stopped(accel_status status) : status_(status) {}
    accel_status status() const { return status_; }

private:
    accel_status status_;
};

/// Inside of a handler: what was thrown, as a failure of the call.
accel_status fail_exception() noexcept;

/// Run the body of an entry function that allocates: no exception leaves the library.
template <class Body> accel_status guarded(Body &&body) { return border::guarded(body, fail_exception); }

/// Answer from a function when a check failed.
#define ACCEL_TRY(expression)                                                                           \
    do {                                                                                                \
        if (const accel_status try_status_ = (expression); try_status_ != ACCEL_STATUS_OK) [[unlikely]] \
            return try_status_;                                                                         \
    } while (0)

}  // namespace accel::runtime
