"""Other tools on the same job."""

from __future__ import annotations

import json
import subprocess
import tempfile
import warnings
from pathlib import Path

from cases import compiled, example, plain, with_draws
from measure import ROOT, Row, interleaved
from test_pysd import MONTHS, load_vensim, reduced_rates, set_constants

DRAWS = 200
PEER_PYTHON = ROOT / ".venv-peers" / "bin" / "python"


def pysd() -> list[Row]:
    """Measure PySD against both engines on the reduced case of tests/unit/engine/test_pysd.py."""
    rates = reduced_rates()
    many = with_draws(rates, DRAWS)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = load_vensim(Path(folder))
        set_constants(model, rates.streams[0])
        took = interleaved(
            {
                "pysd": lambda: model.run(return_columns=["in care"]),
                "compiled": compiled(many),
                "plain": plain(many),
                "one": plain(rates),
                "longer": compiled(with_draws(reduced_rates(2 * MONTHS), DRAWS)),
            }
        )
    one = took["pysd"]
    rows: list[Row] = [("PySD, one run of the reduced case", f"{one:.2f} s", "-")]
    for engine, aim in (("compiled", "10,000 times"), ("plain", "-")):
        each = took[engine] / DRAWS
        rows.append(
            (
                f"- against the {engine} engine, for each of {DRAWS} draws",
                f"{one / each:,.0f} times ({each * 1e3:.2f} ms a draw)",
                aim,
            )
        )
    beforehand = 2.0 - took["longer"] / took["compiled"]
    rows.append(("- of a draw, before the first month: chances, which PySD is given", f"{beforehand:.0%}", "-"))
    return [*rows, ("- against the plain engine, one draw alone", f"{one / took['one']:,.0f} times", "-")]


def demand_model() -> list[Row]:
    """Measure a projection of a year by cs-demand-model, on its own sample, against ours of an area."""
    if not PEER_PYTHON.exists():
        return [("cs-demand-model", "not measured: it is not installed (make benchmarks installs it)", "-")]
    script = ROOT / "benchmarks" / "peer_demand_model.py"
    said = subprocess.run([PEER_PYTHON, script], check=True, capture_output=True, text=True)
    peer = json.loads(said.stdout.splitlines()[-1])
    year = example(months=12)
    ours = interleaved({"compiled": compiled(year), "plain": plain(year)})
    return [
        (
            f"cs-demand-model {peer['version']}, its sample ({peer['children']:.0f} children, {peer['boxes']} boxes): "
            "a year in days, its default",
            f"{peer['days']:.2f} s",
            "-",
        ),
        *(
            (
                f"- against an area of ours, by month, {engine} engine",
                f"{peer['days'] / ours[engine]:,.0f} times",
                "-",
            )
            for engine in ("compiled", "plain")
        ),
        (
            "- the same in 12 steps, against the compiled engine",
            f"{peer['months'] / ours['compiled']:,.0f} times ({peer['months']:.2f} s)",
            "-",
        ),
    ]
