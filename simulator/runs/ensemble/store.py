"""Where figures of draws lie: one file for each block of draws, read in pieces.

A file is a table of cells by draws behind its HMAC-SHA-256: one figure after the other, each in the order of its axes.
The key of the hash is what the block is: of which run, and of which draws. It is written beside its final name and
renamed, so a block is there whole or not at all; one that was damaged since (a full disk, a cable), or that is another
under its name, does not match its hash and counts as missing. The key is no secret: whoever can write to the folder and
knows the scenario can make a block.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.runs.folders.own_folders import leave
from simulator.runs.folders.system import flush_names

Array = NDArray[np.float64]
Block = tuple[int, int]
"""Its first and last draw."""

HASH_BYTES = hashlib.sha256().digest_size
NUMBER = np.dtype("<f8")


class Figures(Protocol):
    """Figures of draws, wherever they lie."""

    @property
    def draws(self) -> int:
        """Draws there are."""

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The figures of a draw, and the size of their axes."""

    def read(self, name: str, start: int, stop: int) -> Array:
        """Return cells of a figure, from a first one up to one that is left out, of every draw: (cell, draw)."""

    def each(self, names: Mapping[str, str]) -> Iterator[Mapping[str, Array]]:
        """Yield figures of one draw after the other, under other names: (...) each."""


@dataclass(frozen=True)
class HeldDraws:
    """Figures of draws in memory, of as many blocks as have been run.

    Attributes
    ----------
    blocks : tuple of mapping of name to (draw, ...)
        As :func:`simulator.runs.ensemble.draws.block` gives them, in order.
    """

    blocks: tuple[Mapping[str, Array], ...]

    @property
    def draws(self) -> int:
        """Draws there are."""
        return sum(len(next(iter(block.values()))) for block in self.blocks)

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The figures of a draw, and the size of their axes."""
        return {name: values.shape[1:] for name, values in self.blocks[0].items()}

    def read(self, name: str, start: int, stop: int) -> Array:
        """Return cells of a figure, from a first one up to one that is left out, of every draw: (cell, draw)."""
        return np.concatenate([block[name].reshape(len(block[name]), -1)[:, start:stop] for block in self.blocks]).T

    def each(self, names: Mapping[str, str]) -> Iterator[Mapping[str, Array]]:
        """Yield figures of one draw after the other, under other names: (...) each."""
        for block in self.blocks:
            for i in range(len(next(iter(block.values())))):
                yield {new: block[name][i] for new, name in names.items()}


@dataclass(frozen=True)
class Store:
    """Blocks of draws in a folder.

    Attributes
    ----------
    folder : Path
    run : str
        What tells the run from every other (:func:`simulator.runs.ensemble.draws.identity`).
    blocks : tuple of (int, int)
        First and last draw of each block, in order, without a gap.
    shapes : mapping of name to tuple of int
        The figures of a draw, and the size of their axes.
    """

    folder: Path
    run: str
    blocks: tuple[Block, ...]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def draws(self) -> int:
        """Draws in all blocks."""
        return self.blocks[-1][1]

    def path(self, block: Block) -> Path:
        """Return the file of a block."""
        return self.folder / f"draws-{block[0]:07d}-{block[1]:07d}.block"

    def missing(self) -> list[Block]:
        """Return the blocks that are not there, or are damaged."""
        return [block for block in self.blocks if not self._whole(block)]

    def save(self, block: Block, figures: Mapping[str, Array]) -> None:
        """Write a block: (draw, ...) by name."""
        draws = block[1] - block[0] + 1
        cells = [figures[name].reshape(draws, -1).T for name in self.shapes]
        table = np.concatenate(cells, out=np.empty((sum(map(len, cells)), draws), NUMBER))
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.path(block).with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(self._hash(block, table.data).digest())
            file.write(table.data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path(block))
        flush_names(self.folder)

    def discard(self) -> None:
        """Delete the blocks, and the folder if it is ours and nothing else is in it."""
        for block in self.blocks:
            self.path(block).unlink(missing_ok=True)
        leave(self.folder)

    def read(self, name: str, start: int, stop: int) -> Array:
        """Return cells of a figure, from a first one up to one that is left out, of every draw: (cell, draw)."""
        cells = np.empty((stop - start, self.draws))
        for block in self.blocks:
            cells[:, block[0] - 1 : block[1]] = self._read(block, self._begins[name] + start, stop - start)
        return cells

    def each(self, names: Mapping[str, str]) -> Iterator[Mapping[str, Array]]:
        """Yield figures of one draw after the other, under other names: (...) each. A block is held at a time."""
        for block in self.blocks:
            held = {new: self._read(block, self._begins[name], prod(self.shapes[name])) for new, name in names.items()}
            for i in range(block[1] - block[0] + 1):
                yield {new: held[new][:, i].reshape(self.shapes[name]) for new, name in names.items()}

    @cached_property
    def _begins(self) -> dict[str, int]:
        """The first cell of each figure."""
        sizes = [prod(shape) for shape in self.shapes.values()]
        return dict(zip(self.shapes, np.cumsum([0, *sizes]).tolist(), strict=False))

    def _read(self, block: Block, begin: int, cells: int) -> Array:
        """Return cells of a block: (cell, draw)."""
        draws = block[1] - block[0] + 1
        offset = HASH_BYTES + begin * draws * NUMBER.itemsize
        return np.fromfile(self.path(block), NUMBER, cells * draws, offset=offset).reshape(cells, draws)

    def _whole(self, block: Block) -> bool:
        """Whether the file of a block is there and is what was written for it."""
        try:
            with self.path(block).open("rb") as file:
                expected = file.read(HASH_BYTES)
                found = hashlib.file_digest(file, lambda: self._hash(block)).digest()
        except OSError:
            return False
        return hmac.compare_digest(found, expected)

    def _hash(self, block: Block, table: memoryview | None = None) -> hmac.HMAC:
        """Return the hash of a block's table, keyed with what it is."""
        key = json.dumps([self.run, block, self.shapes])
        return hmac.new(key.encode(), table, hashlib.sha256)
