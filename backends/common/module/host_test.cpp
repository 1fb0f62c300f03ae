// SPDX-License-Identifier: MIT
// Tests of host services, guarded bodies and options, with hosts that are played.
#include "module/guard.h"
#include "module/option.h"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <fcntl.h>
#include <stdexcept>
#include <string>

using namespace accel;

namespace {

// A host that writes down what it is told.
struct Ear {
    accel_bk_host table{};
    std::string rule, error, line, about;
    bool listens = true;
    accel_status answer = ACCEL_STATUS_OK;

    Ear()
    {
        table.struct_size = sizeof table;
        table.context = this;
        table.set_error = [](void *self, const char *number, const char *message) { of(self).rule = number, of(self).error = message; };
        table.log_enabled = [](void *self, accel_log_level) { return of(self).listens ? 1 : 0; };
        table.log = [](void *self, accel_log_level, const char *message) { of(self).line = message; };
        table.fault_point = [](void *self, const char *place) { return of(self).about = place, of(self).answer; };
        table.pulse = [](void *self) { return of(self).answer; };
        table.remark = [](void *self, uint32_t graph, uint32_t node, const char *message) {
            of(self).about = std::to_string(graph) + "." + std::to_string(node) + ": " + message;
        };
        module::set_host(&table);
    }
    ~Ear() { module::set_host(nullptr); }
    static Ear &of(void *self) { return *static_cast<Ear *>(self); }
};

accel_option option(const char *name, uint32_t kind, int64_t integer = 0, const char *string = nullptr)
{
    return {name, kind, 0, string, integer, 0};
}

}  // namespace

TEST_CASE("what a module tells arrives at the host, cut where it is too long", "[module]")
{
    Ear ear;
    CHECK(module::fail(ACCEL_STATUS_LIMIT, "R-8", "%d of %d", 3, 2) == ACCEL_STATUS_LIMIT);
    CHECK(ear.rule == "R-8");
    CHECK(ear.error == "3 of 2");
    module::fail(ACCEL_STATUS_LIMIT, "", "%s", std::string(1000, 'x').c_str());
    CHECK(ear.error == std::string(255, 'x'));
    module::remark(1, 7, "takes the %s way", "slow");
    CHECK(ear.about == "1.7: takes the slow way");
    module::warn("%d", 5);
    CHECK(ear.line == "5");
    ear.listens = false;
    module::warn("%d", 6);
    CHECK(ear.line == "5");
    ear.answer = ACCEL_STATUS_IO;
    CHECK(module::fault_point("acme.open") == ACCEL_STATUS_IO);
    CHECK(ear.about == "acme.open");
}

TEST_CASE("slots that an older host does not have are not called, nor those of none", "[module]")
{
    Ear ear;
    ear.answer = ACCEL_STATUS_CANCELLED;
    CHECK_THROWS_AS(module::pulse(), module::Cancelled);
    ear.table.struct_size = offsetof(accel_bk_host, pulse);
    module::pulse();
    module::remark(0, 0, "unheard");
    CHECK(ear.about.empty());
    CHECK(module::fault_point("acme.x") == ACCEL_STATUS_CANCELLED);  // in front of pulse
    module::set_host(nullptr);
    CHECK(module::fault_point("acme.x") == ACCEL_STATUS_OK);
    CHECK(module::fail(ACCEL_STATUS_IO, "", "unheard") == ACCEL_STATUS_IO);
    CHECK(ear.error.empty());
    module::warn("unheard");
    module::pulse();
    CHECK(ear.line.empty());
}

TEST_CASE("what a body throws becomes a status with a sentence", "[module]")
{
    Ear ear;
    const auto thrown = [](auto what) { return module::guarded([&]() -> accel_status { throw what; }); };
    CHECK(module::guarded([] { return ACCEL_STATUS_BUSY; }) == ACCEL_STATUS_BUSY);
    CHECK(ear.error.empty());
    CHECK(thrown(std::bad_alloc()) == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(ear.error == "not enough memory on the host");
    CHECK(thrown(std::system_error(EAGAIN, std::generic_category())) == ACCEL_STATUS_RESOURCE);
    CHECK(thrown(std::runtime_error("of its own")) == ACCEL_STATUS_INTERNAL);
    CHECK(ear.error == "of its own");
    CHECK(thrown(7) == ACCEL_STATUS_INTERNAL);
    CHECK(thrown(module::Cancelled()) == ACCEL_STATUS_CANCELLED);
    CHECK(ear.rule == "P-5");
}

TEST_CASE("an object comes out with OK only", "[module]")
{
    static int somebodys = 0;
    int *out = &somebodys;
    CHECK(module::guarded_making(&out, [](std::unique_ptr<int> &made) {
              made = std::make_unique<int>(4);
              return ACCEL_STATUS_LIMIT;
          }) == ACCEL_STATUS_LIMIT);
    CHECK(out == nullptr);
    CHECK(module::guarded_making(&out, [](std::unique_ptr<int> &made) {
              made = std::make_unique<int>(4);
              return ACCEL_STATUS_OK;
          }) == ACCEL_STATUS_OK);
    REQUIRE(out != nullptr);
    CHECK(*std::unique_ptr<int>(out) == 4);
}

TEST_CASE("progress that is refused cancels, and none at all goes on", "[module]")
{
    accel_bk_compile_options options{};
    module::progress(options, 0.5, "x");
    static double told = 0;
    options.progress = [](void *, const accel_progress *progress) { return told = progress->fraction, progress->fraction > 0.6 ? 1 : 0; };
    module::progress(options, 0.5, "x");
    CHECK(told == 0.5);
    CHECK_THROWS_AS(module::progress(options, 0.7, "x"), module::Cancelled);
}

TEST_CASE("options of the module are read, and what it does not have is refused by name", "[module]")
{
    Ear ear;
    int64_t lanes = 2;
    std::string_view mode = "plain";
    const auto read = [&](std::span<const accel_option> given) {
        module::Options options("acme", given);
        if (const accel_status status = options.integer("lanes", 1, 8, lanes))
            return status;
        if (const accel_status status = options.string("mode", mode))
            return status;
        return options.end();
    };
    CHECK(read({}) == ACCEL_STATUS_OK);
    CHECK(lanes == 2);
    accel_option given[] = {option("acmes.lanes", ACCEL_OPTION_KIND_STRING), option("acme.lanes", ACCEL_OPTION_KIND_INTEGER, 4), option("acme.mode", ACCEL_OPTION_KIND_STRING, 0, "fast"),
                            option("acme.lanes", ACCEL_OPTION_KIND_INTEGER, 8)};
    CHECK(read(given) == ACCEL_STATUS_OK);
    CHECK(lanes == 8);
    CHECK(mode == "fast");
    given[1].integer = 9;
    CHECK(read(std::span(given, 2)) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(ear.rule == "P-10");
    CHECK(ear.error == "option 'acme.lanes' is 9, expected a number from 1 to 8");
    CHECK(lanes == 8);
    given[1].kind = ACCEL_OPTION_KIND_NUMBER;
    CHECK(read(given) == ACCEL_STATUS_INVALID_ARGUMENT);
    given[0] = option("acme.", ACCEL_OPTION_KIND_INTEGER);
    CHECK(read(std::span(given, 1)) == ACCEL_STATUS_INVALID_ARGUMENT);
    given[0].name = "acme.lanes mode";
    CHECK(read(std::span(given, 1)) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(ear.error == "option 'acme.lanes mode' is unknown; the options of its module: lanes, mode");
    given[0].optional = 1;
    CHECK(read(std::span(given, 1)) == ACCEL_STATUS_OK);
}
