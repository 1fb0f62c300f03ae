// SPDX-License-Identifier: MIT
// Notes the signal.
#include "interrupt.h"

namespace accel::tool {
namespace {

volatile sig_atomic_t noted = 0;

void note_signal(int) { noted = 1; }

}  // namespace

Interrupt::Interrupt()
{
    struct sigaction action {};
    action.sa_handler = note_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    sigaction(SIGINT, &action, &before_);
}

Interrupt::~Interrupt() { sigaction(SIGINT, &before_, nullptr); }

bool Interrupt::came() { return noted != 0; }

}  // namespace accel::tool
