// SPDX-License-Identifier: MIT
//
// libaccel for C++17: the application door with references that count themselves and failures that throw.
//
// Header only, nothing but accel.h below it. Every class that stands for an object is one pointer wide, copies add a reference, and get() gives the C handle,
// so both doors can be mixed. Threads, blocking and errors are those of the C function that each member names.
//
// A status that is not OK is thrown as Error. Two mistakes are found here, without a call: Buffer's read and write beyond the buffer throw std::out_of_range, and graph() of an
// empty Model throws std::logic_error.
#ifndef ACCEL_ACCEL_HPP
#define ACCEL_ACCEL_HPP

#include <accel/buffer.hpp>
#include <accel/fence.hpp>
#include <accel/handle.hpp>
#include <accel/instance.hpp>
#include <accel/program.hpp>
#include <accel/queue.hpp>
#include <accel/run.hpp>

#endif  // ACCEL_ACCEL_HPP
