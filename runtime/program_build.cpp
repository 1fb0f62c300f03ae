// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "catalog.h"
#include "check.h"
#include "compiler/calibration.h"
#include "compiler/emit.h"
#include "compiler/partition.h"
#include "compiler/placements.h"
#include "compiler/plan.h"
#include "compiler/prepare.h"
#include "compiler/set_aside.h"
#include "compiler/slots.h"
#include "compiler/support.h"
#include "device_set.h"
#include "instance.h"
#include "model.h"
#include "module_call.h"
#include "open_set_sharing.h"
#include "program_make.h"
#include "progress.h"
#include "saved.h"

namespace accel::runtime {

namespace {

constexpr uint32_t kFlags = ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY | ACCEL_PROGRAM_FLAG_BALANCE;
constexpr uint32_t kPrecisions = ACCEL_PRECISION_F16_COMPUTE | ACCEL_PRECISION_BF16_COMPUTE;
/// Parts of the progress bar.
constexpr double kPrepared = 0.05, kCut = 0.15, kBuilt = 0.9;

/// In the place of a target without hardware. It promises nothing about its memory: others can at most read it where it is mapped.
class UnopenedDevice : public OpenDevice {};

class Build {
public:
    explicit Build(const accel_program_desc &desc)
        : desc_(desc), program_(Ref<accel_program>::adopt(new accel_program)), progress_(desc.progress, desc.progress_user), budget_(0)
    {
    }

    accel_status run(accel_program **out)
    {
        ACCEL_TRY(check_arguments());
        ACCEL_TRY(find_targets());
        ACCEL_TRY(take_options());
        ACCEL_TRY(on_files_as_they_were([&] { return make(); }));
        *out = program_.release();
        return ACCEL_STATUS_OK;
    }

    accel_status support(accel_support_fn report, void *user)
    {
        ACCEL_TRY(check_arguments());
        ACCEL_TRY(find_targets());
        ACCEL_TRY(take_options());
        return on_files_as_they_were([&] { return ask(report, user); });
    }

private:
    /// Files that change meanwhile are the reason for whatever came of it.
    template <class Work> accel_status on_files_as_they_were(Work &&work)
    {
        ACCEL_TRY(desc_.model->verify_files());
        const accel_status status = guarded(work);
        if (status == ACCEL_STATUS_CANCELLED) return status;
        ACCEL_TRY(desc_.model->verify_files());
        return status;
    }

    accel_status make()
    {
        Graph graph;
        ACCEL_TRY(prepared(graph));
        ACCEL_TRY(compile(graph));
        ACCEL_TRY(load());
        finish();
        return ACCEL_STATUS_OK;
    }

    accel_status prepared(Graph &graph)
    {
        ACCEL_TRY(step(0.0, kPrepared, "preparing the model"));
        graph = desc_.model->graph();
        return prepare(graph, {desc_.symbols, desc_.symbol_count, desc_.rounding, {desc_.known, desc_.known_count, desc_.known_size}, &budget_});
    }

    CompileRequest request() { return {desc_.precisions, Progress::forward, &progress_}; }

    accel_status expand(Graph &graph, Answers *out)
    {
        return expand_composites(graph, targets_, request(), desc_.flags & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY, out);
    }

    accel_status ask(accel_support_fn report, void *user)
    {
        Graph graph;
        ACCEL_TRY(prepared(graph));
        ACCEL_TRY(step(kPrepared, 1.0, "asking the devices"));
        Answers answers;
        ACCEL_TRY(expand(graph, &answers));
        Partition partition(graph, targets_, request(), desc_.flags, std::move(answers));
        std::vector<Piece> groups;
        ACCEL_TRY(partition.groups(&groups));
        for (const Support &row : support_of(desc_.model->graph(), graph, partition, groups)) {
            const accel_support told{sizeof told, row.nodes.data(), static_cast<uint32_t>(row.nodes.size()), row.device, row.group, row.reason, row.name.c_str(), row.operation.c_str(),
                                     row.text.c_str()};
            report(user, &told);
        }
        return ACCEL_STATUS_OK;
    }

    accel_status fail_argument(const char *rule, const char *what, uint32_t given) const
    {
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, rule, desc_.model, "desc.%s is 0x%x, which has no meaning", what, given);
    }

