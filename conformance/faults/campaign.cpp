// SPDX-License-Identifier: MIT
// Which cases must see each mutant.
#include "mutant.h"
#include "operations/subject.h"
#include "reference/tensor.h"
#include "suite/kill_matrix.h"

#include <deque>

namespace accel::conformance {
namespace {

using faults::Harm;

constexpr uint32_t kTruth = 1u << ACCEL_TYPE_BOOL, kCounts = 1u << ACCEL_TYPE_I32 | 1u << ACCEL_TYPE_I64;

/// Whether each type and rounding has to show it. A wrong element shows everywhere, and so do sizes with a tail, also where many types take turns (0031), but for a result of whole blocks; few channels are left of what is reduced; ends,
/// NaN and bounds need not occur in each.
bool shows_everywhere(const faults::Mutant &mutant)
{
    if (mutant.harm == Harm::Tail) return mutant.row->operation != ACCEL_OPERATION_SPACE_TO_DEPTH;
    if (mutant.harm == Harm::Channel) return std::string_view(mutant.row->shape).substr(0, 6) != "reduce";
    return mutant.harm == Harm::Value;
}

/// Whether results of a subject can have what the harm changes.
bool shows(const faults::Mutant &mutant, const Subject &subject)
{
    const auto numeric_class = mutant.row->numeric_class;
    const bool real = is_real(subject.type), whole = !real && subject.rounding == ACCEL_ROUNDING_NONE;
    switch (mutant.harm) {
    case Harm::Saturation:
        // Functions have ends that are no infinity; whole numbers wrap, and reach an end by chance; of a truth value both ends are its values.
        if (numeric_class == NumericClass::Approx) return subject.operation == ACCEL_OPERATION_EXP;
        // Places and sums in wider types do not get there, nor features that are scaled; the least of many is the upper end only where all are.
        if ((mutant.row->result_types & ~kCounts) == 0 && mutant.row->result_types != 0) return false;
        if (subject.operation == ACCEL_OPERATION_REDUCE_MIN || subject.operation == ACCEL_OPERATION_SOFTSIGN || subject.operation == ACCEL_OPERATION_SCALER || subject.operation == ACCEL_OPERATION_DEQUANTIZE || subject.operation == ACCEL_OPERATION_SIGN || mutant.row->result_types == kTruth || subject.type == ACCEL_TYPE_BOOL) return false;
        return !whole || (numeric_class == NumericClass::Exact && subject.operation != ACCEL_OPERATION_CAST);
    // Of what has no sign, the sign is 1 nearly everywhere.
    case Harm::Channel: return subject.operation != ACCEL_OPERATION_SIGN || !is_unsigned(subject.type);
    // NaN lies beyond no threshold.
    case Harm::Nan: return real && mutant.row->result_types == 0 && subject.operation != ACCEL_OPERATION_SHRINK && subject.operation != ACCEL_OPERATION_THRESHOLDED_RELU;
    default: return true;
    }
}

struct Kept {
    std::string name, what, cases;
};

}  // namespace

const std::vector<FaultInfo> &campaign_faults()
{
    static std::deque<Kept> kept;
    static const std::vector<FaultInfo> faults = [] {
        std::vector<FaultInfo> list;
        for (const auto &mutant : faults::all_mutants()) {
            std::string cases;
            size_t blind = 0;
            for (const auto &subject : subjects_of(*mutant.row)) {
                if (shows(mutant, subject))
                    cases.append(cases.empty() ? "" : " ").append(subject.id());
                else
                    ++blind;
            }
            if (cases.empty()) continue;
            if (blind == 0) cases = std::string("operations.").append(faults::dashed(mutant.row->name)).append(".*");
            const auto &texts = kept.emplace_back(Kept{mutant.name, mutant.what, cases});
            list.push_back({texts.name, mutant.row->real_rule, texts.what, texts.cases, "faulty", shows_everywhere(mutant)});
        }
        return list;
    }();
    return faults;
}

}  // namespace accel::conformance
