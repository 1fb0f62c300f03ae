// SPDX-License-Identifier: MIT
// The witness module's objects. It adds two F32 tensors, and watches how it is called.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "ledger.h"

namespace accel::witness {

Ledger &ledger();

/// Where elements lie in a buffer, kept beyond a call.
struct Side {
    accel_bk_buffer *buffer = nullptr;
    uint64_t offset_bytes = 0;
    std::vector<accel_layout_step> steps;
    std::vector<int64_t> dims;
};

/// One thread works through a queue, so tickets end in order and without anybody waiting.
struct Work {
    accel_bk_run *run;  ///< null: a conversion
    uint64_t ticket;
    accel_status answer;
    uint32_t flags;
    Side from, to;
};

constexpr uint64_t kMagic = 0x7373656e746977;

/// One dimension: a size, or, with a symbol, that of the symbol.
struct Dimension {
    int64_t size;
    uint32_t symbol;
};

/// What a graph with open sizes does.
struct OpenGraph {
    enum class Kind : uint64_t { Sum,
                                 Repeat,
                                 Positive } kind = Kind::Sum;
    uint64_t inputs = 2;
    std::vector<Dimension> in, out;  ///< of each input, and of the output
    std::vector<int64_t> planned;    ///< by symbol
};

/// One graph of a blob: a sum of two inputs, or of one and a constant.
struct Graph {
    uint64_t element_count;           ///< of the memory
    const float *constant;            ///< null: both are ports
    Side elements;                    ///< where there may be gaps, which are not written; else without dims
    std::shared_ptr<OpenGraph> open;  ///< of a graph with open sizes, for which nothing above says anything; else null
    size_t port_count() const { return open ? open->inputs + 1 : constant ? 2
                                                                          : 3; }
};

/// Remembers which pointers are alive: a call that names another one is a violation.
class Living {
public:
    void add(const void *object)
    {
        const std::lock_guard guard(lock_);
        objects_.insert(object);
        ++ledger().live_;
    }
    void remove(const void *object)
    {
        const std::lock_guard guard(lock_);
        if (objects_.erase(object)) --ledger().live_;
    }
    /// In a child after fork: they are the parent's, and in its ledger.
    void forget()
    {
        const std::lock_guard guard(lock_);
        objects_.clear();
    }
    bool holds(const void *object) const
    {
        const std::lock_guard guard(lock_);
        return objects_.count(object) != 0;
    }
    size_t count() const
    {
        const std::lock_guard guard(lock_);
        return objects_.size();
    }

private:
    mutable std::mutex lock_;
    std::set<const void *> objects_;
};

Living &devices();
Living &buffers();
Living &programs();
Living &runs();
Living &queues();

/// Complain unless the object is alive; slot is counted as called when the object is the one called upon. Returns whether it is.
bool expect_alive(const Living &living, const void *object, const char *slot, bool called_upon = true);
void expect(bool holds, const char *rule, const std::string &what);
/// Take an order once.
inline accel_status take(std::atomic<accel_status> &order) { return order.exchange(ACCEL_STATUS_OK); }

const accel_bk_host &host();

extern const accel_bk_compiler kCompiler;
extern const accel_bk_device_ops kDevice;

}  // namespace accel::witness

struct accel_bk_device {
    std::atomic<int> objects{0};
};

struct accel_bk_buffer {
    accel_bk_device *device;
    std::vector<char> bytes;
    uint32_t usage = 0;
    std::mutex lock;
    std::vector<accel_bk_access> accesses;  ///< that were begun and not ended
    std::atomic<int> in_flight{0};
    std::atomic<int> bound{0};  ///< ports of runs
};

struct accel_bk_program {
    accel_bk_device *device;
    std::vector<accel::witness::Graph> graphs;
    std::atomic<int> runs{0};
};

struct accel_bk_run {
    accel_bk_program *program;
    const accel::witness::Graph *graph;
    std::vector<accel_bk_memory> ports;
    std::vector<int64_t> sizes;      ///< by symbol, of a graph with open sizes
    std::atomic<int64_t> told = -1;  ///< what the latest submission has found of data; -1: nothing
    std::atomic<int> in_flight{0};
    std::atomic<int> binding{0};
};

struct accel_bk_queue {
    accel_bk_device *device;
    uint32_t depth;
    int32_t priority = 0;
    std::atomic<int> submitting{0};
    std::mutex lock;
    std::condition_variable changed;
    std::deque<accel::witness::Work> pending;
    std::vector<accel_status> answers;  ///< by ticket - 1
    uint64_t submitted = 0;
    bool ending = false;
    std::thread worker;
};
