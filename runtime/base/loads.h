// SPDX-License-Identifier: MIT
// Which libraries of modules are in this process, and how a child after fork comes to use those of its parent.
#pragma once

#include <accel/backend.h>

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>

namespace accel::runtime {

/// Any thread.
class Loads {
public:
    static Loads &get();

    /// Hold it, shared, while a library is loaded and its entry called, so that a fork finds none half loaded.
    std::shared_mutex &loading() { return loading_; }
    /// The library's entry is about to be called. While loading.
    void expect(const std::string &library);
    /// It has answered so, which may be nothing, or what is refused. While loading; needs no memory.
    void note(const std::string &library, const accel_bk_module *answer, const char *why);

    struct Answer {
        const accel_bk_module *module;
        bool is_parents;  ///< it has to be started again
        const char *why;  ///< it answered nothing; lives as long as this
    };
    /// What the entry of a library has answered, to another manifest that names it or in the parent; nullopt if it was not called.
    std::optional<Answer> answer_before(const std::string &library);
    /// Such a library is started again once; later calls answer as the first.
    accel_status start_again(const std::string &library, const std::function<accel_status()> &start);
    /// A thread of the parent was loading something when it forked: libraries cannot be trusted to be whole.
    bool is_uncertain() const { return uncertain_; }

    /// Around fork: keeps loading away, for at most 100 ms, as a module that loads for longer is not waited for.
    void begin_fork();
    void end_fork();
    /// In between, in the parent, for its child.
    void inherit(const Loads &parent);

private:
    struct Library {
        std::string path;
        const accel_bk_module *answer;
        bool is_before;  ///< the parent's
        bool has_answered;
        bool started;         ///< by its entry, or again
        accel_status status;  ///< of being started again
        char why[256];        ///< it answered nothing
    };
    Library *find(const std::string &path);

    std::shared_mutex loading_;
    bool held_ = false;  ///< by begin_fork
    std::mutex lock_;    ///< of what follows
    std::deque<Library> libraries_;
    bool uncertain_ = false;
};

}  // namespace accel::runtime
