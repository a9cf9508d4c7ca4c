"""Where the results of draws lie: one file for each block of draws, read one measure at a time.

A file is a numpy archive behind its own SHA-256. It is written beside its final name and renamed, so a block is there
whole or not at all; one that was damaged since (a full disk, a cable) does not match its hash and counts as missing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.results import Measure

Array = NDArray[np.float64]

HASH_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Store:
    """Blocks of draws in a folder.

    Attributes
    ----------
    folder : Path
    blocks : tuple of (int, int)
        First and last draw of each block, in order, without a gap.
    """

    folder: Path
    blocks: tuple[tuple[int, int], ...]

    def path(self, block: tuple[int, int]) -> Path:
        """Return the file of a block."""
        return self.folder / f"draws-{block[0]:07d}-{block[1]:07d}.block"

    def missing(self) -> list[tuple[int, int]]:
        """Return the blocks that are not there, or are damaged."""
        return [block for block in self.blocks if not _whole(self.path(block))]

    def save(self, block: tuple[int, int], arrays: Mapping[str, Array]) -> None:
        """Write a block."""
        archive = BytesIO()
        np.savez(archive, **{_member(name): array for name, array in arrays.items()})  # type: ignore[arg-type]
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.path(block).with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(hashlib.sha256(archive.getbuffer()).digest())
            file.write(archive.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path(block))

    def read(self, name: str, into: Array) -> None:
        """Fill an array with those of every draw, in order: (draw, ...)."""
        for first, last in self.blocks:
            with self.path((first, last)).open("rb") as file:
                file.seek(HASH_BYTES)
                with np.load(file) as arrays:
                    into[first - 1 : last] = arrays[_member(name)]


def _member(name: str) -> str:
    return name.replace("/", ".")


def _whole(path: Path) -> bool:
    """Whether a file is there and is what was written."""
    try:
        content = memoryview(path.read_bytes())
    except OSError:
        return False
    return hashlib.sha256(content[HASH_BYTES:]).digest() == content[:HASH_BYTES]


class StoredMeasures(Mapping[str, Measure]):
    """Measures with their draws; each is read from the store when it is asked for, and only the last one is kept."""

    def __init__(self, central: Mapping[str, Measure], store: Store, prefix: str) -> None:
        self._central, self._store, self._prefix = central, store, prefix
        self._last: Measure | None = None

    def __getitem__(self, name: str) -> Measure:
        """Return a measure: the central run, then the draws."""
        if self._last is None or self._last.name != name:
            measure = self._central[name]
            self._last = None  # before the next one is read
            self._last = replace(measure, values=with_draws(measure.values, self._store, f"{self._prefix}/{name}"))
        return self._last

    def __iter__(self) -> Iterator[str]:
        """Return the names."""
        return iter(self._central)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._central)


def with_draws(central: Array, store: Store, name: str) -> Array:
    """Put the draws of an array behind its central run: (1 + draw, ...)."""
    last = store.blocks[-1][1]
    values = np.empty((1 + last, *central.shape[1:]))
    values[:1] = central
    store.read(name, values[1:])
    return values
