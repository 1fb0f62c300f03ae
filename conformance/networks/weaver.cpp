// SPDX-License-Identifier: MIT
// Questions are drawn as for one operation, and tied to what is there: directly where an operation works element by element, else by adapters.
#include "weaver.h"

#include <algorithm>
#include <cmath>

#include "operations/probe.h"

namespace accel::conformance {
namespace {

constexpr double kLarge = 64;  ///< what is larger is made smaller before it goes on

/// Values of one scale, which may be stored otherwise.
bool is_simple(const Tensor &tensor) { return is_real(tensor.type) ? tensor.quantization.scales.empty() : is_byte(tensor.type) && tensor.quantization.scales.size() == 1; }

/// Of elements that have bytes of their own, and that the suite computes with.
bool is_plain(accel_type type) { return is_whole(type) || (is_real(type) && bytes_of(type) > 1); }

bool is_plain(const Question &question)
{
    const auto plain = [](const Tensor *tensor) { return !tensor || is_plain(tensor->type); };
    return std::all_of(question.operands.begin(), question.operands.end(), plain) && std::all_of(question.results.begin(), question.results.end(), [](const Tensor &result) { return is_plain(result.type); });
}

class Weaver {
public:
    Weaver(const std::vector<Subject> &subjects, uint64_t seed) : random_(seed),
                                                                  seed_(seed)
    {
        for (const Subject &subject : subjects)
            if (row_of(subject.operation).shape != std::string_view("region")) subjects_.push_back(subject);
    }

    Network weave(size_t members)
    {
        for (size_t drawn = 0; drawn < members; ++drawn) {
            const size_t before = network_.values().size();
            const bool grown = random_.next() % 2 && grow(drawn);
            if (!grown) ask(drawn);
            for (size_t value = before; value < network_.values().size(); ++value)
                if (network_.values()[value].maker != Network::kNone && is_simple(network_.values()[value].tensor)) pool_.push_back(value);
        }
        return std::move(network_);
    }

private:
    const Tensor &tensor(size_t value) const { return network_.values()[value].tensor; }
    template <class T> const T &one_of(const std::vector<T> &list) { return list[random_.next() % list.size()]; }

    Drawn drawn(const Subject &subject, size_t number) { return draw_question(subject, seed_ * 31 + number, random_.next()); }

    /// An operation on each element of the newest values, in their shape.
    bool grow(size_t number)
    {
        if (pool_.empty()) return false;
        const size_t source = pool_[pool_.size() - 1 - random_.next() % std::min<size_t>(pool_.size(), 3)];
        std::vector<Subject> fitting;
        for (const Subject &subject : subjects_) {
            const std::string_view shape = row_of(subject.operation).shape;
            if (subject.type == tensor(source).type && (shape == "same" || shape == "broadcast")) fitting.push_back(subject);
        }
        if (fitting.empty()) return false;
        const Drawn asked = drawn(one_of(fitting), number);
        // What is stored has to be so in the question as well; scales along an axis are for the drawn sizes.
        const auto along_axis = [](const Tensor &result) { return result.quantization.scales.size() > 1; };
        if (asked.tensors.empty() || !is_plain(asked.question) || asked.question.operands[0]->quantization.scales.empty() != tensor(source).quantization.scales.empty()) return false;
        if (std::any_of(asked.question.results.begin(), asked.question.results.end(), along_axis)) return false;
        std::vector<size_t> operands{source};
        for (size_t position = 1; position < asked.question.operands.size(); ++position) operands.push_back(beside(asked, position, source));
        return network_.add(asked.question, operands);
    }

    /// Another operand of an operation on each element: another value of the shape, or the drawn elements over and over.
    size_t beside(const Drawn &asked, size_t position, size_t source)
    {
        const Tensor *operand = asked.question.operands[position];
        if (!operand) return Network::kNone;
        if (operand->dims.empty() || operand->quantization.scales.size() > 1) return kept(asked, position);
        std::vector<size_t> alike;
        for (const size_t value : pool_)
            if (tensor(value).type == operand->type && tensor(value).dims == tensor(source).dims && tensor(value).quantization.scales.empty() == operand->quantization.scales.empty()) alike.push_back(value);
        if (!alike.empty() && random_.next() % 2) return one_of(alike);
        Tensor other{operand->type, tensor(source).dims, operand->quantization, {}};
        if (random_.next() % 3 == 0 && !other.dims.empty()) std::fill(other.dims.begin(), other.dims.end() - 1, 1);
        while (other.bytes.size() < other.count() * bytes_of(other.type)) other.bytes.insert(other.bytes.end(), operand->bytes.begin(), operand->bytes.end());
        other.bytes.resize(other.count() * bytes_of(other.type));
        return asked.constant[position] || random_.next() % 2 ? network_.add_constant(std::move(other)) : network_.add_input(std::move(other));
    }

    size_t kept(const Drawn &asked, size_t position)
    {
        const Tensor &operand = *asked.question.operands[position];
        return asked.constant[position] ? network_.add_constant(operand) : network_.add_input(operand);
    }

