// SPDX-License-Identifier: MIT
// The calls of a whole life, in order.
#include "life.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <new>

#include "calls.h"
#include "model_file.h"
#include "room.h"
#include "status.h"

namespace accel::conformance {
namespace {

class Life {
public:
    explicit Life(const Attempt &attempt) : attempt_(attempt) {}

    std::string live()
    {
        begin();
        build();
        run();
        if (run_) wait_in_vain();
        move_bytes();
        descriptors();
        // In the order of their making, so that children outlive their parents' references.
        instance_ = Instance();
        device_ = Device();
        program_ = Program();
        return transcript_;
    }

private:
    accel_status call(const char *name, const std::function<accel_status()> &body)
    {
        const accel_status status = attempt_(name, body);
        transcript_ += std::string(name) + " " + accel_status_name(status) + "\n";
        return status;
    }

    template <class Wrapper, class Body> Wrapper make(const char *name, const Body &body)
    {
        using Handle = decltype(Wrapper().get());
        auto *const rubbish = reinterpret_cast<Handle>(uintptr_t{64});
        Handle handle = rubbish;
        const accel_status status = call(name, [&] {
            handle = rubbish;
            const accel_status answer = body(&handle);
            if (answer != ACCEL_STATUS_OK && handle) transcript_ += std::string(name) + " failed and left a handle\n";
            return answer;
        });
        return Wrapper(status == ACCEL_STATUS_OK ? handle : nullptr);
    }

    int make_fd(const char *name, const std::function<accel_status(int *)> &body)
    {
        int fd = 64;
        call(name, [&] {
            fd = 64;
            const accel_status answer = body(&fd);
            if (answer != ACCEL_STATUS_OK && fd != -1) transcript_ += std::string(name) + " failed and left a descriptor\n";
            return answer;
        });
        return fd;
    }

    void begin()
    {
        const Target &target = Target::current();
        const accel_log_fn quiet = [](void *, const accel_log_record *) {};
        instance_ = make<Instance>("instance_create", [&](accel_instance **out) { return create_instance(target, quiet, out); });
        transcript_ += std::to_string(accel_instance_device_count(instance_.get())) + " devices\n";
        call("instance_report", [&] { return accel_instance_report(
                                          instance_.get(), [](void *, const accel_report_entry *) { return ACCEL_STATUS_OK; }, nullptr); });
        device_ = make<Device>("find_device", [&](accel_device **out) { return accel_instance_find_device(instance_.get(), target.device.c_str(), out); });
        call("device_open", [&] { return accel_device_open(device_.get()); });
        info_ = sized<accel_device_info>();
        call("device_query", [&] { return accel_device_query(device_.get(), &info_); });
    }

    /// y = a + b in a type that the device takes, from a graph; and the same through a file, which needs an importer to go well.
    void build()
    {
        const ModelFile file;
        auto source = sized<accel_model_source>();
        source.path = file.path();
        make<Model>("model_import", [&](accel_model **out) { return accel_model_import(instance_.get(), &source, out); });
        for (const auto type : {ACCEL_TYPE_F32, ACCEL_TYPE_I8}) {
            auto graph = sum_graph(type);
            auto model_desc = sized<accel_model_desc>();
            const accel_entry_desc entry{"", &graph.desc()};
            model_desc.entries = &entry;
            model_desc.entry_count = 1;
            model_desc.entry_size = sizeof entry;
            const auto model = make<Model>("model_create", [&](accel_model **out) { return accel_model_create(instance_.get(), &model_desc, out); });
            accel_device *devices[] = {device_.get()};
            auto desc = sized<accel_program_desc>();
            desc.model = model.get();
            desc.devices = devices;
            desc.device_count = 1;
            const auto built = make<Program>("program_build", [&](accel_program **out) { return accel_program_build(&desc, out); });
            if (built) save_and_load(built);
            if (program_) break;
        }
    }

    GraphBuilder sum_graph(accel_type type) const
    {
        const Quantization quantization = type == ACCEL_TYPE_I8 ? Quantization{{1.0f}, {0}} : Quantization{};
        const std::vector<int64_t> dims{1, 8, 2, 2};
        GraphBuilder graph;
        const uint32_t a = graph.input("a", type, dims, quantization), b = graph.input("b", type, dims, quantization), y = graph.tensor("y", type, dims, quantization);
        accel_rounding rounding = ACCEL_ROUNDING_NONE;
        for (const auto offered : {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL})
            if (type == ACCEL_TYPE_I8 && rounding == ACCEL_ROUNDING_NONE && info_.roundings & 1u << offered) rounding = offered;
        graph.node(ACCEL_OPERATION_ADD, {a, b}, {y}, {}, rounding);
        graph.output(y);
        return graph;
    }

