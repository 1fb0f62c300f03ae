// SPDX-License-Identifier: MIT
// What happens to a file is a status of the call or run concerned, never a signal, and never a wrong answer (G-16).
#include <accel/accel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "support/status_of.h"
#include "weights.h"

using namespace accel;
using accel::conformance::Place;
using accel::conformance::status_of;
using accel::conformance::Weights;

namespace {

constexpr size_t kBytes = Weights::kCount * sizeof(float);

struct Machine {
    Instance instance = Instance::create();
    std::vector<Device> devices{instance.device("cpu")};

    Model load(const Weights &weights, uint32_t flags = 0) const { return Model::load(instance, weights.model(), flags); }
    Program build(const Weights &weights, uint32_t flags = 0) const { return Program::build(load(weights, flags), devices); }
};

/// A run with its buffers: x is all ones.
class Work {
public:
    Work(const Machine &machine, const Program &program)
        : x_(Buffer::create(machine.devices, kBytes)),
          y_(Buffer::create(machine.devices, kBytes)),
          run_(Run::create(program)),
          queue_(Queue::create(machine.devices)),
          fence_(Fence::create(machine.instance))
    {
        const std::vector<float> ones(Weights::kCount, 1.0f);
        x_.write(ones.data(), kBytes);
        run_.bind(0, x_);
        run_.bind(1, y_);
    }

