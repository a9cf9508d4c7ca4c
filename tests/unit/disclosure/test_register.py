"""Two published outputs of the same children: what one hides, the other may not tell."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from attack import told
from click.testing import CliRunner, Result

from simulator.cli.main import cli
from simulator.disclosure.publish import _hide_together, _Run, publish
from simulator.disclosure.register import ANY_AREA, RegisterError, beside, import_key, register
from simulator.disclosure.suppression import Tables, hide, is_small, rounded
from simulator.results.labelled import RunResults


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_a_partner_that_an_earlier_output_shows_is_no_partner() -> None:
    """40, 3, 20 and 9 of 72: alone 9 is hidden with 3; where 9 was shown before, and 20 hidden, 20 is."""
    tables = Tables()
    (total,) = tables.add([72], 5)
    parts = tables.add([40, 3, 20, 9], 5)
    tables.total(total, parts)
    alone = hide(tables, whole=True)
    assert alone.tolist() == [False, False, True, False, True]
    before = np.array([False, False, True, True, False])
    again = hide(tables, whole=True, start=before, told=~before)
    assert again.tolist() == [False, False, True, True, False]

    def attacked(*outputs: np.ndarray) -> tuple[float, float]:
        off = np.logical_and.reduce(outputs)
        shown = [None if h else float(v) for h, v in zip(off, rounded(np.array(tables.values), 5), strict=True)]
        return told(shown, tables.bases, tables.sums, tables.balances, [2])[2]

    assert attacked(before, again)[1] >= 5
    naive = np.logical_and(before, alone)
    assert naive.sum() == 1, "the small count alone is hidden in both: its neighbours tell it to the rounding"


def combined(own: RunResults, folder: Path, against: Path | None) -> None:
    """Attack an import and a run of the same children, published one after the other, as one system."""
    (imported,) = [one.of({"Rutland"}, by_returns=True) for one in register(folder)]
    assert imported is not None
    run = _Run(own)
    _hide_together([run], [imported] if against else [])
    values, bases = np.array(run.tables.values), np.array(run.tables.bases)
    off = [bool(hidden) and key not in imported.shown for hidden, key in zip(run.hidden, run.keys, strict=True)]
    shown = [None if h else float(v) for h, v in zip(off, rounded(values, bases), strict=True)]
    counted = [i for i in np.flatnonzero(is_small(values)).tolist() if run.past.is_counted(run.keys[i])]
    assert len(counted) > 5
    whole = [bool(w) or run.past.is_counted(key) for w, key in zip(run.past.whole(len(values)), run.keys, strict=True)]
    found = told(shown, run.tables.bases, run.tables.sums, run.tables.balances, counted, whole=whole)
    for cell, (low, high) in found.items():
        assert low <= 1 + 1e-6, run.keys[cell]
        assert high >= 5 - 1e-6, run.keys[cell]


@pytest.fixture(scope="module")
def published_import(small_returns: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("register") / "counts"
    assert call("import", "ssda903", small_returns / "returns", "--out", folder, "--publish").exit_code == 0
    return folder


def test_an_import_and_a_run_tell_nothing_between_them(own_returns: RunResults, published_import: Path) -> None:
    combined(own_returns, published_import, against=published_import)


def test_what_was_hidden_before_is_hidden_again(own_returns: RunResults, published_import: Path) -> None:
    (one,) = register(published_import)
    found = one.of({"Rutland"}, by_returns=True)
    assert found is not None
    key = next(k for k in found.shown if k[:3] == ("children", "placement", "childrens_home") and k[4] == "2026-03-31")
    hidden = found.hidden | {key}
    (published,) = publish([own_returns], [type(found)("x", frozenset(hidden), found.shown - {key}, True)])
    at = own_returns["children"].placements.index("childrens_home")
    shown = published.stocks["children"].by_placement
    assert shown is not None
    assert np.isnan(shown[0, 0, 0, at])
    (alone,) = publish([own_returns])
    assert alone.stocks["children"].by_placement is not None
    assert not np.isnan(alone.stocks["children"].by_placement[0, 0, 0, at])


def test_counts_of_an_import_have_the_names_of_a_run() -> None:
    assert import_key(2026, "stock", "placement", "other") == ("children", "placement", "other", ANY_AREA, "2026-03-31")
    assert import_key(2026, "stock", "stream", "uasc")[0] == "uasc_children"
    assert import_key(2026, "starts", "all", "all") == ("starts", "all", "all", ANY_AREA, "2025-26")


def test_a_second_output_warns_and_is_checked(small_returns: Path, published_import: Path, tmp_path: Path) -> None:
    run = ("run", "status-quo", "--returns", small_returns / "imported", "--area-name", "Rutland", "--publish",
           "--no-charts", "--quiet")  # fmt: skip
    place = published_import.parent
    first = call(*run, "--out", place / "run")
    assert first.exit_code == 0, first.output
    assert "Warning: figures of the same children were published before, beside this folder: counts." in first.stderr
    again = call(*run, "--out", tmp_path / "run", "--against", place)
    assert again.exit_code == 0, again.output
    assert "Hidden with what was published before of the same children: counts, run." in again.stderr
    assert "Warning" not in again.stderr
    command = json.loads((tmp_path / "run" / "manifest.json").read_text())["command"]
    assert f"--against {place.name}" in command
    with (place / "run" / "results.csv").open() as file:
        before = {tuple(r.values())[:7] for r in csv.DictReader(file) if r["central"] == "c"}
    with (tmp_path / "run" / "results.csv").open() as file:
        after = {tuple(r.values())[:7] for r in csv.DictReader(file) if r["central"] == "c"}
    assert before <= after
    counts = call("import", "ssda903", small_returns / "returns", "--out", tmp_path / "counts", "--publish", "-q")
    assert "Warning: figures of the same children were published before, beside this folder: run." in counts.stderr
    assert {one.name for one in beside(tmp_path / "new")} == {"counts", "run"}


def test_the_same_children_under_another_name_are_the_same(small_returns: Path, tmp_path: Path) -> None:
    """Of one import: named for an authority, for another, and for none; and not those of another council."""
    run = ("run", "status-quo", "--publish", "--no-charts", "--quiet", "--returns")
    ours, place = small_returns / "imported", tmp_path / "published"
    assert call(*run, ours, "--area-name", "Rutland", "--out", place / "s1").exit_code == 0
    warned = call(*run, ours, "--out", place / "s2")
    assert "Warning: figures of the same children were published before, beside this folder: s1." in warned.stderr
    for name in ("--area-name", "Medway"), ():
        again = call(*run, ours, *name, "--out", tmp_path / f"run{len(name)}", "--against", place)
        assert again.exit_code == 0, again.output
        assert "Hidden with what was published before of the same children: s1, s2." in again.stderr
    hidden = [
        {(r["measure"], r["placement"], r["age_band"], r["date"])
         for r in csv.DictReader((folder / "results.csv").read_text().splitlines()) if r["central"] == "c"}
        for folder in (place / "s1", tmp_path / "run2")
    ]  # fmt: skip
    assert hidden[0] <= hidden[1]
    assert call("sample-returns", "--children", 90, "--years", 3, "--seed", 5, "--out", tmp_path / "r").exit_code == 0
    assert call("import", "ssda903", tmp_path / "r", "--out", tmp_path / "others").exit_code == 0
    others = call(*run, tmp_path / "others", "--area-name", "Kent", "--out", tmp_path / "o", "--against", place)
    assert others.exit_code == 0, others.output
    assert "was published of the same children." in others.stderr
    assert "Hidden with" not in others.stderr


def test_a_register_without_an_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no output that was written with --publish"):
        register(tmp_path)
    refused = call("run", "status-quo", "--against", tmp_path, "--out", tmp_path / "o")
    assert refused.exit_code == 2
    assert "it needs --publish" in refused.output
    refused = call("run", "status-quo", "--publish", "--against", tmp_path, "--out", tmp_path / "o")
    assert refused.exit_code == 2
    assert "--against: " in refused.output
    assert not (tmp_path / "o").exists()


def test_another_area_is_no_output_of_the_same_children(published_import: Path) -> None:
    (one,) = register(published_import)
    assert one.of({"Kent"}, by_returns=False) is None
    assert one.of(set(), by_returns=True) is not None
