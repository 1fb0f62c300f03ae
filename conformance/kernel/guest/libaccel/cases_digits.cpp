// SPDX-License-Identifier: MIT
// The example network, built on the host, on the NPU behind the kernel: the CPU's answers, bit by bit.
#include <dirent.h>
#include <png.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "harness.h"
#include "session.h"

namespace accel::guest {
namespace {

using uapi::Failure;
using uapi::Skip;
using uapi::note;
using uapi::require;

// LANE_DIGITS holds digits_int8.onnx, digits_int8.program (saved on the host for the NPU, then the CPU) and test/*.png.
std::string folder() {
    const char *path = std::getenv("LANE_DIGITS");
    if (!path) throw Skip("LANE_DIGITS is not set");
    return path;
}

std::vector<std::string> pictures(const std::string &path) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR *)> files(opendir(path.c_str()), closedir);
    while (const dirent *file = files ? readdir(files.get()) : nullptr)
        if (std::string(file->d_name).ends_with(".png")) names.push_back(path + "/" + file->d_name);
    std::sort(names.begin(), names.end());
    require(!names.empty(), "no pictures in " + path);
    return names;
}

constexpr uint32_t kPixels = 64;
// Float is the CPU's: softmax, and dequantising the scores for it.
constexpr uint32_t kCpuOperations = 2;

// A grey byte g is stored as g - 128: the input's scale is 1/255 and its zero point -128.
std::vector<int8_t> load_picture(const std::string &path) {
    png_image picture{};
    picture.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&picture, path.c_str()) || picture.width * picture.height != kPixels)
        throw Failure(path + " is no 8 x 8 PNG");
    picture.format = PNG_FORMAT_GRAY;
    std::vector<uint8_t> grey(kPixels);
    require(png_image_finish_read(&picture, nullptr, grey.data(), 0, nullptr) != 0, path + " cannot be read");
    std::vector<int8_t> values(kPixels);
    std::transform(grey.begin(), grey.end(), values.begin(), [](uint8_t byte) { return static_cast<int8_t>(byte - 128); });
    return values;
}

// A program with dense ports: the example's input (one channel) and output are.
class Classifier {
public:
    Classifier(const Instance &instance, const std::vector<Device> &devices, Program program)
        : program_(std::move(program)),
          input_(Buffer::create(devices, program_.port(0).size_bytes)),
          output_(Buffer::create(devices, program_.port(1).size_bytes)),
          run_(Run::create(program_)),
          queue_(Queue::create(devices)),
          fence_(Fence::create(instance)) {
        run_.bind(0, input_);
        run_.bind(1, output_);
    }

    std::vector<char> run(const std::vector<int8_t> &values) {
        input_.write(values.data(), values.size());
        queue_.submit(run_, {}, {fence_.at(++value_)});
        require(fence_.wait(value_, kPatience_ns), "a run did not end");
        std::vector<char> bytes(output_.size_bytes());
        output_.read(bytes.data(), bytes.size());
        return bytes;
    }

    /// Operations that do not run on the device, each with its reason in the report.
    uint32_t count_elsewhere(const Device &device) const {
        uint32_t count = 0;
        for (uint32_t index = 0; index < operations(); ++index) {
            auto row = sized<accel_placement>();
            check(accel_program_placement(program_.get(), index, &row));
            if (row.device == device.get()) continue;
            note(std::string(row.operation) + " " + row.node + " elsewhere: " + row.reason_text);
            ++count;
        }
        return count;
    }
    uint32_t operations() const { return program_.info().placement_count; }
    accel_rounding rounding() const { return static_cast<accel_rounding>(program_.info().rounding); }

private:
    Program program_;
    Buffer input_, output_;
    Run run_;
    Queue queue_;
    Fence fence_;
    uint64_t value_ = 0;
};

UAPI_CASE(digits, "accel-digits-as-on-cpu") {
    const std::string path = folder();
    const Devices devices;
    const Device cpu = devices.instance.device("cpu");
    const std::vector<Device> both = {devices.npu, cpu};
    Classifier tested(devices.instance, both, Program::load(devices.instance, load_file(path + "/digits_int8.program"), both));
    const Model model = Model::load(devices.instance, (path + "/digits_int8.onnx").c_str());
    Classifier reference(devices.instance, {cpu}, Program::build(model, {cpu}, tested.rounding()));
    const uint32_t elsewhere = tested.count_elsewhere(devices.npu);
    note(std::to_string(tested.operations() - elsewhere) + " of " + std::to_string(tested.operations()) +
         " operations on the NPU");
    require(elsewhere <= kCpuOperations, "more than softmax and the conversion around it is left to the CPU");
    const auto names = pictures(path + "/test");
    for (const std::string &name : names) {
        const auto values = load_picture(name);
        require(tested.run(values) == reference.run(values), "the answer to " + name + " differs from the CPU's");
    }
    note(std::to_string(names.size()) + " pictures, the CPU's answers bit by bit");
}

}  // namespace
}  // namespace accel::guest
