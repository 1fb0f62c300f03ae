// SPDX-License-Identifier: MIT
// From a description to a program: targets, entry points, blobs, and what is loaded.
#include <algorithm>
#include <functional>

#include "base/catalog.h"
#include "base/check.h"
#include "base/module_call.h"
#include "base/progress.h"
#include "build_entries.h"
#include "build_targets.h"
#include "compiler/assembly.h"
#include "compiler/choices.h"
#include "compiler/constants.h"
#include "compiler/open_parts.h"
#include "compiler/prepare.h"
#include "compiler/rewrite.h"
#include "compiler/size_ranges.h"
#include "compiler/support.h"
#include "instance/instance.h"
#include "make.h"
#include "model/model.h"
#include "open_program.h"
#include "open_set_sharing.h"
#include "pass_teller.h"
#include "saved.h"

namespace accel::runtime {

namespace {

constexpr uint32_t kFlags = ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY | ACCEL_PROGRAM_FLAG_BALANCE;
constexpr uint32_t kPrecisions = ACCEL_PRECISION_F16_COMPUTE | ACCEL_PRECISION_BF16_COMPUTE;
/// Parts of the progress bar.
constexpr double kPrepared = 0.05, kCut = 0.15, kBuilt = 0.9;

class Build {
public:
    explicit Build(const accel_program_desc &desc, std::shared_ptr<const OpenParts> parts = nullptr)
        : desc_(desc),
          parts_(std::move(parts)),
          program_(Ref<accel_program>::adopt(new accel_program)),
          progress_(desc.progress, desc.progress_user),
          budget_(0)
    {
    }

    accel_status run(accel_program **out)
    {
        ACCEL_TRY(check_arguments());
        ACCEL_TRY(on_files_as_they_were([&] {
            const accel_status status = make();
            return status == ACCEL_STATUS_OK ? status : fail_planned(status);
        }));
        *out = program_.release();
        return ACCEL_STATUS_OK;
    }

    accel_status tell_passes(PassReceiver pass, void *user)
    {
        ACCEL_TRY(check_arguments());
        return on_files_as_they_were([&] {
            for (const ChosenEntry &chosen : chosen_) {
                PassTeller teller(pass, user, static_cast<uint32_t>(&chosen - chosen_.data()));
                watch_ = std::ref(teller);
                Graph graph;
                EntrySizes planned;
                ACCEL_TRY(in_entry(chosen, prepared(chosen, graph, &planned, false)));
            }
            return ACCEL_STATUS_OK;
        });
    }

    accel_status support(accel_support_fn report, void *user)
    {
        ACCEL_TRY(check_arguments());
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
        Assembly assembly(places_.targets, request(), desc_.flags, [this](double from, double to, const char *what) {
            return step(kPrepared + from * (kBuilt - kPrepared), kPrepared + to * (kBuilt - kPrepared), what);
        });
        ConstantPool pool;
        for (const ChosenEntry &chosen : chosen_) {
            Graph graph;
            ACCEL_TRY(in_entry(chosen, prepared(chosen, graph, &sizes_.emplace_back(), true)));
            if (chosen_.size() > 1) pool.share(graph);
            std::vector<VariableUse> uses;
            ACCEL_TRY(in_entry(chosen, variables_of(chosen, &uses)));
            PortChoices choices;
            ACCEL_TRY(in_entry(chosen, choices_of(chosen, graph, &choices)));
            assembly.add(chosen.entry->name, std::move(graph), std::move(uses), std::move(choices), sizes_.back().open);
        }
        ACCEL_TRY(assembly.run(OpenSetSharing(places_.open), &program_->blobs, &program_->entries, &program_->variables));
        ACCEL_TRY(load());
        for (size_t i = 0; i < chosen_.size(); ++i) {
            if (sizes_[i].plan.symbols.empty()) continue;
            auto recipe = std::make_unique<const BuildRecipe>(desc_, chosen_[i], sizes_[i].request.given, sizes_[i].open ? sizes_[i].open->parts : nullptr);
            open_entry(program_->entries[i], sizes_[i].plan, std::move(recipe), desc_.size_variant_max);
        }
        finish();
        return ACCEL_STATUS_OK;
    }

    /// Sizes that nobody gave may be what is wrong.
    accel_status fail_planned(accel_status status) const
    {
        std::string planned;
        for (const EntrySizes &sizes : sizes_)
            for (const OpenSymbol &symbol : sizes.plan.symbols) planned += (planned.empty() ? "'" : ", '") + symbol.name + "' as " + std::to_string(symbol.planned_size);
        if (planned.empty() || status == ACCEL_STATUS_CANCELLED) return status;
        const std::string rule = accel_last_error()->rule, message = accel_last_error()->message;
        return fail(status, rule.c_str(), desc_.model, "%s; sizes that desc.symbols leaves open are planned: %s; give them a size, a bound or a typical size", message.c_str(), planned.c_str());
    }

