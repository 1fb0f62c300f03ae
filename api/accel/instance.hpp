// SPDX-License-Identifier: MIT
// Instances and devices for accel.hpp.
#ifndef ACCEL_INSTANCE_HPP
#define ACCEL_INSTANCE_HPP

#include <accel/handle.hpp>

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
    /// accel_instance_report; report is called with each accel_report_entry. What it throws ends the call, and is thrown here.
    template <class Report> void report(Report &&report) const
    {
        Relayed<accel_report_entry, Report> relayed(report);
        relayed.done(accel_instance_report(handle_, relayed.call, &relayed));
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

}  // namespace v0_2
}  // namespace accel

#endif  // ACCEL_INSTANCE_HPP
