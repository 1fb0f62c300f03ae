// SPDX-License-Identifier: MIT
// Weights in panels (kernels/floats.h), of either precision, and what cells do with rows of values.
#pragma once

#include "../kernels/floats.h"

#include <algorithm>

namespace accel::cpu {

inline int64_t panel_elements(int64_t depth, int64_t columns) { return (columns + kPanelColumns - 1) / kPanelColumns * kPanelColumns * depth; }

// Of weights that at(column, k) answers.
template <typename Real, typename At> void pack_panels_of(const At &at, int64_t depth, int64_t columns, Real *panels)
{
    for (int64_t first = 0; first < columns; first += kPanelColumns)
        for (int64_t k = 0; k < depth; ++k)
            for (int64_t column = first; column < first + kPanelColumns; ++column)
                *panels++ = column < columns ? at(column, k) : Real{0};
}

// Of weights that have a row of `depth` values for each column.
template <typename Real> void pack_panels(const Real *rows, int64_t depth, int64_t columns, Real *panels)
{
    pack_panels_of([=](int64_t column, int64_t k) { return rows[column * depth + k]; }, depth, columns, panels);
}

// Rows of x by packed weights, added to rows of y.
template <typename Real> struct RowProduct {
    const Real *x = nullptr;
    int64_t x_step = 0;
    int64_t count = 0, depth = 0, columns = 0;
    const Real *panels = nullptr;
    Real *y = nullptr;
    int64_t y_step = 0;
};

inline void add_product(const RowProduct<float> &rows)
{
    float_kernels().cells.add_product({rows.x, rows.x_step, rows.count, rows.depth, rows.columns, rows.panels, rows.y, rows.y_step});
}

inline void add_product(const RowProduct<double> &rows)
{
    for (int64_t row = 0; row < rows.count; ++row)
        for (int64_t first = 0; first < rows.columns; first += kPanelColumns) {
            double sums[kPanelColumns] = {};
            const double *panel = rows.panels + first * rows.depth;
            for (int64_t k = 0; k < rows.depth; ++k, panel += kPanelColumns)
                for (int64_t column = 0; column < kPanelColumns; ++column)
                    sums[column] += rows.x[row * rows.x_step + k] * panel[column];
            for (int64_t column = 0; column < std::min(kPanelColumns, rows.columns - first); ++column)
                rows.y[row * rows.y_step + first + column] += sums[column];
        }
}

// The loops of CellKernels.
struct FloatCells {
    static void add(const float *a, const float *b, int64_t count, float *y) { float_kernels().cells.add(a, b, count, y); }
    static void multiply(const float *a, const float *b, int64_t count, float *y) { float_kernels().cells.multiply(a, b, count, y); }
    static void add_products(const float *a, const float *b, const float *c, const float *d, int64_t count, float *y) { float_kernels().cells.add_products(a, b, c, d, count, y); }
    static void mix(const float *share, const float *a, const float *b, int64_t count, float *y) { float_kernels().cells.mix(share, a, b, count, y); }
    static void add_rows(const float *from, int64_t from_step, int64_t rows, int64_t count, float *to, int64_t to_step) { float_kernels().cells.add_rows(from, from_step, rows, count, to, to_step); }
    static void bound(float *x, int64_t count, float low, float high) { float_kernels().bound(x, count, low, high, x); }
};

struct DoubleCells {
    static void add(const double *a, const double *b, int64_t count, double *y)
    {
        for (int64_t i = 0; i < count; ++i)
            y[i] = a[i] + b[i];
    }
    static void multiply(const double *a, const double *b, int64_t count, double *y)
    {
        for (int64_t i = 0; i < count; ++i)
            y[i] = a[i] * b[i];
    }
    static void add_products(const double *a, const double *b, const double *c, const double *d, int64_t count, double *y)
    {
        for (int64_t i = 0; i < count; ++i)
            y[i] = a[i] * b[i] + c[i] * d[i];
    }
    static void mix(const double *share, const double *a, const double *b, int64_t count, double *y)
    {
        for (int64_t i = 0; i < count; ++i)
            y[i] = (1 - share[i]) * a[i] + share[i] * b[i];
    }
    static void add_rows(const double *from, int64_t from_step, int64_t rows, int64_t count, double *to, int64_t to_step)
    {
        for (int64_t row = 0; row < rows; ++row, from += from_step, to += to_step)
            add(to, from, count, to);
    }
    static void bound(double *x, int64_t count, double low, double high)
    {
        for (int64_t i = 0; i < count; ++i)
            x[i] = x[i] < low ? low : x[i] > high ? high
                                                  : x[i];
    }
};

template <typename Real> struct CellsOf {
    using type = DoubleCells;
};
template <> struct CellsOf<float> {
    using type = FloatCells;
};

}  // namespace accel::cpu
