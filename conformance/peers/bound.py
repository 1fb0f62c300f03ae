# SPDX-License-Identifier: MIT
"""How far the results of a whole f32 model may lie from a peer's.

The contract's rule N-2 bounds one dot product by its number of roundings R, in units of half an ulp of the sum of its products' magnitudes, the mass: each
result errs by at most 2 R, and the squares of n results sum to at most 1.6 R n, since errors behave like a random walk (conformance/reference/bound.h).
Here the same two limits judge a model, with these substitutions:

- R counts the roundings of the longest chain of nodes (roundings.py).
- The mass is not known. Its place takes the largest magnitude of the output: values near 0 in an output of large ones are what cancellation left over,
  and an output that is small everywhere is judged by its own size.
- The peer is not exact either. It errs as much as we do, so both limits are twice as wide.

N-2's third limit, on the plain sum of the errors, needs errors that are independent of each other. Those of one model are not: each error early in the chain
reaches many outputs with the same sign. So it is left out.
"""
import math

HALF_ULP = 2.0 ** -24  # of a number in [1, 2)
SMALLEST_NORMAL = 2.0 ** -126
VARIANCE_PER_ROUNDING = 1.6
SIDES = 2  # ours and the peer's


def judge(ours, theirs, roundings):
    """(what is wrong, or None; worst share of a limit), of two equally long lists of numbers."""
    if len(ours) != len(theirs) or not ours:
        return f"{len(ours)} values, the peer has {len(theirs)}", math.inf
    for whose, values in (("ours", ours), ("the peer's", theirs)):
        for index, value in enumerate(values):
            if not math.isfinite(value):
                return f"value {index} of {whose} is {value}", math.inf
    unit = max(HALF_ULP * max(abs(value) for value in theirs), SMALLEST_NORMAL)
    errors = [(our - their) / unit for our, their in zip(ours, theirs)]
    worst = max(range(len(errors)), key=lambda index: abs(errors[index]))
    limit = SIDES * 2 * roundings
    squares, squares_limit = sum(error * error for error in errors), SIDES * VARIANCE_PER_ROUNDING * roundings * len(errors)
    share = max(abs(errors[worst]) / limit, math.sqrt(squares / squares_limit))
    if abs(errors[worst]) > limit:
        return f"value {worst} is {ours[worst]}, the peer's {theirs[worst]}: a difference of {errors[worst]:.1f} half ulps of the output, limit {limit}", share
    if squares > squares_limit:
        return f"the differences' squares sum to {squares:.0f}, limit {squares_limit:.0f}", share
    return None, share
