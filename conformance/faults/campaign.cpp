// SPDX-License-Identifier: MIT
// Which cases must see each mutant.
#include "../operations/subject.h"
#include "../suite/kill_matrix.h"
#include "mutant.h"

#include <deque>

namespace accel::conformance {
namespace {

using faults::Harm;

/// Whether results of a subject can have what the harm changes.
bool shows(const faults::Mutant &mutant, const Subject &subject)
{
    const auto numeric_class = mutant.row->numeric_class;
    const bool real = subject.type == ACCEL_TYPE_F32, whole = !real && subject.rounding == ACCEL_ROUNDING_NONE;
    switch (mutant.harm) {
    case Harm::Saturation:
        // Functions have ends that are no infinity; whole numbers wrap, and reach an end by chance; of a truth value both ends are its values.
        if (numeric_class == NumericClass::Approx) return subject.operation == ACCEL_OPERATION_EXP;
        if (subject.operation == ACCEL_OPERATION_DEQUANTIZE || subject.type == ACCEL_TYPE_BOOL) return false;
        return !whole || (numeric_class == NumericClass::Exact && subject.operation != ACCEL_OPERATION_CAST);
    case Harm::Nan: return real && mutant.row->result_types == 0;
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
                if (shows(mutant, subject)) cases.append(cases.empty() ? "" : " ").append(subject.id());
                else ++blind;
            }
            if (cases.empty()) continue;
            if (blind == 0) cases = std::string("operations.").append(faults::dashed(mutant.row->name)).append(".*");
            const auto &texts = kept.emplace_back(Kept{mutant.name, mutant.what, cases});
            // A wrong element shows in every type and rounding; ends, NaN and bounds need not occur in each.
            const bool everywhere = mutant.harm == Harm::Value || mutant.harm == Harm::Tail || mutant.harm == Harm::Channel;
            list.push_back({texts.name, mutant.row->real_rule, texts.what, texts.cases, "faulty", everywhere});
        }
        return list;
    }();
    return faults;
}

}  // namespace accel::conformance
