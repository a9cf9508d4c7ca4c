"""Finished model runs of a study, kept so that the same command goes on from them after it was stopped.

What is kept lies in one file, named by a hash of all that it follows from: the program, its data, the scenario and the
question. The file begins with an HMAC-SHA-256 under that hash, so that one that was cut off or damaged counts as
missing; and it is written beside its name and renamed. As in `simulator.runs.ensemble.store`, the key is no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.runs.folders.own_folders import claim

Arrays = Mapping[str, NDArray[Any]]

_HASH_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True)
class FinishedWork:
    """Where finished work lies.

    Attributes
    ----------
    folder : Path or None
        Of hidden folders, as a command holds it (`simulator.runs.folders.own_folders`); None if nothing is kept.
    """

    folder: Path | None = None

    def of(self, follows_from: Callable[[], object], make: Callable[[], Arrays]) -> Arrays:
        """Return arrays that were finished before, or make them and keep them.

        Parameters
        ----------
        follows_from : callable
            Of all that tells them from others, as JSON has it.
        make : callable
            Of arrays of numbers or of text, by name.
        """
        if self.folder is None:
            return make()
        own = self.folder / "runs"
        claim(own)  # what is gone on from is this command's to delete, too
        key = hashlib.sha256(json.dumps(follows_from()).encode()).digest()
        path = own / f"{key.hex()[:32]}.block"
        found = _read(path, key)
        if found is None:
            found = make()
            _write(path, key, found)
        return found


def digest(arrays: Mapping[str, NDArray[np.float64]]) -> str:
    """Return a hash of arrays, by name."""
    found = hashlib.sha256()
    for name, values in sorted(arrays.items()):
        found.update(f"{name} {values.shape} ".encode() + np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


def _read(path: Path, key: bytes) -> Arrays | None:
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    body = whole[_HASH_BYTES:]
    if not hmac.compare_digest(hmac.digest(key, body, "sha256"), whole[:_HASH_BYTES]):
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as held:
        return {name: held[name] for name in held.files}


def _write(path: Path, key: bytes, arrays: Arrays) -> None:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    body = stream.getvalue()
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(hmac.digest(key, body, "sha256") + body)
    part.replace(path)
