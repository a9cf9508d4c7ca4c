"""The manifest of an output, read so that the output can be made again. It may be anybody's: none of it is trusted."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from simulator.data.model_version import MODEL_VERSION
from simulator.data.provenance import PACKAGE, data_hashes, versions
from simulator.outputs.folder import MADE_BY
from simulator.vocabulary.file_names import unfit

MOST_BYTES = 50_000_000
"""A manifest holds texts of scenarios, of which the longest have a million bytes, and hashes."""

_MOST_FILES = 11
_MOST_NAMED = 3

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+!_-]{0,64}$")]
TableName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}\.csv$")]


class ManifestError(Exception):
    """The manifest can't be used; the message tells every problem, one a line."""


class _Read(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class RecordedFile(_Read):
    """A scenario file as it was."""

    file: str
    sha256: Hash
    text: str

    def content(self) -> bytes | None:
        """Return the bytes that the hash is of; None if it is of no such text. A byte order mark is not in texts."""
        plain = self.text.encode("utf-8", "surrogatepass")
        for data in (plain, codecs.BOM_UTF8 + plain):
            if hashlib.sha256(data).hexdigest() == self.sha256:
                return data
        return None

    def problem(self) -> str:
        """Say what is wrong with it; nothing if it is right."""
        path = Path(self.file)
        alone = self.file == PurePosixPath(self.file).name == PureWindowsPath(self.file).name
        if not alone or not self.file.isprintable() or path.suffix.lower() not in (".yaml", ".yml") or unfit(path):
            return f"{self.file[:80]!r} is not the name of a scenario file"
        return "" if self.content() is not None else f"the text of {self.file!r} does not match its sha256"


class RecordedScenario(_Read):
    """A scenario as it was: its file and those it extends."""

    files: Annotated[list[RecordedFile], Field(min_length=1, max_length=_MOST_FILES)]

    def given(self) -> list[tuple[Path, bytes]]:
        """Return names and bytes of its files."""
        return [(Path(one.file), one.content() or b"") for one in self.files]


class RecordedReturns(_Read):
    """What is said of the returns that a council was run from; of published results there is no hash."""

    sha256: Hash | None = None


class Recorded(_Read):
    """What a manifest says an output was made from, and the hashes of its tables."""

    command: str
    engine: Literal["plain", "compiled"]
    versions: dict[str, Version | int]
    scenarios: Annotated[list[RecordedScenario], Field(min_length=1)]
    data: dict[str, Hash]
    tables: dict[TableName, Hash]
    returns: RecordedReturns | None = None

    def told(self, engine: str) -> Iterator[str]:
        """Say what made the output that is not as here, in the order in which it matters.

        Parameters
        ----------
        engine : {"plain", "compiled"}
            Which one runs here.
        """
        here = versions(engine)
        model = self.versions.get("model")
        if model != MODEL_VERSION:
            yield f"It was made by model {model}; this is model {MODEL_VERSION}, whose results are others."
        if self.versions.get(PACKAGE) != here[PACKAGE]:
            yield f"It was made by {PACKAGE} {self.versions.get(PACKAGE)}; this is {here[PACKAGE]}."
        now = data_hashes()
        if other := sorted(name for name, digest in now.items() if self.data.get(name) != digest):
            named = ", ".join(other[:_MOST_NAMED])
            more = f" and {len(other) - _MOST_NAMED} more" if len(other) > _MOST_NAMED else ""
            yield f"Its data were others than those here: {named}{more}."
        if gone := len(set(self.data) - set(now)):
            yield f"It was made from {gone} tables that are not here."
        if engine != self.engine:
            yield f"It was made by the {self.engine} engine, which is not installed; the {engine} one rounds otherwise."
        if self.versions.keys() >= {"compiled_engine"} <= here.keys() and (
            self.versions["compiled_engine"] != here["compiled_engine"]
        ):
            yield "It was made by another version of the compiled engine."
        for name in ("python", "numpy", "numba", "llvmlite"):
            if name in self.versions and name in here and self.versions[name] != here[name]:
                yield f"It was made with {name} {self.versions[name]}; here it is {here[name]}."

    @property
    def of_this_model(self) -> bool:
        """Whether the model and its data are those here, so that the tables should be the same."""
        return self.versions.get("model") == MODEL_VERSION and self.data == data_hashes()


def read_manifest(path: Path, commands: tuple[str, ...]) -> Recorded:
    """Read a manifest.

    Parameters
    ----------
    path : Path
    commands : tuple of str
        Names of the commands whose manifests are wanted.

    Raises
    ------
    ManifestError
        With every problem.
    """
    content = _content(path)
    if not isinstance(content, dict) or content.get("made_by") != MADE_BY:
        raise ManifestError(f"{path}: this is not a manifest that {MADE_BY} wrote")
    words = str(content.get("command", ""))[:200].split()
    if words[1:2] and words[1] not in commands:
        raise ManifestError(f"{path}: it is of `{MADE_BY} {words[1]!s:.40}`; allowed: {', '.join(commands)}")
    if "tables" not in content:
        raise ManifestError(f"{path}: it has no hashes of tables, so it was written by an earlier version")
    try:
        recorded = Recorded.model_validate(content)
    except ValidationError as error:
        raise ManifestError("\n".join(f"{path}: {_where(e['loc'])}: {e['msg']}" for e in error.errors())) from None
    wrong = [said for one in recorded.scenarios for file in one.files if (said := file.problem())]
    if wrong:
        raise ManifestError("\n".join(f"{path}: {said}" for said in wrong))
    return recorded


def _content(path: Path) -> Any:
    """Return what a file of JSON holds."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ManifestError(f"{path}: it can't be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise ManifestError(f"{path}: it is too big; allowed: up to {MOST_BYTES // 1_000_000} MB")
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ManifestError(f"{path}: this is not JSON, so it is no manifest") from None


def _where(steps: tuple[str | int, ...]) -> str:
    """Write the place of a value; a name that is not plain as code would."""
    texts = [str(step)[:80] for step in steps]
    return ".".join(text if text.isprintable() and text.isascii() else repr(text) for text in texts)
