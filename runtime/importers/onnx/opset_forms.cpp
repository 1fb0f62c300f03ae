// SPDX-License-Identifier: MIT
// Nodes of every operator, as each opset writes them.
#include "opset_forms.h"
#include "schema.h"

#include <algorithm>

namespace accel::onnx::test {
namespace {

ModelText constant_branch(float value)
{
    ModelText text;
    text.initializers = {floats_tensor("t", {2, 3}, std::vector<float>(6, value))};
    text.outputs = {named("t")};
    return text;
}

std::string real(std::string_view name, const std::vector<int64_t> &dims)
{
    int64_t count = 1;
    for (const int64_t size : dims) {
        count *= size;
    }
    std::vector<float> values(static_cast<size_t>(count));
    for (size_t i = 0; i < values.size(); ++i) {
        values[i] = 0.5f + static_cast<float>(i);
    }
    return floats_tensor(name, dims, values);
}

std::string zero_point(std::string_view name) { return bytes_tensor(name, {}, {0}); }

/// Integers that were an attribute before opset `since` and are operand 1 from there on.
auto moved(const char *name, std::vector<int64_t> values, int64_t since, size_t outputs = 1)
{
    return [=](int64_t opset) {
        return opset < since ? Form{{"x"}, {attr_ints(name, values)}, {}, outputs} : Form{{"x", "v"}, {}, {ints_tensor("v", values)}, outputs};
    };
}

Form clip(int64_t opset)
{
    return opset < 11 ? Form{{"x"}, {attr_real("min", 0), attr_real("max", 6)}} : Form{{"x", "lo", "hi"}, {}, {scalar_tensor("lo", 0), scalar_tensor("hi", 6)}};
}

Form pad(int64_t opset)
{
    return opset < 11 ? Form{{"x"}, {attr_ints(opset < 2 ? "paddings" : "pads", {0, 1, 0, 2}), attr_real("value", 2)}}
                      : Form{{"x", "p", "v"}, {}, {ints_tensor("p", {0, 1, 0, 2}), scalar_tensor("v", 2)}};
}

auto pad_by(const char *mode)
{
    return [mode](int64_t opset) {
        Form form = pad(opset);
        form.attributes.push_back(attr_string("mode", mode));
        return form;
    };
}

Form slice(int64_t opset)
{
    return opset < 10 ? Form{{"x"}, {attr_ints("axes", {1}), attr_ints("starts", {1}), attr_ints("ends", {3})}}
                      : Form{{"x", "s", "e", "a"}, {}, {ints_tensor("s", {1}), ints_tensor("e", {3}), ints_tensor("a", {1})}};
}

Form split_evenly(int64_t opset) { return {{"x"}, opset < 18 ? Attributes{} : Attributes{attr_int("num_outputs", 2)}, {}, 2}; }

Form cast(int64_t opset) { return {{"x"}, {opset < 6 ? attr_string("to", "INT32") : attr_int("to", kInt32)}}; }

/// What is resized as opset 10 did it.
Form resize(int64_t opset)
{
    const std::string scales = floats_tensor("s", {2}, {2, 1.5f});
    return opset < 11 ? Form{{"x", "s"}, {}, {scales}} : Form{{"x", "", "s"}, {attr_string("coordinate_transformation_mode", "asymmetric"), attr_string("nearest_mode", "floor")}, {scales}};
}

Form upsample(int64_t opset)
{
    return opset < 9 ? Form{{"x"}, {attr_reals("scales", {2, 1.5f})}} : Form{{"x", "s"}, {}, {floats_tensor("s", {2}, {2, 1.5f})}};
}

Form top_k(int64_t opset)
{
    return opset < 10 ? Form{{"x"}, {attr_int("k", 2)}, {}, 2} : Form{{"x", "v"}, {}, {ints_tensor("v", {2})}, 2};
}

/// Below opset 7 inference is asked for.
Form for_inference(Form form, int64_t opset)
{
    if (opset < 7) {
        form.attributes.push_back(attr_int("is_test", 1));
    }
    return form;
}

/// Below opset 7 an operand spreads where it is told to.
Form spreading(Form form, int64_t opset)
{
    if (opset < 7) {
        form.attributes.push_back(attr_int("broadcast", 1));
    }
    return form;
}

/// Below opset 7 the first output is asked for.
Form with_sequence(Form form, int64_t opset)
{
    if (opset < 7) {
        form.attributes.push_back(attr_int("output_sequence", 1));
    }
    return form;
}

Form transform(int64_t opset) { return opset < 20 ? Form{{"x"}, {attr_int("axis", 0)}} : Form{{"x", "", "v"}, {}, {indices_tensor("v", {}, {0})}}; }

const Form kPool{{"x"}, {attr_ints("kernel_shape", {2, 2})}};
const Form kWithVector{{"x", "c"}, {}, {real("c", {3})}};
Form with_slope(int64_t) { return {{"x", "c"}, {}, {real("c", {1})}}; }
Form gemm(int64_t opset) { return spreading({{"x", "w", "c"}, {}, {real("w", {3, 4}), real("c", {4})}}, opset); }
Form normalisation(int64_t opset) { return for_inference({{"x", "c", "c", "c", "c"}, {}, {real("c", {3})}}, opset); }
Form dropout(int64_t opset) { return for_inference({}, opset); }
const std::vector<DimText> kImage = {1, 2, 5, 6};

/// What stores numbers as bytes, or multiplies bytes.
std::vector<Operator> stored_operators()
{
    const Tensors quantised = {scalar_tensor("s", 0.5f), zero_point("z"), bytes_tensor("w", {2, 2, 1, 1}, {1, 2, 3, 4}), bytes_tensor("m", {3, 2}, {1, 2, 3, 4, 5, 6})};
    return {
        {"QuantizeLinear", always({{"x", "s", "z"}, {}, quantised}), 10, {2, 3}, kFloat, {{13, attr_int("axis", 1)}, {19, attr_int("saturate", 1)}, {21, attr_int("block_size", 0)}, {23, attr_int("precision", 0)}}},
        {"DequantizeLinear", always({{"x", "s", "z"}, {}, quantised}), 10, {2, 3}, kInt8, {{13, attr_int("axis", 1)}, {21, attr_int("block_size", 0)}, {23, attr_int("output_dtype", kFloat)}}},
        {"QLinearConv", always({{"x", "s", "z", "w", "s", "z", "s", "z"}, {}, quantised}), 10, kImage, kInt8},
        {"QLinearMatMul", always({{"x", "s", "z", "m", "s", "z", "s", "z"}, {}, quantised}), 10, {2, 3}, kInt8},
        {"QLinearAdd", always({{"x", "s", "z", "x", "s", "z", "s", "z"}, {}, quantised}), 1, {2, 3}, kInt8, {}, "com.microsoft"},
        {"MatMulInteger", always({{"x", "m", "z"}, {}, quantised}), 10, {2, 3}, kInt8},
        {"ConvInteger", always({{"x", "w"}, {attr_ints("pads", {0, 0, 1, 0})}, quantised}), 10, kImage, kInt8},
    };
}

/// What becomes several operations by what is known of it.
std::vector<Operator> written_operators()
{
    const Tensors stored = {bytes_tensor("w", {1, 4, 8}, std::vector<int8_t>(32, 1)), bytes_tensor("r", {1, 2, 8}, std::vector<int8_t>(16, 2)), scalar_tensor("s", 0.5f), zero_point("z")};
    const Tensors frames = {indices_tensor("k", {}, {2}), real("w", {4})};
    return {
        {"Attention", always({{"x", "x", "x"}, {attr_int("is_causal", 1)}}), 23, {1, 2, 3, 4}, kFloat, {{25, attr_int("left_window_size", -1)}, {25, attr_int("right_window_size", -1)}}},
        {"CausalConvWithState", always({{"x", "w"}, {attr_string("activation", "silu")}, {real("w", {3, 1, 2})}, 2}), 27, {2, 3, 4}},
        {"LinearAttention", always({{"x", "x", "x"}, {attr_int("q_num_heads", 2), attr_int("kv_num_heads", 2), attr_string("update_rule", "linear")}, {}, 2}), 27, {1, 2, 6}},
        {"DFT", transform, 17, {2, 5, 1}},
        {"STFT", always({{"x", "k", "w"}, {}, frames}), 17, {1, 9, 1}},
        {"DynamicQuantizeLSTM", always({{"x", "w", "r", "", "", "", "", "", "s", "z", "s", "z"}, {}, stored}), 1, {3, 2, 4}, kFloat, {}, "com.microsoft"},
    };
}

/// What relates values to others of their tensor, moves blocks, or counts.
std::vector<Operator> related_operators()
{
    return {
        {"LayerNormalization", always({{"x", "c"}, {attr_real("epsilon", 0.5f)}, {real("c", {3})}}), 17, {2, 3}, kFloat, {{17, attr_int("stash_type", 1)}}},
        {"RMSNormalization", always({{"x", "c"}, {attr_int("axis", -1)}, {real("c", {3})}}), 23, {2, 3}, kFloat, {{23, attr_int("stash_type", 1)}}},
        {"GroupNormalization", always({{"x", "c", "c"}, {attr_int("num_groups", 2)}, {real("c", {2})}}), 21, kImage, kFloat, {{21, attr_int("stash_type", 1)}}},
        {"MeanVarianceNormalization", always({{"x"}, {attr_ints("axes", {-1})}}), 9},
        {"LRN", always({{"x"}, {attr_int("size", 3), attr_real("bias", 2)}}), 1, kImage},
        {"Scaler", always({{"x"}, {attr_reals("offset", {1}), attr_reals("scale", {1, 2, 3})}}), 1, {2, 3}, kFloat, {}, "ai.onnx.ml"},
        {"CastLike", always({{"x", "v"}, {}, {ints_tensor("v", {1})}}), 15, {2, 3}, kFloat, {{19, attr_int("saturate", 1)}, {24, attr_string("round_mode", "up")}}},
        {"Range", always({{"a", "b", "d"}, {}, {ints_tensor("a", {1}), ints_tensor("b", {9}), ints_tensor("d", {3})}}), 11, {2, 3}, kFloat, {{27, attr_int("stash_type", 1)}}},
        {"DepthToSpace", always({{"x"}, {attr_int("blocksize", 2)}}), 1, {1, 4, 5, 6}, kFloat, {{11, attr_string("mode", "DCR")}}},
        {"SpaceToDepth", always({{"x"}, {attr_int("blocksize", 2)}}), 1, {1, 2, 4, 6}, kFloat, {{28, attr_string("mode", "DCR")}}},
        {"DynamicQuantizeLinear", always({{"x"}, {}, {}, 3}), 11},
        {"NegativeLogLikelihoodLoss", always({{"x", "v"}, {attr_int("ignore_index", 5)}, {ints_tensor("v", {1, 0})}}), 12, {2, 3}},
        {"SoftmaxCrossEntropyLoss", always({{"x", "v", "c"}, {attr_string("reduction", "sum")}, {ints_tensor("v", {1, 0}), real("c", {3})}}), 12, {2, 3}},
        {"Hardmax", always({{"x"}, {attr_int("axis", 1)}})},
        {"LpNormalization", always({{"x"}, {attr_int("p", 1)}})},
        {"EyeLike", always({{"x"}, {attr_int("k", 1)}}), 9},
    };
}

/// What repeats elements, takes or puts them by indices, or resizes.
std::vector<Operator> placed_operators()
{
    return {
        {"Tile", always({{"x", "v"}, {}, {ints_tensor("v", {2, 1})}}), 6},
        {"GatherElements", always({{"x", "v"}, {attr_int("axis", 1)}, {indices_tensor("v", {1, 2}, {1, 0})}}), 11},
        {"GatherND", always({{"x", "v"}, {}, {indices_tensor("v", {1, 2}, {1, -1})}}), 11, {2, 3}, kFloat, {{12, attr_int("batch_dims", 0)}}},
        {"Scatter", always({{"x", "v", "c"}, {attr_int("axis", 1)}, {indices_tensor("v", {1, 1}, {2}), real("c", {1, 1})}}), 9},
        {"ScatterElements", always({{"x", "v", "c"}, {}, {indices_tensor("v", {1, 1}, {-1}), real("c", {1, 1})}}), 11, {2, 3}, kFloat, {{16, attr_string("reduction", "none")}}},
        {"ScatterND", always({{"x", "v", "c"}, {}, {indices_tensor("v", {1, 1}, {1}), real("c", {1, 3})}}), 11, {2, 3}, kFloat, {{16, attr_string("reduction", "none")}}},
        {"Resize", resize, 10, {2, 3}, kFloat, {{18, attr_int("antialias", 0)}, {18, attr_ints("axes", {0, 1})}, {18, attr_string("keep_aspect_ratio_policy", "stretch")}}},
        {"Upsample", upsample, 7},
        {"TopK", top_k, 1, {2, 3}, kFloat, {{11, attr_int("largest", 1)}, {11, attr_int("sorted", 1)}}},
        {"Trilu", always({{"x", "v"}, {attr_int("upper", 0)}, {indices_tensor("v", {}, {1})}}), 14},
        {"Pad", pad_by("reflect")},
        {"Pad", pad_by("edge")},
        {"Pad", pad_by("wrap"), 19},
    };
}

/// What becomes several operations, or a constant.
std::vector<Operator> translated_operators()
{
    const Tensors mel = {ints_tensor("n", {4}), ints_tensor("l", {16}), ints_tensor("r", {8192}), scalar_tensor("a", 0), scalar_tensor("b", 4096)};
    return {
        {"AffineGrid", always({{"x", "v"}, {}, {ints_tensor("v", {2, 1, 4, 5})}}), 20, {2, 2, 3}},
        {"AveragePool", always({{"x"}, {attr_ints("kernel_shape", {2, 2}), attr_ints("dilations", {2, 2})}}), 19, kImage},
        {"BlackmanWindow", always({{"v"}, {}, {ints_tensor("v", {5})}}), 17},
        {"CenterCropPad", always({{"x", "v"}, {}, {ints_tensor("v", {1, 6})}}), 18},
        {"Col2Im", always({{"x", "v", "b"}, {}, {ints_tensor("v", {3, 4}), ints_tensor("b", {2, 2})}}), 18, {1, 4, 6}},
        {"Dropout", always({{"x"}, {}, {}, 2}), 10},
        {"Einsum", always({{"x", "w"}, {attr_string("equation", "ij,kj->ki")}, {real("w", {4, 3})}}), 12},
        {"HammingWindow", always({{"v"}, {}, {ints_tensor("v", {5})}}), 17},
        {"HannWindow", always({{"v"}, {attr_int("periodic", 0)}, {ints_tensor("v", {5})}}), 17},
        {"LpPool", always(kPool), 2, kImage, kFloat, {{18, attr_int("ceil_mode", 0)}, {18, attr_ints("dilations", {1, 1})}}},
        {"MaxUnpool", always({{"x", "v"}, {attr_ints("kernel_shape", {2, 2}), attr_ints("strides", {2, 2})}, {indices_tensor("v", {1, 1, 1, 2}, {1, 6})}}), 9, {1, 1, 1, 2}},
        {"MelWeightMatrix", always({{"n", "l", "r", "a", "b"}, {}, mel}), 17},
        {"OneHot", always({{"x", "v", "c"}, {attr_int("axis", 1)}, {ints_tensor("v", {4}), real("c", {2})}}), 9},
        {"ReverseSequence", always({{"x", "v"}, {}, {ints_tensor("v", {1, 2, 1})}}), 10},
        {"RotaryEmbedding", always({{"x", "c", "c"}, {attr_int("interleaved", 1)}, {real("c", {1, 3, 2})}}), 23, {1, 2, 3, 4}},
        {"SwiGLU", always({{"x", "x"}, {attr_real("alpha", 1.5f)}}), 28},
        {"TensorScatter", always({{"x", "c", "v"}, {attr_int("axis", 1)}, {real("c", {2, 1}), ints_tensor("v", {1, 2})}}), 24},
        {"ArrayFeatureExtractor", always({{"x", "v"}, {}, {ints_tensor("v", {2, 0})}}), 1, {2, 3}, kFloat, {}, "ai.onnx.ml"},
        {"Binarizer", always({{"x"}, {attr_real("threshold", 0.5f)}}), 1, {2, 3}, kFloat, {}, "ai.onnx.ml"},
    };
}

/// What finds its places in values, or makes other numbers of the same bits.
std::vector<Operator> found_operators()
{
    const auto grid = [](int64_t opset) {
        return Form{{"x", "g"}, {attr_string("mode", opset < 20 ? "bilinear" : "linear"), attr_int("align_corners", 1)}, {real("g", {1, 2, 2, 2})}};
    };
    const Tensors boxes = {real("c", {2, 1, 3}), ints_tensor("v", {2})};
    const std::vector<Attr> grams = {attr_int("min_gram_length", 1), attr_int("max_gram_length", 2), attr_int("max_skip_count", 1), attr_string("mode", "TF"),
                                     attr_ints("ngram_counts", {0, 2}), attr_ints("ngram_indexes", {0, 1, 2}), attr_ints("pool_int64s", {4, 5, 4, 5})};
    return {
        {"BitCast", always({{"x"}, {attr_int("to", kInt32)}}), 26},
        {"Compress", always({{"x", "b"}, {attr_int("axis", -1)}, {raw_tensor("b", kBool, {2}, {"\1\0", 2})}}), 9},
        {"CumProd", always({{"x", "v"}, {}, {ints_tensor("v", {-1})}}), 26},
        {"DeformConv", always({{"x", "w", "o"}, {}, {real("w", {2, 2, 2, 2}), real("o", {1, 8, 4, 5})}}), 19, kImage},
        {"GridSample", grid, 16, kImage},
        {"NonMaxSuppression", always({{"x", "c", "v"}, {}, boxes}), 10, {2, 3, 4}},
        {"NonZero", always({}), 9},
        {"TfIdfVectorizer", always({{"x"}, grams}), 9, {6}, kInt32},
    };
}

/// What ONNX Runtime writes into models.
std::vector<Operator> fused_operators()
{
    std::vector<Operator> made{
        {"Gelu", always({}), 1},
        {"BiasGelu", always({{"x", "c"}, {}, {real("c", {3})}}), 1},
        {"FastGelu", always({{"x", "c"}, {}, {real("c", {3})}}), 1},
        {"QuickGelu", always({}), 1},
        {"FusedMatMul", always({{"x", "w"}, {attr_int("transB", 1), attr_real("alpha", 0.5f)}, {real("w", {4, 3})}}), 1},
        {"FusedConv", always({{"x", "w"}, {attr_string("activation", "Relu")}, {real("w", {4, 2, 2, 3})}}), 1, kImage},
        {"SkipLayerNormalization", always({{"x", "x", "c", "c"}, {}, {real("c", {3})}}), 1},
        {"SkipSimplifiedLayerNormalization", always({{"x", "x", "c"}, {}, {real("c", {3})}}), 1},
    };
    for (Operator &each : made) {
        each.domain = "com.microsoft";
    }
    return made;
}

std::vector<Operator> operators_by_hand()
{
    const std::vector<Added> shape_range = {{15, attr_int("start", 0)}};
    std::vector<Operator> made{
        {"Add", with_vector},
        {"PRelu", with_slope},
        {"AveragePool", always(kPool), 1, kImage, kFloat, {{10, attr_int("ceil_mode", 0)}, {19, attr_ints("dilations", {1, 1})}}},
        {"MaxPool", always(kPool), 1, kImage, kFloat, {{8, attr_int("storage_order", 0)}, {10, attr_int("ceil_mode", 0)}, {10, attr_ints("dilations", {1, 1})}}},
        {"GlobalAveragePool", always({}), 1, kImage},
        {"BatchNormalization", normalisation, 1, {2, 3}, kFloat, {{14, attr_int("training_mode", 0)}}},
        {"Cast", cast, 1, {2, 3}, kFloat, {{19, attr_int("saturate", 1)}, {24, attr_string("round_mode", "up")}}},
        {"Clip", clip},
        {"Concat", always({{"x", "c"}, {attr_int("axis", 1)}, {real("c", {2, 3})}})},
        {"Constant", always({{}, {attr_tensor("value", real("", {2}))}})},
        {"ConstantOfShape", always({{"v"}, {}, {ints_tensor("v", {2, 2})}}), 9},
        {"Conv", always({{"x", "w"}, {}, {real("w", {4, 2, 2, 3})}}), 1, kImage},
        {"ConvTranspose", always({{"x", "w"}, {}, {real("w", {2, 4, 2, 3})}}), 1, kImage},
        {"Dropout", dropout, 1, {2, 3}, kFloat, {{12, attr_int("seed", 3)}}},
        {"Identity", always({})},
        {"If", always({{"x"}, {attr_graph("then_branch", constant_branch(1)), attr_graph("else_branch", constant_branch(2))}}), kOpsetMin, {}, kBool},
        {"Expand", always({{"x", "v"}, {}, {ints_tensor("v", {4, 1, 3})}}), 8},
        {"Flatten", always({{"x"}, {attr_int("axis", 1)}}), 1, kImage},
        {"Gather", always({{"x", "v"}, {}, {ints_tensor("v", {1, 0})}})},
        {"Gemm", gemm},
        {"MatMul", always({{"x", "w"}, {}, {real("w", {3, 4})}})},
        {"Pad", pad},
        {"ArgMax", always({{"x"}, {attr_int("axis", 1)}}), 1, {2, 3}, kFloat, {{12, attr_int("select_last_index", 0)}}},
        {"ArgMin", always({{"x"}, {attr_int("keepdims", 0)}}), 1, {2, 3}, kFloat, {{12, attr_int("select_last_index", 0)}}},
        {"CumSum", always({{"x", "v"}, {}, {ints_tensor("v", {-1})}}), 11},
        {"GlobalMaxPool", always({}), 1, kImage},
        {"ReduceSum", moved("axes", {1}, 13), 1, {2, 3}, kFloat, {{13, attr_int("noop_with_empty_axes", 0)}}},
        {"LogSoftmax", always({{"x"}, {attr_int("axis", 1)}})},
        {"InstanceNormalization", always({{"x", "c", "c"}, {}, {real("c", {2})}}), 1, kImage},
        {"Selu", always({{"x"}, {attr_real("alpha", 1.5f), attr_real("gamma", 1.25f)}})},
        {"Reshape", moved("shape", {3, -1}, 5), 1, {2, 3}, kFloat, {{14, attr_int("allowzero", 0)}}},
        {"Shape", always({}), 1, {2, 3}, kFloat, shape_range},
        {"Size", always({})},
        {"Slice", slice},
        {"Softmax", always({{"x"}, {attr_int("axis", 1)}})},
        {"Softmax", always({})},
        {"Split", moved("split", {1, 2}, 13, 2), 1, {3}},
        {"Split", split_evenly, 1, {4}},
        {"Squeeze", moved("axes", {0}, 13), 1, {1, 3}},
        {"Unsqueeze", moved("axes", {1}, 13)},
        {"Transpose", always({{"x"}, {attr_ints("perm", {1, 0})}})},
    };
    for (const char *name : {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"}) {
        made.push_back({name, moved("axes", {1}, 18), 1, {2, 3}, kFloat, {{18, attr_int("noop_with_empty_axes", 0)}}});
    }
    for (const auto &[name, gates] : {std::pair{"LSTM", 4}, {"GRU", 3}, {"RNN", 1}}) {
        const Form cell{{"x", "w", "r"}, {attr_int("hidden_size", 2)}, {real("w", {1, 2 * gates, 4}), real("r", {1, 2 * gates, 2})}};
        made.push_back({name, [cell](int64_t opset) { return with_sequence(cell, opset); }, 1, {3, 2, 4}, kFloat, {{14, attr_int("layout", 0)}}});
    }
    for (const std::vector<Operator> &more : {related_operators(), stored_operators(), placed_operators(), written_operators(), translated_operators(), found_operators(), fused_operators(), operators_of_other_domains()}) {
        made.insert(made.end(), more.begin(), more.end());
    }
    return made;
}

/// x of a type that the operator takes in every opset, and constants of the same or, where they have types of their own, of F32. Attributes that have to be there say anything.
Operator by_record(const OperatorSchema &schema)
{
    const int64_t first = schema.opsets[0].first;
    const auto takes = [&](accel_type type) { return (schema.input(0, first)->types >> type & 1) != 0; };
    const int32_t x_type = takes(ACCEL_TYPE_F32) ? kFloat : takes(ACCEL_TYPE_BOOL) ? kBool
                                                                                   : kInt8;
    const auto form = [&schema, x_type](int64_t opset) {
        Form made;
        size_t count = 0;
        while (schema.input(count, opset) != nullptr && count < 2) {
            ++count;
        }
        count = schema.input(2, opset) != nullptr ? 3 : count;
        for (size_t i = 1; i < count; ++i) {
            const bool floats = (schema.input(i, opset)->types >> ACCEL_TYPE_F32 & 1) != 0;
            made.operands.push_back(floats ? "c" : "x");
        }
        made.constants = {real("c", {2, 3})};
        for (const auto &row : schema.attributes) {
            if (row.required && row.use == Use::kAttribute) {
                made.attributes.push_back(attr_string(row.name, "LEFT"));
            }
        }
        return made;
    };
    Operator op{std::string(schema.name), form, first, {2, 3}, x_type};
    op.domain = schema.domain;
    return op;
}

}  // namespace

Form with_vector(int64_t opset) { return spreading(kWithVector, opset); }

std::vector<Operator> operators()
{
    std::vector<Operator> all = operators_by_hand();
    for (const auto &schema : schemas()) {
        const bool by_hand = std::any_of(all.begin(), all.end(), [&](const Operator &op) { return op.name == schema.name && op.domain == schema.domain; });
        if (!by_hand && schema.family != Family::kOther) {
            all.push_back(by_record(schema));
        }
    }
    return all;
}

}  // namespace accel::onnx::test
