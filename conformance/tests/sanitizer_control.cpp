// SPDX-License-Identifier: MIT
// Does what a sanitizer is there to find: the control that it finds it here, with these flags and this environment.
#include <cstdio>
#include <cstring>
#include <thread>

namespace {

volatile int one = 1, largest = 0x7fffffff;
char *volatile memory = nullptr;
int shared_value = 0;

void leak()
{
    for (int round = 0; round < 100; ++round) memory = new char[64];
}

void overflow()
{
    memory = new char[64];
    memory[63 + one] = 0;
}

void undefined() { largest = largest + one; }

void race()
{
    const auto count = [] {
        for (int round = 0; round < 1000; ++round) shared_value += one;
    };
    std::thread first(count), second(count);
    first.join();
    second.join();
}

}  // namespace

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (!std::strcmp(mode, "leak")) leak();
    if (!std::strcmp(mode, "overflow")) overflow();
    if (!std::strcmp(mode, "undefined")) undefined();
    if (!std::strcmp(mode, "race")) race();
    std::puts("nothing was found");
    return 0;
}
