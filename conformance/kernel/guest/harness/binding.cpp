// SPDX-License-Identifier: MIT
// Writes to the driver's bind and unbind files, and waits for the node.
#include "binding.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "harness.h"

namespace accel::uapi {
namespace {

namespace fs = std::filesystem;
constexpr const char *kDevice = "/sys/class/accel/accel0/device";
constexpr const char *kNode = "/dev/accel/accel0";

}  // namespace

Binding::Binding()
{
    std::error_code error;
    const fs::path device = fs::canonical(kDevice, error);
    if (error) throw Skip(std::string(kDevice) + " does not exist");
    device_name_ = device.filename();
    driver_folder_ = fs::canonical(device / "driver").string();
}

Binding::~Binding()
{
    if (!bound_) write("bind");
}

bool Binding::write(const std::string &file) const
{
    const int fd = open((driver_folder_ + "/" + file).c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool written = ::write(fd, device_name_.data(), device_name_.size()) == static_cast<ssize_t>(device_name_.size());
    close(fd);
    return written;
}

void Binding::unbind()
{
    require(write("unbind"), "the driver does not let go of " + device_name_);
    bound_ = false;
}

void Binding::bind()
{
    require(write("bind"), "the driver does not take " + device_name_);
    bound_ = true;
    for (int i = 0; i < 100 && access(kNode, F_OK) != 0; ++i) usleep(20000);
    require(access(kNode, F_OK) == 0, std::string(kNode) + " does not come back");
}

}  // namespace accel::uapi
