// SPDX-License-Identifier: MIT
// The registers of the made-up device: where the words are, how many, and whether they are done.
#pragma once

#include "play.h"

namespace accel::lane {

class AcmeDevice final : public PlayedDevice {
public:
    static constexpr size_t kId = 0, kAddress = 1, kCount = 2, kStatus = 3;  // words; a count other than 0 begins a job
    static constexpr uint32_t kIdValue = 0x656d6361, kDone = 1, kFailed = 2;

    explicit AcmeDevice(const Board &board) : board_(board),
                                              thread_(board.gate) {}

    void power_on() override { word(kId).store(kIdValue); }
    void arm(Order order) override { order_ = order; }
    void revive() override {}
    bool poll() override;
    const Counters &counters() const override { return counters_; }

private:
    std::atomic_ref<uint32_t> word(size_t which) const { return std::atomic_ref<uint32_t>(reinterpret_cast<uint32_t *>(board_.registers)[which]); }

    Board board_;
    Order order_;
    Counters counters_;
    bool reached_ = false;
    JobThread thread_;
};

}  // namespace accel::lane
