"""Time cs-demand-model on the sample that it comes with; run by the Python of its own environment.

It needs numpy and pandas older than ours, so it cannot be imported beside the simulator. What is timed is the
projection alone: rates are worked out from the returns before.
"""

from __future__ import annotations

import json
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

warnings.simplefilter("ignore")

from cs_demand_model import DemandModellingDataContainer, ModelPredictor, PopulationStats  # noqa: E402
from cs_demand_model.config import Config  # noqa: E402
from cs_demand_model.datastore import fs_datastore  # noqa: E402
from dateutil.relativedelta import relativedelta  # noqa: E402

REPEATS = 3
REFERENCE = relativedelta(months=6)
"""What its command line takes by default, up to the end of the data."""


def median_seconds(do: Callable[[], Any]) -> float:
    """Return the median processor time of some runs."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        do()
        times.append(time.process_time() - began)
    return statistics.median(times)


def main() -> None:
    """Print what a projection of a year takes, as JSON."""
    config = Config()
    container = DemandModellingDataContainer(fs_datastore("sample://v1.zip"), config)
    stats = PopulationStats(container.enriched_view, config)
    predictor = ModelPredictor.from_model(stats, container.end_date - REFERENCE, container.end_date)
    found = {
        "version": version("cs-demand-model"),
        "children": float(predictor.initial_population.sum()),
        "boxes": predictor.predict(1).shape[1],
        "days": median_seconds(lambda: predictor.predict(365)),
        "months": median_seconds(lambda: predictor.predict(12, step_days=30)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