    /// An operation as it was drawn; what is no constant comes from an earlier value now and then.
    bool ask(size_t number)
    {
        const Drawn asked = drawn(one_of(subjects_), number);
        if (!is_plain(asked.question)) return false;
        std::vector<size_t> operands;
        for (size_t position = 0; position < asked.question.operands.size(); ++position) {
            const Tensor *operand = asked.question.operands[position];
            const bool tied = operand && !asked.constant[position] && !pool_.empty() && is_simple(*operand) && operand->count() > 0 && random_.next() % 4 < (position == 0 ? 3 : 1);
            size_t value = tied ? adapted(one_of(pool_), *operand) : Network::kNone;
            if (operand && value == Network::kNone) value = kept(asked, position);
            operands.push_back(value);
        }
        return network_.add(asked.question, operands);
    }

    /// The value in another type, quantisation and shape, by members of its own; kNone where one has no answer, or is no subject.
    size_t adapted(size_t value, const Tensor &wanted)
    {
        if (tensor(value).count() == 0) return Network::kNone;
        if (!is_real(tensor(value).type)) value = step(ACCEL_OPERATION_DEQUANTIZE, value, ACCEL_TYPE_F32);
        if (value != Network::kNone && tensor(value).type != ACCEL_TYPE_F32) value = cast(value, ACCEL_TYPE_F32);
        if (value != Network::kNone) value = smaller(value);
        if (value != Network::kNone && tensor(value).dims != wanted.dims) value = shaped(value, wanted);
        if (value == Network::kNone) return value;
        if (!is_real(wanted.type)) return step(ACCEL_OPERATION_QUANTIZE, value, wanted.type, wanted.quantization);
        return wanted.type == ACCEL_TYPE_F32 ? value : cast(value, wanted.type);
    }

    size_t step(accel_operation operation, size_t value, accel_type type, const Quantization &quantization = {}, std::vector<size_t> further = {}, std::map<uint32_t, Dims> ints = {})
    {
        if (std::none_of(subjects_.begin(), subjects_.end(), [&](const Subject &subject) { return subject.operation == operation; })) return Network::kNone;
        Question question;
        question.operation = operation;
        if (operation == ACCEL_OPERATION_QUANTIZE) question.rounding = ACCEL_ROUNDING_HALF_EVEN;
        question.results.push_back({type, {}, quantization, {}});
        question.ints = std::move(ints);
        further.insert(further.begin(), value);
        if (operation == ACCEL_OPERATION_QUANTIZE || operation == ACCEL_OPERATION_DEQUANTIZE || operation == ACCEL_OPERATION_CAST || operation == ACCEL_OPERATION_MUL) question.results[0].dims = tensor(value).dims;
        return network_.add(std::move(question), further) ? network_.values().size() - 1 : Network::kNone;
    }

    size_t cast(size_t value, accel_type type) { return step(ACCEL_OPERATION_CAST, value, type, {}, {}, {{ACCEL_ATTRIBUTE_TO, {type}}}); }

    size_t list(const Dims &integers)
    {
        Tensor tensor{ACCEL_TYPE_I64, {static_cast<int64_t>(integers.size())}, {}, {}};
        for (const int64_t integer : integers) append_whole(ACCEL_TYPE_I64, tensor.bytes, integer);
        return network_.add_constant(std::move(tensor));
    }

    size_t smaller(size_t value)
    {
        double most = 0;
        for (size_t index = 0; index < tensor(value).count(); ++index) most = std::max(most, std::abs(tensor(value).real(index)));
        if (most <= kLarge) return value;
        Tensor factor{ACCEL_TYPE_F32, {}, {}, {}};
        append_real(factor.bytes, std::ldexp(1.0f, -std::ilogb(most)));
        return step(ACCEL_OPERATION_MUL, value, ACCEL_TYPE_F32, {}, {network_.add_constant(std::move(factor))});
    }

    /// As many elements as wanted, repeated or cut off, in the shape.
    size_t shaped(size_t value, const Tensor &wanted)
    {
        const auto count = static_cast<int64_t>(wanted.count()), own = static_cast<int64_t>(tensor(value).count());
        if (count != own) {
            value = step(ACCEL_OPERATION_RESHAPE, value, ACCEL_TYPE_F32, {}, {list({own})});
            if (value != Network::kNone && own < count) value = step(ACCEL_OPERATION_TILE, value, ACCEL_TYPE_F32, {}, {list({(count + own - 1) / own})});
            if (value != Network::kNone && static_cast<int64_t>(tensor(value).count()) != count) value = step(ACCEL_OPERATION_SLICE, value, ACCEL_TYPE_F32, {}, {list({0}), list({count})});
        }
        return value == Network::kNone ? value : step(ACCEL_OPERATION_RESHAPE, value, ACCEL_TYPE_F32, {}, {list(wanted.dims)});
    }

    Random random_;
    uint64_t seed_;
    std::vector<Subject> subjects_;
    Network network_;
    std::vector<size_t> pool_;  ///< values that may go on
};

}  // namespace

Network woven(const std::vector<Subject> &subjects, uint64_t seed, size_t members) { return Weaver(subjects, seed).weave(members); }

}  // namespace accel::conformance
