// SPDX-License-Identifier: MIT
// A greedy search: of some candidates the one with most new pairs.
#include "cover.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "../support/bytes.h"

namespace accel::conformance {
namespace {

constexpr size_t kCandidates = 100;
constexpr size_t kOpen = SIZE_MAX;

/// Which pairs of choices have occurred.
class Pairs {
public:
    explicit Pairs(const std::vector<Aspect> &aspects)
    {
        size_t total = 0;
        for (const auto &aspect : aspects) offsets_.push_back(total), total += aspect.choices;
        stride_ = total;
        seen_.assign(total * total, false);
        for (size_t a = 0; a < aspects.size(); ++a)
            for (size_t b = a + 1; b < aspects.size(); ++b) left_ += aspects[a].choices * aspects[b].choices;
    }

    size_t left() const { return left_; }
    bool is_new(size_t a, size_t choice_a, size_t b, size_t choice_b) const { return !seen_[place(a, choice_a, b, choice_b)]; }

    void add(const Configuration &configuration)
    {
        for (size_t a = 0; a < configuration.size(); ++a)
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
        for (size_t other = 0; other < configuration.size(); ++other)
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

}  // namespace

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
        pairs.add(best);
        configurations.push_back(std::move(best));
    }
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
