"""The tests of the Green Book: `appraise`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from simulator.cli.commands.runs import load_all
from simulator.cli.group import PROGRAM, WrongInput, refusing
from simulator.cli.options import Whom, needs
from simulator.cli.screen import bar, say, watched
from simulator.cli.written import checked_folder, written
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.decisions.appraisal_runs import AppraisalRuns
    from simulator.decisions.distribution_of_councils import CouncilDistribution, Weights
    from simulator.decisions.optimism import Optimism
    from simulator.scenario import LoadedScenario

MOST_YEARS_LATE = 10


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "--against",
    metavar="SCENARIO",
    help="What each is held against  [default: the same scenario without its programmes]",
)
@click.option("--draws", type=click.IntRange(min=0), default=100, show_default=True, metavar="N", help="Draws.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S", help="Seed of the draws."
)
@click.option(
    "--council-draws",
    type=click.IntRange(min=0),
    metavar="N",
    help="Run all authorities one by one as well, with so many draws, and tell how it falls on them by deprivation and "
    "region. A draw takes about three seconds.",
)
@click.option(
    "--cost-uplift", type=click.FloatRange(0.0, 10.0), metavar="SHARE", help="Planned money that is more: 0.25 is 25%."
)
@click.option(
    "--years-late",
    type=click.IntRange(0, MOST_YEARS_LATE),
    metavar="YEARS",
    help="By which programmes come later, while their money is spent as planned.",
)
@click.option(
    "--kept",
    type=click.FloatRange(0.0, 1.0),
    metavar="SHARE",
    help="Of the logarithm of a judged ratio; those of studies go by their design.",
)
@click.option(
    "--elasticity",
    type=click.FloatRange(0.0, 4.0),
    metavar="E",
    help="Of the worth of a pound with income, for weights that are shown apart.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder  [default: out/NAME-appraisal]"
)
@click.option(
    "--engine",
    type=click.Choice(["plain", "compiled"]),
    help="The compiled engine needs care-demand[fast].  [default: compiled, if it is installed]",
)
@click.option("--charts/--no-charts", default=True, help="Draw charts, or write tables only.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def appraise(
    scenarios: tuple[str, ...], against: str | None, draws: int, seed: int, council_draws: int | None,
    cost_uplift: float | None, years_late: int | None, kept: float | None, elasticity: float | None, out: Path | None,
    engine: Literal["plain", "compiled"] | None, charts: bool, quiet: bool,
) -> None:  # fmt: skip
    """Appraise what programmes cost and save: who bears it, with optimism taken out, and what would change the sign.

    It tells central from local government, and what can be cashed from what cannot; net present value with uplifts on
    cost, delivery time and effect, each by itself and together; outcomes beside the money; the value of each number at
    which net present value is nought; and how it falls on councils. Each under both rules for foster places. Several
    scenarios are appraised one after the other, each into a folder of its own.
    """
    from dataclasses import replace

    from simulator.decisions.appraisal import appraise as appraised
    from simulator.decisions.appraisal_runs import AppraisalRuns, at_regime
    from simulator.decisions.switching_values import switching
    from simulator.decisions.write_appraisal import Appraised, appraisal_text, write_appraisal
    from simulator.runs.engines import default_engine

    if draws == 1 or council_draws == 1:
        raise click.UsageError("one draw beside the central run says nothing; ask for 2 or more, or for none")
    needs(engine == "compiled", "numba", "fast")
    loaded = load_all([*scenarios, *([against] if against else [])], Whom())
    held = loaded.pop() if against else None
    if len({one.key for one in loaded}) < len(loaded):
        raise WrongInput.of([f"{PROGRAM}: two scenarios have the same name, and so would their folders"])
    if out is not None and len(loaded) > 1:
        raise click.UsageError("--out is one folder, and each scenario gets one of its own; leave it out")
    folders = [checked_folder(Path("out") / f"{one.key}-appraisal" if out is None else out) for one in loaded]
    optimism, weights = _optimism(cost_uplift, years_late, kept), _weights(elasticity)
    chosen = engine or default_engine(draws=max(draws, 1), areas=1, chance=False)
    for one, folder in zip(loaded, folders, strict=True):
        with _refused():
            runs = AppraisalRuns(one, held, draws, seed, chosen)
        with _refused(), _bar(runs, council_draws, quiet) as told:
            runs = replace(runs, progress=told)
            found = appraised(runs, optimism)
            switched = tuple(switching(runs, limited=limited) for limited in at_regime(one))
            councils, why = _councils(one, held, council_draws, seed, weights, told)
        result = Appraised(found, switched, councils, why)
        words = [PROGRAM, "appraise", one.path.name, *(["--against", Path(against).name] if against else [])]
        words += ["--draws", str(draws), "--seed", str(seed)]
        words += ["--council-draws", str(council_draws)] if council_draws is not None else []
        words += ["--cost-uplift", f"{optimism.cost_uplift:g}", "--years-late", str(optimism.years_late)]
        words += ["--kept", f"{optimism.kept_of_judged:g}", "--elasticity", f"{weights.elasticity:g}"]
        command = shlex.join([*words, "--engine", chosen, *([] if charts else ["--no-charts"])])
        written(lambda r=result, f=folder, c=command: write_appraisal(r, f, c, engine=chosen, charts=charts))  # type: ignore[misc]
        if not quiet:
            say(appraisal_text(result))
            say(f"Results are in {one_line(folder)}")


def _optimism(cost_uplift: float | None, years_late: int | None, kept: float | None) -> Optimism:
    from simulator.decisions.optimism import Optimism

    usual = Optimism.usual()
    return Optimism(
        usual.cost_uplift if cost_uplift is None else cost_uplift,
        usual.years_late if years_late is None else years_late,
        usual.kept_of_judged if kept is None else kept,
    )


def _weights(elasticity: float | None) -> Weights:
    from simulator.decisions.distribution_of_councils import Weights

    usual = Weights.usual()
    return usual if elasticity is None else Weights(elasticity, usual.deprived_income_ratio)


def _councils(
    one: LoadedScenario, held: LoadedScenario | None, draws: int | None, seed: int, weights: Weights,
    told: Callable[[int], None],
) -> tuple[tuple[CouncilDistribution, ...], str]:  # fmt: skip
    """Run all authorities one by one; or say why it is not done."""
    from simulator.decisions.appraisal_runs import AppraisalRuns, at_regime
    from simulator.decisions.distribution_of_councils import council_names, distribution_of_councils
    from simulator.scenario import ScenarioError
    from simulator.vocabulary.areas import ENGLAND

    if draws is None:
        return (), "not asked for (--council-draws)"
    if one.scenario.areas != (ENGLAND,):
        return (), "the scenario is not of England as a whole"
    try:
        own = one.in_areas(council_names())
        other = None if held is None else held.in_areas(council_names())
    except ScenarioError as error:
        return (), "; ".join(problem.what for problem in error.problems)
    runs = AppraisalRuns(own, other, draws, seed, None, told)
    return tuple(distribution_of_councils(runs, weights, limited=limited) for limited in at_regime(one)), ""


@contextmanager
def _bar(runs: AppraisalRuns, council_draws: int | None, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Say how many model runs an appraisal takes, and give what shows how many are made, where somebody can see it."""
    from simulator.decisions.switching_values import least_runs

    total = least_runs(runs)
    if not quiet:
        ones = "" if council_draws is None else f", and {4 * (1 + council_draws)} of all authorities"
        say(
            f"{runs.loaded.key} takes {total:,} model runs{ones}, and some to narrow down each switching value.",
            err=True,
        )
    if not watched(quiet):
        yield lambda runs: None
        return
    made, total = 0, total + (0 if council_draws is None else 4 * (1 + council_draws))
    with bar(runs.loaded.key) as progress:

        def count(some: int) -> None:
            nonlocal made
            made += some
            progress(min(made, total), total)

        progress(0, total)
        yield count


@contextmanager
def _refused() -> Iterator[None]:
    """Tell what cannot be appraised as wrong input."""
    from simulator.interventions.fields import Wrong
    from simulator.scenario import ScenarioError

    with refusing(ScenarioError):
        try:
            yield
        except Wrong as wrong:
            raise WrongInput.of([f"{PROGRAM}: {wrong.what} (allowed: {wrong.allowed})"]) from wrong


COMMANDS = (appraise,)
