"""Where the results of draws lie: one file for each block of draws, read one measure at a time.

A file is written beside its final name and renamed, so a block is there whole or not at all; one that was damaged
since (a full disk, a cable) fails its checksums and counts as missing.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.results import Measure

Array = NDArray[np.float64]


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
        return self.folder / f"draws-{block[0]:07d}-{block[1]:07d}.npz"

    def missing(self) -> list[tuple[int, int]]:
        """Return the blocks that are not there, or are damaged."""
        return [block for block in self.blocks if not _whole(self.path(block))]

    def save(self, block: tuple[int, int], arrays: Mapping[str, Array]) -> None:
        """Write a block."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.path(block).with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez(file, **{_member(name): array for name, array in arrays.items()})  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path(block))

    def read(self, name: str) -> Array:
        """Return one array of every draw, in order: (draw, ...)."""
        parts = []
        for block in self.blocks:
            with np.load(self.path(block)) as arrays:
                parts.append(arrays[_member(name)])
        return np.concatenate(parts)

    def remove(self) -> None:
        """Delete the blocks, and the folder if nothing else is in it."""
        for path in self.folder.glob("draws-*"):
            path.unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()


def _member(name: str) -> str:
    return name.replace("/", ".")


def _whole(path: Path) -> bool:
    """Whether a file is there and every checksum in it is right."""
    try:
        with zipfile.ZipFile(path) as file:
            return file.testzip() is None
    except (OSError, zipfile.BadZipFile, EOFError):
        return False


class StoredMeasures(Mapping[str, Measure]):
    """Measures with their draws; each is read from the store when it is asked for, and not kept."""

    def __init__(self, central: Mapping[str, Measure], store: Store, prefix: str) -> None:
        self._central, self._store, self._prefix = central, store, prefix

    def __getitem__(self, name: str) -> Measure:
        """Return a measure: the central run, then the draws."""
        measure = self._central[name]
        return replace(measure, values=with_draws(measure.values, self._store, f"{self._prefix}/{name}"))

    def __iter__(self) -> Iterator[str]:
        """Return the names."""
        return iter(self._central)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._central)


def with_draws(central: Array, store: Store, name: str) -> Array:
    """Put the draws of an array behind its central run: (1 + draw, ...)."""
    return np.concatenate([central, store.read(name)])
