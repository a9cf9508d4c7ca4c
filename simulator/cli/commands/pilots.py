"""What a pilot could show: `pilot-power`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.group import PROGRAM, refusing
from simulator.cli.screen import bar, say, watched
from simulator.cli.written import checked_folder, written
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.decisions.england_through_areas import Through
    from simulator.decisions.pilot_answer import PilotAnswer
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
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S", help="Seed of the draws of areas."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/pilot-power"),
    show_default=True,
    metavar="DIR",
    help="Output folder.",
)
@click.option("--charts/--no-charts", default=True, help="Draw charts, or write tables only.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")  # fmt: skip
def pilot_power(
    areas: tuple[str, ...],
    of: int | None,
    designs: tuple[str, ...],
    ratio: float | None,
    years: int,
    before: int,
    steps: int,
    lag: int | None,
    build_up: int | None,
    lasts: int | None,
    ages: tuple[int, int] | None,
    seed: int,
    out: Path,
    charts: bool,
    quiet: bool,
) -> None:
    """Say how likely a pilot is to show an effect on starts, and what it would take.

    How much starts move from year to year by themselves is estimated from published figures of authorities. Besides, it
    runs England with the help of the national roll-out in 12 to all areas. It takes 17 runs, half a minute.
    """
    from dataclasses import replace

    from simulator.decisions.pilot_effect import pilot_help, shipped_help
    from simulator.decisions.pilot_noise import study_areas
    from simulator.decisions.pilot_plan import PilotError, PilotPlan
    from simulator.decisions.write_pilot import pilot_text, write_pilot

    given: dict[str, Any] = {"lag_months": lag, "build_up_months": build_up, "lasts_months": lasts, "ages": ages}
    stated = replace(shipped_help(), **{name: value for name, value in given.items() if value is not None})
    plan = PilotPlan(
        areas=_areas(areas),
        of=len(study_areas()) if of is None else of,
        designs=tuple(dict.fromkeys(designs)) or DESIGNS,
        ratio=pilot_help().effect.risk_ratio if ratio is None else ratio,
        years=years,
        years_before=before,
        steps=steps,
        help=stated,
        seed=seed,
    )
    with refusing(PilotError):
        plan.check()
    folder = checked_folder(out)
    found, through = _worked_out(plan, quiet)
    written(lambda: write_pilot(found, through, folder, command_of(plan, charts=charts), charts=charts))
    if not quiet:
        say(pilot_text(found, through))
        say(f"Results are in {one_line(folder)}")


def _areas(words: tuple[str, ...]) -> int | tuple[str, ...]:
    """Read how many areas, or their names; both at once are names, and a number is none."""
    if not words:
        return 12
    if len(words) == 1 and words[0].isdecimal():
        return int(words[0])
    return words


def _worked_out(plan: PilotPlan, quiet: bool) -> tuple[PilotAnswer, tuple[Through, ...]]:
    from simulator.decisions.england_through_areas import through_areas
    from simulator.decisions.pilot_answer import answer

    if not watched(quiet):
        return answer(plan), through_areas()
    with bar("Designs") as progress:
        found = answer(plan, progress)
    with bar("England") as progress:
        return found, through_areas(progress)


def command_of(plan: PilotPlan, *, charts: bool) -> str:
    """Return the command that asks for a plan, with every option, for the manifest."""
    areas = (str(plan.areas),) if isinstance(plan.areas, int) else plan.areas
    words = [PROGRAM, "pilot-power", *(word for area in areas for word in ("--areas", area)), "--of", str(plan.of)]
    words += [word for name in plan.designs for word in ("--design", name)]
    words += ["--ratio", f"{plan.ratio:g}", "--years", str(plan.years), "--before", str(plan.years_before)]
    words += ["--steps", str(plan.steps), "--lag", str(plan.help.lag_months)]
    words += ["--build-up", str(plan.help.build_up_months), "--ages", *map(str, plan.help.ages)]
    words += [] if plan.help.lasts_months is None else ["--lasts", str(plan.help.lasts_months)]
    words += ["--seed", str(plan.seed)]
    return shlex.join(words if charts else [*words, "--no-charts"])


COMMANDS = (pilot_power,)
