// SPDX-License-Identifier: MIT
// The main program of a suite: all cases that are linked into it.
#include "harness.h"

int main(int argc, char **argv) { return accel::uapi::run_cases(argc, argv); }