    /// Submit and wait: what either answered.
    accel_status once()
    {
        const accel_fence_point signal = fence_.at(value_ + 1);
        auto submit = sized<accel_submit>();
        submit.run = run_.get();
        submit.signals = &signal;
        submit.signal_count = 1;
        const accel_status status = accel_queue_submit(queue_.get(), &submit);
        return status != ACCEL_STATUS_OK ? status : accel_fence_wait(fence_.get(), ++value_, ACCEL_TIMEOUT_FOREVER);
    }
    bool is_right() const
    {
        std::vector<float> y(Weights::kCount);
        y_.read(y.data(), kBytes);
        for (size_t i = 0; i < y.size(); ++i)
            if (y[i] != static_cast<float>(i) + 1.0f) return false;
        return true;
    }

private:
    Buffer x_, y_;
    Run run_;
    Queue queue_;
    Fence fence_;
    uint64_t value_ = 0;
};

/// Everything that can happen to bytes: a byte less, pages less, none left, other ones.
struct Change {
    const char *name;
    std::function<void(const Weights &)> happen;
};
const Change kChanges[] = {
    {"a byte is cut off", [](const Weights &weights) { weights.cut_bytes(1); }},
    {"a hundred thousand bytes are cut off", [](const Weights &weights) { weights.cut_bytes(100'000); }},
    {"it is emptied", [](const Weights &weights) { weights.empty(); }},
    {"it is written to", [](const Weights &weights) { weights.overwrite(); }},
};

void each_change(const std::function<void(const Weights &, const Change &)> &check)
{
    for (const Place place : {Place::Inside, Place::External}) {
        for (const Change &change : kChanges) {
            INFO((place == Place::Inside ? "model file: " : "external data: ") << change.name);
            const Weights weights(place);
            check(weights, change);
        }
    }
}

/// Changes the weights at the n-th call.
struct Saboteur {
    const Weights &weights;
    const Change &change;
    int calls_left;
    static int progress(void *user, const accel_progress *)
    {
        auto &self = *static_cast<Saboteur *>(user);
        if (self.calls_left-- == 0) self.change.happen(self.weights);
        return 0;
    }
};

}  // namespace

TEST_CASE("G-16 a model whose file has changed is not built, and nobody says what would take it")
{
    const Machine machine;
    each_change([&](const Weights &weights, const Change &change) {
        const Model model = machine.load(weights);
        REQUIRE(status_of([&] { Program::build(model, machine.devices); }) == ACCEL_STATUS_OK);
        change.happen(weights);
        CHECK(status_of([&] { Program::build(model, machine.devices); }) == ACCEL_STATUS_CORRUPT);
        CHECK(std::string(accel_last_error()->rule) == "G-16");
        CHECK(std::string(accel_last_error()->message).find(weights.holder() + std::string(weights.holder()).rfind('/') + 1) != std::string::npos);
        const auto list = handles(machine.devices);
        auto desc = sized<accel_program_desc>();
        desc.model = model.get();
        desc.devices = list.data();
        desc.device_count = 1;
        CHECK(status_of([&] { Program::support(desc, [](const accel_support &) {}); }) == ACCEL_STATUS_CORRUPT);
    });
}

TEST_CASE("G-16 a program whose file has changed is neither saved nor run")
{
    const Machine machine;
    each_change([&](const Weights &weights, const Change &change) {
        const Program program = machine.build(weights);
        Work work(machine, program);
        REQUIRE(work.once() == ACCEL_STATUS_OK);
        REQUIRE(work.is_right());
        change.happen(weights);
        CHECK(work.once() == ACCEL_STATUS_CORRUPT);
        CHECK(work.once() == ACCEL_STATUS_CORRUPT);
        CHECK(status_of([&] { Run::create(program); }) == ACCEL_STATUS_CORRUPT);
        CHECK(status_of([&] { program.save(); }) == ACCEL_STATUS_CORRUPT);
        // Other programs go on.
        const Weights others(Place::Inside);
        const Program other = machine.build(others);
        Work unharmed(machine, other);
        CHECK(unharmed.once() == ACCEL_STATUS_OK);
        CHECK(unharmed.is_right());
    });
}

TEST_CASE("G-16 a file that changes in the middle of a build is no program")
{
    const Machine machine;
    each_change([&](const Weights &weights, const Change &change) {
        const Model model = machine.load(weights);
        const auto list = handles(machine.devices);
        auto desc = sized<accel_program_desc>();
        desc.model = model.get();
        desc.devices = list.data();
        desc.device_count = 1;
        Saboteur saboteur{weights, change, 2};
        desc.progress = Saboteur::progress;
        desc.progress_user = &saboteur;
        CHECK(status_of([&] { Program::build(desc); }) == ACCEL_STATUS_CORRUPT);
        CHECK(saboteur.calls_left < 0);
    });
}

TEST_CASE("G-16 a file that changes in the middle of an import is no model")
{
    const Machine machine;
    const auto count_calls = [&] {
        const Weights weights(Place::External);
        auto source = sized<accel_model_source>();
        source.path = weights.model();
        int calls = 0;
        source.progress = [](void *user, const accel_progress *) { return ++*static_cast<int *>(user), 0; };
        source.progress_user = &calls;
        Model::load(machine.instance, source);
        return calls;
    };
    const int last = count_calls() - 1;
    REQUIRE(last >= 2);
    for (int call = 1; call <= last; ++call) {
        each_change([&](const Weights &weights, const Change &change) {
            INFO("at call " << call);
            auto source = sized<accel_model_source>();
            source.path = weights.model();
            Saboteur saboteur{weights, change, call};
            source.progress = Saboteur::progress;
            source.progress_user = &saboteur;
            const accel_status status = status_of([&] { Model::load(machine.instance, source); });
            CHECK(saboteur.calls_left < 0);
            // Before it is opened a file may become what it likes. The model's own is open at the second call, all others are at the last.
            const bool opened = weights.holder() == std::string(weights.model()) || call == last;
            CHECK((status == ACCEL_STATUS_CORRUPT || (!opened && status == ACCEL_STATUS_OK)));
        });
    }
}

TEST_CASE("P-5 an import tells its progress and is cancelled at any of its calls")
{
    const Machine machine;
    const Weights weights(Place::External);
    struct Listener {
        int calls_left, calls = 0;
        double last = 0;
        bool falls = false;
        static int hear(void *user, const accel_progress *progress)
        {
            auto &self = *static_cast<Listener *>(user);
            self.falls = self.falls || progress->fraction < self.last || progress->fraction > 1 || !*progress->step;
            self.last = progress->fraction;
            ++self.calls;
            return self.calls_left-- == 0;
        }
    };
    auto source = sized<accel_model_source>();
    source.path = weights.model();
    source.progress = Listener::hear;
    Listener patient{-1};
    source.progress_user = &patient;
    REQUIRE(status_of([&] { Model::load(machine.instance, source); }) == ACCEL_STATUS_OK);
    CHECK_FALSE(patient.falls);
    REQUIRE(patient.calls >= 3);
    for (int call = 0; call < 3; ++call) {
        Listener unwilling{call};
        source.progress_user = &unwilling;
        CHECK(status_of([&] { Model::load(machine.instance, source); }) == ACCEL_STATUS_CANCELLED);
        CHECK(unwilling.calls == call + 1);
    }
}

TEST_CASE("G-16 a file that changes in the middle of a save is none that was saved")
{
    const Machine machine;
    each_change([&](const Weights &weights, const Change &change) {
        const Program program = machine.build(weights);
        Saboteur saboteur{weights, change, 0};
        const auto write = [](void *user, const void *bytes, size_t byte_count) {
            const accel_progress none = {sizeof none, 0, ""};
            Saboteur::progress(user, &none);
            // As an application does; a page that is gone is EFAULT here and a signal nowhere.
            FILE *nowhere = fopen("/dev/null", "wb");
            const bool written = fwrite(bytes, 1, byte_count, nowhere) == byte_count;
            fclose(nowhere);
            return written ? ACCEL_STATUS_OK : ACCEL_STATUS_IO;
        };
        CHECK(accel_program_save(program.get(), write, &saboteur) == ACCEL_STATUS_CORRUPT);
    });
}

TEST_CASE("G-16 what was copied survives every change")
{
    const Machine machine;
    each_change([&](const Weights &weights, const Change &change) {
        const Model model = machine.load(weights, ACCEL_IMPORT_FLAG_COPY);
        change.happen(weights);
        const Program program = Program::build(model, machine.devices);
        Work work(machine, program);
        CHECK(work.once() == ACCEL_STATUS_OK);
        CHECK(work.is_right());
        CHECK_FALSE(program.save().empty());
    });
}

TEST_CASE("G-16 a saved program is mapped, watched and copied as a model is")
{
    const Machine machine;
    const Weights weights(Place::Inside);
    const std::string path = weights.beside("saved.accel");
    const std::string bytes = machine.build(weights).save();
    const auto cut = [&](long count) { accel::conformance::cut_file(path.c_str(), count); };
    for (const long count : {1L, 200'000L, static_cast<long>(bytes.size())}) {
        INFO(count << " bytes are cut off");
        std::ofstream(path, std::ios::binary) << bytes;
        const Program mapped = Program::load_file(machine.instance, path.c_str(), machine.devices);
        const Program copied = Program::load_file(machine.instance, path.c_str(), machine.devices, ACCEL_LOAD_FLAG_COPY);
        Work work(machine, mapped), safe(machine, copied);
        CHECK(work.once() == ACCEL_STATUS_OK);
        CHECK(work.is_right());
        CHECK(mapped.save() == bytes);
        cut(count);
        CHECK(work.once() == ACCEL_STATUS_CORRUPT);
        CHECK(status_of([&] { Run::create(mapped); }) == ACCEL_STATUS_CORRUPT);
        CHECK(status_of([&] { mapped.save(); }) == ACCEL_STATUS_CORRUPT);
        CHECK(safe.once() == ACCEL_STATUS_OK);
        CHECK(safe.is_right());
        CHECK(copied.save() == bytes);
        CHECK(status_of([&] { Program::load_file(machine.instance, path.c_str(), machine.devices); }) == ACCEL_STATUS_CORRUPT);
    }
    CHECK(status_of([&] { Program::load_file(machine.instance, "/no/such/file", machine.devices); }) == ACCEL_STATUS_NOT_FOUND);
}

TEST_CASE("G-16 a file that shrinks while runs read it ends one of them")
{
    const Machine machine;
    for (int round = 0; round < 20; ++round) {
        const Weights weights(Place::External);
        const Program program = machine.build(weights);
        Work work(machine, program);
        std::thread vandal([&] {
            usleep(static_cast<useconds_t>(500 * round));
            weights.empty();
        });
        accel_status status = ACCEL_STATUS_OK;
        bool right = true;
        while (right && (status = work.once()) == ACCEL_STATUS_OK) right = work.is_right();
        vandal.join();
        CHECK(right);
        CHECK(status == ACCEL_STATUS_CORRUPT);
    }
}

TEST_CASE("G-16 a model may be replaced by renaming, and unlinked")
{
    const Machine machine;
    const Weights weights(Place::Inside);
    const Program program = machine.build(weights);
    Work work(machine, program);
    std::ofstream(weights.beside("new.onnx")) << "another model";
    REQUIRE(rename(weights.beside("new.onnx").c_str(), weights.model()) == 0);
    CHECK(work.once() == ACCEL_STATUS_OK);
    CHECK(work.is_right());
    CHECK(status_of([&] { Run::create(program); }) == ACCEL_STATUS_OK);
}

TEST_CASE("G-16 without the handler a file that shrinks is fatal, as is documented")
{
    const auto ending = [](bool by_environment) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(20);
            signal(SIGBUS, SIG_DFL);
            // What the parent made does not count in a child: this one begins anew.
            if (by_environment) setenv("ACCEL_NO_SIGBUS_HANDLER", "1", 1);
            execl("/proc/self/exe", "changing_files_test", by_environment ? "[.shrink]" : "[.shrink-without-handler]", nullptr);
            _exit(99);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return status;
    };
    for (const bool by_environment : {false, true}) {
        const int status = ending(by_environment);
        CHECK(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == SIGBUS);
    }
}

namespace {

void shrink_and_run(uint32_t flags)
{
    signal(SIGBUS, SIG_DFL);  // Catch2 has put a handler there
    Machine machine;
    machine.instance = Instance::create(flags);
    machine.devices = {machine.instance.device("cpu")};
    const Weights weights(Place::External);
    const Program program = machine.build(weights);
    Work work(machine, program);
    // A process that dies leaves nothing behind.
    const int file = open(weights.holder(), O_RDWR | O_CLOEXEC);
    std::filesystem::remove_all(weights.beside(""));
    REQUIRE(ftruncate(file, 0) == 0);
    CHECK(work.once() == ACCEL_STATUS_CORRUPT);
    close(file);
}

}  // namespace

TEST_CASE("a process of its own: shrink and run", "[.shrink]") { shrink_and_run(0); }
TEST_CASE("a process of its own: shrink and run, without a handler", "[.shrink-without-handler]") { shrink_and_run(ACCEL_INSTANCE_FLAG_NO_SIGBUS_HANDLER); }
