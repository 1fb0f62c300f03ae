// SPDX-License-Identifier: MIT
// Devices, programs, ports and buffers of the target, for cases.
#include "room.h"

#include <dirent.h>

#include <algorithm>
#include <numeric>

#include "instance.h"
#include "status.h"

namespace accel::conformance {
namespace {

const Quantization kUnit{{1.0f}, {0}};

/// a + b in one element type, or a + b + … + b of several sums. In I8 all scales are 1, so that the stored integers are the values.
GraphBuilder adder_graph(accel_type type, const std::vector<int64_t> &dims, accel_rounding rounding, int sums = 1)
{
    const Quantization quantization = type == ACCEL_TYPE_I8 ? kUnit : Quantization{};
    GraphBuilder graph;
    const uint32_t a = graph.input("a", type, dims, quantization);
    const uint32_t b = graph.input("b", type, dims, quantization);
    uint32_t last = a;
    for (int sum = 1; sum <= sums; ++sum) {
        const uint32_t next = graph.tensor(sum == sums ? "y" : "", type, dims, quantization);
        graph.node(ACCEL_OPERATION_ADD, {last, b}, {next}, {}, type == ACCEL_TYPE_I8 ? rounding : ACCEL_ROUNDING_NONE);
        last = next;
    }
    graph.output(last);
    return graph;
}

/// Elements of less than a byte lie at distances that only bits tell.
std::vector<int64_t> bit_strides_of(const accel_port_info &port)
{
    std::vector<int64_t> strides(port.rank, 0);
    for (uint32_t step = 0; step < port.layout->step_count; ++step) strides.at(port.layout->steps[step].axis) += port.layout->steps[step].stride_bits;
    if (port.layout->type != port.type) throw std::runtime_error(std::string("port '") + port.name + "' holds another type than the tensor's although nobody asked for its device's layout");
    return strides;
}

/// Nobody here asks for another layout than STRIDED, so there are strides (P-3).
std::vector<int64_t> strides_of(const accel_port_info &port)
{
    const auto strides = strides_bytes(port);
    if (!strides) throw std::runtime_error(std::string("port '") + port.name + "' has no strides although nobody asked for its device's layout");
    return *strides;
}

template <class Visit> void for_each_element(const accel_port_info &port, const std::vector<int64_t> &strides, uint32_t axis, int64_t offset_bytes, const Visit &visit)
{
    if (axis == port.rank) {
        visit(offset_bytes);
        return;
    }
    for (int64_t index = 0; index < port.dims[axis]; ++index) for_each_element(port, strides, axis + 1, offset_bytes + index * strides[axis], visit);
}

/// Do the strides lie as a dense row-major array's?
bool is_dense(const accel_port_info &port)
{
    const auto strides = strides_of(port);
    int64_t stride = element_bytes(port.type);
    for (uint32_t axis = port.rank; axis-- > 0; stride *= port.dims[axis])
        if (port.dims[axis] != 1 && strides[axis] != stride) return false;
    return true;
}

void skip_unless(bool claimed, const char *group, accel_handle_kind kind)
{
    static constexpr const char *kNames[] = {"", "dma_buf", "memfd", "host_pointer", "vulkan_opaque_fd", "sync_file", "drm_syncobj", "eventfd", "vulkan_timeline"};
    if (!claimed) skip(std::string(group) + "." + kNames[kind], std::string("the device does not claim ") + group + " " + kNames[kind]);
}

}  // namespace

uint32_t element_bytes(uint32_t type) { return (accel_type_bits(type) + 7) / 8; }

uint64_t dense_bytes(const accel_port_info &port)
{
    return std::accumulate(port.dims, port.dims + port.rank, uint64_t{element_bytes(port.type)}, [](uint64_t a, int64_t b) { return a * static_cast<uint64_t>(b); });
}

void scatter(const accel_port_info &port, const char *dense, char *memory)
{
    if (const uint32_t bits = accel_type_bits(port.type); bits < 8) {
        for_each_element(port, bit_strides_of(port), 0, 0, [&](int64_t offset) {
            const int place = static_cast<int>(offset % 8), all = (1 << bits) - 1;
            memory[offset / 8] = static_cast<char>((memory[offset / 8] & ~(all << place)) | *dense++ << place);
        });
        return;
    }
    if (is_dense(port)) {
        std::memcpy(memory, dense, dense_bytes(port));
        return;
    }
    const uint32_t bytes = element_bytes(port.type);
    for_each_element(port, strides_of(port), 0, 0, [&](int64_t offset) {
        std::memcpy(memory + offset, dense, bytes);
        dense += bytes;
    });
}

void gather(const accel_port_info &port, const char *memory, char *dense)
{
    if (const uint32_t bits = accel_type_bits(port.type); bits < 8) {
        for_each_element(port, bit_strides_of(port), 0, 0, [&](int64_t offset) { *dense++ = static_cast<char>(static_cast<uint8_t>(memory[offset / 8]) >> offset % 8 & ((1 << bits) - 1)); });
        return;
    }
    if (is_dense(port)) {
        std::memcpy(dense, memory, dense_bytes(port));
        return;
    }
    const uint32_t bytes = element_bytes(port.type);
    for_each_element(port, strides_of(port), 0, 0, [&](int64_t offset) {
        std::memcpy(dense, memory + offset, bytes);
        dense += bytes;
    });
}

size_t Adder::element_count() const
{
    return static_cast<size_t>(std::accumulate(dims_.begin(), dims_.end(), int64_t{1}, std::multiplies<>()));
}

void Adder::write(const Buffer &buffer, uint32_t port, const std::vector<int> &values) const
{
    const size_t bytes = element_bytes(type_);
    std::vector<char> dense(values.size() * bytes);
    for (size_t index = 0; index < values.size(); ++index) {
        const auto real = static_cast<float>(values[index]);
        if (type_ == ACCEL_TYPE_I8)
            dense[index] = static_cast<char>(values[index]);
        else
            std::memcpy(&dense[index * bytes], &real, sizeof(real));
    }
    scatter(program_.port(port), dense.data(), buffer.map(ACCEL_ACCESS_WRITE).as<char>());
}

std::vector<int> Adder::read(const Buffer &buffer, uint32_t port) const
{
    std::vector<char> dense(element_count() * element_bytes(type_));
    gather(program_.port(port), buffer.map(ACCEL_ACCESS_READ).as<const char>(), dense.data());
    std::vector<int> values;
    values.reserve(element_count());
    for (size_t index = 0; index < element_count(); ++index) {
        float real = 0;
        if (type_ == ACCEL_TYPE_I8)
            real = static_cast<int8_t>(dense[index]);
        else
            std::memcpy(&real, &dense[index * 4], 4);
        values.push_back(static_cast<int>(real));
    }
    return values;
}

int Adder::last(const Buffer &buffer, uint32_t port) const
{
    const auto info = program_.port(port);
    const auto strides = strides_of(info);
    int64_t offset = 0;
    for (uint32_t axis = 0; axis < info.rank; ++axis) offset += (info.dims[axis] - 1) * strides[axis];
    const auto mapping = buffer.map(ACCEL_ACCESS_READ);
    const char *element = mapping.as<const char>() + offset;
    if (type_ == ACCEL_TYPE_I8) return static_cast<int8_t>(*element);
    float real = 0;
    std::memcpy(&real, element, sizeof(real));
    return static_cast<int>(real);
}

Sum::Sum(const Room &room, const Adder &the_adder, uint32_t run_flags, const Scratch &scratch)
    : adder(the_adder),
      a(room.buffer(adder.size_bytes(Adder::kA))),
      b(room.buffer(adder.size_bytes(Adder::kB))),
      y(room.buffer(adder.size_bytes(Adder::kY))),
      run(Run::create(adder.program(), 0, State(), run_flags, ACCEL_PRIORITY_NORMAL, scratch))
{
    run.bind(Adder::kA, a);
    run.bind(Adder::kB, b);
    run.bind(Adder::kY, y);
}

Comparison Sum::holds(int value) const
{
    const auto held = result();
    return same(std::vector<int32_t>(held.begin(), held.end()), std::vector<int32_t>(held.size(), value));
}

Room::Room()
    : instance_(make_instance(Target::current())),
      device_(instance_.device(Target::current().device.c_str())),
      facts_((device_.open(), device_.info()))
{
}

void Room::needs_buffer_import(accel_handle_kind kind) const { skip_unless(facts_.buffer_import_kinds & ACCEL_HANDLE_BIT(kind), "buffer.import", kind); }
void Room::needs_buffer_export(accel_handle_kind kind) const { skip_unless(facts_.buffer_export_kinds & ACCEL_HANDLE_BIT(kind), "buffer.export", kind); }
void Room::needs_fence_export(accel_handle_kind kind) const { skip_unless(facts_.fence_export_kinds & ACCEL_HANDLE_BIT(kind), "fence.export", kind); }
void Room::needs_fence_wait(accel_handle_kind kind) const { skip_unless(facts_.fence_wait_kinds & ACCEL_HANDLE_BIT(kind), "fence.wait", kind); }

std::optional<Program> Room::try_build(GraphBuilder &graph, accel_rounding rounding, std::vector<Refusal> *refused) const
{
    try {
        return Program::build(Model::create(instance_, graph.desc()), {device_}, rounding);
    } catch (const Error &error) {
        if (error.status() != ACCEL_STATUS_UNSUPPORTED) throw;
        const auto answer = refusals_of(instance_, {device_}, graph, rounding);
        if (answer.empty()) throw std::runtime_error(std::string("the device takes every operation when it is asked, and building answers: ") + error.what());
        if (refused) *refused = answer;
        return std::nullopt;
    }
}

Program Room::needs_program(GraphBuilder &graph, accel_rounding rounding) const
{
    std::vector<Refusal> refused;
    if (auto program = try_build(graph, rounding, &refused)) return *program;
    skip_refused(refused);
}

accel_rounding Room::rounding() const
{
    for (const auto rounding : {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL})
        if (facts_.roundings & (1u << rounding)) return rounding;
    return ACCEL_ROUNDING_NONE;
}

Adder Room::adder(const std::vector<int64_t> &dims) const { return adder(dims, 1); }
Adder Room::chain(int sums) const { return adder({1, 8, 16, 16}, sums); }

Adder Room::adder(const std::vector<int64_t> &dims, int sums) const
{
    std::vector<Refusal> refused;
    for (const auto type : {ACCEL_TYPE_F32, ACCEL_TYPE_I8}) {
        auto graph = adder_graph(type, dims, rounding(), sums);
        // The model may go: the program keeps what it needs.
        if (auto program = try_build(graph, ACCEL_ROUNDING_NONE, &refused)) return Adder(*program, type, dims);
    }
    throw std::runtime_error("the device offers ADD neither in F32 nor in I8: " + refused.at(0).text);
}

Comparison Room::completes(const Run &run) const
{
    const Fence done = fence();
    const Queue work = queue();
    work.submit(run, {}, {done.at(1)});
    return arrives(done, 1);
}

Adder Room::heavy() const
{
    static int64_t channels = 8;
    for (;;) {
        const Adder candidate = adder({1, channels, 128, 128});
        if (channels >= 256) return candidate;
        const Sum sum(*this, candidate);
        const Fence done = fence();
        const Queue work = queue();
        double best = 1e9;
        // The first run may pay for pages and caches.
        for (uint64_t round = 1; round <= 2; ++round) {
            const Stopwatch stopwatch;
            work.submit(sum.run, {}, {done.at(round)});
            if (!done.wait(round, kLong)) throw std::runtime_error("a run did not finish in time");
            best = std::min(best, stopwatch.seconds());
        }
        if (best >= 0.01) return candidate;
        channels *= 2;
    }
}

std::vector<Refusal> refusals_of(const Instance &instance, const std::vector<Device> &devices, GraphBuilder &graph, accel_rounding rounding)
{
    const Model model = Model::create(instance, graph.desc());
    const auto list = handles(devices);
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = list.data();
    desc.device_count = static_cast<uint32_t>(list.size());
    desc.rounding = rounding;
    std::vector<Refusal> refused;
    Program::support(desc, [&](const accel_support &row) {
        if (row.device == UINT32_MAX) refused.push_back({row.operation, row.reason, row.reason_text});
    });
    return refused;
}

namespace {

/// Memory of a port.
struct Place {
    Buffer buffer;
    uint64_t offset_bytes = 0;
};

/// Enough for what lies at a port, and one byte for nothing: no buffer is smaller.
uint64_t place_bytes(const Program &program, uint32_t port, uint32_t entry) { return std::max<uint64_t>(program.port(port, entry).size_bytes, 1); }

/// A buffer for each port, or one for all where the program takes fewer buffers than it has ports.
std::vector<Place> make_places(const Room &room, const Program &program, uint32_t entry)
{
    const auto info = program.entry(entry);
    const uint32_t buffers_max = info.buffer_count_max;
    std::vector<Place> places;
    if (buffers_max == 0 || info.port_count <= buffers_max) {
        for (uint32_t port = 0; port < info.port_count; ++port) places.push_back({room.buffer(place_bytes(program, port, entry))});
        return places;
    }
    std::vector<uint64_t> offsets;
    uint64_t end = 0;
    for (uint32_t port = 0; port < info.port_count; ++port) {
        const uint64_t align = std::max<uint64_t>(program.port(port, entry).align_bytes, 1);
        offsets.push_back((end + align - 1) / align * align);
        end = offsets.back() + place_bytes(program, port, entry);
    }
    const Buffer arena = room.buffer(end);
    for (const uint64_t offset : offsets) places.push_back({arena, offset});
    return places;
}

}  // namespace

std::vector<std::vector<char>> run_dense(const Room &room, const Program &program, const std::vector<std::vector<char>> &inputs, uint32_t entry)
{
    const Run run = Run::create(program, entry);
    const auto info = program.entry(entry);
    const auto places = make_places(room, program, entry);
    for (uint32_t port = 0; port < info.port_count; ++port) {
        if (port < info.input_count && inputs.at(port).empty() && program.port(port, entry).flags & ACCEL_PORT_FLAG_DEFAULT) continue;
        if (port < info.input_count) scatter(program.port(port, entry), inputs.at(port).data(), places[port].buffer.map(ACCEL_ACCESS_WRITE).as<char>() + places[port].offset_bytes);
        run.bind(port, places[port].buffer, places[port].offset_bytes);
    }
    if (!room.completes(run)) throw std::runtime_error("a run did not finish in time");
    std::vector<std::vector<char>> outputs;
    for (uint32_t port = info.input_count; port < info.port_count; ++port) {
        outputs.emplace_back(dense_bytes(program.port(port, entry)));
        gather(program.port(port, entry), places[port].buffer.map(ACCEL_ACCESS_READ).as<const char>() + places[port].offset_bytes, outputs.back().data());
    }
    return outputs;
}

size_t open_fd_count()
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder)) ++count;
    if (folder) closedir(folder);
    return count;
}

}  // namespace accel::conformance
