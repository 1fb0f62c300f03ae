// SPDX-License-Identifier: MIT
// Whatever lies behind a right checksum: program_load refuses it, or the program runs inside its buffers.
#include "blob.h"
#include "compiler.h"
#include "memory.h"
#include "program.h"

#include <cstddef>
#include <cstring>
#include <numeric>

using namespace accel::cpu;

namespace {

constexpr size_t kThreadsAt = accel::module::kSealBytes, kConstantCountAt = kThreadsAt + 4;  // the header is behind the seal
constexpr uint64_t kConstantBytes = 4096;
constexpr uint64_t kPortBytesMax = 4096, kArenaBytesMax = 1 << 16;  // of what is also run: the rest could take hours

uint32_t word_at(const std::vector<uint8_t> &bytes, size_t at)
{
    uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    return word;
}

// One thread, unless the blob asks for too many: a team of threads makes nothing here better.
void use_one_thread(std::vector<uint8_t> &bytes)
{
    const uint32_t one = 1;
    if (word_at(bytes, kThreadsAt) <= kThreadsMax)
        std::memcpy(bytes.data() + kThreadsAt, &one, sizeof one);
}

// Every constant that the blob refers to is the same memory.
std::vector<accel_bk_constant> constants_of(const std::vector<uint8_t> &bytes)
{
    static const std::vector<uint8_t> pool = [] {
        std::vector<uint8_t> all(kConstantBytes);
        std::iota(all.begin(), all.end(), uint8_t{1});
        return all;
    }();
    const uint32_t count = word_at(bytes, kConstantCountAt);
    return std::vector<accel_bk_constant>(count < 64 ? count : 0, {pool.data(), pool.size()});
}

struct Port {
    explicit Port(uint64_t size_bytes)
    {
        buffer.data = static_cast<std::byte *>(::operator new (size_bytes, std::align_val_t{kAlignBytes}));
        buffer.size_bytes = size_bytes;
        std::memset(buffer.data, 0x3f, size_bytes);
    }
    ~Port() { ::operator delete (buffer.data, std::align_val_t{kAlignBytes}); }
    accel_bk_buffer buffer;
};

bool is_small(const Plan &plan)
{
    for (const Value &value : plan.values)
        if (value.source == Source::kPort && value.size_bytes > kPortBytesMax)
            return false;
    return plan.arena_bytes <= kArenaBytesMax;
}

void run(accel_bk_program &program, uint32_t graph)
{
    const Plan &plan = *program.graphs[graph].plan;
    std::vector<std::unique_ptr<Port>> ports(plan.port_count);
    for (const Value &value : plan.values)
        if (value.source == Source::kPort)
            ports[value.port] = std::make_unique<Port>(value.size_bytes);
    std::vector<accel_bk_memory> memory;
    for (auto &port : ports) {
        if (!port)  // of no value: an output that is another port's too
            port = std::make_unique<Port>(0);
        memory.push_back({&port->buffer, 0, port->buffer.size_bytes});
    }
    accel_bk_run *run = nullptr;
    const accel_bk_run_desc run_desc{sizeof run_desc, nullptr, 0, graph, 0, 0};
    if (run_create(&program, &run_desc, &run) != ACCEL_STATUS_OK)
        return;
    const accel_bk_bind_desc bind_desc{sizeof bind_desc, memory.data(), nullptr, plan.port_count, 0};
    if (run_bind(run, &bind_desc) == ACCEL_STATUS_OK)
        run->execute();
    run_destroy(run);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    std::vector<uint8_t> bytes(data, data + size);
    if (size < kConstantCountAt + sizeof(uint32_t))
        return 0;
    use_one_thread(bytes);
    accel::module::seal(kFormat, bytes);
    accel_fit fit = ACCEL_FIT_NONE;
    kCompiler.check(nullptr, bytes.data(), bytes.size(), "cpu", &fit);
    const auto constants = constants_of(bytes);
    accel_bk_program *program = nullptr;
    const accel_bk_load_desc desc{sizeof desc, bytes.data(), bytes.size(), constants.data(), static_cast<uint32_t>(constants.size()), 0};
    if (program_load(nullptr, &desc, &program) != ACCEL_STATUS_OK)
        return 0;
    for (uint32_t graph = 0; graph < program->graphs.size(); ++graph)
        if (is_small(*program->graphs[graph].plan))
            run(*program, graph);
    program_unload(program);
    return 0;
}
