// SPDX-License-Identifier: MIT
// Keeps which libraries answered what, and starts modules again in a child.
#include "loads.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "per_process.h"

namespace accel::runtime {

namespace {

constexpr int kPatienceMs = 100;

PerProcess<Loads> loads;

}  // namespace

Loads &Loads::get() { return *loads; }

Loads::Library *Loads::find(const std::string &path)
{
    const auto found = std::find_if(libraries_.begin(), libraries_.end(), [&](const Library &library) { return library.path == path; });
    return found == libraries_.end() ? nullptr : &*found;
}

void Loads::expect(const std::string &library)
{
    const std::lock_guard guard(lock_);
    if (!find(library))
        libraries_.push_back({library, nullptr, false, false, true, ACCEL_STATUS_OK, ""});
}

void Loads::note(const std::string &library, const accel_bk_module *answer, const char *why)
{
    const std::lock_guard guard(lock_);
    Library &known = *find(library);
    known.answer = answer;
    known.has_answered = true;
    snprintf(known.why, sizeof known.why, "%s", why);
}

std::optional<Loads::Answer> Loads::answer_before(const std::string &library)
{
    const std::lock_guard guard(lock_);
    const Library *known = find(library);
    return known && (known->is_before || known->has_answered) ? std::optional(Answer{known->answer, known->is_before, known->why}) : std::nullopt;
}

accel_status Loads::start_again(const std::string &library, const std::function<accel_status()> &start)
{
    const std::lock_guard guard(lock_);
    Library &known = *find(library);
    if (!std::exchange(known.started, true))
        known.status = start();
    return known.status;
}

void Loads::begin_fork()
{
    for (int waited_ms = 0; !(held_ = loading_.try_lock()) && waited_ms < kPatienceMs; ++waited_ms)
        usleep(1000);
}

void Loads::end_fork()
{
    if (std::exchange(held_, false))
        loading_.unlock();
}

void Loads::inherit(const Loads &parent)
{
    uncertain_ = parent.uncertain_ || !parent.held_;
    if (uncertain_)
        return;
    for (const Library &library : parent.libraries_) {
        Library &known = libraries_.emplace_back(library);
        known.is_before = known.has_answered = true;
        known.started = false;
        known.status = ACCEL_STATUS_OK;
    }
}

}  // namespace accel::runtime
