// SPDX-License-Identifier: MIT
// The sentences of arguments that are refused.
#include "check.h"

#include <bit>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

namespace accel::runtime {

accel_status fail_forked()
{
    return fail(ACCEL_STATUS_FORKED, "A-7", nullptr, "the object was made before fork, by the parent of this process: make an instance here, and what is needed with it");
}

accel_status fail_broken_child()
{
    return fail(ACCEL_STATUS_OUT_OF_MEMORY, "A-7", nullptr, "there was no memory for a child's own state when this process was forked: fork again, or make a new process with exec");
}

accel_status fail_compiled_for_0_1(const char *how)
{
    return fail(ACCEL_STATUS_INCOMPATIBLE, "A-23", nullptr,
                "this application was compiled for libaccel 0.1%s; this library, %u.%u.%u, serves 0.2 and newer: compile it again, with desc.api_version set to ACCEL_VERSION", how,
                ACCEL_VERSION_MAJOR, ACCEL_VERSION_MINOR, ACCEL_VERSION_PATCH);
}

accel_status fail_struct_size(size_t given, size_t known, const char *name)
{
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-1", nullptr, "%s.struct_size is %zu, expected sizeof the struct, which is %zu in this version", name,
                given, known);
}

accel_status fail_struct_tail(size_t given, size_t known, const char *name)
{
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-2", nullptr,
                "%s has %zu bytes, of which this library knows %zu, and some of the unknown ones are not zero: it asks for what this library cannot do",
                name, given, known);
}

accel_status fail_element_size(uint32_t given, size_t known, const char *name)
{
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-24", nullptr, "the elements of %s have %u bytes, expected sizeof the struct, which is %zu in this version", name, given, known);
}

accel_status fail_null(const char *name) { return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", nullptr, "%s is NULL", name); }

accel_status fail_handle(const void *given, const char *name, ObjectType expected)
{
    if (!given)
        return fail_null(name);
    const auto *object = static_cast<const Object *>(given);
    if (object->is_object() && object->is_parents())
        return fail_forked();
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", nullptr, "%s is %s, expected %s", name,
                object->is_object() ? type_name(object->type()) : "no object, or was destroyed", type_name(expected));
}

accel_status fail_exception() noexcept
{
    try {
        throw;
    } catch (const Stopped &stopped) {
        return stopped.status();
    } catch (...) {
        const border::Caught caught = border::caught();
        switch (caught.status) {
        case ACCEL_STATUS_OUT_OF_MEMORY: return fail(caught.status, "", nullptr, "the call found no memory: %s", caught.what);
        case ACCEL_STATUS_RESOURCE:
            return fail(caught.status, "", nullptr, "no thread can be started: %s; end other programs, or raise the limits of this process (ulimit -u, ulimit -v, pids.max)", caught.what);
        default: return fail(caught.status, "", nullptr, "unexpected failure inside the library: %s", caught.what);
        }
    }
}

accel_status check_receiver(accel_status answer, const char *what)
{
    return answer == ACCEL_STATUS_OK ? answer : fail(answer, "A-29", nullptr, "the function that was given a %s answered %s", what, accel_status_name(answer));
}

accel_status check_priority(int32_t priority)
{
    if (priority >= ACCEL_PRIORITY_BACKGROUND && priority <= ACCEL_PRIORITY_REALTIME)
        return ACCEL_STATUS_OK;
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "Q-14", nullptr, "desc.priority is %d, expected a number from %d (BACKGROUND) to %d (REALTIME); 0 is NORMAL", priority,
                ACCEL_PRIORITY_BACKGROUND, ACCEL_PRIORITY_REALTIME);
}

accel_status check_reserved_kinds(uint32_t kinds, const char *name)
{
    if ((kinds & kReservedKinds) == 0)
        return ACCEL_STATUS_OK;
    return fail(ACCEL_STATUS_UNSUPPORTED, "A-26", nullptr, "%s names handle kind %d, whose number is kept free: no version has said what such a descriptor is", name,
                std::countr_zero(kinds & kReservedKinds));
}

bool is_zero(const void *bytes, size_t byte_count)
{
    const auto *begin = static_cast<const unsigned char *>(bytes);
    for (size_t i = 0; i < byte_count; ++i)
        if (begin[i])
            return false;
    return true;
}

const char *type_name(ObjectType type)
{
    switch (type) {
    case ObjectType::Instance: return "an instance";
    case ObjectType::Device: return "a device";
    case ObjectType::Buffer: return "a buffer";
    case ObjectType::Fence: return "a fence";
    case ObjectType::Model: return "a model";
    case ObjectType::Program: return "a program";
    case ObjectType::Run: return "a run";
    case ObjectType::Queue: return "a queue";
    case ObjectType::State: return "a state";
    case ObjectType::Scratch: return "scratch";
    }
    return "an object of unknown type";
}

}  // namespace accel::runtime
