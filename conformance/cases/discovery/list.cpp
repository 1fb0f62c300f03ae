// SPDX-License-Identifier: MIT
// What an instance lists, and that listing is cheap.
#include <fstream>
#include <set>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// Does a mapped file of this process carry the text in its name?
bool is_mapped(const std::string &text)
{
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find(text) != std::string::npos) return true;
    return false;
}

std::vector<std::string> ids(const Instance &instance)
{
    std::vector<std::string> list;
    for (const Device &device : instance.devices()) list.emplace_back(device.info().id);
    return list;
}

}  // namespace

ACCEL_CASE("discovery.cheap.loads-nothing", "I-1", "listing loads no module and opens no node")
{
    const size_t before = open_fd_count();
    const auto instance = make_instance(Target::current());
    const Device device = instance.device(Target::current().device.c_str());
    const auto info = device.info();
    CHECK((info.flags & ACCEL_DEVICE_FLAG_OPEN) == 0);
    CHECK(expect(!is_mapped("libaccel-" + std::string(info.backend) + ".so"), "listing loaded the module of " + std::string(info.backend) + ", expected that an open device does"));
    CHECK(open_fd_count() == before);
}

ACCEL_CASE("discovery.list.stable", "I-2", "the list is the same every time it is asked, and the same handle stands at each place")
{
    const auto instance = make_instance(Target::current());
    const auto first = ids(instance);
    REQUIRE(first.size() > 0);
    for (int round = 0; round < 100; ++round) REQUIRE(ids(instance) == first);
    CHECK(accel_instance_device_count(instance.get()) == first.size());
    accel_device *beyond = nullptr;
    CHECK_STATUS(accel_instance_device(instance.get(), static_cast<uint32_t>(first.size()), &beyond), ACCEL_STATUS_NOT_FOUND);
}

ACCEL_CASE("discovery.list.order", "I-2", "accelerators come first, then simulated devices, then the CPU")
{
    const auto instance = make_instance(Target::current());
    int stage = 0;
    for (const Device &device : instance.devices()) {
        const auto info = device.info();
        const int own = info.kind == ACCEL_DEVICE_KIND_CPU ? 2 : (info.flags & ACCEL_DEVICE_FLAG_SIMULATED) ? 1
                                                                                                            : 0;
        INFO(info.id);
        CHECK(own >= stage);
        stage = own;
    }
}

ACCEL_CASE("discovery.ids.unique", "D-4", "device ids are unique, and the next instance has the same ones")
{
    const auto one = make_instance(Target::current());
    const auto two = make_instance(Target::current());
    const auto list = ids(one);
    CHECK(std::set<std::string>(list.begin(), list.end()).size() == list.size());
    CHECK(ids(two) == list);
}

ACCEL_CASE("discovery.find.by-name", "I-4", "a device is found by id, and by backend and kind when it is the only one")
{
    const auto instance = make_instance(Target::current());
    const auto devices = instance.devices();
    for (const Device &device : devices) {
        const auto info = device.info();
        CHECK(std::string(instance.device(info.id).info().id) == info.id);
        unsigned same_backend = 0;
        for (const Device &other : devices) same_backend += std::string(other.info().backend) == info.backend;
        if (same_backend == 1) CHECK(std::string(instance.device(info.backend).info().id) == info.id);
    }
}

ACCEL_CASE("discovery.find.unknown", "I-4", "a name that matches nothing is NOT_FOUND, and the detail lists what there is")
{
    const auto instance = make_instance(Target::current());
    accel_device *device = nullptr;
    CHECK_REFUSED(accel_instance_find_device(instance.get(), "no-such-device", &device), ACCEL_STATUS_NOT_FOUND);
    const std::string message = accel_last_error()->message;
    CHECK(message.find(ids(instance).front()) != std::string::npos);
}

ACCEL_CASE("discovery.filter.by-id", "I-8", "a device filter keeps equal devices only")
{
    const Target &target = Target::current();
    const auto id = std::string(make_instance(target).device(target.device.c_str()).info().id);
    for (const auto &[filter, expected] : {std::pair<std::string, size_t>{id, 1}, {"no-such-device", 0}}) {
        std::vector<const char *> paths;
        for (const auto &path : target.module_paths) paths.push_back(path.c_str());
        const char *name = filter.c_str();
        auto desc = sized<accel_instance_desc>();
        desc.api_version = ACCEL_VERSION;
        if (target.simulated) desc.flags |= ACCEL_INSTANCE_FLAG_SIMULATED;
        if (target.only_given_paths) desc.flags |= ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS;
        desc.module_paths = paths.data();
        desc.module_path_count = static_cast<uint32_t>(paths.size());
        desc.device_filters = &name;
        desc.device_filter_count = 1;
        CHECK(Instance::create(desc).devices().size() == expected);
    }
}

ACCEL_CASE("discovery.facts.open", "D-1", "facts are complete once the device is open, and querying opened nothing before")
{
    const auto instance = make_instance(Target::current());
    const Device device = instance.device(Target::current().device.c_str());
    CHECK(std::string(device.info().name) != "");
    CHECK(device.info().buffer_import_kinds == 0);
    device.open();
    const auto info = device.info();
    CHECK((info.flags & ACCEL_DEVICE_FLAG_OPEN) != 0);
    CHECK(std::string(info.name) != "");
    CHECK(std::string(info.backend) != "");
    CHECK(std::string(info.backend_version) != "");
}

ACCEL_CASE("discovery.facts.ranges", "D-5", "facts lie in their ranges")
{
    const Room room;
    const auto &facts = room.facts();
    CHECK(facts.queue_depth >= 1);
    CHECK(facts.kind >= ACCEL_DEVICE_KIND_CPU);
    CHECK(facts.kind <= ACCEL_DEVICE_KIND_OTHER);
    CHECK(facts.buffer_align_bytes >= 1);
    CHECK((facts.buffer_align_bytes & (facts.buffer_align_bytes - 1)) == 0);
    constexpr uint32_t kKinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_MEMFD) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_HOST_POINTER) |
                                ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD);
    CHECK(((facts.buffer_import_kinds | facts.buffer_export_kinds | facts.fence_export_kinds | facts.fence_wait_kinds) & ~kKinds) == 0);
    constexpr uint32_t kRoundings = 1u << ACCEL_ROUNDING_HALF_EVEN | 1u << ACCEL_ROUNDING_TFLITE | 1u << ACCEL_ROUNDING_NATURAL;
    CHECK((facts.roundings & ~kRoundings) == 0);
    CHECK(facts.isolation <= ACCEL_ISOLATION_NONE);
    const bool simulated = (facts.flags & ACCEL_DEVICE_FLAG_SIMULATED) != 0;
    CHECK(expect(!simulated || std::string(facts.node).empty(), "the simulated device has the node '" + std::string(facts.node) + "', expected none"));
}

ACCEL_CASE("discovery.open.twice", "D-2", "opening an open device does nothing, and it can be opened again after it was closed")
{
    const auto instance = make_instance(Target::current());
    for (int round = 0; round < 3; ++round) {
        const Device device = instance.device(Target::current().device.c_str());
        CHECK_STATUS(accel_device_open(device.get()), ACCEL_STATUS_OK);
        CHECK_STATUS(accel_device_open(device.get()), ACCEL_STATUS_OK);
        const Buffer buffer = Buffer::create({device}, 64);
        CHECK(buffer.size_bytes() >= 64);
    }
}

}  // namespace accel::conformance
