"""Files of arrays are read by their labels."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from paths import ROOT

from simulator.baseline.england import England, load_baseline
from simulator.baseline.labelled_arrays import AXES, labels
from simulator.data import packaged
from simulator.vocabulary import placements

FOLDER = ROOT / "simulator" / "data" / "baseline"
FILES = sorted(FOLDER.glob("england-*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_shipped_file_is_what_its_baseline_writes(path: Path) -> None:
    base = int(path.stem.partition("-")[2])
    assert load_baseline(base).to_json() == path.read_text(encoding="utf-8")


def test_every_array_of_a_baseline_has_axes() -> None:
    parts = asdict(load_baseline(2025))
    records = [parts, parts["parameters"], parts["foster"]]
    arrays = {name for record in records for name, value in record.items() if isinstance(value, np.ndarray)}
    assert arrays == set(AXES)


Read = Callable[[dict[str, Any]], England]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """Return a function that reads a changed file in place of that of 2025."""
    monkeypatch.setattr(packaged, "files", lambda _: tmp_path)
    file = tmp_path / "data" / "baseline" / "england-2025.json"
    file.parent.mkdir(parents=True)

    def read(raw: dict[str, Any]) -> England:
        file.write_text(json.dumps(raw), encoding="utf-8")
        load_baseline.cache_clear()
        return load_baseline(2025)

    yield read
    monkeypatch.undo()
    load_baseline.cache_clear()


@pytest.fixture
def raw() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "england-2025.json").read_text(encoding="utf-8"))
    return found


def test_another_order_is_put_right(read: Read, raw: dict[str, Any]) -> None:
    shipped = read(raw).to_json()
    other = copy.deepcopy(raw)
    order = {axis: list(reversed(range(len(names)))) for axis, names in labels().items()}
    other["axes"] = {axis: [names[i] for i in order[axis]] for axis, names in raw["axes"].items()}
    for record in (other, other["parameters"], other["foster"]):
        for name in AXES.keys() & record.keys():
            values = np.array(record[name])
            for i, axis in enumerate(AXES[name]):
                values = np.take(values, order[axis], axis=i) if axis in order else values
            record[name] = values.tolist()
    assert other["resident"] != raw["resident"]
    assert read(other).to_json() == shipped


def test_a_placement_that_the_file_does_not_know_is_empty(read: Read, raw: dict[str, Any]) -> None:
    shipped, place = read(raw), raw["axes"]["place"].index("secure_residential")
    for record, name in ((raw, "resident"), (raw, "uasc")):
        record[name] = np.delete(np.array(record[name]), place, axis=-1).tolist()
    for name in ("start_place", "uasc_start_place"):
        raw["parameters"][name] = np.delete(np.array(raw["parameters"][name]), place, axis=-1).tolist()
    del raw["axes"]["place"][place]
    found = read(raw)
    assert not found.resident[..., place].any()
    others = [i for i in range(len(placements.names())) if i != place]
    np.testing.assert_array_equal(found.resident[..., others], shipped.resident[..., others])


def _change(raw: dict[str, Any], axis: str, change: Callable[[list[str]], None]) -> dict[str, Any]:
    change(raw["axes"][axis])
    return raw


@pytest.mark.parametrize(
    ("axis", "change", "message"),
    [
        (
            "place",
            lambda names: names.__setitem__(3, "boarding"),
            "axes: place: 'boarding' is not known; known: kinship",
        ),
        ("edge", lambda names: names.__setitem__(0, "a to b"), "axes: edge: 'a to b' is not known"),
        ("place", lambda names: names.__setitem__(3, names[2]), "axes: place: 'ifa_foster' is there twice"),
        ("place", lambda names: names.pop(), "start_place: 11 along place, and 10 labels"),
        ("reason", lambda names: names.pop(0), "axes: reason: 'home' is missing"),
        ("age", lambda names: names.clear(), "axes: age: '0' is missing"),
    ],
)
def test_a_label_that_does_not_fit_is_an_error_that_names_it(
    read: Read, raw: dict[str, Any], axis: str, change: Callable[[list[str]], None], message: str
) -> None:
    with pytest.raises(ValueError, match=rf"^england-2025\.json: {message}"):
        read(_change(raw, axis, change))


def test_a_file_without_labels_is_an_error(read: Read, raw: dict[str, Any]) -> None:
    del raw["axes"]
    with pytest.raises(ValueError, match=r"^england-2025\.json: axes: no labels of "):
        read(raw)


def test_an_array_of_another_shape_is_an_error(read: Read, raw: dict[str, Any]) -> None:
    raw["resident"] = raw["resident"][0]
    with pytest.raises(
        ValueError, match=r"^england-2025\.json: resident: 4 axes; needed: draw, area, row, phase, place"
    ):
        read(raw)


def test_a_unit_cost_without_a_line_is_an_error(read: Read, raw: dict[str, Any]) -> None:
    raw["costs"]["lines"] = [line for line in raw["costs"]["lines"] if line["key"] != "supported"]
    with pytest.raises(ValueError, match=r"^england-2025\.json: costs: no line for supported"):
        read(raw)
