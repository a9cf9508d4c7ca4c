"""Tables to fill: `template`."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli.group import CommandGroup
from simulator.cli.screen import say
from simulator.cli.written import checked_folder, written
from simulator.vocabulary.printable import one_line


@click.group(cls=CommandGroup)
def template() -> None:
    """Write tables to fill."""


@template.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Folder to make.")
def own(out: Path) -> None:
    """Write empty tables of a council's own prices, carers and beds, for `--own DIR` of run, compare and sufficiency.

    A folder that is there already is left alone.
    """
    from simulator.outputs.folder import whole_folder
    from simulator.scenario.own_files import templates

    folder = checked_folder(out)

    def write() -> None:
        with whole_folder(folder) as part:
            for name, text in templates().items():
                (part / name).write_text(text, encoding="utf-8", newline="\n")

    written(write)
    say(f"Tables to fill are in {one_line(folder)}; README.txt there says how")


COMMANDS = (template,)
