// SPDX-License-Identifier: MIT
// TfIdfVectorizer of numbers: how often each gram of a pool occurs in a row, its elements so far apart as may be skipped.
#include "ops.h"
#include "steps.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

struct Gram {
    std::vector<int64_t> elements;
    int64_t column;
};

struct Pool {
    int64_t least, most, skips;  ///< lengths of grams, and how many elements may lie between two of one
    std::vector<Gram> grams;     ///< of those lengths
    int64_t columns = 0;
};

std::vector<int64_t> required(Node &node, const char *name)
{
    const auto given = node.integers(name);
    if (!given || given->empty()) {
        node.fail_corrupt("attribute '", name, "' is missing");
    }
    return *given;
}

Pool read_pool(Node &node)
{
    Pool pool{node.integer("min_gram_length", 0), node.integer("max_gram_length", 0), node.integer("max_skip_count", 0), {}, 0};
    if (pool.least < 1 || pool.most < pool.least || pool.most > 64 || pool.skips < 0 || pool.skips > 1024) {
        node.fail_unsupported("grams of ", pool.least, " to ", pool.most, " elements that skip up to ", pool.skips);
    }
    if (node.strings("pool_strings")) {
        node.fail_unsupported("a pool of strings");
    }
    const std::vector<int64_t> elements = required(node, "pool_int64s"), starts = required(node, "ngram_counts"), columns = required(node, "ngram_indexes");
    for (const int64_t column : columns) {
        if (column < 0 || column > kSizeMax) {
            node.fail_corrupt("ngram_indexes has ", column);
        }
        pool.columns = std::max(pool.columns, column + 1);
    }
    size_t number = 0;
    for (size_t i = 0; i < starts.size(); ++i) {
        const auto length = static_cast<int64_t>(i + 1), end = i + 1 < starts.size() ? starts[i + 1] : static_cast<int64_t>(elements.size());
        if (starts[i] < 0 || end < starts[i] || end > static_cast<int64_t>(elements.size()) || (end - starts[i]) % length != 0) {
            node.fail_corrupt("ngram_counts do not cut the pool of ", elements.size(), " elements into grams");
        }
        for (int64_t at = starts[i]; at < end; at += length, ++number) {
            if (number >= columns.size()) {
                node.fail_corrupt("ngram_indexes has ", columns.size(), " values for more grams");
            }
            if (length >= pool.least && length <= pool.most) {
                pool.grams.push_back({{elements.begin() + at, elements.begin() + at + length}, columns[number]});
            }
        }
    }
    return pool;
}

/// Grams of one length; of equal ones the last one counts.
std::vector<Gram> of_length(const Pool &pool, int64_t length)
{
    std::vector<Gram> grams;
    for (const Gram &gram : pool.grams) {
        if (static_cast<int64_t>(gram.elements.size()) == length) {
            std::erase_if(grams, [&](const Gram &before) { return before.elements == gram.elements; });
            grams.push_back(gram);
        }
    }
    return grams;
}

/// How often each gram begins in a row of x, [rows, grams]; kNoValue: none has room.
ValueId occurrences(Steps &steps, ValueId x, const std::vector<Gram> &grams, int64_t length, int64_t skips)
{
    ValueId total = kNoValue;
    const int64_t row = steps.dims(x)[2].size, distances = length == 1 ? 1 : skips + 1;
    for (int64_t distance = 1; distance <= distances && row > (length - 1) * distance; ++distance) {
        ValueId met = kNoValue;
        for (int64_t i = 0; i < length; ++i) {
            std::vector<int64_t> wanted;
            for (const Gram &gram : grams) {
                wanted.push_back(gram.elements[static_cast<size_t>(i)]);
            }
            const ValueId column = numbers(steps.node, ACCEL_TYPE_I64, wanted, {fixed_dim(static_cast<int64_t>(grams.size())), fixed_dim(1)});
            const ValueId same = steps.compare(ACCEL_OPERATION_EQUAL, steps.part(x, 2, i * distance, row - (length - 1) * distance), column);
            met = met == kNoValue ? same : steps.make(ACCEL_OPERATION_AND, met, same);
        }
        const ValueId count = sum_of(steps, steps.convert(met, ACCEL_TYPE_F32), {2}, false);
        total = total == kNoValue ? count : steps.make(ACCEL_OPERATION_ADD, total, count);
    }
    return total;
}

/// What a count becomes.
ValueId weighted(Steps &steps, ValueId counts, int64_t columns, const std::string &mode)
{
    if (mode == "IDF") {
        counts = steps.convert(steps.compare(ACCEL_OPERATION_GREATER, counts, one_value(steps.node, ACCEL_TYPE_F32, 0)), ACCEL_TYPE_F32);
    }
    const auto weights = steps.node.reals("weights");
    if (!weights || mode == "TF") {
        return counts;
    }
    if (static_cast<int64_t>(weights->size()) != columns) {
        steps.node.fail_corrupt("has ", weights->size(), " weights for ", columns, " columns");
    }
    return steps.make(ACCEL_OPERATION_MUL, counts, numbers(steps.node, ACCEL_TYPE_F32, *weights, {fixed_dim(columns)}));
}

}  // namespace

void tf_idf_vectorizer(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
    node.expect_rank(0, 1, 2);
    const Pool pool = read_pool(node);
    const std::string mode = node.string("mode").value_or("");
    if (mode != "TF" && mode != "IDF" && mode != "TFIDF") {
        node.fail_corrupt("attribute 'mode' is '", mode, "'");
    }
    Steps steps{node};
    const Dims given = node.input(0).dims;
    const accel_dim rows = given.size() == 2 ? given[0] : fixed_dim(1);
    const ValueId x = steps.convert(steps.shaped(node.input_id(0), {rows, fixed_dim(1), fixed_dim(known_size(node, given, given.size() - 1))}), ACCEL_TYPE_I64);
    const accel_dim columns = fixed_dim(pool.columns);
    ValueId counts = kNoValue;
    for (int64_t length = pool.least; length <= pool.most; ++length) {
        const std::vector<Gram> grams = of_length(pool, length);
        const ValueId met = grams.empty() ? kNoValue : occurrences(steps, x, grams, length, pool.skips);
        if (met == kNoValue) {
            continue;
        }
        std::vector<float> to(grams.size() * static_cast<size_t>(pool.columns));
        for (size_t i = 0; i < grams.size(); ++i) {
            to[i * static_cast<size_t>(pool.columns) + static_cast<size_t>(grams[i].column)] = 1;
        }
        const ValueId matrix = numbers(node, ACCEL_TYPE_F32, to, {fixed_dim(static_cast<int64_t>(grams.size())), columns});
        const ValueId part = steps.make(ACCEL_OPERATION_MATMUL, {met, matrix}, ACCEL_TYPE_F32, {rows, columns});
        counts = counts == kNoValue ? part : steps.make(ACCEL_OPERATION_ADD, counts, part);
    }
    if (counts == kNoValue) {
        counts = steps.spread(one_value(node, ACCEL_TYPE_F32, 0), {rows, columns});
    }
    const ValueId made = weighted(steps, counts, pool.columns, mode);
    steps.give(steps.shaped(made, given.size() == 2 ? Dims{rows, columns} : Dims{columns}));
}

}  // namespace accel::onnx::ops
