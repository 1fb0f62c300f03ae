// SPDX-License-Identifier: MIT
#include "harness.h"

int main(int argc, char **argv) { return accel::uapi::run_cases(argc, argv); }