    static accel_status append(void *user, const void *data, size_t count)
    {
        try {
            static_cast<std::string *>(user)->append(static_cast<const char *>(data), count);
        } catch (const std::bad_alloc &) {
            return ACCEL_STATUS_OUT_OF_MEMORY;
        }
        return ACCEL_STATUS_OK;
    }

    void save_and_load(const Program &built)
    {
        std::string bytes;
        call("program_save", [&] {
            bytes.clear();
            return accel_program_save(built.get(), append, &bytes);
        });
        accel_fit fit{};
        call("program_check", [&] { return check_program(instance_, bytes, nullptr, &fit); });
        accel_device *devices[] = {device_.get()};
        auto desc = sized<accel_program_load_desc>();
        desc.bytes = bytes.data();
        desc.byte_count = bytes.size();
        desc.devices = devices;
        desc.device_count = 1;
        program_ = make<Program>("program_load", [&](accel_program **out) { return accel_program_load(instance_.get(), &desc, out); });
    }

    Buffer buffer(const char *name, uint64_t size_bytes, uint32_t export_kinds = 0)
    {
        accel_device *devices[] = {device_.get()};
        auto desc = sized<accel_buffer_desc>();
        desc.size_bytes = size_bytes;
        desc.devices = devices;
        desc.device_count = 1;
        desc.export_kinds = export_kinds;
        return make<Buffer>(name, [&](accel_buffer **out) { return accel_buffer_create(&desc, out); });
    }

    void run()
    {
        accel_device *devices[] = {device_.get()};
        auto queue_desc = sized<accel_queue_desc>();
        queue_desc.devices = devices;
        queue_desc.device_count = 1;
        queue_ = make<Queue>("queue_create", [&](accel_queue **out) { return accel_queue_create(&queue_desc, out); });
        auto fence_desc = sized<accel_fence_desc>();
        fence_ = make<Fence>("fence_create", [&](accel_fence **out) { return accel_fence_create(instance_.get(), &fence_desc, out); });
        auto run_desc = sized<accel_run_desc>();
        run_desc.program = program_.get();
        run_ = make<Run>("run_create", [&](accel_run **out) { return accel_run_create(&run_desc, out); });
        if (!run_) return;
        Buffer y;
        for (uint32_t port = 0; port < 3; ++port) {
            const Buffer memory = buffer("buffer_create", program_.port(port).size_bytes);
            if (port < 2) fill(memory, program_.port(port).size_bytes);
            accel_binding binding{port, 0, memory.get(), 0, 0};
            call("run_bind", [&] { return bind_run(run_.get(), &binding, 1); });
            y = memory;
        }
        for (uint64_t round = 1; round <= 3; ++round) {
            if (submit(round)) call("fence_wait", [&] { return accel_fence_wait(fence_.get(), round, kLong); });
        }
        void *pointer = nullptr;
        if (call("buffer_map", [&] { return map_buffer(y.get(), ACCEL_ACCESS_READ, &pointer); }) != ACCEL_STATUS_OK) return;
        for (uint64_t index = 0; index < program_.port(2).size_bytes; ++index) transcript_ += std::to_string(static_cast<unsigned char *>(pointer)[index]) + " ";
        call("buffer_unmap", [&] { return unmap_buffer(y.get(), ACCEL_ACCESS_READ); });
    }

    /// Values whose sum is no overflow in any type: 1.0f in F32, 0, 0, -128 and 63 in I8.
    void fill(const Buffer &memory, uint64_t size_bytes)
    {
        void *pointer = nullptr;
        if (call("buffer_map", [&] { return map_buffer(memory.get(), ACCEL_ACCESS_WRITE, &pointer); }) != ACCEL_STATUS_OK) return;
        const float one = 1;
        for (uint64_t index = 0; index + 4 <= size_bytes; index += 4) std::memcpy(static_cast<char *>(pointer) + index, &one, 4);
        call("buffer_unmap", [&] { return unmap_buffer(memory.get(), ACCEL_ACCESS_WRITE); });
    }

    /// Whether there is something to wait for.
    bool submit(uint64_t value, const accel_fence_point *wait = nullptr)
    {
        const accel_fence_point done{fence_.get(), value};
        auto desc = sized<accel_submit>();
        desc.run = run_.get();
        desc.signals = &done;
        desc.signal_count = 1;
        desc.waits = wait;
        desc.wait_count = wait ? 1 : 0;
        return call("queue_submit", [&] { return accel_queue_submit(queue_.get(), &desc); }) == ACCEL_STATUS_OK;
    }

