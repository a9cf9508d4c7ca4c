"""What the JSON Schema of scenario files has against a text."""

from functools import cache
from typing import Any

from jsonschema import Draft7Validator

from simulator.scenario.json_schema import json_schema
from simulator.scenario.nodes import Node, parse


def raw(node: Node) -> Any:
    """A tree as an editor sees it, empty values and all."""
    if isinstance(node.value, dict):
        return {key: raw(inner) for key, inner in node.value.items()}
    return [raw(inner) for inner in node.value] if isinstance(node.value, list) else node.value


@cache
def validator() -> Draft7Validator:
    """Made once, as it takes longer than to use."""
    return Draft7Validator(json_schema())


def faults(text: str) -> list[str]:
    """Say what is wrong with a file.

    Raises
    ------
    Unreadable
        If it is not YAML of the kind that is read.
    """
    content = raw(parse(text, "file.yaml")[0])
    return [f"{error.json_path}: {error.message}" for error in validator().iter_errors(content)]
