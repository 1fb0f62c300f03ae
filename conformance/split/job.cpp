// SPDX-License-Identifier: MIT
// Makes the run, fills its inputs, runs it and reads what it made.
#include "job.h"

#include "support/bytes.h"

namespace accel::split {

Job::Job(const Instance &instance, const std::vector<Device> &devices, const Program &program)
    : program_(program),
      run_(Run::create(program)),
      queue_(Queue::create(devices)),
      fence_(Fence::create(instance))
{
    for (uint32_t port = 0; port < program_.entry().port_count; ++port) {
        buffers_.push_back(Buffer::create(devices, program_.port(port).size_bytes));
        run_.bind(port, buffers_.back());
    }
}

void Job::fill_inputs(uint64_t seed) const
{
    conformance::Random random(seed);
    for (uint32_t port = 0; port < program_.entry().input_count; ++port) {
        const auto info = program_.port(port);
        const auto mapping = buffers_[port].map(ACCEL_ACCESS_WRITE);
        if (info.type == ACCEL_TYPE_F32)
            for (uint64_t index = 0; index < info.size_bytes / 4; ++index) mapping.as<float>()[index] = static_cast<float>(random.unit());
        else
            for (uint64_t index = 0; index < info.size_bytes; ++index) mapping.as<int8_t>()[index] = static_cast<int8_t>(random.whole(-128, 127));
    }
}

void Job::run_once()
{
    queue_.submit(run_, {}, {fence_.at(++value_)});
    if (!fence_.wait(value_, 60'000'000'000)) throw std::runtime_error("a run did not finish in time");
}

std::string Job::outputs() const
{
    std::string bytes;
    const auto info = program_.entry();
    for (uint32_t port = info.input_count; port < info.port_count; ++port) bytes.append(buffers_[port].map(ACCEL_ACCESS_READ).as<const char>(), program_.port(port).size_bytes);
    return bytes;
}

std::vector<accel_transfer> transfers(const Program &program)
{
    std::vector<accel_transfer> rows(program.entry().transfer_count, sized<accel_transfer>());
    for (uint32_t index = 0; index < rows.size(); ++index) check(accel_program_transfer(program.get(), 0, index, &rows[index]));
    return rows;
}

std::string placement(const Program &program)
{
    std::string text;
    for (uint32_t index = 0; index < program.entry().placement_count; ++index) {
        auto row = sized<accel_placement>();
        check(accel_program_placement(program.get(), 0, index, &row));
        text += (text.empty() ? "" : " ") + std::string(Device(accel_device_ref(row.device)).info().id);
    }
    return text;
}

}  // namespace accel::split
