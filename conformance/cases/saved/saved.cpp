// SPDX-License-Identifier: MIT
// Saved programs: whole, foreign, cut and flipped.
#include "support/bytes.h"
#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

accel_status load(const Instance &instance, const std::string &bytes, const std::vector<Device> &devices)
{
    accel_program *program = nullptr;
    const accel_status status = load_program(instance, bytes, devices, &program);
    accel_program_unref(program);
    return status;
}

/// How many times progress was told, and the call after which it asks to stop.
struct Count {
    int told = 0;
    int stop_at = 0;
};

accel_status load_telling(const Room &room, const std::string &bytes, Count &count, accel_program **out)
{
    accel_device *device = room.device().get();
    auto desc = sized<accel_program_load_desc>();
    desc.bytes = bytes.data();
    desc.byte_count = bytes.size();
    desc.devices = &device;
    desc.device_count = 1;
    desc.progress = [](void *user, const accel_progress *) {
        auto &counted = *static_cast<Count *>(user);
        return ++counted.told == counted.stop_at ? 1 : 0;
    };
    desc.progress_user = &count;
    return accel_program_load(room.instance().get(), &desc, out);
}

accel_status find_devices(const Instance &instance, const std::string &bytes, accel_device **out_device, uint32_t *out_count)
{
    auto desc = sized<accel_program_load_desc>();
    desc.bytes = bytes.data();
    desc.byte_count = bytes.size();
    return accel_program_find_devices(instance.get(), &desc, out_device, 1, out_count);
}

Comparison is_refusal(accel_status status) { return one_of(status, {ACCEL_STATUS_CORRUPT, ACCEL_STATUS_INCOMPATIBLE}); }

/// A program for the target of the room's device in front of that device, which is two places of one module.
std::string save_for_two(const Room &room)
{
    const auto type = room.adder().type();
    const std::vector<int64_t> dims{1, 8, 4, 4};
    const Quantization quantization = type == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
    GraphBuilder graph;
    const uint32_t a = graph.input("a", type, dims, quantization), b = graph.input("b", type, dims, quantization), y = graph.tensor("y", type, dims, quantization);
    graph.node(ACCEL_OPERATION_ADD, {a, b}, {y}, {}, type == ACCEL_TYPE_I8 ? room.rounding() : ACCEL_ROUNDING_NONE);
    graph.output(y);
    const Model model = Model::create(room.instance(), graph.desc());
    const std::string target = room.facts().target;
    accel_device *device = room.device().get();
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.target = target.c_str();
    desc.devices = &device;
    desc.device_count = 1;
    return Program::build(desc).save();
}

void check_sum(const Room &room, const Adder &adder)
{
    const Sum sum(room, adder);
    sum.set(33, 9);
    REQUIRE(room.completes(sum.run));
    CHECK(sum.holds(42));
}

}  // namespace

ACCEL_CASE("saved.round-trip.runs", "S-1", "a loaded program runs as the built one, and tells the same about its ports")
{
    const Room room;
    const Adder built = room.adder({1, 5, 3, 7});
    const std::string bytes = built.program().save();
    const Adder loaded(Program::load(room.instance(), bytes, {room.device()}), built.type(), {1, 5, 3, 7});
    for (uint32_t port = 0; port < 3; ++port) {
        const auto before = built.program().port(port), after = loaded.program().port(port);
        CHECK(std::string(before.name) == after.name);
        CHECK(before.size_bytes == after.size_bytes);
        CHECK(strides_bytes(before) == strides_bytes(after));
        CHECK(before.layout->type == after.layout->type);
        CHECK(before.flags == after.flags);
    }
    CHECK(loaded.program().entry().placement_count == built.program().entry().placement_count);
    check_sum(room, loaded);
}

ACCEL_CASE("saved.size.told", "S-6", "saved_bytes is the size of the file, and saving again writes the same bytes")
{
    const Room room;
    const Adder adder = room.adder();
    const std::string bytes = adder.program().save();
    CHECK(adder.program().info().saved_bytes == bytes.size());
    CHECK(adder.program().save() == bytes);
    CHECK(Program::load(room.instance(), bytes, {room.device()}).save() == bytes);
}

ACCEL_CASE("saved.write.stops", "S-5", "a status from the write function stops the save and is its answer")
{
    const Room room;
    const Adder adder = room.adder();
    int calls = 0;
    const accel_write_fn full = [](void *user, const void *, size_t) {
        ++*static_cast<int *>(user);
        return ACCEL_STATUS_RESOURCE;
    };
    CHECK_STATUS(accel_program_save(adder.program().get(), full, &calls), ACCEL_STATUS_RESOURCE);
    CHECK(calls == 1);
    check_sum(room, adder);
}

ACCEL_CASE("saved.check.fits", "S-2", "check answers FULL for its device and target, NONE for a foreign target, without opening a device")
{
    std::string bytes;
    {
        const Room room;
        bytes = room.adder().program().save();
    }
    const auto instance = make_instance(Target::current());
    const Device device = instance.device(Target::current().device.c_str());
    accel_fit fit = ACCEL_FIT_NONE;
    REQUIRE_STATUS(check_program(instance, bytes, device.info().id, &fit), ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_FULL);
    REQUIRE_STATUS(check_program(instance, bytes, nullptr, &fit), ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_FULL);
    const accel_status foreign = check_program(instance, bytes, "some-foreign-target", &fit);
    CHECK(one_of(foreign, {ACCEL_STATUS_OK, ACCEL_STATUS_NOT_FOUND}));
    CHECK(fit == ACCEL_FIT_NONE);
    CHECK((device.info().flags & ACCEL_DEVICE_FLAG_OPEN) == 0);
}

