"""The JSON Schema of scenario files, from which editors complete and mark them.

It is made from the fields that the reader checks, so it never has to be written. A schema can say which keys there are,
and the names, words, forms and bounds of each; what one value means for another, only the reader can tell.

A file that extends another need not give what its parent gives, may give a part of any mapping, and takes a value away
by leaving it empty. So every mapping that is laid over a parent's has two schemas: of the whole, and of a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from simulator.data.evidence_library import SHRINKAGE
from simulator.interventions import Intervention, kinds
from simulator.interventions.fields import FieldNote, Quality, SourceKeys, flat, notes
from simulator.scenario.merge import OWN
from simulator.scenario.schema import Scenario
from simulator.scenario.stated import CERTAIN
from simulator.scenario.uncertain import NO_SHRINKAGE
from simulator.uncertainty import FAMILIES

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that editors of YAML read in full."""

_ANY_QUANTILE = "^p(0[1-9]|[1-9][0-9]?)$"
_ANY_INTERVAL = "^ci[1-9][0-9]$"

_GROUPED = {"type": "string", "pattern": r"^[-+]?[0-9]+(_[0-9]+)+(\.[0-9_]*)?$"}
"""A number written as 22_500_000, which editors take for text."""

_EMPTY = {"type": "null"}

_EXTENDS = {
    "type": "string",
    "pattern": r"^(?![/~])(?!(.*/)?\.\.(/|$))[^\\:]+$",
    "description": "A scenario file in the same folder or one below it, or a scenario that comes with care-demand. "
    "What it gives holds where this file gives nothing.",
}
_REMOVE = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "description": "Ids of interventions of the parent that this file takes out.",
}


def json_schema() -> Schema:
    """Return the JSON Schema of a scenario file, in draft 7."""
    maker = _Maker()
    whole, part = (maker.mapping(Scenario, part=part) for part in (False, True))
    return {
        "$schema": DRAFT,
        "title": "Scenario of care-demand",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": part,
        "else": whole,
        "definitions": dict(sorted(maker.definitions.items())),
    }


