// SPDX-License-Identifier: MIT
// oneDNN is not asked while memory is short.
//
// Where an allocation inside oneDNN 2.6 fails it constructs objects at address 0, or throws through its C functions. Nobody outside can mend that, so
// this room makes sure beforehand that there is more than it takes. That holds against limits of the address space and strict accounting of memory, and
// not against another thread of the process that takes the memory in between, nor against the kernel, which may end a process that uses what it was given.
#pragma once

#include <mutex>
#include <new>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string_view>

namespace accel::cpu {

// What oneDNN is about to do.
enum class DnnlWork {
    kLittle,      // an engine, a description, a memory object, a reorder; a primitive with few kernels
    kKernels,     // a primitive with a kernel for every kind of edge
    kProductCode  // what all products of the process stand on (product_code.h)
};

// Making a primitive of that implementation, as oneDNN names it.
DnnlWork work_to_make(std::string_view implementation);
// Executing one for the first time. Empty: it takes what executing it again takes, which is so for every name that was seen.
std::optional<DnnlWork> work_to_execute_first(std::string_view implementation);

// While one lives, its thread may ask oneDNN for that work. Memory that the room itself takes meanwhile comes out of the reserve, so it takes what is large
// before. One lives at a time: others wait for it.
class DnnlReserve {
public:
    // Throws std::bad_alloc while there is less than oneDNN may take.
    explicit DnnlReserve(DnnlWork work = DnnlWork::kLittle);
    DnnlReserve(const DnnlReserve &) = delete;
    DnnlReserve &operator=(const DnnlReserve &) = delete;

private:
    std::unique_lock<std::mutex> lock_;
};

// Calls oneDNN within a reserve, and turns its answer for a lack of memory into the exception for one. Throws std::bad_alloc and dnnl::error.
template <typename Body> auto ask_dnnl(const Body &body, DnnlWork work = DnnlWork::kLittle) -> decltype(body())
{
    const DnnlReserve reserve(work);
    try {
        return body();
    } catch (const dnnl::error &error) {
        if (error.status == dnnl_out_of_memory)
            throw std::bad_alloc();
        throw;
    }
}

// oneDNN's own locks are as whole in this process as in the one that loaded it: no thread of a parent was inside at a fork. Forks wait up to 100 ms for that.
bool dnnl_is_whole() noexcept;

// Is there memory on this thread for the small objects that executing a primitive takes? Asks the heap only where allocations can fail at all, so that a
// steady state allocates nothing: under a limit of the address space or of data, or where the kernel grants no more than it has. Limits are looked at when
// a reserve is made, which making a run does.
bool can_execute_dnnl() noexcept;

}  // namespace accel::cpu
