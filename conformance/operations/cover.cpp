// SPDX-License-Identifier: MIT
// A greedy search: of some candidates the one with most new pairs.
#include "cover.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "support/bytes.h"

namespace accel::conformance {
namespace {

constexpr size_t kCandidates = 100;
constexpr size_t kOpen = SIZE_MAX;

/// Which pairs of choices have occurred.
class Pairs {
public:
    explicit Pairs(const std::vector<Aspect> &aspects) : begin_(kinds_take_turns(aspects) ? 1 : 0)
    {
        size_t total = 0;
        for (const auto &aspect : aspects) offsets_.push_back(total), total += aspect.choices;
        stride_ = total;
        seen_.assign(total * total, false);
        for (size_t a = begin_; a < aspects.size(); ++a)
            for (size_t b = a + 1; b < aspects.size(); ++b) left_ += aspects[a].choices * aspects[b].choices;
    }

    size_t left() const { return left_; }
    bool is_new(size_t a, size_t choice_a, size_t b, size_t choice_b) const { return std::min(a, b) >= begin_ && !seen_[place(a, choice_a, b, choice_b)]; }

    void add(const Configuration &configuration)
    {
        for (size_t a = begin_; a < configuration.size(); ++a)
            for (size_t b = a + 1; b < configuration.size(); ++b) {
                const size_t at = place(a, configuration[a], b, configuration[b]);
                left_ -= !seen_[at];
                seen_[at] = true;
            }
    }

    /// New pairs that a choice makes with what is chosen already.
    size_t gain(const Configuration &configuration, size_t aspect, size_t choice) const
    {
        size_t gained = 0;
        for (size_t other = begin_; other < configuration.size() && aspect >= begin_; ++other)
            if (other != aspect && configuration[other] != kOpen) gained += is_new(aspect, choice, other, configuration[other]);
        return gained;
    }

private:
    size_t place(size_t a, size_t choice_a, size_t b, size_t choice_b) const
    {
        const size_t one = offsets_[a] + choice_a, other = offsets_[b] + choice_b;
        return std::min(one, other) * stride_ + std::max(one, other);
    }

    std::vector<size_t> offsets_;
    size_t begin_;  // the first aspect whose pairs count
    size_t stride_ = 0, left_ = 0;
    std::vector<bool> seen_;
};

/// Begins with a pair that is still missing, and chooses for one aspect after the other what makes most new pairs.
Configuration candidate(const std::vector<Aspect> &aspects, const Pairs &pairs, Random &random, size_t &gained)
{
    std::vector<size_t> order(aspects.size());
    std::iota(order.begin(), order.end(), size_t{0});
    for (size_t at = order.size(); at > 1; --at) std::swap(order[at - 1], order[random.next() % at]);
    Configuration configuration(aspects.size(), kOpen);
    for (size_t a = 0; a < order.size() && configuration[order[0]] == kOpen; ++a)
        for (size_t b = a + 1; b < order.size() && configuration[order[0]] == kOpen; ++b)
            for (size_t pair = 0; pair < aspects[order[a]].choices * aspects[order[b]].choices; ++pair) {
                const size_t choice_a = pair % aspects[order[a]].choices, choice_b = pair / aspects[order[a]].choices;
                if (!pairs.is_new(order[a], choice_a, order[b], choice_b)) continue;
                configuration[order[a]] = choice_a, configuration[order[b]] = choice_b;
                std::swap(order[0], order[a]), std::swap(order[1], order[b]);
                break;
            }
    gained = 0;
    for (const size_t aspect : order) {
        if (configuration[aspect] != kOpen) continue;
        size_t best = random.next() % aspects[aspect].choices, most = pairs.gain(configuration, aspect, best);
        for (size_t choice = 0; choice < aspects[aspect].choices; ++choice)
            if (const size_t gain = pairs.gain(configuration, aspect, choice); gain > most) most = gain, best = choice;
        configuration[aspect] = best;
    }
    for (size_t aspect = 0; aspect < aspects.size(); ++aspect) gained += pairs.gain(configuration, aspect, configuration[aspect]);
    return configuration;
}

/// Kinds that take turns meet a choice of another aspect by chance. Sees to it that each has a configuration with it, and that no pair goes lost.
class Meeting {
public:
    /// The first configurations stay as they are.
    Meeting(const std::vector<Aspect> &aspects, size_t aspect, size_t choice, size_t first, std::vector<Configuration> &configurations)
        : aspects_(aspects),
          aspect_(aspect),
          choice_(choice),
          configurations_(configurations),
          changeable_(configurations.begin() + static_cast<std::ptrdiff_t>(first), configurations.end()),
          missing_(uncovered_pairs(aspects, configurations)),
          met_(aspects[0].choices, 0)
    {
        for (const auto &configuration : configurations) met_[configuration[0]] += configuration[aspect] == choice;
    }

