"""Types of field that scenario files are made of, and what can be said about a field.

Every number has a unit, bounds and, where it has a default, the source of the default. Error messages, lists,
tables in the documentation and forms all read them from here.
"""

from __future__ import annotations

import difflib
import math
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    Strict,
)
from pydantic.fields import FieldInfo

from simulator.data import tables
from simulator.interventions.surroundings import Idle, Surroundings
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGES
from simulator.vocabulary.calendar import Month, parse_financial_year

_MOST_NAMES = 20


class Wrong(ValueError):
    """A value that cannot be accepted.

    Parameters
    ----------
    what
        What is wrong, in a few words that follow the name of the field.
    allowed
        What is allowed.
    near
        Name that the writer may have meant.
    """

    def __init__(self, what: str, allowed: str = "", near: str = "") -> None:
        super().__init__(what)
        self.what, self.allowed, self.near = what, allowed, near


@dataclass(frozen=True, slots=True)
class Window:
    """First and last modelled month, against which dates are checked."""

    first: Month
    last: Month


def nearest(name: str, names: Iterable[str]) -> str:
    """Name most like another one: spelt like it, or else the shortest of which it is a word; nothing if none is."""
    known = list(names)
    parts = [one for one in known if name and name in re.split(r"[^a-z0-9]+", one.lower())]
    return next(iter(difflib.get_close_matches(name, known, n=1)), min(parts, key=len, default=""))


def one_of(kind: str, name: str, names: Iterable[str], where: str) -> str:
    """Return a name if it is known.

    Parameters
    ----------
    kind
        What the name is of, for example ``placement``.
    name, names
        The name, and those that are known.
    where
        Where to look names up if there are too many to list.

    Raises
    ------
    Wrong
        If the name is not known.
    """
    known = list(names)
    if name in known:
        return name
    allowed = ", ".join(known) if len(known) <= _MOST_NAMES else where
    raise Wrong(f"unknown {kind} {name!r}", allowed, nearest(name, known))


def _month(value: object) -> Month:
    """Read a month from a file, or take one made in Python."""
    if isinstance(value, Month):
        return value
    try:
        return Month.parse(value if isinstance(value, str) else repr(value))
    except ValueError:
        raise Wrong(f"{value!r} is not a month", "YYYY-MM, for example 2025-04") from None


def _financial_year(value: object) -> str:
    """Check a financial year."""
    try:
        parse_financial_year(value if isinstance(value, str) else repr(value))
    except ValueError:
        raise Wrong(f"{value!r} is not a financial year", "April to March, for example 2025-26") from None
    return str(value)


def _ages(value: object) -> tuple[int, int]:
    """Check a youngest and an oldest age."""
    allowed = f"[youngest, oldest], whole years from {AGES[0]} to {AGES[-1]}"
    ages = [age for age in value if type(age) is int] if isinstance(value, (list, tuple)) else []
    if len(ages) != 2 or value not in (ages, tuple(ages)):
        raise Wrong(f"{_shown(value)} is not a youngest and an oldest age", allowed)
    for age in ages:
        if age not in AGES:
            raise Wrong(f"{age} is not an age of a child in care", allowed)
    youngest, oldest = ages
    if oldest < youngest:
        raise Wrong(f"oldest age {oldest} is below youngest age {youngest}", allowed)
    return youngest, oldest


def _shown(value: object) -> str:
    """Write a value as a file would."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_shown(item) for item in value)}]"
    return value if isinstance(value, str) else repr(value)


def _listed(value: object) -> object:
    """Take one name as a list of one name."""
    return (value,) if isinstance(value, str) else value


def one_or_more(item: Any) -> BeforeValidator:
    """Take one name as a list of one name.

    Parameters
    ----------
    item
        Type of the names.
    """
    many = Annotated[list[item], Field(min_length=1, json_schema_extra={"uniqueItems": True})]
    return BeforeValidator(_listed, json_schema_input_type=Union[item, many])  # noqa: UP007


def _distinct(value: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty list, and a name that is given twice."""
    if not value:
        raise Wrong("the list is empty", "at least one name, or leave the line out")
    twice = next((name for name in value if value.count(name) > 1), None)
    if twice is not None:
        raise Wrong(f"{twice!r} is given twice")
    return value


