"""What a pilot could show: `pilot-power`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli import studies
from simulator.cli.commands.runs import load_all
from simulator.cli.group import refusing
from simulator.cli.screen import watched_bar
from simulator.cli.studies import Asking, StudyCommand
from simulator.cli.written import written

if TYPE_CHECKING:
    from simulator.decisions.pilot_plan import PilotPlan

DESIGNS = ("before-after", "matched-difference", "stepped-wedge")


@click.command("pilot-power")
@click.option(
    "--areas",
    multiple=True,
    metavar="N|NAME",
    help="Pilot areas: how many, drawn by lot, or an authority by name; again for more.  [default: 12]",
)
@click.option(
    "--of",
    type=int,
    metavar="N",
    help="Authorities in the study, pilot areas and those to compare with.  [default: all with figures]",
)
@click.option(
    "--design",
    "designs",
    multiple=True,
    type=click.Choice(DESIGNS),
    help="How the effect is to be told; again for more.  [default: all]",
)
@click.option(
    "--ratio",
    type=float,
    metavar="RATIO",
    help="Starts with the help over starts without it, of the children it is for, at full strength.  "
    "[default: that of the strategy's pilots]",
)
@click.option(
    "--years",
    type=click.IntRange(1, 10),
    default=5,
    show_default=True,
    metavar="N",
    help="Years that are counted from the start of the help in the first areas.",
)
@click.option(
    "--before",
    type=click.IntRange(1, 12),
    default=5,
    show_default=True,
    metavar="N",
    help="Years that are counted before.",
)
@click.option(
    "--steps",
    type=click.IntRange(2, 10),
    default=3,
    show_default=True,
    metavar="N",
    help="Groups that join a stepped wedge, a year apart.",
)
@click.option(
    "--lag",
    type=click.IntRange(0, 120),
    metavar="MONTHS",
    help="Months from help to fewer starts.  [default: as in the strategy's pilots]",
)
@click.option(
    "--build-up",
    type=click.IntRange(0, 120),
    metavar="MONTHS",
    help="Months from the start to full strength.  [default: as in the strategy's pilots]",
)
@click.option(
    "--lasts",
    type=click.IntRange(1, 120),
    metavar="MONTHS",
    help="Months from the start to the end of the help; its effect then fades.  [default: it goes on]",
)
@click.option(
    "--ages",
    type=click.IntRange(0, 17),
    nargs=2,
    metavar="YOUNGEST OLDEST",
    help="Ages of the children it is for.  [default: as in the strategy's pilots]",
)
@studies.SEED
@studies.out("out/pilot-power")
@studies.CHARTS
@studies.QUIET
def pilot_power(out: Path | None, quiet: bool, **options: Any) -> None:
    """Say how likely a pilot is to show an effect on starts, and what it would take.

    How much starts move from year to year by themselves is estimated from published figures of authorities. Besides, it
    runs England with the help of the national roll-out in 12 to all areas. It says first how many model runs it takes;
    one that was stopped goes on when the same command is given again.
    """
    from simulator.decisions.pilot_plan import PilotError

    with refusing(PilotError):
        _plan(options).check()
    POWER.ask(load_all(POWER.names(options)), options, Path("out/pilot-power") if out is None else out, quiet=quiet)


def _plan(options: Mapping[str, Any]) -> PilotPlan:
    """Return the plan that options ask for; what they leave out is as in the strategy's pilots."""
    from dataclasses import replace

    from simulator.decisions.pilot_effect import pilot_help, shipped_help
    from simulator.decisions.pilot_noise import study_areas
    from simulator.decisions.pilot_plan import PilotPlan

    given = {
        "lag_months": options["lag"],
        "build_up_months": options["build_up"],
        "lasts_months": options["lasts"],
        "ages": options["ages"],
    }
    return PilotPlan(
        areas=_areas(options["areas"]),
        of=len(study_areas()) if options["of"] is None else options["of"],
        designs=tuple(dict.fromkeys(options["designs"])) or DESIGNS,
        ratio=pilot_help().effect.risk_ratio if options["ratio"] is None else options["ratio"],
        years=options["years"],
        years_before=options["before"],
        steps=options["steps"],
        help=replace(shipped_help(), **{name: value for name, value in given.items() if value is not None}),
        seed=options["seed"],
    )


def _areas(words: tuple[str, ...]) -> int | tuple[str, ...]:
    """Read how many areas, or their names; both at once are names, and a number is none."""
    if not words:
        return 12
    if len(words) == 1 and words[0].isdecimal():
        return int(words[0])
    return words


def _write_power(asking: Asking) -> str:
    from simulator.decisions.england_through_areas import RUNS, through_areas
    from simulator.decisions.finished_work import FinishedWork
    from simulator.decisions.pilot_answer import answer
    from simulator.decisions.pilot_effect import RUNS_OF_REACH
    from simulator.decisions.write_pilot import pilot_text, write_pilot

    plan, charts = _plan(asking.options), asking.options["charts"]
    asking.said(
        f"This takes {RUNS_OF_REACH + RUNS} model runs: {RUNS_OF_REACH} for what of the effect is in starts of all "
        f"children, and {RUNS} of England with the help in some areas and in all."
    )
    with watched_bar("Designs", quiet=asking.quiet) as progress:
        found = answer(plan, progress)
    with watched_bar("England", quiet=asking.quiet) as progress:
        through = through_areas(asking.loaded[0], progress, FinishedWork(asking.work))
    stated = plan.help
    command = asking.command(
        areas=(str(plan.areas),) if isinstance(plan.areas, int) else plan.areas, of=plan.of, designs=plan.designs,
        ratio=plan.ratio, lag=stated.lag_months, build_up=stated.build_up_months, lasts=stated.lasts_months,
        ages=stated.ages,
    )  # fmt: skip
    written(lambda: write_pilot(found, through, asking.loaded, asking.folder, command, charts=charts))
    return pilot_text(found, through)


def _roll_out(_: Mapping[str, Any]) -> list[str]:
    from simulator.decisions.england_through_areas import ROLL_OUT

    return [ROLL_OUT]


POWER = StudyCommand(pilot_power, _write_power, _roll_out)

COMMANDS = (pilot_power,)
