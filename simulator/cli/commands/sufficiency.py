"""The evidence for a sufficiency statement: `sufficiency`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from simulator.cli.commands.runs import load_all, print_run, write_all
from simulator.cli.group import PROGRAM, WrongInput
from simulator.cli.options import asked_for, options_of_runs
from simulator.cli.screen import say
from simulator.cli.written import checked_folder, work_beside
from simulator.vocabulary.printable import one_line

DRAWS = 100
"""Draws where none are asked for: intervals are part of the evidence."""

SCENARIO = "status-quo"


@click.command()
@click.option("--scenario", default=SCENARIO, show_default=True, metavar="SCENARIO", help="What is projected.")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Output folder.")
@options_of_runs(DRAWS)
def sufficiency(scenario: str, out: Path, **options: Any) -> None:
    """Write the evidence for a sufficiency statement of a council or a region: --returns DIR, or --area NAME.

    What is needed by type and age in 1, 3 and 5 years, what there is, in and outside the area, unmet need and its cost,
    and the council beside others. The folder is that of `run`, whose tables it holds as well.
    """
    how = asked_for(options)
    [loaded] = load_all([scenario], how.whom)
    if loaded.baseline.evidence() is None:
        raise WrongInput(f"{PROGRAM}: sufficiency is of one council or region: --returns DIR, or one --area NAME")
    from simulator.outputs.sufficiency_text import sufficiency_text

    folder = checked_folder(out, read=how.returns)
    with work_beside(folder, draws=bool(how.draws)) as work:
        [results] = write_all("run", [loaded], folder, how, work, [scenario])
        if how.as_json:
            print_run(results, folder, how)
        elif not how.quiet:
            say(sufficiency_text(results).rstrip("\n"))
            say(f"\nResults are in {one_line(folder)}")


COMMANDS = (sufficiency,)
