"""Vectors and arrays of them, as the type checker sees them inside compiled code.

They are made in :mod:`.vectors`. An array of vectors has the rank that it has to compiled code; to numpy it is an array
of floats with one axis more.
"""

from __future__ import annotations

from typing import Protocol, SupportsIndex, overload

Index = SupportsIndex


class Vector(Protocol):
    """A number of every run that goes side by side."""

    def __add__(self, other: Number, /) -> Vector: ...
    def __radd__(self, other: Number, /) -> Vector: ...
    def __sub__(self, other: Number, /) -> Vector: ...
    def __rsub__(self, other: Number, /) -> Vector: ...
    def __mul__(self, other: Number, /) -> Vector: ...
    def __rmul__(self, other: Number, /) -> Vector: ...
    def __truediv__(self, other: Number, /) -> Vector: ...
    def __rtruediv__(self, other: Number, /) -> Vector: ...


Number = Vector | float


class Vectors1(Protocol):
    """An array of vectors with one axis."""

    size: int
    shape: tuple[int]

    def __getitem__(self, at: Index, /) -> Vector: ...
    def __setitem__(self, at: Index, value: Vector, /) -> None: ...


class Vectors2(Protocol):
    """An array of vectors with two axes."""

    size: int
    shape: tuple[int, int]

    @overload
    def __getitem__(self, at: Index, /) -> Vectors1: ...
    @overload
    def __getitem__(self, at: tuple[Index, Index], /) -> Vector: ...
    def __setitem__(self, at: tuple[Index, Index], value: Vector, /) -> None: ...
    def reshape(self, shape: tuple[int, int], /) -> Vectors2: ...


class Vectors3(Protocol):
    """An array of vectors with three axes."""

    size: int
    shape: tuple[int, int, int]

    @overload
    def __getitem__(self, at: Index, /) -> Vectors2: ...
    @overload
    def __getitem__(self, at: tuple[Index, Index], /) -> Vectors1: ...
    @overload
    def __getitem__(self, at: tuple[Index, Index, Index], /) -> Vector: ...
    def __setitem__(self, at: tuple[Index, Index, Index], value: Vector, /) -> None: ...
    def reshape(self, shape: tuple[int, int], /) -> Vectors2: ...


class Vectors4(Protocol):
    """An array of vectors with four axes."""

    size: int
    shape: tuple[int, int, int, int]

    @overload
    def __getitem__(self, at: tuple[Index, Index], /) -> Vectors2: ...
    @overload
    def __getitem__(self, at: tuple[Index, Index, Index, Index], /) -> Vector: ...
    def __setitem__(self, at: tuple[Index, Index, Index, Index], value: Vector, /) -> None: ...


Vectors = Vectors1 | Vectors2 | Vectors3 | Vectors4
