// SPDX-License-Identifier: MIT
// The table from operators to their translators.
#include "ops.h"

#include <algorithm>
#include <iterator>

namespace accel::onnx {
namespace {

struct Row {
    std::string_view domain;
    std::string_view name;
    Translate translate;
};

constexpr Row kRows[] = {
    {"", "AffineGrid", ops::affine_grid},
    {"", "ArgMax", ops::arg_extreme},
    {"", "ArgMin", ops::arg_extreme},
    {"", "Attention", ops::attention},
    {"", "AveragePool", ops::average_pool},
    {"", "BatchNormalization", ops::batch_normalization},
    {"", "BitCast", ops::bit_cast},
    {"", "BlackmanWindow", ops::blackman_window},
    {"", "Cast", ops::cast},
    {"", "CausalConvWithState", ops::causal_convolution},
    {"", "CenterCropPad", ops::center_crop_pad},
    {"", "Clip", ops::clip},
    {"", "Col2Im", ops::col2im},
    {"", "Compress", ops::compress},
    {"", "Concat", ops::concat},
    {"", "Constant", ops::constant},
    {"", "ConstantOfShape", ops::constant_of_shape},
    {"", "Conv", ops::convolution},
    {"", "ConvInteger", ops::convolution_integer},
    {"", "ConvTranspose", ops::transposed_convolution},
    {"", "CumProd", ops::cumulative},
    {"", "CumSum", ops::cumulative},
    {"", "DFT", ops::dft},
    {"", "DeformConv", ops::deformed_convolution},
    {"", "DepthToSpace", ops::depth_to_space},
    {"", "DequantizeLinear", ops::dequantize_linear},
    {"", "Dropout", ops::dropout},
    {"", "DynamicQuantizeLinear", ops::dynamic_quantize_linear},
    {"", "Einsum", ops::einsum},
    {"", "Expand", ops::expand},
    {"", "EyeLike", ops::eye_like},
    {"", "Flatten", ops::flatten},
    {"", "GRU", ops::recurrent},
    {"", "Gather", ops::gather},
    {"", "GatherElements", ops::gather_elements},
    {"", "GatherND", ops::gather_nd},
    {"", "Gemm", ops::gemm},
    {"", "GlobalAveragePool", ops::global_average_pool},
    {"", "GlobalMaxPool", ops::global_max_pool},
    {"", "GridSample", ops::grid_sample},
    {"", "HammingWindow", ops::hamming_window},
    {"", "HannWindow", ops::hann_window},
    {"", "Hardmax", ops::hardmax},
    {"", "Identity", ops::identity},
    {"", "If", ops::if_else},
    {"", "LSTM", ops::recurrent},
    {"", "LayerNormalization", ops::layer_normalization},
    {"", "LinearAttention", ops::linear_attention},
    {"", "LogSoftmax", ops::softmax},
    {"", "LpNormalization", ops::lp_normalization},
    {"", "LpPool", ops::lp_pool},
    {"", "MatMul", ops::matmul},
    {"", "MatMulInteger", ops::matmul_integer},
    {"", "MaxPool", ops::max_pool},
    {"", "MaxUnpool", ops::max_unpool},
    {"", "MeanVarianceNormalization", ops::mean_variance_normalization},
    {"", "MelWeightMatrix", ops::mel_weight_matrix},
    {"", "NegativeLogLikelihoodLoss", ops::negative_log_likelihood_loss},
    {"", "NonMaxSuppression", ops::non_max_suppression},
    {"", "NonZero", ops::non_zero},
    {"", "OneHot", ops::one_hot},
    {"", "PRelu", ops::prelu},
    {"", "Pad", ops::pad},
    {"", "QLinearConv", ops::qlinear_conv},
    {"", "QLinearMatMul", ops::qlinear_matmul},
    {"", "QuantizeLinear", ops::quantize_linear},
    {"", "RMSNormalization", ops::rms_normalization},
    {"", "RNN", ops::recurrent},
    {"", "Range", ops::range},
    {"", "ReduceL1", ops::reduce},
    {"", "ReduceL2", ops::reduce},
    {"", "ReduceLogSum", ops::reduce},
    {"", "ReduceLogSumExp", ops::reduce},
    {"", "ReduceMax", ops::reduce},
    {"", "ReduceMean", ops::reduce},
    {"", "ReduceMin", ops::reduce},
    {"", "ReduceProd", ops::reduce},
    {"", "ReduceSum", ops::reduce},
    {"", "ReduceSumSquare", ops::reduce},
    {"", "Reshape", ops::reshape},
    {"", "Resize", ops::resize},
    {"", "ReverseSequence", ops::reverse_sequence},
    {"", "RotaryEmbedding", ops::rotary_embedding},
    {"", "STFT", ops::stft},
    {"", "Scatter", ops::scatter_elements},
    {"", "ScatterElements", ops::scatter_elements},
    {"", "ScatterND", ops::scatter_nd},
    {"", "Shape", ops::shape},
    {"", "SimplifiedLayerNormalization", ops::simplified_layer_normalization},
    {"", "Size", ops::size},
    {"", "Slice", ops::slice},
    {"", "Softmax", ops::softmax},
    {"", "SoftmaxCrossEntropyLoss", ops::softmax_cross_entropy_loss},
    {"", "SpaceToDepth", ops::space_to_depth},
    {"", "Split", ops::split},
    {"", "Squeeze", ops::squeeze},
    {"", "SwiGLU", ops::swiglu},
    {"", "TensorScatter", ops::tensor_scatter},
    {"", "TfIdfVectorizer", ops::tf_idf_vectorizer},
    {"", "Tile", ops::tile},
    {"", "TopK", ops::top_k},
    {"", "Transpose", ops::transpose},
    {"", "Trilu", ops::trilu},
    {"", "Unsqueeze", ops::unsqueeze},
    {"", "Upsample", ops::upsample},
    {"ai.onnx.ml", "ArrayFeatureExtractor", ops::array_feature_extractor},
    {"ai.onnx.ml", "Binarizer", ops::binarizer},
    {"ai.onnx.ml", "LabelEncoder", ops::label_encoder},
    {"ai.onnx.ml", "LinearClassifier", ops::linear_classifier},
    {"ai.onnx.ml", "LinearRegressor", ops::linear_regressor},
    {"ai.onnx.ml", "Normalizer", ops::normalizer},
    {"ai.onnx.ml", "TreeEnsembleClassifier", ops::tree_classifier},
    {"ai.onnx.ml", "TreeEnsembleRegressor", ops::tree_regressor},
    {"ai.onnx.ml", "ZipMap", ops::zip_map},
    {"com.microsoft", "Attention", ops::microsoft_attention},
    {"com.microsoft", "BiasGelu", ops::exact_gelu},
    {"com.microsoft", "DequantizeLinear", ops::dequantize_linear},
    {"com.microsoft", "DynamicQuantizeLSTM", ops::dynamic_quantize_lstm},
    {"com.microsoft", "DynamicQuantizeMatMul", ops::dynamic_quantize_matmul},
    {"com.microsoft", "EmbedLayerNormalization", ops::embed_layer_normalization},
    {"com.microsoft", "FastGelu", ops::fast_gelu},
    {"com.microsoft", "FusedConv", ops::fused_conv},
    {"com.microsoft", "FusedGemm", ops::fused_gemm},
    {"com.microsoft", "FusedMatMul", ops::fused_matmul},
    {"com.microsoft", "Gelu", ops::exact_gelu},
    {"com.microsoft", "MatMulIntegerToFloat", ops::matmul_integer_to_float},
    {"com.microsoft", "MatMulNBits", ops::matmul_few_bits},
    {"com.microsoft", "MultiHeadAttention", ops::multi_head_attention},
    {"com.microsoft", "QAttention", ops::quantised_attention},
    {"com.microsoft", "QGemm", ops::qgemm},
    {"com.microsoft", "QLinearAdd", ops::qlinear_add},
    {"com.microsoft", "QLinearAveragePool", ops::qlinear_average_pool},
    {"com.microsoft", "QLinearConcat", ops::qlinear_concat},
    {"com.microsoft", "QLinearGlobalAveragePool", ops::qlinear_global_average_pool},
    {"com.microsoft", "QLinearLeakyRelu", ops::qlinear_leaky_relu},
    {"com.microsoft", "QLinearMul", ops::qlinear_mul},
    {"com.microsoft", "QLinearSigmoid", ops::qlinear_sigmoid},
    {"com.microsoft", "QLinearSoftmax", ops::qlinear_softmax},
    {"com.microsoft", "QLinearWhere", ops::qlinear_where},
    {"com.microsoft", "QuantizeLinear", ops::quantize_linear},
    {"com.microsoft", "QuickGelu", ops::quick_gelu},
    {"com.microsoft", "SkipLayerNormalization", ops::skip_layer_normalization},
    {"com.microsoft", "SkipSimplifiedLayerNormalization", ops::skip_rms_normalization},
};

const Row *find_row(std::string_view domain, std::string_view name)
{
    const Row *row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row &each) { return each.domain == domain && each.name == name; });
    return row != std::end(kRows) ? row : nullptr;
}

}  // namespace

Translate find_operator(std::string_view domain, std::string_view name)
{
    if (const Row *row = find_row(domain, name)) {
        return row->translate;
    }
    const OperatorSchema *schema = find_schema(domain, name);
    return schema != nullptr && schema->family != Family::kOther ? ops::by_record : nullptr;
}

size_t operator_count()
{
    const auto only_by_record = [](const OperatorSchema &schema) { return schema.family != Family::kOther && find_row(schema.domain, schema.name) == nullptr; };
    return std::size(kRows) + static_cast<size_t>(std::ranges::count_if(schemas(), only_by_record));
}

}  // namespace accel::onnx