    /// What an entry point leaves open.
    struct EntrySizes {
        SizeRequest request;
        OpenPlan plan;
        std::optional<OpenSet> open;  ///< where the first device takes open graphs, and a part of this one
    };

    accel_status prepared(const ChosenEntry &chosen, Graph &graph, EntrySizes *sizes, bool builds)
    {
        const double share = kPrepared / static_cast<double>(chosen_.size()), from = share * static_cast<double>(&chosen - chosen_.data());
        ACCEL_TRY(step(from, from + share, "preparing the model"));
        graph = copy_of(chosen.entry->graph);
        ACCEL_TRY(check_known(chosen));
        forget_variables(graph);
        const KnownValues known = {chosen.known.data(), static_cast<uint32_t>(chosen.known.size()), sizeof(accel_known_value)};
        ACCEL_TRY(read_sizes(chosen.symbols, &sizes->request));
        ACCEL_TRY(plan_open_sizes(graph, known, sizes->request, &sizes->plan));
        std::vector<accel_symbol_value> symbols = sizes->request.given;
        for (const OpenSymbol &symbol : sizes->plan.symbols) symbols.push_back({symbol.name.c_str(), nullptr, symbol.planned_size, 0, 0, 0});
        ACCEL_TRY(find_parts(graph, known, symbols, *sizes, builds));
        if (sizes->open) {
            graph = collapse(*sizes->open->parts);
            return prepare_rest(graph, sizes->open->sizes, {nullptr, 0, desc_.rounding, {}, &budget_, watch_});
        }
        return prepare(graph, {symbols.data(), static_cast<uint32_t>(symbols.size()), desc_.rounding, known, &budget_, watch_});
    }

    /// What the first device makes of the open graph, once; sizes: those of all symbols that need one, planned where they stay open.
    accel_status find_parts(const Graph &graph, const KnownValues &known, const std::vector<accel_symbol_value> &symbols, EntrySizes &sizes, bool builds)
    {
        std::shared_ptr<const OpenParts> parts = parts_;
        const CompileTarget &target = places_.targets[0];
        const bool has_device = program_->loaded();
        if (!parts && target.takes_open && has_device && !graph.symbols.empty()) ACCEL_TRY(make_parts(graph, known, symbols, sizes, builds, &parts));
        if (!parts || parts->pieces.empty()) return ACCEL_STATUS_OK;
        OpenSet set{parts, {}, {}};
        ACCEL_TRY(sizes_of_symbols(parts->graph, symbols, parts->known_sizes, &set.sizes));
        set.bounds = size_bounds(parts->graph, set.sizes);
        sizes.open = std::move(set);
        return ACCEL_STATUS_OK;
    }

    accel_status make_parts(const Graph &graph, const KnownValues &known, const std::vector<accel_symbol_value> &symbols, const EntrySizes &sizes, bool builds,
                            std::shared_ptr<const OpenParts> *out)
    {
        auto parts = std::make_shared<OpenParts>();
        parts->graph = graph;
        const auto &given = sizes.request.given;
        ACCEL_TRY(prepare_open(parts->graph, {given.data(), static_cast<uint32_t>(given.size()), desc_.rounding, known, &budget_, watch_}, &parts->known_sizes));
        parts->graph.budget = nullptr;
        ACCEL_TRY(sizes_of_symbols(parts->graph, symbols, parts->known_sizes, &parts->at_planned));
        parts->planned = planned_sizes(parts->graph, sizes.plan.symbols, parts->at_planned);
        ACCEL_TRY(claim_pieces(places_.targets[0], request(), *parts));
        const bool any_open = std::any_of(parts->pieces.begin(), parts->pieces.end(), [](const OpenPiece &piece) { return !piece.part.graph.symbols.empty(); });
        if (sizes.plan.symbols.empty() && !any_open) return ACCEL_STATUS_OK;
        if (builds) ACCEL_TRY(build_pieces(places_.targets[0], request(), *parts));
        for (Blob &blob : parts->blobs) ACCEL_TRY(load_blob(places_.open[0], blob));
        *out = std::move(parts);
        return ACCEL_STATUS_OK;
    }

    static accel_status variables_of(const ChosenEntry &chosen, std::vector<VariableUse> *out) { return take_variables(chosen.entry->graph, chosen.states, out); }

    static accel_status choices_of(const ChosenEntry &chosen, const Graph &graph, PortChoices *out)
    {
        std::vector<VariableUse> uses;
        ACCEL_TRY(variables_of(chosen, &uses));
        return take_choices(graph, uses, chosen.ports, out);
    }

    /// A variable changes from run to run, so it is known to nobody.
    static accel_status check_known(const ChosenEntry &chosen)
    {
        std::vector<VariableUse> uses;
        ACCEL_TRY(variables_of(chosen, &uses));
        for (const VariableUse &use : uses) {
            for (const accel_known_value &known : chosen.known)
                if (known.input && use.input == known.input)
                    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-17", nullptr, "known value '%s': it reads variable '%s', which changes from run to run", known.input, use.name.c_str());
        }
        return ACCEL_STATUS_OK;
    }

