// SPDX-License-Identifier: MIT
// Models and programs for accel.hpp.
#ifndef ACCEL_PROGRAM_HPP
#define ACCEL_PROGRAM_HPP

#include <accel/instance.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace accel {
inline namespace v0_2 {

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
    /// accel_program_support; report is called with each accel_support. What it throws ends the call, and is thrown here.
    template <class Report> static void support(const accel_program_desc &desc, Report &&report)
    {
        Relayed<accel_support, Report> relayed(report);
        relayed.done(accel_program_support(&desc, relayed.call, &relayed));
    }
    /// accel_program_prepare
    void prepare(const accel_prepare_desc &desc) const { check(accel_program_prepare(handle_, &desc)); }
    void prepare(const std::vector<accel_symbol_value> &sizes, uint32_t entry = 0) const
    {
        auto desc = sized<accel_prepare_desc>();
        desc.symbols = sizes.data();
        desc.symbol_count = static_cast<uint32_t>(sizes.size());
        desc.symbol_size = sizeof(accel_symbol_value);
        desc.entry = entry;
        prepare(desc);
    }
    /// accel_program_check; name may be NULL.
    static accel_fit fit(const Instance &instance, const accel_program_load_desc &desc, const char *name = nullptr)
    {
        accel_fit fit = ACCEL_FIT_NONE;
        check(accel_program_check(instance.get(), &desc, name, &fit));
        return fit;
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
    /// accel_program_device of every place; empty ones are targets without hardware.
    std::vector<Device> devices() const
    {
        std::vector<Device> all;
        const uint32_t count = info().device_count;
        for (uint32_t index = 0; index < count; ++index) {
            accel_device *device = nullptr;
            check(accel_program_device(handle_, index, &device));
            all.emplace_back(device);
        }
        return all;
    }
    /// The sizes that an entry point leaves open.
    std::vector<accel_symbol_info> open_sizes(uint32_t entry = 0) const { return rows<accel_symbol_info>(accel_program_symbol, entry); }
    /// Where each operation of an entry point runs, and what crosses devices or is converted.
    std::vector<accel_placement> placements(uint32_t entry = 0) const { return rows<accel_placement>(accel_program_placement, entry); }
    std::vector<accel_transfer> transfers(uint32_t entry = 0) const { return rows<accel_transfer>(accel_program_transfer, entry); }
    uint32_t find_port(const char *name, uint32_t entry = 0) const
    {
        uint32_t index = 0;
        check(accel_program_find_port(handle_, entry, name, &index));
        return index;
    }

private:
    template <class Row, class Function> std::vector<Row> rows(Function function, uint32_t entry) const
    {
        return counted_rows<Row>([&](uint32_t index, Row *row) { return function(handle_, entry, index, row); });
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

}  // namespace v0_2
}  // namespace accel

#endif  // ACCEL_PROGRAM_HPP