def source_key(key: str) -> str:
    """Return a source key if it is known."""
    return one_of("source", key, tables.sources(), "a key shown by `care-demand list sources`")


def _placement(name: str) -> str:
    """Check the name of a placement."""
    return one_of("placement", name, placements.names(), "a name shown by `care-demand list placements`")


@dataclass(frozen=True, slots=True)
class Names:
    """Mark of a type whose values are the names in a table, for the JSON Schema; what checks them stands beside it.

    Attributes
    ----------
    what
        What the names are of, for example ``placement``.
    names
        Returns them; a table is read only when they are asked for.
    """

    what: str
    names: Callable[[], Iterable[object]]

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        """Return a list of the names."""
        return {"title": self.what, "enum": list(self.names())}


Quantity = Annotated[float, Strict()]
"""A number. A file may give a distribution instead; the reader puts its central value here."""

Count = Annotated[int, Strict()]
"""A whole number."""

YesNo = Annotated[bool, Strict()]
"""True or false."""

Probability = Annotated[float, Strict(), Field(ge=0, le=1)]
"""A share from 0 to 1."""

MonthValue = Annotated[
    Month,
    PlainValidator(_month, json_schema_input_type=Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]),
    PlainSerializer(str, return_type=str),
]
"""A month, ``YYYY-MM``."""

FinancialYear = Annotated[
    str,
    PlainValidator(_financial_year, json_schema_input_type=Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]),
]
"""A financial year, such as ``2025-26``."""

Ages = Annotated[
    tuple[int, int],
    PlainValidator(
        _ages,
        json_schema_input_type=Annotated[
            list[Annotated[int, Field(ge=AGES[0], le=AGES[-1])]], Field(min_length=2, max_length=2)
        ],
    ),
    PlainSerializer(list, return_type=list[int], when_used="json"),
]
"""Youngest and oldest completed age, both included."""

SourceKey = Annotated[str, AfterValidator(source_key), Names("source", tables.sources)]
"""Key of a source in ``data/sources.csv``."""

SourceKeys = Annotated[tuple[SourceKey, ...], one_or_more(SourceKey), AfterValidator(_distinct)]
"""One source key or a list of them."""

Placement = Annotated[str, AfterValidator(_placement), Names("placement", placements.names)]
"""Name of a placement."""

Placements = Annotated[tuple[Placement, ...], one_or_more(Placement), AfterValidator(_distinct)]
"""One placement or a list of them."""

Stream = Literal["resident", "uasc"]
"""Name of a stream of children."""

Streams = Annotated[tuple[Stream, ...], one_or_more(Stream), AfterValidator(_distinct)]
"""One stream of children or a list of them."""

Sector = Literal["all", "council", "independent"]
"""Who approves the foster households."""

Quality = Literal["high", "medium", "low", "pending", "judgement"]
"""How far to trust a number: high is a sound trial or full records; judgement is measured by nobody."""


