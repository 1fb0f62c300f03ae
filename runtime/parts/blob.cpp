// SPDX-License-Identifier: MIT
// Loads blobs, and unloads them.
#include "blob.h"

#include "base/check.h"
#include "base/error.h"
#include "base/module_call.h"

namespace accel::runtime {

LoadedBlob::~LoadedBlob()
{
    if (program_) tell_module(device_->module_name(), "program_unload", [&] { device_->ops().program_unload(program_); });
}

accel_status LoadedBlob::load(Blob &blob)
{
    accel_bk_program *loaded = nullptr;
    clear_module_error();
    RemarkTaker taker;
    accel_bk_load_desc desc{};
    desc.struct_size = sizeof desc;
    desc.bytes = blob.bytes.data();
    desc.byte_count = blob.bytes.size();
    desc.constants = blob.constants.data();
    desc.constant_count = static_cast<uint32_t>(blob.constants.size());
    const accel_status status = device_->ops().program_load(device_->handle(), &desc, &loaded);
    if (status != ACCEL_STATUS_OK) return fail_from_module(status, device_->module_name(), "load a program", nullptr);
    if (!loaded) return fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "module '%s' answered OK and loaded no program", device_->module_name());
    program_ = loaded;
    blob.remarks = std::move(taker.remarks());
    return ACCEL_STATUS_OK;
}

accel_status load_blob(const std::shared_ptr<OpenDevice> &device, Blob &blob)
{
    auto loaded = std::make_shared<LoadedBlob>(device);
    ACCEL_TRY(loaded->load(blob));
    blob.loaded = std::move(loaded);
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