@dataclass(slots=True)
class _Maker:
    """Schemas that are made so far, by name."""

    definitions: dict[str, Schema] = field(default_factory=dict)
    models: dict[str, type[BaseModel]] = field(default_factory=dict)

    def shared(self, name: str, schema: Schema) -> Schema:
        """Keep a schema under a name, and refer to it."""
        self.definitions[name] = schema
        return {"$ref": f"#/definitions/{name}"}

    def mapping(self, model: type[BaseModel], *, part: bool) -> Schema:
        """Schema of a mapping with the fields of a model; of a part of it, no field has to be there.

        Raises
        ------
        TypeError
            If two models have one name.
        """
        name = f"{model.__name__}{'Part' if part else ''}"
        if self.models.setdefault(name, model) is not model:
            raise TypeError(f"{model.__module__} and {self.models[name].__module__} both hold a {model.__name__}")
        if name in self.definitions:
            return {"$ref": f"#/definitions/{name}"}
        known = {note.path: note for note in notes(model)}
        properties, needed = {}, []
        for attribute, info in model.model_fields.items():
            key = info.alias or attribute
            note = known[key]
            own = model is Scenario and key in OWN
            properties[key] = self.value(info, note, known.get(f"{key}.*", note), part=part and not own)
            if note.required and (own or not part):
                needed.append(key)
        if model is Scenario:
            properties = {"extends": _EXTENDS, **({"remove": _REMOVE} if part else {}), **properties}
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        described = {"description": _running(model.__doc__)} if model.__doc__ else {}
        return self.shared(name, described | schema | ({"required": needed} if needed else {}))

    def value(self, info: FieldInfo, note: FieldNote, inner: FieldNote, *, part: bool) -> Schema:
        """Schema of the value of a field.

        Parameters
        ----------
        info, note
            The field.
        inner
            What is known of the values of a mapping, if it is one.
        part
            Whether a parent may give the value, or some of it.
        """
        annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        choices = self.choices(annotation, inner, part=part)
        description = {"description": _described(note)}
        if part:
            return description | _one_of([*choices, _EMPTY])
        simple = isinstance(note.default, (str, int, float)) and not note.required
        return description | _one_of(choices) | ({"default": note.default} if simple else {})

    def choices(self, annotation: Any, note: FieldNote, *, part: bool) -> list[Schema]:
        """Schemas of what may stand for a type."""
        first, *others = flat(annotation)
        origin, inside = get_origin(first), get_args(first)
        if not others and isinstance(first, type) and issubclass(first, BaseModel):
            return [self.mapping(first, part=part)]
        if origin is tuple and any(issubclass(model, Intervention) for model in _models(inside[0])):
            return [{"type": "array", "items": self.intervention(part=part)}]
        if origin is tuple and any(_models(inside[0])):  # a list is never laid over another
            return [{"type": "array", "items": _one_of(self.choices(inside[0], note, part=False))}]
        if origin is dict:
            key, value = inside
            values = self.choices(value, note, part=part)
            names = _one_of(self.plain(key))
            inner = _one_of([*values, _EMPTY] if part else values)
            return [{"type": "object", "propertyNames": names, "additionalProperties": inner}]
        return self.number(self.plain(annotation), note, part=part)

    def plain(self, annotation: Any) -> list[Schema]:
        """Schemas of a type that holds no model, as pydantic makes them."""
        made = TypeAdapter(annotation).json_schema(mode="validation")
        return [self.tidied(one) for one in made.get("anyOf", [made]) if one != _EMPTY]

    def tidied(self, schema: Schema) -> Schema:
        """Keep lists of names apart, and drop what is no keyword of a schema."""
        dropped = ("title", "unit", "source", "if_empty", "exact", "describes", "prefixItems")
        tidy = {key: value for key, value in schema.items() if key not in dropped}
        if "prefixItems" in schema:  # of a later draft
            tidy["items"] = [self.tidied(item) for item in schema["prefixItems"]]
        if isinstance(tidy.get("items"), dict):
            tidy["items"] = self.tidied(tidy["items"])
        return self.shared(schema["title"], tidy) if "title" in schema and "enum" in tidy else tidy

    def number(self, schemas: list[Schema], note: FieldNote, *, part: bool) -> list[Schema]:
        """Add to a number that it may be written in groups of digits, or be a distribution."""
        if not any(one.get("type") in ("number", "integer") for one in schemas):
            return schemas
        return [*schemas, _GROUPED, *([self.distribution(part=part)] if note.uncertain else [])]

    def intervention(self, *, part: bool) -> Schema:
        """Schema of an entry of the list of interventions."""
        whole = self.shared("intervention", self.by_kind(part=False) | {"required": ["kind"]})
        if not part:
            return whole
        change = self.by_kind(part=True)
        any_kind = [self.mapping(kind, part=True) for kind in kinds().values()]
        unnamed = {"if": {"not": {"required": ["kind"]}}, "then": {"anyOf": any_kind}}
        return self.shared(
            "interventionPart",
            {"if": {"required": ["id"]}, "then": {**change, "allOf": [unnamed, *change["allOf"]]}, "else": whole},
        )

    def by_kind(self, *, part: bool) -> Schema:
        """Schema of an entry whose kind says which fields it has."""
        branches = [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": self.mapping(kind, part=part),
            }
            for name, kind in kinds().items()
        ]
        firsts = {name: (kind.__doc__ or "").partition("\n")[0] for name, kind in kinds().items()}
        titles = " ".join(f"{name}: {_running(first)}" for name, first in firsts.items())
        kind = {"enum": list(kinds()), "description": titles}
        return {"type": "object", "properties": {"kind": kind}, "allOf": branches}

    def distribution(self, *, part: bool) -> Schema:
        """Schema of a distribution in each of its forms; of a part of one, with keys of any form."""
        evidence = self.evidence()
        if not part:
            certain = _object({CERTAIN: _number(), **evidence}, (CERTAIN,))
            return self.shared("distribution", {"anyOf": [*_smooth(evidence), self.mix(evidence), certain]})
        keys = [*(key for form in _smooth(evidence) for key in form["properties"]), "mix", CERTAIN]
        anything: Schema = {}
        patterns = {_ANY_QUANTILE: anything, _ANY_INTERVAL: anything}
        return self.shared("distributionPart", _object(dict.fromkeys(keys, anything), patterns=patterns))

    def evidence(self) -> Schema:
        """Schemas of what a distribution may say beside its numbers."""
        return {
            "source": _one_of(self.plain(SourceKeys)) | {"description": "Where the distribution comes from."},
            "quality": _one_of(self.plain(Quality)) | {"description": "How far to trust it."},
            "note": {"type": "string", "description": "Remark for the reader."},
            "group": {
                "type": "string",
                "pattern": "^[a-z0-9][a-z0-9_-]*$",
                "description": "Name of the evidence that it shares with other numbers, so that they are drawn alike.",
            },
            "shrink": {
                "enum": [*SHRINKAGE, NO_SHRINKAGE],
                "description": "Design of the study that a ratio rests on: the weaker it is, the nearer the ratio is "
                "taken to no effect. none takes it as it is.",
            },
            "correlation": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "How closely it follows its group; 1 if left out.",
            },
        }

    def mix(self, evidence: Schema) -> Schema:
        """Schema of a weighted mix."""
        beside: Schema = {
            "weight": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1,
                "description": "Probability of the part.",
            },
            "says": {"type": "string", "description": "What the part stands for."},
        }
        parts = [_object({**beside, "value": _number()}, ("weight", "value")), *_smooth(beside, ("weight",))]
        listed = {"type": "array", "minItems": 2, "items": self.shared("mixPart", {"anyOf": parts})}
        return _object({"mix": listed, **evidence}, ("mix",))


