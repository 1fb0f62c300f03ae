// SPDX-License-Identifier: MIT
// What translators of attentions share: heads, and which keys a query may see.
#pragma once

#include "steps.h"

namespace accel::onnx::ops {

/// What tells which keys a query sees. Operands of the node by their values; none where it has none.
struct Sight {
    ValueId queries = kNoValue;  ///< [batch, heads, queries, values]
    ValueId keys = kNoValue;     ///< [batch, heads, keys, values], the past ones too
    ValueId past = kNoValue;     ///< the same of those that were there before
    ValueId mask = kNoValue;     ///< [[batch,] heads,] queries, keys: BOOL, or what is added to the scores
    ValueId filled = kNoValue;   ///< how many keys of each row of the batch count
    bool is_causal = false;
    int64_t left = -1, right = -1;  ///< how many keys beside a query's own place it sees; below 0: all
};

struct Seen {
    ValueId allowed = kNoValue;  ///< BOOL, stretches to the scores; none: everything
    ValueId added = kNoValue;    ///< F32, the same; none: nothing
    bool may_be_nothing = true;  ///< a query may see no key at all
};

/// [batch, places, heads * values] as [batch, heads, places, values], and back.
ValueId heads_apart(Steps &steps, ValueId x, int64_t heads);
ValueId heads_beside(Steps &steps, ValueId x);

Seen seen_keys(Steps &steps, const Sight &sight);

}  // namespace accel::onnx::ops
