// SPDX-License-Identifier: MIT
// Copies a request by its spans, and sets its pointers again in the receiver's memory.
#include "flat.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>

namespace accel::carried {
namespace {

constexpr size_t kAroundBytes = 64;
constexpr uint32_t kSpansMax = 1024;

/// One span, without its bytes.
struct FlatSpan {
    uint32_t kind, parent;
    uint64_t pointer_offset, byte_count;
};

struct FlatHead {
    uint64_t request;
    uint32_t span_count, argument_bytes;
};

bool is_memory(uint32_t kind) { return kind == ACCEL_BK_SPAN_KIND_IN || kind == ACCEL_BK_SPAN_KIND_OUT || kind == ACCEL_BK_SPAN_KIND_INOUT; }
bool is_read(uint32_t kind) { return kind == ACCEL_BK_SPAN_KIND_IN || kind == ACCEL_BK_SPAN_KIND_INOUT; }
bool is_written(uint32_t kind) { return kind == ACCEL_BK_SPAN_KIND_OUT || kind == ACCEL_BK_SPAN_KIND_INOUT; }
bool is_descriptor(uint32_t kind) { return kind == ACCEL_BK_SPAN_KIND_FD_IN || kind == ACCEL_BK_SPAN_KIND_FD_OUT; }
uint64_t place_bytes(uint32_t kind) { return is_descriptor(kind) ? sizeof(int32_t) : sizeof(uint64_t); }

uint32_t argument_bytes(uint64_t request) { return static_cast<uint32_t>(_IOC_SIZE(request)); }
bool argument_comes_back(uint64_t request) { return (_IOC_DIR(request) & _IOC_READ) != 0; }

uint8_t *bytes_of(const accel_bk_request &request, uint32_t parent)
{
    return static_cast<uint8_t *>(parent == 0 ? request.argument : request.spans[parent - 1].data);
}

template <class Number> Number load(const uint8_t *place)
{
    Number number;
    std::memcpy(&number, place, sizeof number);
    return number;
}

template <class Number> void store(uint8_t *place, Number number) { std::memcpy(place, &number, sizeof number); }

bool overlap(const accel_bk_span &a, const accel_bk_span &b)
{
    return a.parent == b.parent && a.pointer_offset < b.pointer_offset + place_bytes(b.kind) && b.pointer_offset < a.pointer_offset + place_bytes(a.kind);
}

/// Of one span, its parent being sound.
std::string fault_of(const accel_bk_request &request, uint32_t index, int &error)
{
    const accel_bk_span &span = request.spans[index];
    if (span.kind < ACCEL_BK_SPAN_KIND_IN || span.kind > ACCEL_BK_SPAN_KIND_ADDRESS) return "has kind " + std::to_string(span.kind) + ", the last known is 8";
    if (span.parent > index) return "lies in span " + std::to_string(span.parent) + ", which does not come before it";
    if (span.parent != 0 && !is_memory(request.spans[span.parent - 1].kind)) return "lies in a span that is no memory";
    const uint64_t room = span.parent == 0 ? argument_bytes(request.request) : request.spans[span.parent - 1].byte_count;
    if (place_bytes(span.kind) > room || span.pointer_offset > room - place_bytes(span.kind))
        return "stands at byte " + std::to_string(span.pointer_offset) + " of " + std::to_string(room);
    for (uint32_t other = 0; other < index; ++other)
        if (overlap(span, request.spans[other])) return "stands where span " + std::to_string(other + 1) + " stands";
    if (span.kind == ACCEL_BK_SPAN_KIND_PINNED || span.kind == ACCEL_BK_SPAN_KIND_ADDRESS) {
        error = -EOPNOTSUPP;
        return "is memory that the device itself keeps or reaches: it cannot be carried by copying";
    }
    if (!is_memory(span.kind)) return span.data || span.byte_count != 0 ? "is no pointer, and has data or a length" : "";
    const uint64_t stored = load<uint64_t>(bytes_of(request, span.parent) + span.pointer_offset);
    if (stored != reinterpret_cast<uintptr_t>(span.data)) return "has data that is not the pointer which is stored there";
    return span.data == nullptr || span.byte_count == 0 ? "is a pointer that leads nowhere" : "";
}

/// Memory of the receiver, with poison on both sides.
class Piece {
public:
    explicit Piece(uint64_t byte_count) : bytes_(byte_count + 2 * kAroundBytes, kPoison),
                                          byte_count_(byte_count) {}
    uint8_t *data() { return bytes_.data() + kAroundBytes; }
    uint64_t size() const { return byte_count_; }
    bool is_whole() const
    {
        const auto poisoned = [](uint8_t byte) { return byte == kPoison; };
        return std::all_of(bytes_.begin(), bytes_.begin() + kAroundBytes, poisoned) && std::all_of(bytes_.end() - kAroundBytes, bytes_.end(), poisoned);
    }

private:
    Bytes bytes_;
    uint64_t byte_count_;
};

class Reader {
public:
    explicit Reader(const Bytes &bytes) : bytes_(bytes) {}
    bool take(void *to, uint64_t count)
    {
        if (count > bytes_.size() - at_) return false;
        std::memcpy(to, bytes_.data() + at_, count);
        at_ += count;
        return true;
    }
    bool at_end() const { return at_ == bytes_.size(); }

private:
    const Bytes &bytes_;
    size_t at_ = 0;
};

void append(Bytes &to, const void *bytes, uint64_t count)
{
    if (count == 0) return;
    const size_t at = to.size();
    to.resize(at + count);
    std::memcpy(to.data() + at, bytes, count);
}

/// A request in the receiver's memory.
class Unpacked {
public:
    bool read(Frame &question);
    Frame call(const accel_bk_transport &inner);

private:
    Piece &piece(uint32_t parent) { return pieces_[parent]; }
    bool link(std::vector<Fd> &fds);
    Frame answer(int result);