    /// Work that waits for the application, and waits for it that end by themselves: not before their time, and not never. Machines can be slow to wake up.
    void wait_in_vain()
    {
        constexpr uint64_t kShort = 15 * kMillisecond;
        auto fence_desc = sized<accel_fence_desc>();
        const Fence gate = make<Fence>("fence_create", [&](accel_fence **out) { return accel_fence_create(instance_.get(), &fence_desc, out); });
        const accel_fence_point opened{gate.get(), 1}, points[] = {opened, {fence_.get(), 4}};
        const bool submitted = submit(4, &opened);
        const Stopwatch stopwatch;
        call("fence_wait for the gate", [&] { return accel_fence_wait(gate.get(), 1, kShort); });
        call("fence_wait behind the gate", [&] { return accel_fence_wait(fence_.get(), 4, kShort); });
        uint32_t index = 0;
        call("fence_wait_many", [&] { return accel_fence_wait_many(points, 2, 0, kShort, &index); });
        const double seconds = stopwatch.seconds();
        if (seconds < 3 * 0.015 || seconds > 20) transcript_ += "three waits of 15 ms took " + std::to_string(seconds) + " s\n";
        call("fence_signal", [&] { return accel_fence_signal(gate.get(), 1); });
        if (submitted) call("fence_wait after the gate", [&] { return accel_fence_wait(fence_.get(), 4, kLong); });
    }

    void move_bytes()
    {
        const Buffer from = buffer("buffer_create", 4096), to = buffer("buffer_create", 4096);
        const accel_fence_point done{fence_.get(), 5};
        auto op = sized<accel_transfer_op>();
        op.source = from.get();
        op.destination = to.get();
        op.size_bytes = 4096;
        op.signals = &done;
        op.signal_count = 1;
        const bool queued = call("queue_transfer", [&] { return accel_queue_transfer(queue_.get(), &op); }) == ACCEL_STATUS_OK;
        if (queued) call("fence_wait for bytes", [&] { return accel_fence_wait(fence_.get(), 5, kLong); });
        call("queue_cancel", [&] { return accel_queue_cancel(queue_.get()); });
    }

    /// What leaves and enters as descriptors, of the kinds that the device claims.
    void descriptors()
    {
        for (const auto kind : {ACCEL_HANDLE_KIND_MEMFD, ACCEL_HANDLE_KIND_DMA_BUF})
            if (info_.buffer_export_kinds & ACCEL_HANDLE_BIT(kind)) share(kind);
        for (const auto kind : {ACCEL_HANDLE_KIND_EVENTFD, ACCEL_HANDLE_KIND_SYNC_FILE}) {
            if (kind == ACCEL_HANDLE_KIND_SYNC_FILE && !(info_.fence_export_kinds & ACCEL_HANDLE_BIT(kind))) continue;
            auto desc = sized<accel_fence_desc>();
            desc.export_kinds = ACCEL_HANDLE_BIT(kind);
            const Fence fence = make<Fence>("fence_create", [&](accel_fence **out) { return accel_fence_create(instance_.get(), &desc, out); });
            const int fd = make_fd("fence_export", [&](int *out) { return accel_fence_export(fence.get(), 1, kind, out); });
            call("fence_signal", [&] { return accel_fence_signal(fence.get(), 1); });
            if (fd < 0) continue;
            transcript_ += readable(fd) ? "readable\n" : "not readable\n";
            close(fd);
        }
    }

    void share(accel_handle_kind kind)
    {
        const Buffer memory = buffer("buffer_create to export", 4096, ACCEL_HANDLE_BIT(kind));
        const int fd = make_fd("buffer_export", [&](int *out) { return accel_buffer_export(memory.get(), kind, out); });
        accel_device *devices[] = {device_.get()};
        auto desc = sized<accel_buffer_import_desc>();
        desc.kind = kind;
        desc.fd = fd;
        desc.size_bytes = 4096;
        desc.devices = devices;
        desc.device_count = 1;
        desc.access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
        if (info_.buffer_import_kinds & ACCEL_HANDLE_BIT(kind)) make<Buffer>("buffer_import", [&](accel_buffer **out) { return accel_buffer_import(&desc, out); });
        if (fd >= 0) close(fd);
    }

    static bool readable(int fd)
    {
        const Stopwatch stopwatch;
        while (stopwatch.seconds() < 10) {
            pollfd poller{fd, POLLIN, 0};
            const int ready = poll(&poller, 1, 10000);
            if (ready >= 0) return ready == 1;
            if (errno != EINTR) return false;
        }
        return false;
    }

    const Attempt &attempt_;
    std::string transcript_;
    Instance instance_;
    Device device_;
    accel_device_info info_{};
    Program program_;
    Run run_;
    Queue queue_;
    Fence fence_;
};

}  // namespace

std::string live_once(const Attempt &attempt) { return Life(attempt).live(); }

}  // namespace accel::conformance