    accel_status check_arguments()
    {
        ACCEL_TRY(check_handle(desc_.model, "desc.model"));
        if (desc_.flags & ~kFlags) return fail_argument("A-3", "flags", desc_.flags);
        if (desc_.precisions & ~kPrecisions) return fail_argument("A-3", "precisions", desc_.precisions);
        if (desc_.rounding != ACCEL_ROUNDING_NONE && !find_rounding(desc_.rounding)) return fail_argument("P-9", "rounding", desc_.rounding);
        if (desc_.option_count && !desc_.options) return fail_null("desc.options");
        if (desc_.symbol_count && !desc_.symbols) return fail_null("desc.symbols");
        if (!desc_.target && desc_.device_count == 0)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-8", desc_.model, "desc has neither devices nor a target, expected at least one of them");
        program_->instance = desc_.model->instance();
        program_->instance->ref();
        program_->model = Ref<accel_model>(desc_.model);
        program_->rounding = desc_.rounding;
        program_->precisions = desc_.precisions;
        const ConstantBounds bounds = desc_.model->bounds();
        budget_ = ConstantBudget(desc_.constant_budget_bytes ? desc_.constant_budget_bytes : bounds.limit_bytes(), bounds.used_bytes);
        return ACCEL_STATUS_OK;
    }

    accel_status find_targets()
    {
        if (desc_.target) ACCEL_TRY(find_bare_target());
        if (desc_.device_count == 0) return ACCEL_STATUS_OK;
        accel_instance *instance = nullptr;
        ACCEL_TRY(check_device_set(desc_.devices, desc_.device_count, "desc.devices", &instance));
        if (instance != desc_.model->instance())
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", desc_.model, "desc.devices and desc.model are of different instances");
        ACCEL_TRY(open_device_set(desc_.devices, desc_.device_count, "desc.devices", &open_, &instance));
        for (uint32_t i = 0; i < desc_.device_count; ++i) {
            accel_device *device = desc_.devices[i];
            if (std::find(desc_.devices, desc_.devices + i, device) != desc_.devices + i)
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-2", device, "desc.devices[%u] is in the set twice", i);
            program_->devices.push_back(Ref<accel_device>::adopt(device->acquire()));
            CompileTarget &target = targets_.emplace_back();
            ACCEL_TRY(device->entry().compiler(&target.compiler, &target.host));
            target.sizes = device->entry().sizes();
            target.backend = device->entry().backend();
            target.label = device->entry().id();
            const char *told = open_[targets_.size() - 1]->info().target;
            target.name = told && *told ? told : device->entry().target();
            target.speed = calibrated_speed(target.label);
            if (!target.compiler)
                return fail(ACCEL_STATUS_UNSUPPORTED, "P-1", device, "module '%s' of device '%s' has no compiler", target.backend.c_str(), target.label.c_str());
            ACCEL_TRY(look_up(target));
            program_->places.push_back({target.backend, target.name, target.label});
        }
        return ACCEL_STATUS_OK;
    }

    accel_status find_bare_target()
    {
        Module *module = program_->instance->module_for_target(desc_.target);
        if (!module) return fail(ACCEL_STATUS_NOT_FOUND, "P-8", desc_.model, "no module compiles for target '%s'", desc_.target);
        ACCEL_TRY(module->load());
        CompileTarget &target = targets_.emplace_back();
        target.compiler = module->compiler();
        target.host = module->host();
        target.sizes = module->sizes();
        target.backend = module->name();
        target.name = target.label = desc_.target;
        if (!target.compiler) return fail(ACCEL_STATUS_UNSUPPORTED, "P-8", desc_.model, "module '%s' has no compiler", module->name());
        ACCEL_TRY(look_up(target));
        program_->places.push_back({target.backend, target.name, ""});
        program_->devices.emplace_back();
        open_.push_back(std::make_shared<UnopenedDevice>());
        return ACCEL_STATUS_OK;
    }

