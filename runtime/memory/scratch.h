// SPDX-License-Identifier: MIT
// Scratch that runs of several programs share: a place for each piece that they need, and the order of their submissions.
#pragma once

#include <accel/scratch.h>

#include <span>
#include <vector>

#include "base/object.h"
#include "buffer.h"
#include "program/program.h"
#include "scratch_pieces.h"
#include "turns.h"

struct accel_scratch : accel::runtime::Object {
    /// Memory of a piece.
    struct Place {
        accel::runtime::ScratchPiece piece;
        accel::runtime::Ref<accel_buffer> buffer;  ///< null: the module makes its own
        uint64_t offset_bytes = 0;
    };

    accel_scratch() : Object(accel::runtime::ObjectType::Scratch) {}

    /// Find a place for every piece of the programs. Sets the error detail.
    accel_status prepare(std::span<accel_program *const> programs, std::span<const accel_memory_binding> supplied);
    /// Of an entry point of a program that it was made for; null for others.
    const std::vector<Place> *places(const accel::runtime::ProgramEntry &entry) const;
    accel::runtime::Turns &turns() { return turns_; }
    /// A device that was given up may still be at work on it.
    void keep_memory();

private:
    struct Owner {
        accel::runtime::Ref<accel_program> program;
        const accel::runtime::ProgramEntry *entry;
        std::vector<Place> places;
    };
    struct Arena;
    accel_status take(const accel_memory_binding &binding, uint32_t number);
    accel_status check_supplied(const Place &place, const accel_memory_binding &binding, uint32_t number) const;
    accel_status check_overlaps() const;
    accel_status allocate();
    void lay_out(Owner &owner, std::vector<Arena> &arenas);

    std::vector<Owner> owners_;
    accel::runtime::Turns turns_;
};
