"""What results were made from, so that they can be made again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from simulator.data.model_version import MODEL_VERSION

PACKAGE = "care-demand"


def package_version() -> str:
    """Return the version of this program."""
    return _version(PACKAGE) or "0+not.installed"


def data_hashes() -> dict[str, str]:
    """Return the SHA-256 of each data file of the package, by its name below the folder of data or of vocabulary."""
    folders = [Path(str(files(f"simulator.{name}"))) for name in ("vocabulary", "data")]
    found = {
        path.relative_to(folder).as_posix(): path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in {".csv", ".json", ".yaml"}
    }
    return {name: hashlib.sha256(found[name].read_bytes()).hexdigest() for name in sorted(found)}


def program_hashes() -> dict[str, str]:
    """Return what else the last bit of a result hangs on: the package's own text, and versions of what computes."""
    package = Path(str(files("simulator")))
    text = _hash_of(path for path in package.rglob("*") if path.suffix in {".py", ".yaml"})
    return {"simulator": text} | {name: _version(name) for name in ("numpy", "scipy", "numba")}


def versions(engine: str, *drawn_with: str) -> dict[str, str | int]:
    """Return versions of what made results: the program, the model, Python and numpy.

    Parameters
    ----------
    engine : {"plain", "compiled"}
        Which engine ran. Of the compiled one the version is the hash of its sources, beside those of its compilers.
    *drawn_with
        Packages that made no number, such as that of charts.
    """
    found: dict[str, str | int] = {PACKAGE: package_version(), "model": MODEL_VERSION}
    found |= {"python": platform.python_version(), "numpy": _version("numpy")}
    if engine == "compiled":
        sources = Path(str(files("simulator"))) / "engine" / "compiled"
        found |= {"numba": _version("numba"), "llvmlite": _version("llvmlite")}
        found |= {"compiled_engine": _hash_of(sources.rglob("*.py"))}
    return found | {name: _version(name) for name in drawn_with}


def _hash_of(paths: Iterable[Path]) -> str:
    """SHA-256 of the text of files, in the order of their names."""
    text = hashlib.sha256()
    for path in sorted(paths):
        text.update(path.read_bytes())
    return text.hexdigest()


def _version(package: str) -> str:
    """Version of an installed package; nothing if it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
