// SPDX-License-Identifier: MIT
// Takes a count as a doorbell, and shows the outcome with an interrupt.
#include "device.h"

#include <utility>

#include "doubler.h"

namespace accel::lane {

bool AcmeDevice::poll()
{
    if (const uint32_t count = word(kCount).exchange(0)) {
        ++counters_.jobs_started;
        uint8_t *words = board_.bus.span(word(kAddress).load(), size_t{count} * 4);
        reached_ = words != nullptr;
        thread_.start(std::exchange(order_, {}), 0, [words, count](const std::atomic<bool> &, std::atomic<uint32_t> &) {
            if (words) devices::acme::double_words(reinterpret_cast<uint32_t *>(words), count);
        });
        return true;
    }
    const std::optional<Ending> ending = thread_.collect();
    if (!ending) return false;
    ++counters_.jobs_ended;
    word(kStatus).store(*ending == Ending::Worked && reached_ ? kDone : kFailed);
    board_.line.set(true);
    board_.line.set(false);
    return true;
}

}  // namespace accel::lane