def _smooth(beside: Mapping[str, Schema], needed: tuple[str, ...] = ()) -> list[Schema]:
    """Schemas of the forms of a distribution that is no mix, with other keys beside."""
    interval = {"type": "array", "items": _number(), "minItems": 2, "maxItems": 2}
    patterns = {_ANY_QUANTILE: _number(), _ANY_INTERVAL: interval}
    triangle = ("low", "mode", "high")
    about = [
        {
            **_object({centre: _number(), **beside}, (centre, *needed), patterns),
            "not": {"propertyNames": {"enum": [centre, *beside]}},  # it has an interval
        }
        for centre in ("median", "mean")
    ]
    families = [
        _object(
            {"family": {"const": name}, **dict.fromkeys(f.parameters, _number()), **beside},
            ("family", *f.parameters, *needed),
        )
        for name, f in FAMILIES.items()
    ]
    return [*about, _object({**dict.fromkeys(triangle, _number()), **beside}, (*triangle, *needed)), *families]


def _number() -> Schema:
    """Schema of any number."""
    return {"anyOf": [{"type": "number"}, _GROUPED]}


def _object(
    properties: Mapping[str, Schema], needed: Iterable[str] = (), patterns: Mapping[str, Schema] | None = None
) -> Schema:
    """Schema of a mapping without other keys."""
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    schema |= {"patternProperties": dict(patterns)} if patterns else {}
    return schema | ({"required": list(needed)} if needed else {})


def _one_of(schemas: list[Schema]) -> Schema:
    """Schema of what any of several schemas allows; other keywords may be put beside it."""
    if len(schemas) == 1:
        return {"allOf": schemas} if "$ref" in schemas[0] else schemas[0]
    return {"anyOf": schemas}


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Models that a type is one of."""
    return [part for part in flat(annotation) if isinstance(part, type) and issubclass(part, BaseModel)]


def _described(note: FieldNote) -> str:
    """Say what a field is, what is allowed, and what holds if it is left out."""
    allowed = f"{note.allowed}, or a distribution" if note.uncertain else note.allowed
    words = [_running(note.label), f"Allowed: {allowed}." if allowed else ""]
    words.append(f"Left out: {note.if_empty}." if note.if_empty else "")
    words.append(f"Source of the default: {note.source}." if note.source not in ("", "definition") else "")
    return " ".join(filter(None, words))


def _running(text: str | None) -> str:
    """Return a docstring as running text."""
    return " ".join((text or "").replace("``", "`").split())
