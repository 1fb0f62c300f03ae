// SPDX-License-Identifier: MIT
// Polls the register page, and plays reset, commands and interrupts.
#include "device.h"

#include <algorithm>

namespace accel::lane {

using devices::ethosu::Job;
using devices::ethosu::Npu;
using devices::ethosu::Result;
using devices::ethosu::Stop;

Device::Device(RegisterFile registers, JobRunner &runner, InterruptLine &line, Log log)
    : registers_(registers),
      runner_(runner),
      line_(line),
      log_(std::move(log)) {}

void Device::log(const std::string &line) const
{
    if (log_) log_(line);
}

void Device::set_status(uint32_t bits)
{
    status_ = bits;
    registers_.write(Register::Status, bits | (reset_shown_ ? status::kResetPending : 0));
}

void Device::power_on()
{
    registers_.write(Register::Id, Npu::kId);
    registers_.write(Register::Config, Npu::kConfig);
    registers_.write(Register::Prot, kProtNonSecure);
    registers_.write(Register::Cmd, 0);
    registers_.write(Register::Reset, 0);
    registers_.write(Register::QRead, 0);
    set_status(0);
}

bool Device::poll()
{
    const bool reset = poll_reset();
    const bool command = poll_command();
    const bool job = poll_job();
    return reset || command || job;
}

bool Device::poll_reset()
{
    // The driver programs REGIONCFG right after it has seen a reset end: from then on the next one is pending.
    if (!reset_shown_ && registers_.read(Register::RegionCfg) != 0) {
        reset_shown_ = true;
        set_status(status_);
    }
    if (registers_.take(Register::Reset) == 0) return false;
    if (dead_) {
        // STATUS goes on to show "reset pending", and nothing else happens.
        ++counters_.stuck_resets;
        log("reset, which does not complete");
        return true;
    }
    runner_.reset();
    running_ = false;
    line_.set(false);
    registers_.write(Register::QRead, 0);
    registers_.write(Register::RegionCfg, 0);
    reset_shown_ = false;
    ++counters_.resets;
    log("reset");
    set_status(0);
    return true;
}

bool Device::poll_command()
{
    const uint32_t command = registers_.take(Register::Cmd);
    if (command == 0) return false;
    const bool run = (command & cmd::kRun) != 0;
    if ((command & cmd::kClearInterrupt) != 0 || run) clear_interrupt();
    if (run && !running_) start_job();
    return true;
}

void Device::clear_interrupt()
{
    if ((status_ & status::kInterrupt) == 0) return;
    line_.set(false);
    set_status(status_ & ~status::kInterrupt);
}

void Device::start_job()
{
    Job job;
    job.stream_address = registers_.read_pair(Register::QBase);
    job.stream_size_bytes = registers_.read(Register::QSize);
    for (unsigned region = 0; region < job.region_base.size(); ++region)
        job.region_base[region] = registers_.read_pair(Register::BaseP0, region);
    stream_size_bytes_ = job.stream_size_bytes;
    registers_.write(Register::QRead, 0);
    running_ = true;
    dead_ = order_.fault == Fault::Dead;
    // After a run the driver may reset without anything else in between.
    reset_shown_ = true;
    ++counters_.jobs_started;
    log("job " + std::to_string(counters_.jobs_started) + ": " + std::to_string(job.stream_size_bytes) +
        " bytes of stream, fault " + std::to_string(static_cast<uint32_t>(order_.fault)));
    set_status(status::kRunning);
    runner_.start(job, order_);
    order_ = {};
}

bool Device::poll_job()
{
    if (!running_) return false;
    if (const auto result = runner_.collect()) {
        finish_job(*result);
        return true;
    }
    registers_.write(Register::QRead, runner_.read_offset_bytes());
    return false;
}

void Device::finish_job(const Result &result)
{
    running_ = false;
    // After an error the driver prints the word at QREAD: keep it inside the stream.
    const uint32_t last_word = stream_size_bytes_ >= 4 ? stream_size_bytes_ - 4 : 0;
    registers_.write(Register::QRead, result.stop == Stop::End ? result.read_offset_bytes
                                                               : std::min(result.read_offset_bytes, last_word));
    uint32_t outcome = status::kEndReached;
    if (result.stop == Stop::BusError) outcome = status::kBusError;
    if (result.stop == Stop::ParseError || result.stop == Stop::OutOfMemory) outcome = status::kParseError;
    ++counters_.jobs_ended;
    log("job " + std::to_string(counters_.jobs_started) + " stopped: " +
        (result.stop == Stop::End ? "end of stream" : result.detail));
    set_status(status::kInterrupt | outcome);
    line_.set(false);
    line_.set(true);
}

}  // namespace accel::lane
