// SPDX-License-Identifier: MIT
// Keeps what a module says while it loads.
#include "remarks.h"

#include <accel/border/guard.h>

#include <utility>

#include "text/printable.h"

namespace accel::runtime {

namespace {

thread_local RemarkTaker *taker = nullptr;

}  // namespace

RemarkTaker::RemarkTaker() { taker = this; }

RemarkTaker::~RemarkTaker() { taker = nullptr; }

void RemarkTaker::take(uint32_t graph, uint32_t node, const char *message) noexcept
{
    if (!taker || !message) return;
    border::guarded([&] { taker->remarks_[{graph, node}] = text::printable(message); }, [] {});  // without memory a report has less in it
}

}  // namespace accel::runtime