ACCEL_CASE("saved.damage.cut", "S-3", "a cut file is refused at every length")
{
    const Room room;
    const std::string bytes = room.adder().program().save();
    for (size_t size = 0; size < bytes.size(); size += 1 + size / 16) {
        const accel_status status = load(room.instance(), bytes.substr(0, size), {room.device()});
        INFO(size << " of " << bytes.size() << " bytes: " << name_of(status));
        REQUIRE(is_refusal(status));
        accel_fit fit = ACCEL_FIT_FULL;
        check_program(room.instance(), std::string_view(bytes).substr(0, size), nullptr, &fit);
        REQUIRE(fit == ACCEL_FIT_NONE);
    }
}

ACCEL_CASE("saved.damage.flipped", "S-3", "a flipped bit is found, wherever it is")
{
    const Room room;
    const std::string bytes = room.adder().program().save();
    Random random(4);
    for (int round = 0; round < 300; ++round) {
        std::string damaged = bytes;
        const size_t position = random.next() % damaged.size();
        damaged[position] = static_cast<char>(damaged[position] ^ (1 << random.whole(0, 7)));
        const accel_status status = load(room.instance(), damaged, {room.device()});
        INFO("byte " << position << " of " << bytes.size() << ": " << name_of(status));
        REQUIRE(is_refusal(status));
    }
}

ACCEL_CASE("saved.damage.garbage", "S-3", "bytes that never were a program are refused")
{
    const Room room;
    Random random(5);
    for (const size_t size : {size_t{0}, size_t{1}, size_t{16}, size_t{64}, size_t{4096}}) {
        std::string bytes(size, '\0');
        CHECK(is_refusal(load(room.instance(), bytes, {room.device()})));
        for (char &byte : bytes) byte = static_cast<char>(random.next());
        CHECK(is_refusal(load(room.instance(), bytes, {room.device()})));
    }
    const std::string good = room.adder().program().save();
    CHECK(is_refusal(load(room.instance(), good + "x", {room.device()})));
}

ACCEL_CASE("saved.set.of-another-shape", "S-4", "a program is not loaded on a device set of another shape or target")
{
    const Room room;
    const std::string bytes = room.adder().program().save();
    CHECK(load(room.instance(), bytes, {}) == ACCEL_STATUS_INVALID_ARGUMENT);
    bool met = false;
    for (const Device &device : room.instance().devices()) {
        // One of the same kind, of which there may be several, is no other target.
        if (std::string(device.info().backend) == room.facts().backend && std::string(device.info().target) == room.facts().target) continue;
        met = true;
        CHECK_STATUS(load(room.instance(), bytes, {device}), ACCEL_STATUS_INCOMPATIBLE);
    }
    if (!met) {
        const accel_status status = load(room.instance(), bytes, {room.device(), room.device()});
        CHECK(one_of(status, {ACCEL_STATUS_INCOMPATIBLE, ACCEL_STATUS_INVALID_ARGUMENT}));
    }
}

ACCEL_CASE("saved.devices.found", "S-7", "a saved program finds the device that it was built for, and none where only others are")
{
    const Room room;
    const Adder adder = room.adder();
    const std::string bytes = adder.program().save();
    const auto found = room.instance().devices_for(bytes);
    REQUIRE(found.size() == 1);
    CHECK(found[0].get() == room.device().get());
    const Adder loaded(Program::load(room.instance(), bytes, found), adder.type(), {1, 8, 4, 4});
    check_sum(room, loaded);
    // Without modules there are no devices: a place stays empty, and nothing is handed out.
    const Instance without = Instance::create(ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS);
    accel_device *handle = room.device().get();
    uint32_t count = 99;
    CHECK_REFUSED(find_devices(without, bytes, &handle, &count), ACCEL_STATUS_NOT_FOUND);
    CHECK(handle == nullptr);
    CHECK(count == 0);
    CHECK_REFUSED(find_devices(room.instance(), bytes.substr(0, bytes.size() / 2), &handle, &count), ACCEL_STATUS_CORRUPT);
}

ACCEL_CASE("saved.devices.apart", "S-7", "one device does not stand for two places of a saved set")
{
    const Room room;
    const std::string bytes = save_for_two(room);
    accel_device *devices[2] = {};
    uint32_t count = 99;
    auto desc = sized<accel_program_load_desc>();
    desc.bytes = bytes.data();
    desc.byte_count = bytes.size();
    const accel_status status = accel_program_find_devices(room.instance().get(), &desc, devices, 2, &count);
    // Where there is another device of the module, that one is the second.
    if (status == ACCEL_STATUS_OK)
        CHECK(expect(devices[0] != devices[1], "both places got the device '" + std::string(room.facts().id) + "', expected two devices or NOT_FOUND"));
    else {
        CHECK_STATUS(status, ACCEL_STATUS_NOT_FOUND);
        CHECK(count == 0);
        CHECK(devices[0] == nullptr);
    }
    for (accel_device *device : devices) accel_device_unref(device);
}

ACCEL_CASE("saved.load.progress", "P-5", "loading tells its progress and can be cancelled at each step")
{
    const Room room;
    const Adder adder = room.adder();
    const std::string bytes = adder.program().save();
    Count whole;
    accel_program *program = nullptr;
    REQUIRE_STATUS(load_telling(room, bytes, whole, &program), ACCEL_STATUS_OK);
    accel_program_unref(program);
    REQUIRE(whole.told >= 2);
    for (int step = 1; step < whole.told; ++step) {
        Count count{0, step};
        INFO("step " << step);
        CHECK_REFUSED(load_telling(room, bytes, count, &program), ACCEL_STATUS_CANCELLED);
        CHECK(program == nullptr);
    }
}

}  // namespace accel::conformance