    accel_status check_option(const accel_option &option) const
    {
        if (!option.name) return fail_null("desc.options[].name");
        if (option.kind < ACCEL_OPTION_KIND_STRING || option.kind > ACCEL_OPTION_KIND_NUMBER)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-6", desc_.model, "option '%s' has kind %u, expected one of enum accel_option_kind", option.name, option.kind);
        const bool text = option.kind == ACCEL_OPTION_KIND_STRING;
        if (text != (option.string != nullptr) || (option.kind != ACCEL_OPTION_KIND_INTEGER && option.integer != 0) ||
            (option.kind != ACCEL_OPTION_KIND_NUMBER && option.number != 0))
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-6", desc_.model, "option '%s' %s its kind names, and no other", option.name,
                        text && !option.string ? "lacks the value that" : "has a value beside the one that");
        if (option.optional > 1) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", desc_.model, "option '%s' has optional = %u, expected 0 or 1", option.name, option.optional);
        return ACCEL_STATUS_OK;
    }

    /// Options are named `<module>.<what>` and go to that module, which knows what it knows.
    accel_status take_options()
    {
        for (uint32_t i = 0; i < desc_.option_count; ++i) {
            const accel_option &option = desc_.options[i];
            ACCEL_TRY(check_option(option));
            bool known = false;
            for (CompileTarget &target : targets_) {
                const std::string prefix = target.backend + ".";
                if (strncmp(option.name, prefix.c_str(), prefix.size()) != 0) continue;
                target.options.push_back(option);
                known = true;
            }
            if (!known && !option.optional)
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-6", desc_.model,
                            "option '%s' is for no module of the device set; options are named <module>.<option>, and optional ones may be unknown", option.name);
        }
        return ACCEL_STATUS_OK;
    }

    accel_status step(double from, double to, const char *what)
    {
        return progress_.enter(from, to, what) ? ACCEL_STATUS_OK : fail(ACCEL_STATUS_CANCELLED, "P-5", desc_.model, "the build was cancelled while %s", what);
    }

    accel_status compile(Graph &graph)
    {
        ACCEL_TRY(step(kPrepared, kCut, "asking the devices"));
        Answers answers;
        ACCEL_TRY(expand(graph, &answers));
        Partition partition(graph, targets_, request(), desc_.flags, std::move(answers));
        for (;;) {
            std::vector<Piece> pieces;
            ACCEL_TRY(step(kPrepared, kCut, "asking the devices"));
            ACCEL_TRY(partition.run(&pieces));
            ACCEL_TRY(check_crossings(graph, pieces));
            bool again = false;
            ACCEL_TRY(build(graph, pieces, partition, &again));
            if (!again) ACCEL_TRY(connect(graph, pieces, partition, &again));
            if (again) continue;
            list_placements(graph, pieces, partition, program_->placements);
            return ACCEL_STATUS_OK;
        }
    }

    accel_status build(const Graph &graph, const std::vector<Piece> &pieces, Partition &partition, bool *out_again)
    {
        program_->segments.clear();
        parts_.clear();
        slots_.clear();
        for (size_t i = 0; i < pieces.size(); ++i) {
            const double share = (kBuilt - kCut) / static_cast<double>(pieces.size());
            const std::string what = "building for " + targets_[pieces[i].device].label;
            ACCEL_TRY(step(kCut + share * static_cast<double>(i), kCut + share * static_cast<double>(i + 1), what.c_str()));
            parts_.push_back(extract(graph, pieces[i].nodes));
            BuiltSegment built;
            const accel_status status = build_segment(targets_[pieces[i].device], parts_.back(), request(), &built);
            if (status == ACCEL_STATUS_LIMIT && may_move(pieces[i])) {
                partition.refuse(pieces[i], {0, ACCEL_REASON_RESOURCE, ACCEL_TENSOR_NONE, 0, 0, 0});
                *out_again = true;
                return ACCEL_STATUS_OK;
            }
            ACCEL_TRY(status);
            built.segment.device = pieces[i].device;
            program_->segments.push_back(std::move(built.segment));
            slots_.push_back(built.buffer_count_max);
        }
        return ACCEL_STATUS_OK;
    }

    /// Is there another device behind the piece's own that could be asked?
    bool may_move(const Piece &piece) const { return piece.device + 1 < targets_.size() && !(desc_.flags & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY); }

    accel_status connect(const Graph &graph, const std::vector<Piece> &pieces, Partition &partition, bool *out_again)
    {
        const OpenSetSharing sharing(open_);
        Plan planned;
        pace_piece();
        ACCEL_TRY(plan(graph, parts_, sharing, program_->segments, &planned));
        if (const auto shortage = plan_slots(slots_, sharing, program_->segments, planned.values)) {
            const Piece &piece = pieces[shortage->segment];
            if (!may_move(piece)) return fail_slots(*shortage, piece);
            partition.refuse(piece, {0, ACCEL_REASON_RESOURCE, ACCEL_TENSOR_NONE, 0, shortage->needed, shortage->admitted});
            *out_again = true;
            return ACCEL_STATUS_OK;
        }
        program_->ports = std::move(planned.ports);
        program_->input_count = planned.input_count;
        program_->values = std::move(planned.values);
        program_->transfers = std::move(planned.transfers);
        return ACCEL_STATUS_OK;
    }

    accel_status fail_slots(const SlotShortage &shortage, const Piece &piece) const
    {
        const CompileTarget &target = targets_[piece.device];
        return fail(ACCEL_STATUS_LIMIT, "R-7", desc_.model,
                    "a part of the model on '%s' needs %u buffers at once, for what crosses to and from other devices and for the ports, and a job of '%s' names at most %u; leave the device out of "
                    "the set, or put one that takes more of the model in front of it",
                    target.label.c_str(), shortage.needed, target.name.c_str(), shortage.admitted);
    }

    accel_status load()
    {
        ACCEL_TRY(step(kBuilt, 1.0, "loading"));
        if (!program_->loaded()) return ACCEL_STATUS_OK;
        for (Segment &segment : program_->segments) ACCEL_TRY(load_segment(open_[segment.device], segment));
        return ACCEL_STATUS_OK;
    }

    void finish()
    {
        settle_ports(*program_);
        settle_remarks(*program_);
        program_->settle_files();
        program_->saved_bytes = saved_size_bytes(*program_);
        progress_.enter(1.0, 1.0, "done");
    }

    const accel_program_desc &desc_;
    Ref<accel_program> program_;
    Progress progress_;
    ConstantBudget budget_;
    std::vector<std::shared_ptr<OpenDevice>> open_;  ///< by place
    std::vector<CompileTarget> targets_;
    std::vector<Subgraph> parts_;
    std::vector<uint32_t> slots_;  ///< by segment: distinct buffers that its compiler admits, 0: any number
};

}  // namespace

