"""What results were made from, so that they can be made again."""

from __future__ import annotations

import hashlib
from importlib.resources import files


def data_hashes() -> dict[str, str]:
    """Return the SHA-256 of each data file of the package, by its name below the data folder."""
    data = files("simulator").joinpath("data")
    folders = [("", data), ("baseline/", data.joinpath("baseline"))]
    found = {f"{prefix}{f.name}": f for prefix, folder in folders for f in folder.iterdir() if f.is_file()}
    return {name: hashlib.sha256(found[name].read_bytes()).hexdigest() for name in sorted(found)}
