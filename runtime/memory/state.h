// SPDX-License-Identifier: MIT
// State: memory of a program's variables, and the order of those who work on it.
#pragma once

#include <accel/accel.h>

#include <span>
#include <vector>

#include "base/object.h"
#include "buffer.h"
#include "program/program.h"
#include "turns.h"

namespace accel::runtime {

/// Where a variable lies.
struct StatePlace {
    Ref<accel_buffer> buffer;
    uint64_t offset_bytes = 0;
};

}  // namespace accel::runtime

struct accel_state : accel::runtime::Object {
    explicit accel_state(accel_program *program);
    ~accel_state() override;

    /// Memory for all variables that `memory` does not name, and the source's values, or without one the first. Sets the error detail.
    accel_status prepare(std::span<const accel_memory_binding> memory, accel_state *source);
    /// First values. BUSY in flight.
    accel_status reset();
    /// Take another's values. BUSY in flight.
    accel_status copy_from(accel_state &other);

    accel_program &program() const { return *program_; }
    const accel::runtime::StatePlace &place(uint32_t variable) const { return places_[variable]; }
    /// BUSY in flight, also after looking whether that has ended.
    accel_status check_idle();
    accel::runtime::Turns &turns() { return turns_; }

protected:
    void let_go() override { program_ = {}; }

private:
    /// Of another state, the memory is not this one's.
    accel_status check_apart(accel_state &other) const;
    accel_status check_memory(const accel_memory_binding &binding, uint32_t number) const;
    accel_status allocate();
    accel_status open_devices(uint32_t variable, std::vector<std::shared_ptr<accel::runtime::OpenDevice>> *out) const;
    accel_status write_first(uint32_t variable);

    accel::runtime::Ref<accel_program> program_;
    std::vector<accel::runtime::StatePlace> places_;  ///< by variable

    accel::runtime::Turns turns_;
};