LoadedSegment::~LoadedSegment()
{
    if (program_) tell_module(device_->module_name(), "program_unload", [&] { device_->ops().program_unload(program_); });
}

accel_status LoadedSegment::load(Segment &segment)
{
    accel_bk_program *loaded = nullptr;
    clear_module_error();
    RemarkTaker taker;
    accel_bk_load_desc desc{};
    desc.struct_size = sizeof desc;
    desc.bytes = segment.blob.data();
    desc.byte_count = segment.blob.size();
    desc.constants = segment.constants.data();
    desc.constant_count = static_cast<uint32_t>(segment.constants.size());
    const accel_status status = device_->ops().program_load(device_->handle(), &desc, &loaded);
    if (status != ACCEL_STATUS_OK) return fail_from_module(status, device_->module_name(), "load a program", nullptr);
    if (!loaded) return fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "module '%s' answered OK and loaded no program", device_->module_name());
    program_ = loaded;
    segment.remarks = std::move(taker.remarks());
    return ACCEL_STATUS_OK;
}

accel_status load_segment(const std::shared_ptr<OpenDevice> &device, Segment &segment)
{
    auto loaded = std::make_unique<LoadedSegment>(device);
    ACCEL_TRY(loaded->load(segment));
    segment.loaded = std::move(loaded);
    return ACCEL_STATUS_OK;
}

accel_status report_support(const accel_program_desc &desc, accel_support_fn report, void *user)
{
    return Build(desc).support(report, user);
}

accel_status build_program(const accel_program_desc &desc, accel_program **out_program)
{
    return Build(desc).run(out_program);
}

}  // namespace accel::runtime

using namespace accel::runtime;

extern "C" enum accel_status accel_program_support(const struct accel_program_desc *desc, accel_support_fn report, void *user)
{
    if (!report) return fail_null("report");
    accel_program_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] { return report_support(given, report, user); });
}

extern "C" enum accel_status accel_program_build(const struct accel_program_desc *desc, struct accel_program **out_program)
{
    if (!out_program) return fail_null("out_program");
    *out_program = nullptr;
    accel_program_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] { return build_program(given, out_program); });
}
