// SPDX-License-Identifier: MIT
// Answers frames: requests, maps, and bytes of mapped memory.
#include "server.h"

#include <time.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "flat.h"

namespace accel::carried {
namespace {

Frame failed(int error)
{
    Frame frame;
    frame.result = error;
    return frame;
}

int64_t now_ns()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

}  // namespace

void Server::serve(Fd control)
{
    std::vector<std::thread> threads;
    Frame frame;
    while (receive_frame(control.get(), frame) == 0) {
        if (frame.verb != Verb::Connect || frame.fds.size() != 1) continue;
        threads.emplace_back([this, line = std::move(frame.fds[0])] { serve_line(line); });
    }
    for (auto &thread : threads) thread.join();
    const std::lock_guard lock(lock_);
    for (const auto &[number, mapped] : maps_) inner_.unmap(inner_.context, mapped.memory, mapped.size_bytes);
    maps_.clear();
}

void Server::serve_line(const Fd &line)
{
    Frame question;
    while (receive_frame(line.get(), question) == 0) {
        const Frame reply = border::guarded([&] { return answer(question); }, [] { return failed(error_of_thrown()); });
        if (send_frame(line.get(), reply) != 0) return;
    }
}

Frame Server::answer(Frame &question)
{
    switch (question.verb) {
    case Verb::Clock: {
        Frame frame;
        frame.place = static_cast<uint64_t>(now_ns() + clock_ahead_ns_);
        return frame;
    }
    case Verb::Request: return carry_out(question, inner_);
    case Verb::Map: return map(question);
    case Verb::Unmap: return unmap(question);
    case Verb::Bring:
    case Verb::Take: return move(question);
    default: return failed(-EPROTO);
    }
}

Frame Server::map(const Frame &question)
{
    const accel_bk_map wish{sizeof wish, question.place, question.size_bytes, 0, 0, nullptr};
    void *pointer = nullptr;
    if (const int error = inner_.map(inner_.context, &wish, &pointer)) return failed(error);
    const std::lock_guard lock(lock_);
    Frame frame;
    frame.place = next_map_++;
    maps_[frame.place] = {static_cast<uint8_t *>(pointer), question.size_bytes};
    return frame;
}

Frame Server::unmap(const Frame &question)
{
    const std::lock_guard lock(lock_);
    const auto found = maps_.find(question.place);
    if (found == maps_.end()) return failed(-EINVAL);
    const Mapped mapped = found->second;
    maps_.erase(found);
    return failed(inner_.unmap(inner_.context, mapped.memory, mapped.size_bytes));
}

/// Bytes to or from mapped memory, under the lock, so that nobody unmaps it meanwhile.
Frame Server::move(const Frame &question)
{
    const std::lock_guard lock(lock_);
    const auto found = maps_.find(question.place);
    const uint64_t size_bytes = question.verb == Verb::Take ? question.body.size() : question.size_bytes;
    if (found == maps_.end() || question.offset > found->second.size_bytes || size_bytes > found->second.size_bytes - question.offset) return failed(-EINVAL);
    uint8_t *place = found->second.memory + question.offset;
    Frame frame;
    if (question.verb == Verb::Take)
        std::memcpy(place, question.body.data(), size_bytes);
    else
        frame.body.assign(place, place + size_bytes);
    return frame;
}

}  // namespace accel::carried
