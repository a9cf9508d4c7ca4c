"""What results were made from, so that they can be made again."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

PACKAGE = "care-demand"


def package_version() -> str:
    """Return the version of this program."""
    return _version(PACKAGE) or "0+not.installed"


def data_hashes() -> dict[str, str]:
    """Return the SHA-256 of each data file of the package, by its name below the data folder."""
    data = files("simulator").joinpath("data")
    folders = [("", data), ("baseline/", data.joinpath("baseline"))]
    found = {f"{prefix}{f.name}": f for prefix, folder in folders for f in folder.iterdir() if f.is_file()}
    return {name: hashlib.sha256(found[name].read_bytes()).hexdigest() for name in sorted(found)}


def program_hashes() -> dict[str, str]:
    """Return what else the last bit of a result hangs on: the package's own text, and versions of what computes."""
    package = Path(str(files("simulator")))
    text = hashlib.sha256()
    for path in sorted(path for path in package.rglob("*") if path.suffix in {".py", ".yaml"}):
        text.update(path.read_bytes())
    return {"simulator": text.hexdigest()} | {name: _version(name) for name in ("numpy", "scipy", "numba")}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
