// SPDX-License-Identifier: MIT
// oneDNN is not asked while memory is short.
//
// Where an allocation inside oneDNN 2.6 fails it constructs objects at address 0, or throws through its C functions. Nobody outside can mend that, so
// this room makes sure beforehand that there is more than it takes. That holds against limits of the address space and strict accounting of memory, and
// not against another thread of the process that takes the memory in between, nor against the kernel, which may end a process that uses what it was given.
#ifndef ACCEL_BACKENDS_CPU_DNNL_RESERVE_H
#define ACCEL_BACKENDS_CPU_DNNL_RESERVE_H

#include <mutex>
#include <new>
#include <oneapi/dnnl/dnnl.hpp>

namespace accel::cpu
{

// While one lives, its thread may make engines, descriptions, primitives and memory objects of oneDNN, and execute a primitive for the first time. Memory
// that the room itself takes meanwhile comes out of the reserve, so it takes what is large before. One lives at a time: others wait for it.
class DnnlReserve
{
public:
    // Throws std::bad_alloc while there is less than oneDNN may take.
    DnnlReserve();
    DnnlReserve(const DnnlReserve &) = delete;
    DnnlReserve &operator=(const DnnlReserve &) = delete;

private:
    std::unique_lock<std::mutex> lock_;
};

// Calls oneDNN within a reserve, and turns its answer for a lack of memory into the exception for one. Throws std::bad_alloc and dnnl::error.
template <typename Body> auto ask_dnnl(const Body &body) -> decltype(body())
{
    const DnnlReserve reserve;
    try {
        return body();
    } catch (const dnnl::error &error) {
        if (error.status == dnnl_out_of_memory)
            throw std::bad_alloc();
        throw;
    }
}

// Is there memory on this thread for the small objects that executing a primitive takes? Asks the heap only where allocations can fail at all, so that a
// steady state allocates nothing: under a limit of the address space or of data, or where the kernel grants no more than it has. Limits are looked at when
// a reserve is made, which making a run does.
bool can_execute_dnnl() noexcept;

} // namespace accel::cpu

#endif
