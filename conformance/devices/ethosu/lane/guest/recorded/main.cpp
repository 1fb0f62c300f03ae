// SPDX-License-Identifier: MIT
//
// lane-recorded: streams that Arm's compiler made, through the kernel's validator and the played device. The expected
// outputs are TensorFlow Lite's (see data/index.json of this device).
#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bundle.h"
#include "harness.h"
#include "program.h"

namespace {

using namespace accel::uapi;
using accel::devices::ethosu::Bundle;
using accel::devices::ethosu::load_bundle;

constexpr const char *kFolder = "/lane/recorded";
constexpr std::string_view kSuffix = ".eub";

// Their pools divide by the number of valid positions themselves (OFM_PRECISION without a global scale). The kernel's
// validator then asks for a scale stream, as it does for convolutions, although pools read none.
constexpr std::string_view kWantScales[] = {"average_pool_3x3_same.python", "softmax.python"};

void load(Program &program, const std::string &name)
{
    const int error = program.load();
    if (std::find(std::begin(kWantScales), std::end(kWantScales), name) == std::end(kWantScales)) {
        require_errno(error, 0, "CMDSTREAM_BO_CREATE");
        return;
    }
    require_errno(error, EINVAL, "CMDSTREAM_BO_CREATE of a pool without a global scale");
    require_errno(program.load(program.unused_scales()), 0, "the same after a scale stream that nothing reads was set");
    note("the kernel refuses the stream as it is; with an unused scale stream it runs");
}

std::vector<std::string> programs()
{
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR *)> files(opendir(kFolder), closedir);
    while (const dirent *file = files ? readdir(files.get()) : nullptr) {
        const std::string name = file->d_name;
        if (name.ends_with(kSuffix)) names.push_back(name.substr(0, name.size() - kSuffix.size()));
    }
    std::sort(names.begin(), names.end());
    return names;
}

void run(const std::string &name)
{
    const Bundle bundle = load_bundle(std::string(kFolder) + "/" + name + std::string(kSuffix));
    const Device device = Device::open_first();
    Program program(device, bundle);
    load(program, name);
    // Twice: what the first run left in memory must not matter.
    for (int i = 0; i < 2; ++i) {
        const std::vector<uint8_t> seen = program.run(bundle.input_bytes);
        require_equal(static_cast<long long>(seen.size()), static_cast<long long>(bundle.expected_bytes.size()),
                      "bytes of output");
        const auto wrong = std::mismatch(seen.begin(), seen.end(), bundle.expected_bytes.begin());
        if (wrong.first != seen.end())
            throw Failure("byte " + std::to_string(wrong.first - seen.begin()) + " of the output is " +
                          std::to_string(*wrong.first) + " instead of " + std::to_string(*wrong.second));
    }
}

}  // namespace

int main(int argc, char **argv)
{
    std::list<Case> cases;
    for (const std::string &name : programs()) cases.emplace_back(name, [name] { run(name); });
    return run_cases(argc, argv);
}
