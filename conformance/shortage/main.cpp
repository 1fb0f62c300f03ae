// SPDX-License-Identifier: MIT
// accel-shortage: does every call answer when memory is short? Refuses one request of libaccel and its modules after the other.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "files.h"
#include "sweep.h"

using namespace accel::shortage;

namespace {

Tally &operator+=(Tally &sum, const Tally &more)
{
    sum.walk_count += more.walk_count;
    sum.refused_ok_count += more.refused_ok_count;
    sum.fault_count += more.fault_count;
    return sum;
}

void print(const char *piece, Mode mode, const Tally &tally)
{
    std::printf("%-24s %-10s %6llu walks, %4llu of them OK all the same, %llu faults\n", piece, mode == Mode::Once ? "once" : "from then",
                static_cast<unsigned long long>(tally.walk_count), static_cast<unsigned long long>(tally.refused_ok_count), static_cast<unsigned long long>(tally.fault_count));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char **argv)
{
    CLI::App app{"Refuses one memory request of libaccel and its modules after the other, and looks whether each call answers, loses nothing and works the next time."};
    Subject subject;
    Range range;
    std::string only, rounding = "none", modes = "both";
    bool cold = false;
    app.add_option("model", subject.model_path, "an ONNX file")->required();
    app.add_option("-d,--device", subject.device_names, "a device, may be repeated: the set, in order")->required()->expected(1, 1)->take_all();
    app.add_option("--rounding", rounding, "none or tflite")->check(CLI::IsMember({"none", "tflite"}));
    app.add_option("--piece", only, "only this piece of the life");
    app.add_option("--mode", modes, "once: one request is refused; from-then: all after it too; both")->check(CLI::IsMember({"once", "from-then", "both"}));
    app.add_option("--first", range.first, "number of the first request that is refused");
    app.add_option("--last", range.last, "… and of the last");
    app.add_option("--step", range.step, "only each of so many");
    app.add_flag("--simulated", subject.simulated, "list devices that are played");
    app.add_flag("--cold", cold, "whole lives in new processes, instead of pieces in this one");
    CLI11_PARSE(app, argc, argv);
    subject.rounding = rounding == "tflite" ? ACCEL_ROUNDING_TFLITE : ACCEL_ROUNDING_NONE;
    Tally sum;
    try {
        const Files files;
        const auto each_mode = [&](const char *name, const auto &sweep) {
            for (const Mode mode : {Mode::Once, Mode::FromThen}) {
                if (modes != "both" && (modes == "once") != (mode == Mode::Once)) continue;
                const Tally tally = sweep(mode);
                print(name, mode, tally);
                sum += tally;
            }
        };
        if (cold) {
            each_mode("whole life, new process", [&](Mode mode) { return sweep_cold(subject, mode, range); });
        } else {
            Ready ready = prepare(subject);
            subject.external_path = files.external_model();
            subject.saved_path = files.saved(ready.saved);
            for (const Piece &piece : pieces())
                if (only.empty() || only == piece.name) each_mode(piece.name, [&](Mode mode) { return sweep_here(piece, subject, ready, mode, range); });
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "accel-shortage: %s\n", error.what());
        sum.fault_count = 1;
    }
    // A run that looked at nothing proves nothing.
    return sum.fault_count == 0 && sum.walk_count > 0 ? 0 : 1;
}
