// SPDX-License-Identifier: MIT
// One node for tests of rules.
#pragma once

#include <accel/graph/rules.h>

#include <cstring>
#include <deque>
#include <string>
#include <utility>

namespace accel::graph::testing {

/// Owns what an Applied points to. Operands and results are numbered in the order in which they are added.
class TestNode {
public:
    explicit TestNode(uint32_t operation) { desc_.operation = operation; }

    TestNode &operand(Shape shape, uint32_t type = ACCEL_TYPE_F32)
    {
        add(operands_, std::move(shape), type);
        return *this;
    }
    template <class Value> TestNode &constant(Shape shape, uint32_t type, const std::vector<Value> &values)
    {
        accel_tensor_desc &desc = add(operands_, std::move(shape), type);
        auto &bytes = data_.emplace_back(values.size() * sizeof(Value));
        if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
        desc.data = bytes.empty() ? reinterpret_cast<const uint8_t *>("") : bytes.data();
        desc.data_bytes = bytes.size();
        return *this;
    }
    /// What a value operand holds.
    TestNode &list(const std::vector<int64_t> &values) { return constant<int64_t>({static_cast<int64_t>(values.size())}, ACCEL_TYPE_I64, values); }
    TestNode &absent()
    {
        operands_.push_back(nullptr);
        return *this;
    }
    TestNode &result(Shape shape = {}, uint32_t type = ACCEL_TYPE_F32)
    {
        add(results_, std::move(shape), type);
        return *this;
    }
    /// Another shape and type for the only result.
    TestNode &set_result(Shape shape, uint32_t type)
    {
        results_.clear();
        return result(std::move(shape), type);
    }
    TestNode &ints(uint32_t key, std::vector<int64_t> values)
    {
        const auto &kept = ints_.emplace_back(std::move(values));
        attributes_.push_back({key, accel_attribute_kind_of(key), "", kept.data(), kept.size()});
        return *this;
    }
    TestNode &string(uint32_t key, std::string value)
    {
        const auto &kept = strings_.emplace_back(std::move(value));
        attributes_.push_back({key, ACCEL_ATTRIBUTE_KIND_STRING, "", &bytes_.emplace_back(accel_bytes{kept.data(), kept.size()}), 1});
        return *this;
    }
    TestNode &strings(uint32_t key, std::vector<std::string> values)
    {
        auto &views = lists_.emplace_back();
        for (std::string &value : values) {
            const auto &kept = strings_.emplace_back(std::move(value));
            views.push_back({kept.data(), kept.size()});
        }
        attributes_.push_back({key, accel_attribute_kind_of(key), "", views.data(), views.size()});
        return *this;
    }
    TestNode &floats(uint32_t key, std::vector<float> values)
    {
        const auto &kept = floats_.emplace_back(std::move(values));
        attributes_.push_back({key, accel_attribute_kind_of(key), "", kept.data(), kept.size()});
        return *this;
    }
    uint32_t symbol(std::string name, int64_t least, int64_t most)
    {
        symbols_.push_back({std::move(name), least, most});
        return static_cast<uint32_t>(symbols_.size() - 1);
    }

    Applied get()
    {
        desc_.attributes = attributes_.data();
        desc_.attribute_count = static_cast<uint32_t>(attributes_.size());
        return {&desc_, sizeof(accel_attribute), operands_, results_, symbols_};
    }
    /// As text: "[1,3] [2]", "?" where only values tell, or the sentence that refuses.
    std::string shapes()
    {
        Contradiction why;
        const auto inferred = infer_shapes(get(), &why);
        if (!inferred) return why.sentence;
        std::string out;
        for (const auto &shape : *inferred) out += (out.empty() ? "" : " ") + (shape ? text(symbols_, *shape) : "?");
        return out;
    }

    accel_tensor_desc &tensor(size_t number) { return tensors_[number]; }

private:
    accel_tensor_desc &add(std::vector<const accel_tensor_desc *> &list, Shape shape, uint32_t type)
    {
        const Shape &kept = shapes_.emplace_back(std::move(shape));
        accel_tensor_desc &desc = tensors_.emplace_back();
        desc.name = names_.emplace_back("t" + std::to_string(tensors_.size() - 1)).c_str();
        desc.type = type;
        desc.rank = static_cast<uint32_t>(kept.size());
        desc.dims = kept.data();
        list.push_back(&desc);
        return desc;
    }

    std::deque<Shape> shapes_;
    std::deque<std::string> names_, strings_;
    std::deque<accel_tensor_desc> tensors_;
    std::deque<std::vector<uint8_t>> data_;
    std::deque<std::vector<int64_t>> ints_;
    std::deque<std::vector<float>> floats_;
    std::deque<accel_bytes> bytes_;
    std::deque<std::vector<accel_bytes>> lists_;
    std::vector<accel_attribute> attributes_;
    std::vector<const accel_tensor_desc *> operands_, results_;
    std::vector<Symbol> symbols_;
    accel_node_desc desc_{};
};

}  // namespace accel::graph::testing
