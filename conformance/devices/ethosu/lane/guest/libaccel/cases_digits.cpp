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
using uapi::note;
using uapi::require;

// LANE_DIGITS holds digits_int8.onnx, digits_int8.program (saved on the host for the NPU, then the CPU), test/*.png, and the answers of the host's CPU:
// expected/*.probabilities.npy.
std::string folder()
{
    const char *path = std::getenv("LANE_DIGITS");
    if (!path) throw Failure("LANE_DIGITS is not set");
    return path;
}

std::vector<std::string> pictures(const std::string &path)
{
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
const std::vector<std::string> kCpuOperations = {"DequantizeLinear", "Softmax"};

// A grey byte g is stored as g - 128: the input's scale is 1/255 and its zero point -128.
std::vector<int8_t> load_picture(const std::string &path)
{
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

// What the host's CPU answered: the numbers at the end of a .npy file.
std::vector<char> host_answer(const std::string &folder, const std::string &picture, size_t size_bytes)
{
    const size_t begin = picture.rfind('/') + 1;
    const std::string file = load_file(folder + "/expected/" + picture.substr(begin, picture.rfind('.') - begin) + ".probabilities.npy");
    require(file.size() > size_bytes, "the host's answer to " + picture + " is too short");
    return {file.end() - static_cast<std::ptrdiff_t>(size_bytes), file.end()};
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
          fence_(Fence::create(instance))
    {
        run_.bind(0, input_);
        run_.bind(1, output_);
    }

    std::vector<char> run(const std::vector<int8_t> &values)
    {
        input_.write(values.data(), values.size());
        queue_.submit(run_, {}, {fence_.at(++value_)});
        require(fence_.wait(value_, kPatience_ns), "a run did not end");
        std::vector<char> bytes(output_.size_bytes());
        output_.read(bytes.data(), bytes.size());
        return bytes;
    }

    /// Operations that do not run on the device, in order, each with its reason in the report.
    std::vector<std::string> elsewhere(const Device &device) const
    {
        std::vector<std::string> found;
        for (uint32_t index = 0; index < operations(); ++index) {
            auto row = sized<accel_placement>();
            check(accel_program_placement(program_.get(), 0, index, &row));
            if (row.device == device.get()) continue;
            note(std::string(row.operation) + " " + row.node + " elsewhere: " + row.reason_text);
            found.push_back(row.operation);
        }
        return found;
    }
    uint32_t operations() const { return program_.entry().placement_count; }
    accel_rounding rounding() const { return static_cast<accel_rounding>(program_.info().rounding); }

private:
    Program program_;
    Buffer input_, output_;
    Run run_;
    Queue queue_;
    Fence fence_;
    uint64_t value_ = 0;
};

UAPI_CASE(digits, "accel-digits-as-on-cpu")
{
    const std::string path = folder();
    const Devices devices;
    const Device cpu = devices.instance.device("cpu");
    const std::vector<Device> both = {devices.npu, cpu};
    Classifier tested(devices.instance, both, Program::load(devices.instance, load_file(path + "/digits_int8.program"), both));
    const Model model = Model::load(devices.instance, (path + "/digits_int8.onnx").c_str());
    Classifier reference(devices.instance, {cpu}, Program::build(model, {cpu}, tested.rounding()));
    const auto elsewhere = tested.elsewhere(devices.npu);
    note(std::to_string(tested.operations() - elsewhere.size()) + " of " + std::to_string(tested.operations()) +
         " operations on the NPU");
    require(elsewhere == kCpuOperations, "not just softmax and the conversion in front of it are left to the CPU");
    const auto names = pictures(path + "/test");
    for (const std::string &name : names) {
        const auto values = load_picture(name);
        const auto answer = tested.run(values);
        require(answer == reference.run(values), "the answer to " + name + " differs from the CPU's");
        require(answer == host_answer(path, name, answer.size()), "the answer to " + name + " differs from the host's CPU's");
    }
    note(std::to_string(names.size()) + " pictures, the answers of this CPU and of the host's bit by bit");
}

}  // namespace
}  // namespace accel::guest
