// SPDX-License-Identifier: MIT
// Asks, cuts and builds entry point by entry point, and again where a build is too much.
#include "assembly.h"

#include "base/check.h"
#include "base/progress.h"
#include "emit.h"
#include "expand.h"
#include "placements.h"
#include "set_aside.h"
#include "slots.h"

namespace accel::runtime {

namespace {

/// Up to here the devices are asked; then they build.
constexpr double kCut = 0.1;

}  // namespace

Assembly::Assembly(const std::vector<CompileTarget> &targets, const CompileRequest &request, uint32_t flags, Step step)
    : targets_(targets),
      request_(request),
      flags_(flags),
      step_(std::move(step))
{
}

void Assembly::add(std::string name, Graph graph, std::vector<VariableUse> uses, PortChoices choices, std::optional<OpenSet> open)
{
    Work &work = works_.emplace_back();
    work.graph = std::move(graph);
    work.uses = std::move(uses);
    work.choices = std::move(choices);
    work.open = std::move(open);
    work.made.name = std::move(name);
}

accel_status Assembly::run(const Sharing &sharing, std::vector<Blob> *out_blobs, std::vector<ProgramEntry> *out_entries, std::vector<Variable> *out_variables)
{
    ACCEL_TRY(step_(0.0, kCut, "asking the devices"));
    ACCEL_TRY(ask());
    for (bool again = true; again;) {
        again = false;
        ACCEL_TRY(step_(0.0, kCut, "asking the devices"));
        ACCEL_TRY(cut());
        ACCEL_TRY(build(&again));
        if (!again) ACCEL_TRY(connect(sharing, &again));
    }
    for (Work &work : works_) {
        list_placements(work.graph, work.pieces, *work.partition, work.open ? &*work.open : nullptr, work.made.placements);
        out_entries->push_back(std::move(work.made));
    }
    *out_variables = std::move(variables_);
    *out_blobs = std::move(blobs_);
    return ACCEL_STATUS_OK;
}

accel_status Assembly::ask()
{
    for (Work &work : works_) {
        Answers answers;
        ACCEL_TRY(fail_in_entry(expand_composites(work.graph, targets_, request_, flags_ & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY, &answers), work.made.name));
        work.partition = std::make_unique<Partition>(work.graph, targets_, request_, flags_, std::move(answers));
    }
    return ACCEL_STATUS_OK;
}

accel_status Assembly::cut()
{
    for (Work &work : works_) {
        ACCEL_TRY(fail_in_entry(work.partition->run(&work.pieces), work.made.name));
        ACCEL_TRY(fail_in_entry(check_crossings(work.graph, work.pieces), work.made.name));
        work.parts.clear();
        for (const Piece &piece : work.pieces) {
            const Node &first = work.graph.nodes[piece.nodes[0]];
            work.parts.push_back(first.open_piece == UINT32_MAX ? extract(work.graph, piece.nodes) : part_of(work.graph, first));
        }
        work.slots.assign(work.pieces.size(), 0);
        work.made.segments.assign(work.pieces.size(), {});
    }
    return ACCEL_STATUS_OK;
}

std::deque<Assembly::Job> Assembly::plan_jobs()
{
    std::deque<Job> jobs;
    std::vector<Job *> joint(targets_.size());
    for (Work &work : works_) {
        for (uint32_t i = 0; i < work.pieces.size(); ++i) {
            if (open_piece(work, i)) continue;
            const uint32_t device = work.pieces[i].device;
            if (!joint[device] || !targets_[device].takes_entries) joint[device] = &jobs.emplace_back(Job{device, {}});
            joint[device]->places.push_back({&work, i});
        }
    }
    return jobs;
}

accel_status Assembly::build(bool *out_again)
{
    blobs_.clear();
    for (Work &work : works_)
        if (work.open) ACCEL_TRY(fail_in_entry(place_open(work), work.made.name));
    std::deque<Job> jobs = plan_jobs();
    for (size_t done = 0; !jobs.empty(); ++done) {
        const Job job = std::move(jobs.front());
        jobs.pop_front();
        const double share = (1.0 - kCut) / static_cast<double>(done + jobs.size() + 1);
        const std::string what = "building for " + targets_[job.device].label;
        ACCEL_TRY(step_(kCut + share * static_cast<double>(done), kCut + share * static_cast<double>(done + 1), what.c_str()));
        const accel_status status = build(job);
        const Place &first = job.places.front();
        const bool alone = job.places.size() == 1;
        // Together they are too much; what is shared may not be worth another device.
        if (status == ACCEL_STATUS_LIMIT && !alone) {
            for (size_t i = job.places.size(); i-- > 0;) jobs.push_front({job.device, {job.places[i]}});
        } else if (const Piece &piece = first.work->pieces[first.piece]; status == ACCEL_STATUS_LIMIT && may_move(piece)) {
            first.work->partition->refuse(piece, {0, ACCEL_REASON_RESOURCE, ACCEL_TENSOR_NONE, 0, 0, 0});
            *out_again = true;
            return ACCEL_STATUS_OK;
        } else {
            ACCEL_TRY(alone ? fail_in_entry(status, first.work->made.name) : status);
        }
    }
    return ACCEL_STATUS_OK;
}

const OpenPiece *Assembly::open_piece(const Work &work, uint32_t piece)
{
    const uint32_t number = work.graph.nodes[work.pieces[piece].nodes[0]].open_piece;
    return number == UINT32_MAX ? nullptr : &work.open->parts->pieces[number];
}

/// Their blobs are loaded already; what is told of them is told once for each program.
accel_status Assembly::place_open(Work &work)
{
    const auto first = static_cast<uint32_t>(blobs_.size());
    for (const Blob &blob : work.open->parts->blobs) {
        blobs_.push_back(blob);
        blobs_.back().bytes.clear();  // such a program is not saved
    }
    for (uint32_t i = 0; i < work.pieces.size(); ++i) {
        const OpenPiece *piece = open_piece(work, i);
        if (!piece) continue;
        Segment &segment = work.made.segments[i];
        ACCEL_TRY(segment_for(*work.open, *piece, &segment));
        segment.device = work.pieces[i].device;
        segment.blob = first + piece->blob;
        work.slots[i] = piece->slots;
    }
    return ACCEL_STATUS_OK;
}

/// What has sizes that depend on data lies as its device lays it: nobody knows what to convert.
accel_status Assembly::connect_data(Work &work) const
{
    for (uint32_t i = 0; i < work.pieces.size(); ++i) {
        const OpenPiece *piece = open_piece(work, i);
        const Segment &segment = work.made.segments[i];
        for (uint32_t output = 0; piece && !segment.sizes.empty() && output < segment.outputs.size(); ++output) {
            std::vector<DataDim> dims = data_dims(segment, *piece, output);
            if (dims.empty()) continue;
            const PortSource &source = segment.output_sources[output];
            const std::string &name = work.graph.tensors[work.parts[i].tensors[work.parts[i].graph.outputs[output]]].name;
            if (source.kind == PortSource::Kind::Value && work.made.values[source.index].port_of != UINT32_MAX)
                return fail(ACCEL_STATUS_UNSUPPORTED, "L-3", nullptr, "the size of output '%s' depends on data, so it lies as '%s' lays it; choose ACCEL_PORT_LAYOUT_DEVICE for it", name.c_str(),
                            targets_[segment.device].label.c_str());
            if (source.kind == PortSource::Kind::Value) continue;
            ProgramPort &port = work.made.ports[source.index];
            port.knowledge = ACCEL_SIZE_KNOWLEDGE_BOUND;
            port.bounds = port.layout.dims;
            port.data_dims = std::move(dims);
            port.data_segment = i;
        }
    }
    return ACCEL_STATUS_OK;
}

/// What the application wants of ports, and what the makers of the piece's inputs have, where those are built.
void Assembly::add_wishes(const Work &work, uint32_t piece, uint32_t part, std::vector<Wish> &wishes)
{
    const Subgraph &own = work.parts[piece];
    const auto wish_of_port = [&](uint32_t local) {
        const auto choice = work.choices.find(own.tensors[local]);
        if (choice == work.choices.end() || choice->second.layout < ACCEL_PORT_LAYOUT_DENSE) return false;
        wishes.push_back({part, local, &choice->second.given});
        return true;
    };
    for (const uint32_t local : own.graph.inputs) {
        if (wish_of_port(local)) continue;
        for (size_t maker = 0; maker < work.parts.size(); ++maker) {
            const std::vector<uint32_t> &made = work.parts[maker].graph.outputs;
            const std::vector<PortLayout> &layouts = work.made.segments[maker].outputs;
            for (size_t i = 0; i < made.size() && i < layouts.size(); ++i)
                if (work.parts[maker].tensors[made[i]] == own.tensors[local]) wishes.push_back({part, local, &layouts[i]});
        }
    }
    for (const uint32_t local : own.graph.outputs) wish_of_port(local);
}

accel_status Assembly::build(const Job &job)
{
    std::vector<const Subgraph *> parts;
    for (const Place &place : job.places) parts.push_back(&place.work->parts[place.piece]);
    std::vector<Wish> wishes;
    for (uint32_t i = 0; i < job.places.size(); ++i) add_wishes(*job.places[i].work, job.places[i].piece, i, wishes);
    BuiltBlob built;
    ACCEL_TRY(build_blob(targets_[job.device], parts, request_, wishes, &built));
    built.blob.device = job.device;
    for (size_t i = 0; i < job.places.size(); ++i) {
        const Place &place = job.places[i];
        Segment &segment = place.work->made.segments[place.piece];
        segment = std::move(built.segments[i].segment);
        segment.device = job.device;
        segment.blob = static_cast<uint32_t>(blobs_.size());
        place.work->slots[place.piece] = built.segments[i].buffer_count_max;
    }
    blobs_.push_back(std::move(built.blob));
    return ACCEL_STATUS_OK;
}

/// Is there another device behind the piece's own that could be asked?
bool Assembly::may_move(const Piece &piece) const { return piece.device + 1 < targets_.size() && !(flags_ & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY); }

accel_status Assembly::connect(const Sharing &sharing, bool *out_again)
{
    std::vector<EntryVariables> entries;
    std::vector<const ProgramEntry *> made;
    for (Work &work : works_) {
        Plan planned;
        pace_piece();
        plan(work.graph, work.parts, sharing, work.choices, work.made.segments, &planned);
        work.made.ports = std::move(planned.ports);
        work.made.input_count = planned.input_count;
        work.made.values = std::move(planned.values);
        work.made.transfers = std::move(planned.transfers);
        ACCEL_TRY(fail_in_entry(connect_data(work), work.made.name));
        entries.push_back({&work.made, work.uses});
        made.push_back(&work.made);
    }
    variables_.clear();
    ACCEL_TRY(settle_variables(entries, sharing, &variables_));
    list_variable_devices(made, variables_);
    for (Work &work : works_)
        if (!*out_again) ACCEL_TRY(fail_in_entry(find_slots(work, sharing, out_again), work.made.name));
    return ACCEL_STATUS_OK;
}

accel_status Assembly::find_slots(Work &work, const Sharing &sharing, bool *out_again)
{
    const auto shortage = plan_slots(work.slots, sharing, work.made.segments, work.made.values, work.made.ports, variables_);
    if (!shortage) return ACCEL_STATUS_OK;
    const Piece &piece = work.pieces[shortage->segment];
    if (!may_move(piece)) return fail_slots(piece.device, shortage->needed, shortage->admitted);
    work.partition->refuse(piece, {0, ACCEL_REASON_RESOURCE, ACCEL_TENSOR_NONE, 0, shortage->needed, shortage->admitted});
    *out_again = true;
    return ACCEL_STATUS_OK;
}

accel_status Assembly::fail_slots(uint32_t device, uint32_t needed, uint32_t admitted) const
{
    const CompileTarget &target = targets_[device];
    return fail(ACCEL_STATUS_LIMIT, "R-7", nullptr,
                "a part of the model on '%s' needs %u buffers at once, for what crosses to and from other devices and for the ports, and a job of '%s' names at most %u; leave the device out of "
                "the set, or put one that takes more of the model in front of it",
                target.label.c_str(), needed, target.name.c_str(), admitted);
}

}  // namespace accel::runtime