    void arrange()
    {
        for (size_t kind = 0; kind < met_.size(); ++kind) {
            if (met_[kind] != 0 || exchange(kind)) continue;
            for (auto &own : changeable_)
                if (own[0] == kind && give(own)) break;
        }
    }

private:
    /// The kinds of two configurations, one of a kind that has two with the choice: no pair that counts has a kind.
    bool exchange(size_t kind)
    {
        const auto own = std::find_if(changeable_.begin(), changeable_.end(), [&](const Configuration &each) { return each[0] == kind; });
        const auto other = std::find_if(changeable_.begin(), changeable_.end(), [&](const Configuration &each) { return each[aspect_] == choice_ && met_[each[0]] > 1; });
        if (own == changeable_.end() || other == changeable_.end()) return false;
        --met_[(*other)[0]], ++met_[kind];
        std::swap((*own)[0], (*other)[0]);
        return true;
    }

    /// The choice instead of another; where a pair goes lost by that, another configuration takes it over and loses none.
    bool give(Configuration &own)
    {
        const size_t before = std::exchange(own[aspect_], choice_);
        bool kept = is_kept();
        for (auto &other : changeable_) {
            const bool has = other[aspect_] == choice_;
            if (kept || &other == &own || (has && met_[other[0]] < 2)) continue;
            for (size_t aspect = 1; aspect < aspects_.size() && !kept; ++aspect) {
                const Configuration was = other;
                other[aspect_] = before, other[aspect] = aspect == aspect_ ? before : own[aspect];
                kept = is_kept();
                if (!kept) other = was;
            }
            met_[other[0]] -= kept && has;
        }
        if (!kept) own[aspect_] = before;
        met_[own[0]] += kept;
        return kept;
    }

    bool is_kept() const { return uncovered_pairs(aspects_, configurations_) <= missing_; }

    const std::vector<Aspect> &aspects_;
    const size_t aspect_, choice_;
    std::vector<Configuration> &configurations_;
    std::span<Configuration> changeable_;
    const size_t missing_;
    std::vector<size_t> met_;  ///< configurations with the choice, by kind
};

}  // namespace

bool kinds_take_turns(const std::vector<Aspect> &aspects) { return aspects[0].name == "kind" && aspects[0].choices > kMostKinds; }

std::vector<Configuration> pairwise(const std::vector<Aspect> &aspects, const std::vector<Configuration> &first, size_t most)
{
    Pairs pairs(aspects);
    Random random(7);
    auto configurations = first;
    for (const auto &configuration : first) pairs.add(configuration);
    while (configurations.size() < most) {
        // When each pair has occurred, each once more in other company.
        if (pairs.left() == 0) pairs = Pairs(aspects);
        Configuration best;
        size_t best_gained = 0;
        for (size_t attempt = 0; attempt < kCandidates; ++attempt) {
            size_t gained = 0;
            auto configuration = candidate(aspects, pairs, random, gained);
            if (best.empty() || gained > best_gained) best = std::move(configuration), best_gained = gained;
        }
        if (kinds_take_turns(aspects)) best[0] = configurations.size() % aspects[0].choices;
        pairs.add(best);
        configurations.push_back(std::move(best));
    }
    const auto sizes = std::find_if(aspects.begin(), aspects.end(), [](const Aspect &aspect) { return aspect.name == "sizes"; });
    if (kinds_take_turns(aspects) && sizes != aspects.end()) Meeting(aspects, static_cast<size_t>(sizes - aspects.begin()), kTailSizes, first.size(), configurations).arrange();
    return configurations;
}

size_t uncovered_pairs(const std::vector<Aspect> &aspects, const std::vector<Configuration> &configurations)
{
    Pairs pairs(aspects);
    for (const auto &configuration : configurations) pairs.add(configuration);
    return pairs.left();
}

std::vector<Configuration> product(const std::vector<Aspect> &aspects, size_t most, uint64_t seed)
{
    double total = 1;
    for (const auto &aspect : aspects) total *= static_cast<double>(aspect.choices);
    std::vector<Configuration> all;
    if (total <= static_cast<double>(most)) {
        for (size_t number = 0; number < static_cast<size_t>(total); ++number) {
            Configuration configuration;
            size_t rest = number;
            for (const auto &aspect : aspects) configuration.push_back(rest % aspect.choices), rest /= aspect.choices;
            all.push_back(std::move(configuration));
        }
        return all;
    }
    Random random(seed);
    std::set<Configuration> drawn;
    while (drawn.size() < most) {
        Configuration configuration;
        for (const auto &aspect : aspects) configuration.push_back(random.next() % aspect.choices);
        if (drawn.insert(configuration).second) all.push_back(std::move(configuration));
    }
    return all;
}

}  // namespace accel::conformance
