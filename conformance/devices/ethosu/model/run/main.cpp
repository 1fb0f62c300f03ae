// SPDX-License-Identifier: MIT
// Runs one recorded program on the model.
//
// ethosu-run BUNDLE                runs the program on its recorded input and compares with its recorded output
// ethosu-run BUNDLE INPUT OUTPUT   runs the program on INPUT and writes OUTPUT
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "execute.h"

namespace {

using namespace accel::devices::ethosu;

const char *name_of(Stop stop)
{
    switch (stop) {
    case Stop::End: return "end";
    case Stop::BusError: return "bus error";
    case Stop::ParseError: return "parse error";
    case Stop::Aborted: return "aborted";
    }
    return "?";
}

int compare(const Bundle &bundle, const std::vector<uint8_t> &output_bytes)
{
    size_t different = 0;
    for (size_t i = 0; i < output_bytes.size(); ++i) different += output_bytes[i] != bundle.expected_bytes[i];
    std::printf("%zu of %zu bytes differ\n", different, output_bytes.size());
    return different == 0 ? 0 : 1;
}

int write_output(const char *path, const std::vector<uint8_t> &bytes)
{
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) throw std::runtime_error(std::string(path) + ": cannot be written");
    return 0;
}

int run(int argc, char **argv)
{
    const Bundle bundle = load_bundle(argv[1]);
    const bool recorded = argc == 2;
    if (recorded && bundle.expected_bytes.empty()) throw std::runtime_error("the bundle has no recorded output");
    const Execution execution = execute(bundle, recorded ? bundle.input_bytes : load_file(argv[2]));
    if (execution.result.stop != Stop::End) {
        std::fprintf(stderr, "%s: %s\n", name_of(execution.result.stop), execution.result.detail.c_str());
        return 3;
    }
    return recorded ? compare(bundle, execution.output_bytes) : write_output(argv[3], execution.output_bytes);
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 4) {
        std::fprintf(stderr, "usage: ethosu-run BUNDLE [INPUT OUTPUT]\n");
        return 2;
    }
    try {
        return run(argc, argv);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "ethosu-run: %s\n", error.what());
        return 2;
    }
}
