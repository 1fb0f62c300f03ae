// SPDX-License-Identifier: MIT
// classify MODEL PICTURE.png: the digit in an 8 x 8 picture.
#include <accel/accel.hpp>
#include <png.h>

#include <algorithm>
#include <array>
#include <iostream>

static std::array<float, 64> read_picture(const char *path)
{
    png_image picture{};
    picture.version = PNG_IMAGE_VERSION;
    std::array<unsigned char, 64> pixels{};
    if (!png_image_begin_read_from_file(&picture, path) || picture.width != 8 || picture.height != 8) throw std::runtime_error(std::string(path) + " is no 8 x 8 PNG");
    picture.format = PNG_FORMAT_GRAY;
    if (!png_image_finish_read(&picture, nullptr, pixels.data(), 0, nullptr)) throw std::runtime_error(picture.message);
    std::array<float, 64> values{};
    std::transform(pixels.begin(), pixels.end(), values.begin(), [](unsigned char pixel) { return pixel / 255.0f; });
    return values;
}

int main(int argc, char **argv)
try {
    if (argc != 3) throw std::runtime_error("usage: classify MODEL PICTURE.png");
    const auto picture = read_picture(argv[2]);

    const auto instance = accel::Instance::create();
    const auto devices = instance.default_devices();
    const auto program = accel::Program::build(accel::Model::load(instance, argv[1]), devices);

    const auto image = accel::Buffer::create(devices, program.port(0).size_bytes);
    const auto scores = accel::Buffer::create(devices, program.port(1).size_bytes);
    image.write(picture.data(), sizeof(picture));

    const auto run = accel::Run::create(program);
    run.bind(0, image);
    run.bind(1, scores);
    const auto queue = accel::Queue::create(devices);
    const auto fence = accel::Fence::create(instance);
    queue.submit(run, {}, {fence.at(1)});
    fence.wait(1);

    std::array<float, 10> values{};
    scores.read(values.data(), sizeof(values));
    std::cout << std::max_element(values.begin(), values.end()) - values.begin() << "\n";
} catch (const std::exception &error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
}
