// SPDX-License-Identifier: MIT
//
// ethosu-player: plays the registers of an Ethos-U65 to a kernel driver in a QEMU guest.
#include <memory>

#include "device.h"
#include "play.h"

namespace {

using namespace accel::lane;

/// The device with what it stands on.
class Npu final : public PlayedDevice {
public:
    explicit Npu(const Board &board)
        : bus_(board.bus),
          runner_(bus_, board.gate),
          device_(RegisterFile(board.registers), runner_, board.line, board.log) {}

    void power_on() override { device_.power_on(); }
    void arm(Order order) override { device_.arm(order); }
    void revive() override { device_.revive(); }
    bool poll() override { return device_.poll(); }
    const Counters &counters() const override { return device_.counters(); }

private:
    NpuBus bus_;
    ModelRunner runner_;
    Device device_;
};

}  // namespace

int main(int argc, char **argv)
{
    return play(argc, argv, "an Ethos-U65", [](const Board &board) { return std::make_unique<Npu>(board); });
}