def number(
    default: Any = ...,
    *,
    low: float | None = None,
    high: float | None = None,
    unit: str,
    source: str = "",
    if_empty: str = "",
    exact: bool = False,
    hoped: Literal["less", "more"] = "less",
    spread: Mapping[str, object] | None = None,
) -> Any:
    """Declare a number.

    Parameters
    ----------
    default
        Value if the file gives none; left out, the file must give one.
    low, high
        Bounds, themselves allowed.
    unit
        What it counts.
    source
        Where the default comes from: a source key, or ``judgement`` or ``definition``.
    if_empty
        What happens when the file gives none and there is no default.
    exact
        True if it is chosen or on record, so that a distribution of it would mean nothing.
    hoped
        On which side of 1 a ratio does what the programme is for.
    spread
        Distribution of the default, as a file would write it, with its quality: draws take it where a file gives no
        number. Its central value is the default.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source, "if_empty": if_empty, "exact": exact, "hoped": hoped}
    if spread is not None:
        extra["spread"] = {**spread}
    return Field(default=default, ge=low, le=high, json_schema_extra=extra)


def text(default: Any = None, **rules: Any) -> Any:
    """Declare a field that describes and has no effect on any result."""
    return Field(default=default, json_schema_extra={"describes": True}, **rules)


def named(kind: str, *also_called: str) -> Any:
    """Declare the name of a kind, and what people call it besides, so that they are told its name.

    Topics of the evidence that bear on the kind are among these words (`simulator.interventions.words_of`).
    """
    return Field(default=kind, json_schema_extra={"describes": True, "also_called": list(also_called)})


def choice(default: Any = ..., *, source: str = "", if_empty: str = "", **rules: Any) -> Any:
    """Declare a field that is not a number and does have an effect."""
    return Field(default=default, json_schema_extra={"source": source, "if_empty": if_empty}, **rules)


class Model(BaseModel):
    """Base of everything that is read from a scenario file: frozen, and without unknown keys.

    The text under each field is its description. :class:`FieldNote` reads it when it is asked for, and not
    when the package is imported (pydantic's own way makes each command a tenth of a second slower).
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        defer_build=True,
        allow_inf_nan=False,
    )

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield values of its own that cannot act in a run, whatever they are; models inside say so themselves.

        Parameters
        ----------
        around
            What of the run decides it.
        """
        return iter(())


def idle_values(model: BaseModel, around: Surroundings) -> Iterator[Idle]:
    """Yield the path and the reason of each value that cannot act, of a model and of those inside it."""
    if isinstance(model, Model):
        yield from model.idle(around)
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        inner: dict[tuple[str | int, ...], object] = {(): value}
        if isinstance(value, tuple):
            inner = {(i,): one for i, one in enumerate(value)}
        elif isinstance(value, dict):
            inner = {(key,): one for key, one in value.items()}
        for steps, one in inner.items():
            if isinstance(one, BaseModel):
                yield from (((info.alias or name, *steps, *path), why) for path, why in idle_values(one, around))


@dataclass(frozen=True, slots=True)
class FieldNote:
    """What is known of one field.

    Attributes
    ----------
    path
        Names from the top, joined by dots; ``*`` stands for any key or number of a list.
    owner, name
        Class that holds the field, and its name there.
    required
        Whether a file has to give it.
    default
        Value if it does not.
    unit, low, high
        Unit and bounds of a number.
    choices
        Words that are allowed, or nothing if any is.
    source
        Where the default comes from.
    if_empty
        What happens without a value.
    describes
        True if the field has no effect on any result.
    uncertain
        True if a file may give a distribution: a number that is neither a whole number nor exact.
    hoped
        On which side of 1 a ratio does what the programme is for: ``less`` or ``more``.
    spread
        Distribution of the default, as a file would write it; None where draws don't vary the default.
    """

    path: str
    owner: type[BaseModel]
    name: str
    required: bool
    default: Any
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    source: str
    if_empty: str
    describes: bool
    uncertain: bool
    hoped: str
    spread: Mapping[str, Any] | None = None

    @property
    def limits(self) -> tuple[float, float]:
        """Least and greatest value that the quantity can have, infinite where there is none.

        A lower bound of 0 is a limit, and so is an upper bound of 1 above it (a share). Any other bound only
        says what is plausible: a ratio may not be written as 4 if the bound is 3, but its distribution is one
        of a quantity without an upper limit.
        """
        least = 0.0 if self.low == 0 else -math.inf
        return least, 1.0 if (self.low, self.high) == (0, 1) else math.inf

    @property
    def label(self) -> str:
        """What it is: the text under the field in its class."""
        found = (_texts(model).get(self.name) for model in self.owner.__mro__ if issubclass(model, Model))
        return next((words for words in found if words is not None), "")

    @property
    def allowed(self) -> str:
        """What is allowed, in words; empty if it cannot be said in a few."""
        if self.choices:
            return ", ".join(self.choices)
        if self.low is None and self.high is None:
            return f"({self.unit})" if self.unit else ""
        if self.high is None:
            bounds = f"{self.low:.15g} or more"
        elif self.low is None:
            bounds = f"{self.high:.15g} or less"
        else:
            bounds = f"{self.low:.15g} to {self.high:.15g}"
        return f"{bounds} ({self.unit})" if self.unit else bounds


@cache
def _texts(model: type[BaseModel]) -> dict[str, str]:
    """Read the text under each field of one class."""
    import ast
    import inspect
    import textwrap

    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    lines = body.body if isinstance(body, ast.ClassDef) else []
    found = {}
    for line, below in pairwise(lines):
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found[line.target.id] = " ".join(str(below.value.value).split())
    return found


def flat(annotation: Any) -> Iterator[Any]:
    """Yield the parts of an annotation, without wrappers and without None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from flat(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from flat(part)
    elif annotation is not type(None):
        yield annotation


def _choices(annotation: Any) -> tuple[str, ...]:
    """Words allowed by an annotation, looking into lists."""
    for part in flat(annotation):
        if get_origin(part) is Literal:
            return tuple(str(word) for word in get_args(part))
        if get_origin(part) is tuple:
            return _choices(get_args(part)[0])
    return ()


def _inner(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the models inside an annotation, each with the path that leads to it."""
    parts = list(flat(annotation))
    if len(parts) > 1:
        return
    for part in parts:
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield "", part
        elif get_origin(part) is tuple:
            yield from ((f".*{path}", model) for path, model in _inner(get_args(part)[0]))
        elif get_origin(part) is dict:
            yield from ((f".*{path}", model) for path, model in _inner(get_args(part)[1]))


def _items(annotation: Any) -> FieldInfo | None:
    """Find the field that stands for the values of a mapping, if the annotation is one."""
    for part in flat(annotation):
        if get_origin(part) is dict:
            return FieldInfo.from_annotation(get_args(part)[1])
    return None


def _note(path: str, owner: type[BaseModel], name: str, info: FieldInfo) -> FieldNote:
    """Describe one field."""
    extra: Mapping[str, Any] = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    metadata = list(info.metadata)
    low = next((m.ge for m in metadata if isinstance(m, annotated_types.Ge)), None)
    high = next((m.le for m in metadata if isinstance(m, annotated_types.Le)), None)
    return FieldNote(
        path=path,
        owner=owner,
        name=name,
        required=info.is_required(),
        default=None if info.is_required() else info.get_default(call_default_factory=True),
        unit=str(extra.get("unit", "")),
        low=low,  # type: ignore[arg-type]
        high=high,  # type: ignore[arg-type]
        choices=_choices(info.annotation),
        source=str(extra.get("source", "")),
        if_empty=str(extra.get("if_empty", "")),
        describes=bool(extra.get("describes", False)),
        uncertain=float in flat(info.annotation) and not extra.get("exact", False),
        hoped=str(extra.get("hoped", "less")),
        spread=extra.get("spread"),
    )


@cache
def notes(model: type[BaseModel], prefix: str = "") -> tuple[FieldNote, ...]:
    """Describe every field of a model and of the models inside it, in order.

    Parameters
    ----------
    model
        For example a kind of intervention.
    prefix
        Put before every path.
    """
    rows: list[FieldNote] = []
    for name, info in model.model_fields.items():
        path = f"{prefix}{info.alias or name}"
        rows.append(_note(path, model, name, info))
        items = _items(info.annotation)
        if items is not None:
            rows.append(_note(f"{path}.*", model, name, items))
        for step, inner in _inner(info.annotation):
            rows += notes(inner, f"{path}{step}.")
    return tuple(rows)
