// SPDX-License-Identifier: MIT
// Uploads programs, binds buffers to regions, and keeps receipts in the scratch.
#include "program.h"

#include "module/host.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

namespace accel::ethosu {

namespace {

// The last operation of every program copies the receipt. Nothing for words that do otherwise, or that keep nothing else in the scratch: the
// driver refuses memory for a region that no word names.
std::optional<std::array<Relocation, 2>> find_receipt(std::span<const uint32_t> words)
{
    std::array<Relocation, 2> found{};
    found[0].offset_bytes = kReceiptSourceOffset;
    found[1].offset_bytes = kReceiptOffset;
    uint32_t uses = 0;
    for (uint32_t i = 0; i < words.size(); i += words[i] & kPayloadFollows ? 2 : 1) {
        const Command command = command_at(words, i);
        if (!is_feature_map_region(command))
            continue;
        uses += words[i] >> 16 == kScratchRegion ? 1 : 0;
        if (command == Command::SET0_IFM_REGION)
            found[0].region_word = i;
        if (command == Command::SET0_OFM_REGION)
            found[1].region_word = i;
    }
    for (Relocation &at : found) {
        at.address_word = at.region_word + 1;
        const bool in_words = uint64_t{at.address_word} + 1 < words.size();
        if (!in_words || words[at.region_word] >> 16 != kScratchRegion || words[at.address_word] >> 16 != 0 || words[at.address_word + 1] != at.offset_bytes)
            return std::nullopt;
    }
    return uses > found.size() ? std::optional(found) : std::nullopt;
}

}  // namespace

accel_status LoadedProgram::load(const Device &device, std::span<const uint8_t> bytes, std::unique_ptr<LoadedProgram> &out)
{
    if (const accel_status fault = module::fault_point("ethosu.load"))
        return fault;
    const char *why = nullptr;
    auto blob = read_blob(bytes, why);
    if (!blob)
        return module::fail(ACCEL_STATUS_CORRUPT, "M-8", "%s", why);
    if (blob->is_foreign)
        return module::fail(ACCEL_STATUS_INCOMPATIBLE, "M-8", "the program is for target \"%.32s\" or of another format, expected \"%s\"",
                            blob->target.c_str(), kTarget);
    std::unique_ptr<LoadedProgram> program(new LoadedProgram(device));
    program->words_ = std::move(blob->words);
    program->relocations_ = std::move(blob->relocations);
    program->ports_ = std::move(blob->ports);
    program->scratch_bytes_ = blob->scratch_bytes;
    program->used_.resize(program->ports_.size());
    for (const Relocation &relocation : program->relocations_)
        program->used_[relocation.port] = true;
    program->receipt_ = find_receipt(program->words_);
    if (const accel_status status = program->upload_constants(blob->constants))
        return status;
    if (program->ports_.size() <= kPortRegionCount)
        if (const accel_status status = CommandBuffer::create(device, program->words_, program->commands_))
            return status;
    out = std::move(program);
    return ACCEL_STATUS_OK;
}

accel_status LoadedProgram::upload_constants(std::span<const uint8_t> constants)
{
    if (constants.empty())
        return ACCEL_STATUS_OK;
    if (const accel_status status = Buffer::create(device_, constants.size(), constants_))
        return status;
    void *pointer = nullptr;
    if (const accel_status status = constants_->map(pointer))
        return status;
    std::memcpy(pointer, constants.data(), constants.size());
    return constants_->take(0, constants.size());
}

accel_status Scratch::create(const Device &device, uint64_t size_bytes, std::shared_ptr<Scratch> &out)
{
    auto scratch = std::make_shared<Scratch>();
    if (const accel_status status = Buffer::create(device, size_bytes, scratch->buffer_))
        return status;
    void *pointer = nullptr;
    if (const accel_status status = scratch->buffer_->map(pointer))
        return status;
    scratch->bytes_ = static_cast<volatile uint8_t *>(pointer);
    out = std::move(scratch);
    return ACCEL_STATUS_OK;
}

accel_status Scratch::ask(uint8_t &receipt)
{
    bytes_[kReceiptSourceOffset] = receipt = ++latest_;
    return buffer_->take(kReceiptSourceOffset, 1);
}

// Numbers wrap; a run has one job in flight, so later ones are near. What cannot be brought is no receipt.
bool Scratch::has(uint8_t receipt) const
{
    return buffer_->bring(kReceiptOffset, 1) == ACCEL_STATUS_OK && static_cast<int8_t>(bytes_[kReceiptOffset] - receipt) >= 0;
}

accel_status Run::create(const LoadedProgram &program, const accel_bk_run_desc &desc, std::unique_ptr<Run> &out)
{
    if (const accel_status fault = module::fault_point("ethosu.run_create"))
        return fault;
    std::unique_ptr<Run> run(new Run(program));
    if (const accel_status status = run->take_scratch(desc))
        return status;
    const uint64_t own_bytes = run->shared_ != nullptr ? kScratchHeaderBytes : program.scratch_bytes();
    if (const accel_status status = Scratch::create(program.device(), own_bytes, run->scratch_))
        return status;
    if (program.device().has_fences())
        if (const accel_status status = run->scratch_->buffer().dma_buf(run->scratch_dma_buf_))
            return status;
    if ((desc.flags & ACCEL_BK_RUN_FLAG_TIMINGS) != 0)
        run->scratch_->measure();
    out = std::move(run);
    return ACCEL_STATUS_OK;
}

// A region begins where its object does.
accel_status Run::take_scratch(const accel_bk_run_desc &desc)
{
    if (desc.scratch_count == 0)
        return ACCEL_STATUS_OK;
    const accel_bk_memory &given = desc.scratch[0];
    if (desc.scratch_count != 1 || !program_.can_share_scratch() || given.size_bytes < program_.scratch_bytes())
        return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "M-13", "%u pieces of scratch are given, the first of %" PRIu64 " bytes, expected one of %" PRIu64, desc.scratch_count,
                            given.size_bytes, program_.scratch_bytes());
    if (given.offset_bytes != 0)
        return module::fail(ACCEL_STATUS_UNSUPPORTED, "", "scratch of this device begins where its buffer does, and not at byte %" PRIu64, given.offset_bytes);
    shared_ = given.buffer->buffer.get();
    return ACCEL_STATUS_OK;
}

