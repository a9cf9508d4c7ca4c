"""Several runs side by side, one in each lane of the processor's vector registers.

To compiled code, a number of every run is one number, a vector: loops are written as for a single run, and their
arithmetic acts on all lanes at once. Lanes never mix, so a run has the same bits in any lane and any company. Outside,
the lane is the last axis of an array of floats; :func:`as_vectors` takes it away.

Numba has no such type, so this one is made of numba's inside; `pyproject.toml` allows the versions that pass the tests.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, overload

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models, register_default
from numba.core.imputils import impl_ret_borrowed, lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic
from numpy.typing import NDArray

from simulator.engine.compiled.vector_types import Number, Vector, Vectors, Vectors1, Vectors2, Vectors3, Vectors4

LANES = 16
"""Twice as many as the widest registers hold: the compiler takes two for one number, so two sums grow side by side and
addresses are worked out half as often. With 32 the caches hold too little of it."""

_BYTES = 8 * LANES


class _VectorType(types.Type):
    """The type of a vector to numba."""

    def __init__(self) -> None:
        super().__init__(name=f"vector({LANES})")


_of_numba = _VectorType()
_of_llvm = ir.VectorType(ir.DoubleType(), LANES)


@register_default(_VectorType)
class _VectorModel(models.PrimitiveModel):
    """How numba holds one."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _of_llvm)


# --------------------------------------------------------------------------------------------------
# Outside compiled code


@overload
def zeros(first: int, /) -> Vectors1: ...
@overload
def zeros(first: int, second: int, /) -> Vectors2: ...
@overload
def zeros(first: int, second: int, third: int, /) -> Vectors3: ...
@overload
def zeros(first: int, second: int, third: int, fourth: int, /) -> Vectors4: ...
def zeros(*shape: int) -> Any:
    """Return vectors of zeros, each of which begins where a line of the cache does."""
    return zeros_of(shape)


def zeros_of(shape: Sequence[int]) -> Any:
    """Return vectors of zeros of a shape whose length the type checker does not know."""
    size = math.prod(shape) * LANES
    memory = np.zeros(size + LANES)
    start = -memory.ctypes.data % _BYTES // 8
    return memory[start : start + size].reshape(*shape, LANES)


def numbers(vectors: Vectors) -> NDArray[np.float64]:
    """Return vectors as the array of floats that they are to numpy, with the lane as the last axis."""
    return np.asarray(vectors)


# --------------------------------------------------------------------------------------------------
# Inside. A function here is given types; what it returns writes the instructions.

_Record = TypeVar("_Record", bound=tuple[Any, ...])


class _AsVectors(Protocol):
    def __call__(self, arrays: _Record, /) -> _Record: ...


def _as_vectors(context: Any, arrays: Any) -> tuple[Any, Any]:
    """Take the last axis of every array of a named tuple for the lane."""
    inside = [types.Array(_of_numba, a.ndim - 1, "C", aligned=False) for a in arrays]
    result = types.NamedTuple(inside, arrays.instance_class)

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = []
        for i, (old, new) in enumerate(zip(arrays, inside, strict=True)):
            given = context.make_array(old)(context, builder, builder.extract_value(arguments[0], i))
            taken = context.make_array(new)(context, builder)
            size = context.get_constant(types.intp, LANES)
            taken.meminfo, taken.parent = given.meminfo, given.parent
            taken.nitems = builder.sdiv(given.nitems, size)
            taken.itemsize = context.get_constant(types.intp, _BYTES)
            taken.data = builder.bitcast(given.data, _of_llvm.as_pointer())
            taken.shape = cgutils.pack_array(builder, cgutils.unpack_tuple(builder, given.shape)[:-1])
            taken.strides = cgutils.pack_array(builder, cgutils.unpack_tuple(builder, given.strides)[:-1])
            found.append(taken._getvalue())
        return impl_ret_borrowed(context, builder, result, context.make_tuple(builder, result, found))

    return result(arrays), write


as_vectors: _AsVectors = intrinsic(_as_vectors)


def _spread(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Give a plain number to every lane."""
    if kind is _of_numba:
        return value
    undefined, order = ir.Constant(_of_llvm, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), LANES), None)
    one = builder.insert_element(undefined, context.cast(builder, value, kind, types.float64), ir.IntType(32)(0))
    return builder.shuffle_vector(one, undefined, order)


def _is_number(kind: Any) -> bool:
    return kind is _of_numba or isinstance(kind, types.Number)


def _arithmetic(instruction: str, *operations: Callable[[Any, Any], Any]) -> None:
    """Let compiled code use an operation on vectors, and on vectors and plain numbers."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pairs = zip(signature.args, arguments, strict=True)
        return getattr(builder, instruction)(*(_spread(context, builder, kind, value) for kind, value in pairs))

    class Typed(AbstractTemplate):
        def generic(self, arguments: Any, _: Any) -> Any:
            fits = any(kind is _of_numba for kind in arguments) and all(map(_is_number, arguments))
            return signature(_of_numba, *arguments) if fits else None

    for operation in operations:
        infer_global(operation)(Typed)
        for kinds in ((_VectorType, _VectorType), (_VectorType, types.Number), (types.Number, _VectorType)):
            lower_builtin(operation, *kinds)(write)


_arithmetic("fadd", operator.add, operator.iadd)
_arithmetic("fsub", operator.sub, operator.isub)
_arithmetic("fmul", operator.mul, operator.imul)
_arithmetic("fdiv", operator.truediv, operator.itruediv)


def _broadcast(context: Any, number: Any) -> tuple[Any, Any]:
    """Give a plain number to every lane."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _spread(context, builder, number, arguments[0])

    return _of_numba(number), write


broadcast: Callable[[float], Vector] = intrinsic(_broadcast)


def _choose(context: Any, positive: Any, yes: Any, no: Any) -> tuple[Any, Any]:
    """Take `yes` in the lanes where a number is above zero, and `no` in the others."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pairs = zip(signature.args, arguments, strict=True)
        test, x, y = (_spread(context, builder, kind, value) for kind, value in pairs)
        return builder.select(builder.fcmp_ordered(">", test, ir.Constant(_of_llvm, None)), x, y)

    return _of_numba(positive, yes, no), write


choose: Callable[[Number, Number, Number], Vector] = intrinsic(_choose)


def _any_above(context: Any, numbers: Any, limit: Any) -> tuple[Any, Any]:
    """Whether a number is above a limit in any lane: for what all lanes do together, as often as one needs it."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        above = builder.fcmp_ordered(">", arguments[0], _spread(context, builder, limit, arguments[1]))
        bits = builder.bitcast(above, ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(numbers, limit), write


any_above: Callable[[Vector, float], bool] = intrinsic(_any_above)
