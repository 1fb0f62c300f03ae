// SPDX-License-Identifier: MIT
// What every libaccel object starts with: type, id and reference count.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "fork.h"

namespace accel::runtime {

enum class ObjectType : uint32_t { Instance = 1,
                                   Device,
                                   Buffer,
                                   Fence,
                                   Model,
                                   Program,
                                   Run,
                                   Queue,
                                   State,
                                   Scratch };

/// Base of the structs behind the opaque handles. The magic word tells a handle from other memory and from a destroyed object;
/// it is a net for mistakes, not a proof.
class Object {
public:
    static constexpr uint32_t kMagic = 0x6c636361;  // "accl"

    /// An object starts with one reference, its maker's; only devices, which their instance keeps, start with none.
    explicit Object(ObjectType type, uint32_t references = 1);
    virtual ~Object();
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    void ref() { references_.fetch_add(1, std::memory_order_relaxed); }
    /// Adds a reference; true if it is the only one.
    bool ref_first() { return references_.fetch_add(1, std::memory_order_acq_rel) == 0; }
    /// Adds a reference unless the last one is gone already.
    bool try_ref();
    /// Drops a reference unless it is the last; false then.
    bool unref_unless_last();
    /// False once the last reference is gone, and until somebody takes a new one where that is possible.
    bool has_references() const { return references_.load(std::memory_order_acquire) != 0; }
    /// Disposes of the object with its last reference. In a child after fork the parent's objects are left alone: what they hold is the parent's.
    void unref();
    /// A module that was given up may still use the object's memory: with its last reference it lets go of its parents, and stays as long as the process.
    void keep() { kept_.store(true, std::memory_order_relaxed); }

    ObjectType type() const { return static_cast<ObjectType>(tag_ >> 32 & 0xff); }
    uint64_t id() const { return id_; }
    /// Of that type, alive and made by this process.
    bool is(ObjectType type) const { return tag_ == tag(type); }
    /// Made before the fork of which this process is the child.
    bool is_parents() const { return tag_ >> 40 != (fork_generation & kGenerationMask); }
    /// Any living object; for handles of unknown type.
    bool is_object() const { return static_cast<uint32_t>(tag_) == kMagic; }

protected:
    /// Called with the last reference.
    virtual void dispose();
    /// Of a kept object: drop its references to what no module touches.
    virtual void let_go() {}

private:
    static constexpr uint32_t kGenerationMask = 0xffffff;
    /// Magic, type and generation in one word: the check that every call makes is one comparison.
    static uint64_t tag(ObjectType type) { return kMagic | static_cast<uint64_t>(type) << 32 | static_cast<uint64_t>(fork_generation & kGenerationMask) << 40; }

    uint64_t tag_;
    std::atomic<uint32_t> references_{1};
    std::atomic<bool> kept_{false};
    uint64_t id_;
    Object *next_kept_ = nullptr;
};

/// One counted reference to an object.
template <class T> class Ref {
public:
    Ref() = default;
    /// Takes over the caller's reference.
    static Ref adopt(T *object)
    {
        Ref ref;
        ref.object_ = object;
        return ref;
    }
    /// Adds a reference.
    explicit Ref(T *object) : object_(object)
    {
        if (object_) object_->ref();
    }
    Ref(const Ref &other) : Ref(other.object_) {}
    Ref(Ref &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref &operator=(Ref other) noexcept
    {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref()
    {
        if (object_) object_->unref();
    }
    T *get() const { return object_; }
    T *operator->() const { return object_; }
    T &operator*() const { return *object_; }
    explicit operator bool() const { return object_ != nullptr; }
    /// Gives its reference back if that ends nothing; else keeps it.
    void drop_unless_last()
    {
        if (object_ && object_->unref_unless_last()) object_ = nullptr;
    }
    /// Gives the reference to the caller.
    T *release() { return std::exchange(object_, nullptr); }

private:
    T *object_ = nullptr;
};

}  // namespace accel::runtime
