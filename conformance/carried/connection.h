// SPDX-License-Identifier: MIT
// Two ends of a stream socket that carry frames: a head, bytes, and file descriptors.
#pragma once

#include <accel/border/fd.h>
#include <accel/border/guard.h>

#include <cstdint>
#include <vector>

namespace accel::carried {

using Bytes = std::vector<uint8_t>;

using border::Fd;

/// Inside of a handler: what was thrown, as a negative errno.
int error_of_thrown() noexcept;

/// What a frame asks for or answers. Answers carry their errno in `result`.
enum class Verb : uint32_t { Clock = 1,
                             Request,
                             Map,
                             Unmap,
                             Bring,
                             Take,
                             Connect,
                             Answer };

struct Frame {
    Verb verb = Verb::Answer;
    int32_t result = 0;   ///< of an answer: 0 or a negative errno
    uint64_t place = 0;   ///< of a map: its number; of a Map: the offset that the driver gave
    uint64_t offset = 0;  ///< into the map
    uint64_t size_bytes = 0;
    Bytes body;
    std::vector<Fd> fds;
};

/// 0 or a negative errno; -EPIPE when the other end is gone. Frames do not mix when one thread at a time sends and one receives.
int send_frame(int socket, const Frame &frame);
int receive_frame(int socket, Frame &frame);
/// Sends and receives the answer.
int exchange(int socket, const Frame &question, Frame &answer);

/// A connected pair, close-on-exec.
int make_pair(Fd &a, Fd &b);

}  // namespace accel::carried
