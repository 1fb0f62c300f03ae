// SPDX-License-Identifier: MIT
// The kernel's transport over a memfd: whatever is mapped there is memory, so where and how maps lie can be looked at.
#include "transport_kernel.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>

using accel::runtime::KernelTransport;

namespace {

constexpr uint64_t kPage = 4096;

struct Node {
    Node() : transport(make()),
             table(*transport.table()) {}
    static int make()
    {
        const int fd = memfd_create("node", MFD_CLOEXEC);
        REQUIRE(fd >= 0);
        REQUIRE(ftruncate(fd, 16 * kPage) == 0);
        return fd;
    }
    int map(accel_bk_map wish, char **out)
    {
        void *pointer = nullptr;
        wish.struct_size = sizeof wish;
        const int error = table.map(table.context, &wish, &pointer);
        *out = static_cast<char *>(pointer);
        return error;
    }
    int unmap(char *pointer, uint64_t size_bytes) { return table.unmap(table.context, pointer, size_bytes); }

    KernelTransport transport;
    const accel_bk_transport &table;
};

accel_bk_map at(char *pointer, uint64_t offset, uint64_t size_bytes) { return {0, offset, size_bytes, 0, 0, pointer}; }

/// Is there a map at that place? A page that is not resident counts, too.
bool is_mapped(const char *place)
{
    unsigned char resident = 0;
    return mincore(const_cast<char *>(place), kPage, &resident) == 0;
}

}  // namespace

TEST_CASE("the kernel's transport lends its descriptor and takes requests", "[transport]")
{
    Node node;
    CHECK(node.table.flags == 0);
    char byte = 7, back = 0;
    REQUIRE(pwrite(node.table.node_fd, &byte, 1, 3) == 1);
    char *memory = nullptr;
    REQUIRE(node.map({0, 0, kPage, 0, 0, nullptr}, &memory) == 0);
    CHECK(memory[3] == 7);
    accel_bk_request request{sizeof request, 0x1234, &back, nullptr, 0, 0};
    CHECK(node.table.request(node.table.context, &request) == -ENOTTY);
    request.flags = 1;
    CHECK(node.table.request(node.table.context, &request) == -EINVAL);
    CHECK(node.unmap(memory, kPage) == 0);
}

TEST_CASE("pieces lie side by side in what the first of them reserved", "[transport]")
{
    Node node;
    char *first = nullptr, *second = nullptr, *third = nullptr;
    REQUIRE(node.map({0, 0, kPage, 1 << 20, 8 * kPage, nullptr}, &first) == 0);
    CHECK(reinterpret_cast<uintptr_t>(first) % (1 << 20) == 0);
    REQUIRE(node.map(at(first + kPage, 2 * kPage, 3 * kPage), &second) == 0);
    CHECK(second == first + kPage);
    std::strcpy(second, "second");
    char text[7] = {};
    REQUIRE(pread(node.table.node_fd, text, sizeof text, 2 * kPage) == sizeof text);
    CHECK(std::string(text) == "second");

    CHECK(node.map(at(first + 2 * kPage, 0, kPage), &third) == -EBUSY);
    CHECK(node.map(at(first, 0, kPage), &third) == -EBUSY);
    CHECK(node.map(at(first + 7 * kPage, 0, 2 * kPage), &third) == -EINVAL);
    CHECK(node.map(at(first - kPage, 0, kPage), &third) == -EINVAL);
    CHECK(node.map({0, 0, kPage, 1 << 20, 0, first + 4 * kPage}, &third) == -EINVAL);
    CHECK(node.map({0, 0, 2 * kPage, 0, kPage, nullptr}, &third) == -EINVAL);

    // The place of an ended piece is still taken, so that nobody else comes to lie there; it is free for the next piece.
    CHECK(node.unmap(second, kPage) == -EINVAL);
    REQUIRE(node.unmap(second, 3 * kPage) == 0);
    CHECK(is_mapped(second));
    REQUIRE(node.map(at(second, 0, kPage), &third) == 0);
    REQUIRE(node.unmap(first, kPage) == 0);
    REQUIRE(node.unmap(third, kPage) == 0);
    CHECK_FALSE(is_mapped(first));
    CHECK_FALSE(is_mapped(first + 7 * kPage));
}

TEST_CASE("A-7 a node's memory is not mapped in a child", "[transport]")
{
    Node node;
    char *memory = nullptr, *piece = nullptr;
    REQUIRE(node.map({0, 0, kPage, 0, 4 * kPage, nullptr}, &memory) == 0);
    REQUIRE(node.map(at(memory + kPage, 0, kPage), &piece) == 0);
    REQUIRE(is_mapped(memory));
    const pid_t child = fork();
    if (child == 0)
        _exit(is_mapped(memory) || is_mapped(piece) ? 1 : 0);
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