    FlatHead head_{};
    std::vector<FlatSpan> spans_;
    std::deque<Piece> pieces_;  ///< the argument, then one per span; empty for what is no memory
    std::vector<Fd> taken_;     ///< descriptors that came along
};

bool Unpacked::read(Frame &question)
{
    Reader reader(question.body);
    if (!reader.take(&head_, sizeof head_) || head_.span_count > kSpansMax || head_.argument_bytes != argument_bytes(head_.request)) return false;
    spans_.resize(head_.span_count);
    if (!reader.take(spans_.data(), spans_.size() * sizeof(FlatSpan))) return false;
    if (!reader.take(pieces_.emplace_back(head_.argument_bytes).data(), head_.argument_bytes)) return false;
    for (const FlatSpan &span : spans_) {
        constexpr uint64_t kPieceBytesMax = uint64_t{1} << 32;
        if (span.byte_count > kPieceBytesMax) return false;
        Piece &fresh = pieces_.emplace_back(is_memory(span.kind) ? span.byte_count : 0);
        if (is_read(span.kind) && !reader.take(fresh.data(), fresh.size())) return false;
    }
    return reader.at_end() && link(question.fds);
}

/// Addresses and descriptors of this process into the copies.
bool Unpacked::link(std::vector<Fd> &fds)
{
    size_t next_fd = 0;
    for (uint32_t index = 0; index < spans_.size(); ++index) {
        const FlatSpan &span = spans_[index];
        if (span.parent > index || piece(span.parent).size() < place_bytes(span.kind) || span.pointer_offset > piece(span.parent).size() - place_bytes(span.kind)) return false;
        uint8_t *place = piece(span.parent).data() + span.pointer_offset;
        if (is_memory(span.kind)) store<uint64_t>(place, reinterpret_cast<uintptr_t>(pieces_[index + 1].data()));
        if (span.kind != ACCEL_BK_SPAN_KIND_FD_IN || load<int32_t>(place) < 0) continue;
        if (next_fd == fds.size()) return false;
        store<int32_t>(place, fds[next_fd++].get());
    }
    taken_ = std::move(fds);
    return true;
}

Frame Unpacked::call(const accel_bk_transport &inner)
{
    std::vector<accel_bk_span> spans;
    for (uint32_t index = 0; index < spans_.size(); ++index) {
        const FlatSpan &span = spans_[index];
        spans.push_back({span.kind, span.parent, span.pointer_offset, is_memory(span.kind) ? pieces_[index + 1].data() : nullptr, span.byte_count});
    }
    const accel_bk_request request{sizeof request, head_.request, pieces_[0].data(), spans.data(), head_.span_count, 0};
    const int result = inner.request(inner.context, &request);
    for (size_t index = 0; index < pieces_.size(); ++index)
        if (!pieces_[index].is_whole()) {
            std::fprintf(stderr, "carried: request 0x%llx: the driver wrote beyond the %llu bytes of piece %zu\n", static_cast<unsigned long long>(head_.request),
                         static_cast<unsigned long long>(pieces_[index].size()), index);
            return answer(-EFAULT);
        }
    return answer(result);
}

Frame Unpacked::answer(int result)
{
    Frame frame;
    frame.result = result;
    append(frame.body, pieces_[0].data(), pieces_[0].size());
    for (uint32_t index = 0; index < spans_.size(); ++index) {
        const FlatSpan &span = spans_[index];
        if (is_written(span.kind)) append(frame.body, pieces_[index + 1].data(), span.byte_count);
        if (result == 0 && span.kind == ACCEL_BK_SPAN_KIND_FD_OUT) frame.fds.emplace_back(load<int32_t>(piece(span.parent).data() + span.pointer_offset));
    }
    return frame;
}

int64_t to_other_clock(int64_t instant, int64_t ahead_ns)
{
    int64_t other = 0;
    if (instant <= 0 || instant == INT64_MAX) return instant;
    return __builtin_add_overflow(instant, ahead_ns, &other) ? INT64_MAX : other;
}

}  // namespace

std::string find_fault(const accel_bk_request &request, int &error)
{
    error = -EINVAL;
    if (request.struct_size < sizeof request || request.flags != 0 || request.span_count > kSpansMax) return "has a size, flags or a number of spans that nobody knows";
    if (argument_bytes(request.request) != 0 && !request.argument) return "has no argument, and its number promises one";
    for (uint32_t index = 0; index < request.span_count; ++index)
        if (const std::string fault = fault_of(request, index, error); !fault.empty()) return "span " + std::to_string(index + 1) + " " + fault;
    error = 0;
    return "";
}

Frame pack(const accel_bk_request &request, int64_t clock_ahead_ns)
{
    Frame frame;
    frame.verb = Verb::Request;
    const FlatHead head{request.request, request.span_count, argument_bytes(request.request)};
    append(frame.body, &head, sizeof head);
    // Where the bytes of the argument and of each span lie in the body; 0 for none.
    std::vector<size_t> places;
    for (uint32_t index = 0; index < request.span_count; ++index) {
        const accel_bk_span &span = request.spans[index];
        const FlatSpan flat{span.kind, span.parent, span.pointer_offset, span.byte_count};
        append(frame.body, &flat, sizeof flat);
    }
    places.push_back(frame.body.size());
    append(frame.body, request.argument, head.argument_bytes);
    for (uint32_t index = 0; index < request.span_count; ++index) {
        const accel_bk_span &span = request.spans[index];
        places.push_back(is_read(span.kind) ? frame.body.size() : 0);
        if (is_read(span.kind)) append(frame.body, span.data, span.byte_count);
    }
    for (uint32_t index = 0; index < request.span_count; ++index) {
        const accel_bk_span &span = request.spans[index];
        const uint8_t *stored = bytes_of(request, span.parent) + span.pointer_offset;
        // A copy, because a frame closes what it holds; a negative number is no descriptor and goes as it is.
        if (span.kind == ACCEL_BK_SPAN_KIND_FD_IN && load<int32_t>(stored) >= 0) frame.fds.emplace_back(fcntl(load<int32_t>(stored), F_DUPFD_CLOEXEC, 0));
        if (places[span.parent] == 0) continue;
        uint8_t *place = frame.body.data() + places[span.parent] + span.pointer_offset;
        if (is_memory(span.kind)) store<uint64_t>(place, 0);  // addresses of this process mean nothing there
        if (span.kind == ACCEL_BK_SPAN_KIND_INSTANT) store(place, to_other_clock(load<int64_t>(stored), clock_ahead_ns));
    }
    return frame;
}

int take_back(const accel_bk_request &request, Frame &answer)
{
    Reader reader(answer.body);
    Bytes argument(argument_bytes(request.request));
    if (!reader.take(argument.data(), argument.size())) return -EPROTO;
    // What this process stored at its places stands there again afterwards, but for descriptors that were made.
    std::vector<std::pair<uint8_t *, uint64_t>> kept;
    for (uint32_t index = 0; index < request.span_count; ++index) {
        const accel_bk_span &span = request.spans[index];
        uint8_t *place = bytes_of(request, span.parent) + span.pointer_offset;
        kept.emplace_back(place, is_descriptor(span.kind) ? load<uint32_t>(place) : load<uint64_t>(place));
    }
    if (argument_comes_back(request.request)) std::memcpy(request.argument, argument.data(), argument.size());
    for (uint32_t index = 0; index < request.span_count; ++index) {
        const accel_bk_span &span = request.spans[index];
        if (is_written(span.kind) && !reader.take(span.data, span.byte_count)) return -EPROTO;
    }
    size_t next_fd = 0;
    for (uint32_t index = 0; index < request.span_count; ++index) {
        const accel_bk_span &span = request.spans[index];
        const bool is_made = span.kind == ACCEL_BK_SPAN_KIND_FD_OUT && answer.result == 0;
        if (is_made && next_fd == answer.fds.size()) return -EPROTO;
        if (is_made)
            store<int32_t>(kept[index].first, answer.fds[next_fd++].release());
        else if (is_descriptor(span.kind))
            store(kept[index].first, static_cast<uint32_t>(kept[index].second));
        else
            store(kept[index].first, kept[index].second);
    }
    return reader.at_end() ? answer.result : -EPROTO;
}

Frame carry_out(Frame &question, const accel_bk_transport &inner)
{
    Unpacked request;
    if (!request.read(question)) {
        Frame refused;
        refused.result = -EPROTO;
        return refused;
    }
    return request.call(inner);
}

}  // namespace accel::carried
