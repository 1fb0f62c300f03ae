// SPDX-License-Identifier: MIT
// Makes buffers by udmabuf, and fences by vgem.
#include "foreign.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "harness.h"

namespace accel::uapi {

File make_udmabuf(size_t size_bytes)
{
    const File control(open("/dev/udmabuf", O_RDWR | O_CLOEXEC));
    if (control.fd() < 0) throw Skip("this kernel has no /dev/udmabuf");
    const File memory(memfd_create("lane", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    require(ftruncate(memory.fd(), static_cast<off_t>(size_bytes)) == 0 &&
                fcntl(memory.fd(), F_ADD_SEALS, F_SEAL_SHRINK) == 0,
            "memfd");
    UdmabufCreate create{static_cast<uint32_t>(memory.fd()), 1, 0, size_bytes};
    const int dma_buf = ioctl(control.fd(), kUdmabufCreate, &create);
    require(dma_buf >= 0, std::string("UDMABUF_CREATE: ") + strerrorname_np(errno));
    return File(dma_buf);
}

VgemFence::VgemFence() : vgem_(Node::open("/dev/dri", "vgem"))
{
    DrmModeCreateDumb create{};
    create.width = create.height = 32;
    create.bpp = 32;
    require_errno(call(vgem_.fd(), kDrmModeCreateDumb, &create), 0, "MODE_CREATE_DUMB on vgem");
    handle_ = create.handle;
    int exported = -1;
    require_errno(vgem_.export_bo(handle_, exported), 0, "PRIME_HANDLE_TO_FD on vgem");
    dma_buf_ = File(exported);
}

void VgemFence::attach()
{
    VgemFenceAttach request{handle_, kVgemFenceWrite, 0, 0};
    require_errno(call(vgem_.fd(), kVgemFenceAttach, &request), 0, "VGEM_FENCE_ATTACH");
    fence_ = request.out_fence;
}

void VgemFence::signal()
{
    VgemFenceSignal request{fence_, 0};
    require_errno(call(vgem_.fd(), kVgemFenceSignal, &request), 0, "VGEM_FENCE_SIGNAL");
}

}  // namespace accel::uapi
