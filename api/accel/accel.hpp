// SPDX-License-Identifier: MIT
//
// libaccel for C++17: the application door with references that count themselves and failures that throw.
//
// Header only, nothing but accel.h below it. Every class that stands for an object is one pointer wide, copies add a reference, and get() gives the C handle,
// so both doors can be mixed. Threads, blocking and errors are those of the C function that each member names.
//
// A status that is not OK is thrown as Error. Two mistakes are found here, without a call: Buffer's read and write beyond the buffer throw std::out_of_range, and graph() of an
// empty Model throws std::logic_error.
#ifndef ACCEL_ACCEL_HPP
#define ACCEL_ACCEL_HPP

#include <accel/handle.hpp>

#include <cstring>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace accel {
inline namespace v0_2 {

class Device : public Counted<accel_device, accel_device_ref, accel_device_unref> {
public:
    using Counted::Counted;
    /// accel_device_query
    accel_device_info info() const { return asked<accel_device_info>(accel_device_query, handle_); }
    /// accel_device_open
    void open() const { check(accel_device_open(handle_)); }
};

class Instance : public Counted<accel_instance, accel_instance_ref, accel_instance_unref> {
public:
    using Counted::Counted;
    /// accel_instance_create; flags is a set of enum accel_instance_flag
    static Instance create(uint32_t flags = 0)
    {
        auto desc = sized<accel_instance_desc>();
        desc.api_version = ACCEL_VERSION;
        desc.flags = flags;
        return create(desc);
    }
    static Instance create(const accel_instance_desc &desc)
    {
        return Instance(made(accel_instance_create, &desc));
    }
    /// accel_instance_device_count, accel_instance_device
    std::vector<Device> devices() const
    {
        std::vector<Device> list;
        for (uint32_t index = 0; index < accel_instance_device_count(handle_); ++index) {
            accel_device *device = nullptr;
            check(accel_instance_device(handle_, index, &device));
            list.emplace_back(device);
        }
        return list;
    }
    /// accel_instance_find_device
    Device device(const char *name) const
    {
        accel_device *device = nullptr;
        check(accel_instance_find_device(handle_, name, &device));
        return Device(device);
    }
    /// accel_instance_default_devices
    std::vector<Device> default_devices() const
    {
        return counted_list(accel_instance_device_count(handle_), [this](accel_device **list, uint32_t capacity, uint32_t *count) {
            return accel_instance_default_devices(handle_, list, capacity, count);
        });
    }
    /// accel_program_find_devices: where a saved program runs here
    std::vector<Device> devices_for(std::string_view saved_program) const
    {
        auto desc = sized<accel_program_load_desc>();
        desc.bytes = saved_program.data();
        desc.byte_count = saved_program.size();
        return devices_for(desc);
    }
    std::vector<Device> devices_for(const accel_program_load_desc &desc) const
    {
        return counted_list(accel_instance_device_count(handle_), [&](accel_device **list, uint32_t capacity, uint32_t *count) {
            return accel_program_find_devices(handle_, &desc, list, capacity, count);
        });
    }

private:
    /// Take over the references that fill writes into a list of that capacity.
    template <class Fill> static std::vector<Device> counted_list(uint32_t capacity, Fill &&fill)
    {
        std::vector<accel_device *> handles(capacity);
        std::vector<Device> list;
        list.reserve(capacity);
        uint32_t count = 0;
        check(fill(handles.data(), capacity, &count));
        for (uint32_t index = 0; index < count; ++index) list.emplace_back(handles[index]);
        return list;
    }
};

/// C handles of a device set, or of programs, in order.
template <class Object> auto handles(const std::vector<Object> &objects)
{
    std::vector<decltype(objects[0].get())> list;
    for (const Object &object : objects) list.push_back(object.get());
    return list;
}

class Buffer : public Counted<accel_buffer, accel_buffer_ref, accel_buffer_unref> {
public:
    using Counted::Counted;
    /// accel_buffer_create
    static Buffer create(const std::vector<Device> &devices, uint64_t size_bytes, uint32_t export_kinds = 0)
    {
        const auto list = handles(devices);
        auto desc = sized<accel_buffer_desc>();
        desc.size_bytes = size_bytes;
        desc.devices = list.data();
        desc.device_count = static_cast<uint32_t>(list.size());
        desc.export_kinds = export_kinds;
        return Buffer(made(accel_buffer_create, &desc));
    }
    uint64_t size_bytes() const { return asked<accel_buffer_info>(accel_buffer_query, handle_).size_bytes; }
    class Mapping;
    /// CPU access for as long as the result lives: accel_buffer_map, accel_buffer_unmap.
    Mapping map(uint32_t access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE) const;
    void write(const void *bytes, size_t byte_count, uint64_t offset_bytes = 0) const;
    void read(void *bytes, size_t byte_count, uint64_t offset_bytes = 0) const;

private:
    void require_range(uint64_t offset_bytes, uint64_t byte_count) const
    {
        const uint64_t size = size_bytes();
        if (offset_bytes > size || byte_count > size - offset_bytes)
            throw std::out_of_range("accel::Buffer: " + std::to_string(byte_count) + " bytes at " + std::to_string(offset_bytes) + " of a buffer of " +
                                    std::to_string(size));
    }
};

class Buffer::Mapping {
public:
    Mapping(const Buffer &buffer, uint32_t access) : buffer_(buffer) { check(accel_buffer_map(buffer_.get(), access, &pointer_)); }
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;
    ~Mapping()
    {
        if (pointer_) accel_buffer_unmap(buffer_.get());
    }
    /// End the access now and learn whether that worked: the CPU's writes may have to be flushed.
    void end()
    {
        pointer_ = nullptr;
        check(accel_buffer_unmap(buffer_.get()));
    }
    template <class T> T *as() const { return static_cast<T *>(pointer_); }

private:
    Buffer buffer_;
    void *pointer_ = nullptr;
};

inline Buffer::Mapping Buffer::map(uint32_t access) const { return Mapping(*this, access); }

inline void Buffer::write(const void *bytes, size_t byte_count, uint64_t offset_bytes) const
{
    require_range(offset_bytes, byte_count);
    Mapping mapping(*this, ACCEL_ACCESS_WRITE);
    std::memcpy(mapping.as<char>() + offset_bytes, bytes, byte_count);
    mapping.end();
}

inline void Buffer::read(void *bytes, size_t byte_count, uint64_t offset_bytes) const
{
    require_range(offset_bytes, byte_count);
    std::memcpy(bytes, map(ACCEL_ACCESS_READ).as<const char>() + offset_bytes, byte_count);
}

class Fence : public Counted<accel_fence, accel_fence_ref, accel_fence_unref> {
public:
    using Counted::Counted;
    /// accel_fence_create
    static Fence create(const Instance &instance, uint32_t export_kinds = 0, uint64_t initial_value = 0)
    {
        auto desc = sized<accel_fence_desc>();
        desc.initial_value = initial_value;
        desc.export_kinds = export_kinds;
        return Fence(made(accel_fence_create, instance.get(), &desc));
    }
    /// accel_fence_import of a sync_file
    static Fence from_sync_file(const Instance &instance, int fd)
    {
        auto desc = sized<accel_fence_import_desc>();
        desc.kind = ACCEL_HANDLE_KIND_SYNC_FILE;
        desc.fd = fd;
        return Fence(made(accel_fence_import, instance.get(), &desc));
    }
    /// accel_fence_wait; false when the time was over
    bool wait(uint64_t value, uint64_t timeout_ns = ACCEL_TIMEOUT_FOREVER) const
    {
        const accel_status status = accel_fence_wait(handle_, value, timeout_ns);
        if (status == ACCEL_STATUS_TIMEOUT) return false;
        check(status);
        return true;
    }
    void signal(uint64_t value) const { check(accel_fence_signal(handle_, value)); }
    accel_fence_point at(uint64_t value) const { return {handle_, value}; }
};

class Model : public Counted<accel_model, accel_model_ref, accel_model_unref> {
public:
    using Counted::Counted;
    /// accel_model_import of a file; flags are of enum accel_import_flag.
    static Model load(const Instance &instance, const char *path, uint32_t flags = 0)
    {
        auto source = sized<accel_model_source>();
        source.path = path;
        source.flags = flags;
        return load(instance, source);
    }
    static Model load(const Instance &instance, const accel_model_source &source)
    {
        return Model(made(accel_model_import, instance.get(), &source));
    }
    /// accel_model_create
    static Model create(const Instance &instance, const accel_graph_desc &graph)
    {
        return create(instance, {accel_entry_desc{"", &graph}});
    }
    static Model create(const Instance &instance, const std::vector<accel_entry_desc> &entries)
    {
        auto desc = sized<accel_model_desc>();
        desc.entries = entries.data();
        desc.entry_count = static_cast<uint32_t>(entries.size());
        desc.entry_size = sizeof(accel_entry_desc);
        return create(instance, desc);
    }
    static Model create(const Instance &instance, const accel_model_desc &desc)
    {
        return Model(made(accel_model_create, instance.get(), &desc));
    }
    accel_model_info info() const { return asked<accel_model_info>(accel_model_query, handle_); }
    /// accel_model_entry; lives as long as the model, so not of a temporary.
    accel_model_entry_info entry(uint32_t index = 0) const & { return asked<accel_model_entry_info>(accel_model_entry, handle_, index); }
    accel_model_entry_info entry(uint32_t index = 0) && = delete;
    const accel_graph_desc &graph(uint32_t entry_index = 0) const & { return *entry(entry_index).graph; }
    const accel_graph_desc &graph(uint32_t entry_index = 0) && = delete;
};

class Program : public Counted<accel_program, accel_program_ref, accel_program_unref> {
public:
    using Counted::Counted;
    /// accel_program_build
    static Program build(const accel_program_desc &desc)
    {
        return Program(made(accel_program_build, &desc));
    }
    static Program build(const Model &model, const std::vector<Device> &devices, accel_rounding rounding = ACCEL_ROUNDING_NONE, uint32_t flags = 0)
    {
        const auto list = handles(devices);
        auto desc = sized<accel_program_desc>();
        desc.model = model.get();
        desc.devices = list.data();
        desc.device_count = static_cast<uint32_t>(list.size());
        desc.rounding = rounding;
        desc.flags = flags;
        return build(desc);
    }
    /// accel_program_support; report is called with each accel_support and must not throw.
    template <class Report> static void support(const accel_program_desc &desc, Report &&report)
    {
        auto *pointer = &report;
        check(accel_program_support(
            &desc, [](void *user, const accel_support *row) { (**static_cast<std::remove_reference_t<Report> **>(user))(*row); }, &pointer));
    }
    /// accel_program_load; progress may be NULL.
    static Program load(const Instance &instance, std::string_view bytes, const std::vector<Device> &devices, accel_progress_fn progress = nullptr, void *progress_user = nullptr)
    {
        const auto list = handles(devices);
        auto desc = sized<accel_program_load_desc>();
        desc.bytes = bytes.data();
        desc.byte_count = bytes.size();
        desc.devices = list.data();
        desc.device_count = static_cast<uint32_t>(list.size());
        desc.progress = progress;
        desc.progress_user = progress_user;
        return load(instance, desc);
    }
    /// accel_program_load of a file; flags are of enum accel_load_flag, progress may be NULL.
    static Program load_file(const Instance &instance, const char *path, const std::vector<Device> &devices, uint32_t flags = 0, accel_progress_fn progress = nullptr,
                             void *progress_user = nullptr)
    {
        const auto list = handles(devices);
        auto desc = sized<accel_program_load_desc>();
        desc.path = path;
        desc.devices = list.data();
        desc.device_count = static_cast<uint32_t>(list.size());
        desc.flags = flags;
        desc.progress = progress;
        desc.progress_user = progress_user;
        return load(instance, desc);
    }
    static Program load(const Instance &instance, const accel_program_load_desc &desc)
    {
        return Program(made(accel_program_load, instance.get(), &desc));
    }
    /// accel_program_save
    std::string save() const
    {
        std::string bytes;
        check(accel_program_save(
            handle_,
            [](void *user, const void *data, size_t count) {
                try {
                    static_cast<std::string *>(user)->append(static_cast<const char *>(data), count);
                    return ACCEL_STATUS_OK;
                } catch (...) {
                    return ACCEL_STATUS_OUT_OF_MEMORY;
                }
            },
            &bytes));
        return bytes;
    }
    accel_program_info info() const { return asked<accel_program_info>(accel_program_query, handle_); }
    /// Of a program with one graph the number of the entry point may be left out, here and below.
    accel_entry_info entry(uint32_t index = 0) const { return asked<accel_entry_info>(accel_program_entry, handle_, index); }
    accel_port_info port(uint32_t index, uint32_t entry = 0) const { return asked<accel_port_info>(accel_program_port, handle_, entry, index); }
    accel_variable_info variable(uint32_t index) const { return asked<accel_variable_info>(accel_program_variable, handle_, index); }
    /// The sizes that an entry point leaves open.
    std::vector<accel_symbol_info> open_sizes(uint32_t entry = 0) const
    {
        std::vector<accel_symbol_info> all;
        auto value = sized<accel_symbol_info>();
        for (uint32_t index = 0; accel_program_symbol(handle_, entry, index, &value) == ACCEL_STATUS_OK; ++index) all.push_back(value);
        return all;
    }
    uint32_t find_port(const char *name, uint32_t entry = 0) const
    {
        uint32_t index = 0;
        check(accel_program_find_port(handle_, entry, name, &index));
        return index;
    }
};

/// accel_layout_strides: distances of neighbours in bytes, one per axis. Nothing where strides cannot tell the layout, which only a choice (accel_port_choice) brings.
inline std::optional<std::vector<int64_t>> strides_bytes(const accel_layout &layout, uint32_t rank)
{
    std::vector<int64_t> strides(rank);
    if (!accel_layout_strides(&layout, rank, strides.data())) return std::nullopt;
    return strides;
}
inline std::optional<std::vector<int64_t>> strides_bytes(const accel_port_info &port) { return strides_bytes(*port.layout, port.rank); }

class State : public Counted<accel_state, accel_state_ref, accel_state_unref> {
public:
    using Counted::Counted;
    /// accel_state_create
    static State create(const Program &program)
    {
        auto desc = sized<accel_state_desc>();
        desc.program = program.get();
        return create(desc);
    }
    static State create(const accel_state_desc &desc)
    {
        return State(made(accel_state_create, &desc));
    }
    void reset() const { check(accel_state_reset(handle_)); }
    /// accel_state_duplicate
    State duplicate() const
    {
        return State(made(accel_state_duplicate, handle_));
    }
    accel_variable_info variable(uint32_t index) const { return asked<accel_variable_info>(accel_state_variable, handle_, index); }
};

class Scratch : public Counted<accel_scratch, accel_scratch_ref, accel_scratch_unref> {
public:
    using Counted::Counted;
    /// accel_scratch_create; memory: pieces that the application supplies
    static Scratch create(const std::vector<Program> &programs, const std::vector<accel_memory_binding> &memory = {})
    {
        const auto list = handles(programs);
        auto desc = sized<accel_scratch_desc>();
        desc.programs = list.data();
        desc.program_count = static_cast<uint32_t>(list.size());
        desc.memory = memory.data();
        desc.memory_count = static_cast<uint32_t>(memory.size());
        desc.memory_size = sizeof(accel_memory_binding);
        return Scratch(made(accel_scratch_create, &desc));
    }
};

class Run : public Counted<accel_run, accel_run_ref, accel_run_unref> {
public:
    using Counted::Counted;
    /// accel_run_create; flags: enum accel_run_flag
    static Run create(const Program &program, uint32_t entry = 0, const State &state = State(), uint32_t flags = 0, int32_t priority = ACCEL_PRIORITY_NORMAL,
                      const Scratch &scratch = Scratch())
    {
        auto desc = sized<accel_run_desc>();
        desc.program = program.get();
        desc.state = state.get();
        desc.scratch = scratch.get();
        desc.entry = entry;
        desc.flags = flags;
        desc.priority = priority;
        return Run(made(accel_run_create, &desc));
    }
    /// accel_run_bind of one port
    void bind(uint32_t port, const Buffer &buffer, uint64_t offset_bytes = 0) const
    {
        const accel_binding binding{port, 0, buffer.get(), offset_bytes, 0};
        auto desc = sized<accel_bind_desc>();
        desc.bindings = &binding;
        desc.binding_count = 1;
        desc.binding_size = sizeof(binding);
        check(accel_run_bind(handle_, &desc));
    }
    /// accel_run_bind of sizes
    void bind(const std::vector<accel_symbol_value> &sizes) const
    {
        auto desc = sized<accel_bind_desc>();
        desc.symbols = sizes.data();
        desc.symbol_count = static_cast<uint32_t>(sizes.size());
        desc.symbol_size = sizeof(accel_symbol_value);
        check(accel_run_bind(handle_, &desc));
    }
    /// accel_run_port
    accel_port_info port(uint32_t index) const
    {
        auto value = sized<accel_port_info>();
        check(accel_run_port(handle_, index, &value));
        return value;
    }
    /// accel_run_timing of every row
    std::vector<accel_timing> timings() const
    {
        std::vector<accel_timing> rows;
        for (;;) {
            auto row = sized<accel_timing>();
            const accel_status status = accel_run_timing(handle_, static_cast<uint32_t>(rows.size()), &row);
            if (status == ACCEL_STATUS_NOT_FOUND) return rows;
            check(status);
            rows.push_back(row);
        }
    }
};

class Queue : public Counted<accel_queue, accel_queue_ref, accel_queue_unref> {
public:
    using Counted::Counted;
    /// accel_queue_create
    static Queue create(const std::vector<Device> &devices, uint32_t depth = 0, int32_t priority = ACCEL_PRIORITY_NORMAL)
    {
        const auto list = handles(devices);
        auto desc = sized<accel_queue_desc>();
        desc.devices = list.data();
        desc.device_count = static_cast<uint32_t>(list.size());
        desc.depth = depth;
        desc.priority = priority;
        return Queue(made(accel_queue_create, &desc));
    }
    /// accel_queue_submit
    void submit(const Run &run, std::initializer_list<accel_fence_point> waits, std::initializer_list<accel_fence_point> signals) const
    {
        auto submit = sized<accel_submit>();
        submit.run = run.get();
        submit.waits = waits.begin();
        submit.wait_count = static_cast<uint32_t>(waits.size());
        submit.signals = signals.begin();
        submit.signal_count = static_cast<uint32_t>(signals.size());
        check(accel_queue_submit(handle_, &submit));
    }
    /// accel_queue_cancel
    void cancel() const { check(accel_queue_cancel(handle_)); }
};

}  // namespace v0_2
}  // namespace accel

#endif  // ACCEL_ACCEL_HPP
