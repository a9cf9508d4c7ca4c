"""The chart of a council's check against its own past, in the folder of an import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from simulator.data.council import CheckedYear
from simulator.outputs.charts import save
from simulator.outputs.charts.own_past import draw
from simulator.outputs.charts.series import Course
from simulator.returns.calibrate_council import FittedCouncil
from simulator.returns.check_past import PastCheck

SOURCE = "Source: SSDA903 returns of the council. Model: care-demand."


def draw_past(fitted: FittedCouncil, past: PastCheck, folder: Path) -> None:
    """Write check.svg and check.png; nothing if there is no past to check."""
    checked = tuple(CheckedYear(row.year, row.returns, row.model, row.sd) for row in past.of("children"))
    if not checked:
        return
    own = replace(fitted.own, council=replace(fitted.council, check=checked))
    stocks = fitted.stocks.sum(axis=(1, 2, 3, 4)).astype(float)
    years = (fitted.years.years[0] - 1, *fitted.years.years)
    history = Course(np.array(years, dtype=float), tuple(f"{year}-03-31" for year in years), stocks[None])
    save(draw(own.own_past, history, "The council's own figures", [SOURCE]), folder, "check")