// Ports of one buffer share a region: the driver takes an object only once per job.
accel_status Run::assign(std::span<const accel_bk_memory> ports, Regions &regions, std::vector<Target> &targets) const
{
    targets.assign(ports.size(), {});
    for (uint32_t port = 0; port < ports.size(); ++port) {
        if (!program_.uses_port(port))
            continue;
        Buffer *buffer = ports[port].buffer->buffer.get();
        const uint64_t needed = program_.ports()[port].size_bytes;
        if (needed > ports[port].size_bytes)
            return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", "port %u needs %" PRIu64 " bytes, %" PRIu64 " are given", port, needed, ports[port].size_bytes);
        if (buffer == shared_) {
            targets[port] = {kScratchRegion, ports[port].offset_bytes};
            continue;
        }
        const auto begin = regions.buffers.begin();
        const auto end = begin + regions.count;
        const auto found = std::find(begin, end, buffer);
        const auto index = static_cast<uint32_t>(found - begin);
        if (found == end) {
            if (regions.count == kPortRegionCount)
                return module::fail(ACCEL_STATUS_LIMIT, "R-8",
                                    "the ports use more than %u distinct buffers, which is all that a job of "
                                    "this device takes",
                                    kPortRegionCount);
            regions.buffers[regions.count++] = buffer;
        }
        regions.written[index] = regions.written[index] || program_.ports()[port].is_output;
        targets[port] = {kFirstPortRegion + index, ports[port].offset_bytes};
    }
    return ACCEL_STATUS_OK;
}

// Are these targets the ones that the program's own words name?
bool Run::is_default(std::span<const Target> targets) const
{
    if (program_.commands() == nullptr || shared_ != nullptr)
        return false;
    for (uint32_t port = 0; port < targets.size(); ++port)
        if (program_.uses_port(port) && targets[port] != Target{kFirstPortRegion + port, 0})
            return false;
    return true;
}

