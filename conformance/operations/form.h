// SPDX-License-Identifier: MIT
// A question about one operation while it is drawn: what each shape rule of the catalog adds to it.
#pragma once

#include <deque>

#include "draw.h"
#include "subject.h"
#include "support/graph.h"

namespace accel::conformance {

class Form {
public:
    Form(const Subject &subject, const std::vector<Aspect> &aspects, const Configuration &configuration, Draw &draw);

    const Subject &subject;
    const OperationRow &row;
    Draw &draw;
    Question question;
    std::vector<Tensor> around;                  ///< inputs of the graph that regions take
    std::vector<GraphBuilder::Branch> branches;  ///< of an operation with regions: what they take is numbered as in `around`

    /// The choice of an aspect; 0 where the operation has none of that name.
    size_t choice(std::string_view aspect) const;
    size_t choice(accel_attribute_key key) const;
    Sizes sizes() const { return static_cast<Sizes>(choice("sizes")); }
    Values values() const { return static_cast<Values>(choice("values")); }
    /// As values(), without NaN and infinity.
    Values finite_values() const { return values() == kSpecialValues ? kPlainValues : values(); }
    /// Where the operation's arguments lie.
    Reals range() const;

    /// Is the first operand a stored integer that stands for a real number?
    bool quantised() const;
    bool requantises() const { return subject.rounding != ACCEL_ROUNDING_NONE; }

    /// Operands are given in order. What is constant is no input of the graph.
    const Tensor &x(const Dims &dims);
    const Tensor &operand(accel_type type, const Dims &dims, std::vector<char> bytes, bool constant, const Quantization &quantization = {});
    void absent() { question.operands.push_back(nullptr), constant_.push_back(false); }
    /// What a value operand holds; in I32 now and then where the operation takes that.
    void list(const Dims &values);
    void real(float value);
    bool is_constant(size_t position) const { return constant_[position]; }
    /// The tensors that the question's operands are; it points to them wherever they go.
    std::deque<Tensor> take_tensors() { return std::move(tensors_); }
    /// Whether operands behind the first are constants.
    bool second_is_constant(bool plain) const { return (choice("second") == 0) == plain; }
    /// The type of the operand at a position: the first one's, or as the choice of "second-type" says.
    accel_type type_of(size_t position) const;
    /// Every type of a set, over all choices and kinds of sizes.
    accel_type type_among(uint32_t types, size_t choice) const;

    /// A result; of a requantising operation with about that scale.
    void result(double scale = 0.1, const Dims &declared = {});
    /// A result as the first operand is.
    void same_result(const Dims &declared = {});

    void set(accel_attribute_key key, const Dims &values) { question.ints[key] = values; }
    void set_real(accel_attribute_key key, double value) { question.reals[key] = static_cast<float>(value); }
    void set_text(accel_attribute_key key, std::string value) { question.texts[key] = std::move(value); }
    void set_reals(accel_attribute_key key, std::vector<float> values) { question.real_lists[key] = std::move(values); }
    void set_texts(accel_attribute_key key, std::vector<std::string> values) { question.text_lists[key] = std::move(values); }

    /// Bounds of a fused activation, as the choice of "clamp" says, between results: some are beyond, some are not.
    void clamp(const std::vector<Answer> &unbounded);

private:
    accel_type result_type() const;

    const std::vector<Aspect> &aspects_;
    const Configuration &configuration_;
    std::deque<Tensor> tensors_;
    std::vector<bool> constant_;
};

/// Draws operands, attributes and results for one shape rule.
using Former = void (*)(Form &form);

/// Throws where the suite does not know the rule.
Former former_of(std::string_view shape_rule);

// window_form.cpp
void form_convolution(Form &form);
void form_transposed_convolution(Form &form);
void form_integer_convolution(Form &form);
void form_window(Form &form);
// recurrent_form.cpp
void form_recurrent(Form &form);
// matrix_form.cpp
void form_gemm(Form &form);
void form_matmul(Form &form);
void form_integer_matmul(Form &form);
// element_form.cpp
void form_same(Form &form);
void form_same_along_axis(Form &form);
void form_per_channel(Form &form);
void form_broadcast(Form &form);
void form_global_window(Form &form);
void form_reduce(Form &form);
void form_reduce_one(Form &form);
void form_along_given_axis(Form &form);
void form_sizes(Form &form);
// statistics_form.cpp
void form_normalization(Form &form);
void form_grouped_channels(Form &form);
void form_same_along_axes(Form &form);
void form_beside_channels(Form &form);
void form_per_feature(Form &form);
void form_with_one_scale(Form &form);
// move_form.cpp
void form_depth_to_space(Form &form);
void form_space_to_depth(Form &form);
void form_range(Form &form);
void form_reshape(Form &form);
void form_permute(Form &form);
void form_concat(Form &form);
void form_slice(Form &form);
void form_split(Form &form);
void form_pad(Form &form);
void form_gather(Form &form);
void form_expand(Form &form);
// place_form.cpp
void form_tile(Form &form);
void form_as_indices(Form &form);
void form_gather_nd(Form &form);
void form_scatter_elements(Form &form);
void form_scatter_nd(Form &form);
void form_triangle(Form &form);
void form_top(Form &form);
// resize_form.cpp
void form_resize(Form &form);
// sample_form.cpp
void form_sampled(Form &form);
void form_reinterpreted(Form &form);
void form_places_found(Form &form);
void form_boxes_kept(Form &form);
// control_form.cpp
void form_region(Form &form);

/// An axis of a shape as a choice of AXIS says: the plain one, the first, the last, any; SIZE_MAX: none is named.
size_t drawn_axis(Form &form, const Dims &dims, size_t plain);

}  // namespace accel::conformance