    static accel_status in_entry(const ChosenEntry &chosen, accel_status status) { return fail_in_entry(status, chosen.entry->name); }

    CompileRequest request() { return {desc_.precisions, Progress::forward, &progress_}; }

    accel_status ask(accel_support_fn report, void *user)
    {
        for (uint32_t i = 0; i < chosen_.size(); ++i) ACCEL_TRY(in_entry(chosen_[i], ask(i, report, user)));
        return ACCEL_STATUS_OK;
    }

    accel_status ask(uint32_t entry, accel_support_fn report, void *user)
    {
        const ChosenEntry &chosen = chosen_[entry];
        Graph graph;
        EntrySizes planned;
        ACCEL_TRY(prepared(chosen, graph, &planned, false));
        PortChoices choices;
        ACCEL_TRY(choices_of(chosen, graph, &choices));
        ACCEL_TRY(step(kPrepared, 1.0, "asking the devices"));
        Answers answers;
        ACCEL_TRY(expand_composites(graph, places_.targets, request(), desc_.flags & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY, &answers));
        Partition partition(graph, places_.targets, request(), desc_.flags, std::move(answers));
        std::vector<Piece> groups;
        ACCEL_TRY(partition.groups(&groups));
        for (const Support &row : support_of(chosen.entry->graph, graph, partition, groups)) {
            const accel_support told{sizeof told, entry, 0, row.nodes.data(), static_cast<uint32_t>(row.nodes.size()), row.device, row.group, row.reason, row.name.c_str(),
                                     row.operation.c_str(), row.text.c_str()};
            ACCEL_TRY(check_receiver(report(user, &told), "row of support"));
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
        if (desc_.reserved) return fail_argument("A-3", "reserved", desc_.reserved);
        if (!desc_.target && desc_.device_count == 0)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-8", desc_.model, "desc has neither devices nor a target, expected at least one of them");
        ACCEL_TRY(choose_entries(desc_, &chosen_));
        program_->instance = desc_.model->instance();
        program_->instance->ref();
        program_->model = Ref<accel_model>(desc_.model);
        program_->rounding = desc_.rounding;
        program_->precisions = desc_.precisions;
        const ConstantBounds bounds = desc_.model->bounds();
        budget_ = ConstantBudget(desc_.constant_budget_bytes ? desc_.constant_budget_bytes : bounds.limit_bytes(), bounds.used_bytes);
        ACCEL_TRY(find_build_targets(desc_, *program_, &places_));
        // Behind others it would take what they leave for each set of sizes anew.
        for (size_t i = 1; i < places_.targets.size(); ++i) places_.targets[i].takes_open = false;
        return ACCEL_STATUS_OK;
    }

    accel_status step(double from, double to, const char *what)
    {
        return progress_.enter(from, to, what) ? ACCEL_STATUS_OK : fail(ACCEL_STATUS_CANCELLED, "P-5", desc_.model, "the build was cancelled while %s", what);
    }

    accel_status load()
    {
        ACCEL_TRY(step(kBuilt, 1.0, "loading"));
        if (!program_->loaded()) return ACCEL_STATUS_OK;
        for (Blob &blob : program_->blobs)
            if (!blob.loaded) ACCEL_TRY(load_blob(places_.open[blob.device], blob));
        return ACCEL_STATUS_OK;
    }

    void finish()
    {
        settle_ports(*program_);
        settle_remarks(*program_);
        program_->settle_files();
        const bool open = std::any_of(program_->entries.begin(), program_->entries.end(), [](const ProgramEntry &entry) { return entry.open_sizes != nullptr || entry.has_open_parts(); });
        program_->saved_bytes = open ? 0 : saved_size_bytes(*program_);
        progress_.enter(1.0, 1.0, "done");
    }

    const accel_program_desc &desc_;
    const std::shared_ptr<const OpenParts> parts_;  ///< of the one entry point, which were built before; null: none were
    Ref<accel_program> program_;
    Progress progress_;
    ConstantBudget budget_;
    std::vector<ChosenEntry> chosen_;
    std::vector<EntrySizes> sizes_;  ///< by chosen entry point
    BuildTargets places_;
    PassWatch watch_;  ///< empty: nobody is told of passes
};

}  // namespace

accel_status report_passes(const accel_program_desc &desc, PassReceiver pass, void *user)
{
    return Build(desc).tell_passes(pass, user);
}

accel_status report_support(const accel_program_desc &desc, accel_support_fn report, void *user)
{
    return Build(desc).support(report, user);
}

accel_status build_program(const accel_program_desc &desc, accel_program **out_program)
{
    return Build(desc).run(out_program);
}

accel_status build_program(const accel_program_desc &desc, const std::shared_ptr<const OpenParts> &open, accel_program **out_program)
{
    return Build(desc, open).run(out_program);
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