accel_status Run::point_words(std::span<const Target> targets, uint32_t receipt_region)
{
    if (own_commands_ && receipt_region == receipt_region_ && std::ranges::equal(targets, targets_))
        return ACCEL_STATUS_OK;
    std::vector<uint32_t> words(program_.words().begin(), program_.words().end());
    for (const Relocation &relocation : program_.relocations()) {
        const Target &target = targets[relocation.port];
        relocate(words, relocation, target.region, target.offset_bytes);
    }
    if (shared_ != nullptr)
        for (const Relocation &at : program_.receipt())
            relocate(words, at, receipt_region, 0);
    std::unique_ptr<CommandBuffer> commands;
    if (const accel_status status = CommandBuffer::create(program_.device(), words, commands))
        return status;
    own_commands_ = std::move(commands);
    targets_.assign(targets.begin(), targets.end());
    receipt_region_ = receipt_region;
    return ACCEL_STATUS_OK;
}

accel_status Run::share_inputs(const Regions &regions, Inputs &inputs) const
{
    if (!program_.device().has_fences())
        return ACCEL_STATUS_OK;
    for (uint32_t i = 0; i < regions.count; ++i) {
        if (regions.written[i])
            continue;  // the job's own fence is a writer's already
        if (const accel_status status = regions.buffers[i]->dma_buf(inputs.fds[inputs.count]))
            return status;
        ++inputs.count;
    }
    return ACCEL_STATUS_OK;
}

// Whatever fails leaves the run as it was bound before.
accel_status Run::bind(std::span<const accel_bk_memory> ports)
{
    if (ports.size() != program_.ports().size())
        return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-4", "%zu buffers are bound, the program has %zu ports",
                            ports.size(), program_.ports().size());
    Regions regions;
    std::vector<Target> targets;
    if (const accel_status status = assign(ports, regions, targets))
        return status;
    Inputs inputs;
    if (const accel_status status = share_inputs(regions, inputs))
        return status;
    const CommandBuffer *commands = program_.commands();
    const uint32_t receipt_region = shared_ != nullptr ? kFirstPortRegion + regions.count : kScratchRegion;
    if (!is_default(targets)) {
        if (const accel_status status = point_words(targets, receipt_region))
            return status;
        commands = own_commands_.get();
    }
    uapi::Job job{};
    job.cmd_bo = commands->handle();
    job.region_bo_handles[kConstantsRegion] = program_.constants_handle();
    job.region_bo_handles[receipt_region] = scratch_->buffer().handle();
    if (shared_ != nullptr)
        job.region_bo_handles[kScratchRegion] = shared_->handle();
    for (uint32_t i = 0; i < regions.count; ++i)
        job.region_bo_handles[kFirstPortRegion + i] = regions.buffers[i]->handle();
    job_ = job;
    inputs_ = inputs;
    return ACCEL_STATUS_OK;
}

accel_status Run::timings(std::span<accel_bk_timing> timings, uint32_t &count) const
{
    const auto &times = scratch_->times();
    if (!times)
        return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the run was not made for measuring");
    count = times->begin_ns != 0;
    if (count != 0 && !timings.empty())
        timings[0] = {.part = nullptr,
                      .begin_ns = times->begin_ns,
                      .duration_ns = times->end_ns - times->begin_ns,
                      .cycles = 0,
                      .node = ACCEL_NONE,
                      .counted_in = ACCEL_NONE,
                      .lane = 0,
                      .reserved = 0};
    return ACCEL_STATUS_OK;
}

accel_bind_cost Run::bind_cost(uint32_t port) const
{
    const bool as_loaded = program_.commands() != nullptr && shared_ == nullptr;
    const bool free = port < program_.ports().size() && (!program_.uses_port(port) || as_loaded);
    return free ? ACCEL_BIND_COST_FREE : ACCEL_BIND_COST_REBUILD;
}

}  // namespace accel::ethosu
