"""Starts forecast from the front door: no figure after an origin is used, and the verdict is that of the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.backtest import front_door_hindcast
from simulator.backtest.front_door_hindcast import BACK, FROM_FRONT_DOOR, IF_KNOWN, LAST_YEAR, MEAN, hindcast
from simulator.data.front_door_figures import YEARS

PAGE = Path(__file__).resolve().parents[3] / "docs/front-door.md"


def test_no_forecast_but_the_one_that_says_so_uses_a_later_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    real = front_door_hindcast.figures
    before = hindcast(2, (2021,))

    def changed(name: str, areas: tuple[str, ...]) -> np.ndarray:
        values = real(name, areas).copy()
        values[:, YEARS.index(2021) + 1 :] *= 3.0 + np.arange(len(areas))[:, None] % 2
        return values

    monkeypatch.setattr(front_door_hindcast, "figures", changed)
    after = hindcast(2, (2021,))
    for method in (LAST_YEAR, MEAN, BACK, FROM_FRONT_DOOR):
        np.testing.assert_array_equal(before.by_method[method], after.by_method[method])
    assert not np.array_equal(before.by_method[IF_KNOWN], after.by_method[IF_KNOWN], equal_nan=True)


def test_the_front_door_does_not_forecast_starts_better_and_would_if_it_were_known() -> None:
    found = hindcast(1)
    gain, error = found.better_by(FROM_FRONT_DOOR, BACK)
    assert abs(gain) < 2.0 * error
    known, error = found.better_by(IF_KNOWN, BACK)
    assert known > 2.0 * error
    assert "**No.**" in PAGE.read_text(encoding="utf-8")
