// SPDX-License-Identifier: MIT
// References and the end of objects.
#include "object.h"

namespace accel::runtime {

namespace {
std::atomic<uint64_t> last_id{0};
std::atomic<Object *> kept_objects{nullptr};
}

Object::Object(ObjectType type, uint32_t references) : tag_(tag(type)),
                                                       references_(references),
                                                       id_(last_id.fetch_add(1, std::memory_order_relaxed) + 1) {}

Object::~Object()
{
    // Volatile, or the store to a dying object would be dropped and the net for stale handles with it.
    *const_cast<volatile uint64_t *>(&tag_) = 0;
}

void Object::dispose()
{
    if (!kept_.load(std::memory_order_relaxed)) [[likely]] {
        delete this;
        return;
    }
    tag_ = 0;
    next_kept_ = kept_objects.exchange(this);
    let_go();
}

bool Object::try_ref()
{
    uint32_t count = references_.load(std::memory_order_relaxed);
    while (count != 0)
        if (references_.compare_exchange_weak(count, count + 1, std::memory_order_acq_rel))
            return true;
    return false;
}

bool Object::unref_unless_last()
{
    if (is_parents())
        return true;
    uint32_t count = references_.load(std::memory_order_relaxed);
    while (count > 1)
        if (references_.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel))
            return true;
    return false;
}

void Object::unref()
{
    if (is_parents())
        return;
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        dispose();
}

}  // namespace accel::runtime
