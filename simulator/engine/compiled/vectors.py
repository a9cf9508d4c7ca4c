"""Several runs side by side, one in each lane of the processor's registers.

To compiled code, a number of every lane is one number: loops are written as for a single run, and their arithmetic acts
on all lanes at once. Lanes never mix, so a run has the same bits in any lane and any company. Outside, the lane is the
last axis of an array of floats; :func:`lanes_of` takes it away.

Numba keeps compiled loops and looks only at the file of the loops for changes: after a change here, remove
`simulator/engine/__pycache__`.
"""

from __future__ import annotations

import math
import operator

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models, register_default
from numba.core.imputils import impl_ret_borrowed, lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic
from numpy.typing import NDArray

LANES = 16
"""Twice as many as the widest registers hold: the compiler takes two for one number, so two sums grow side by side and
addresses are worked out half as often. With 32 the caches hold too little of it."""

_BYTES = 8 * LANES


class _Lanes(types.Type):
    """A number for every lane."""

    def __init__(self) -> None:
        super().__init__(name=f"lanes({LANES})")


_lanes = _Lanes()
_vector = ir.VectorType(ir.DoubleType(), LANES)


@register_default(_Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, dmm, fe_type) -> None:
        super().__init__(dmm, fe_type, _vector)


def zeros(*shape: int) -> NDArray[np.float64]:
    """Return zeros of every lane, with the lane as the last axis, that begin where a line of the cache does."""
    size = math.prod(shape) * LANES
    memory = np.zeros(size + LANES)
    start = -memory.ctypes.data % _BYTES // 8
    return memory[start : start + size].reshape(*shape, LANES)


@intrinsic
def lanes_of(context, arrays):
    """Take the last axis of every array of a named tuple for the lane."""
    inside = [types.Array(_lanes, a.ndim - 1, "C", aligned=False) for a in arrays]
    result = types.NamedTuple(inside, arrays.instance_class)

    def write(context, builder, signature, arguments):
        found = []
        for i, (old, new) in enumerate(zip(arrays, inside, strict=True)):
            given = context.make_array(old)(context, builder, builder.extract_value(arguments[0], i))
            taken = context.make_array(new)(context, builder)
            size = context.get_constant(types.intp, LANES)
            taken.meminfo, taken.parent = given.meminfo, given.parent
            taken.nitems = builder.sdiv(given.nitems, size)
            taken.itemsize = context.get_constant(types.intp, _BYTES)
            taken.data = builder.bitcast(given.data, _vector.as_pointer())
            taken.shape = cgutils.pack_array(builder, cgutils.unpack_tuple(builder, given.shape)[:-1])
            taken.strides = cgutils.pack_array(builder, cgutils.unpack_tuple(builder, given.strides)[:-1])
            found.append(taken._getvalue())
        return impl_ret_borrowed(context, builder, result, context.make_tuple(builder, result, found))

    return result(arrays), write


def _spread(context, builder, kind, value):
    """Give a plain number to every lane."""
    if kind is _lanes:
        return value
    undefined, order = ir.Constant(_vector, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), LANES), None)
    one = builder.insert_element(undefined, context.cast(builder, value, kind, types.float64), ir.IntType(32)(0))
    return builder.shuffle_vector(one, undefined, order)


def _is_number(kind: types.Type) -> bool:
    return kind is _lanes or isinstance(kind, types.Number)


def _arithmetic(instruction: str, *operations) -> None:
    """Let compiled code use an operation on lanes, and on lanes and plain numbers."""

    def write(context, builder, signature, arguments):
        pairs = zip(signature.args, arguments, strict=True)
        return getattr(builder, instruction)(*(_spread(context, builder, kind, value) for kind, value in pairs))

    class Typed(AbstractTemplate):
        def generic(self, arguments, _):
            fits = any(kind is _lanes for kind in arguments) and all(map(_is_number, arguments))
            return signature(_lanes, *arguments) if fits else None

    for operation in operations:
        infer_global(operation)(Typed)
        for kinds in ((_Lanes, _Lanes), (_Lanes, types.Number), (types.Number, _Lanes)):
            lower_builtin(operation, *kinds)(write)


_arithmetic("fadd", operator.add, operator.iadd)
_arithmetic("fsub", operator.sub, operator.isub)
_arithmetic("fmul", operator.mul, operator.imul)
_arithmetic("fdiv", operator.truediv, operator.itruediv)


@intrinsic
def in_every_lane(context, number):
    """Give a plain number to every lane."""

    def write(context, builder, signature, arguments):
        return _spread(context, builder, number, arguments[0])

    return _lanes(number), write


@intrinsic
def choose(context, positive, yes, no):
    """Take `yes` in the lanes where a number is above zero, and `no` in the others."""

    def write(context, builder, signature, arguments):
        pairs = zip(signature.args, arguments, strict=True)
        test, x, y = (_spread(context, builder, kind, value) for kind, value in pairs)
        return builder.select(builder.fcmp_ordered(">", test, ir.Constant(_vector, None)), x, y)

    return _lanes(positive, yes, no), write


@intrinsic
def any_above(context, numbers, limit):
    """Whether a number is above a limit in any lane: for what all lanes do together, as often as one needs it."""

    def write(context, builder, signature, arguments):
        above = builder.fcmp_ordered(">", arguments[0], _spread(context, builder, limit, arguments[1]))
        bits = builder.bitcast(above, ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(numbers, limit), write
