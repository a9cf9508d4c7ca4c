"""A council's own returns: `import ssda903`, and synthetic ones to try it on."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import click

from simulator.cli.earlier import earlier_outputs
from simulator.cli.group import PROGRAM, CommandGroup, WrongInput, debugging
from simulator.cli.screen import say
from simulator.returns.limits import LEAST_MEMORY_MB, MEMORY_MB
from simulator.vocabulary.extras import install
from simulator.vocabulary.printable import one_line


def _on_returns(work: Callable[[], str], *, quiet: bool) -> None:
    """Do work on child-level data; no message, not even of a fault, holds a value of it."""
    from simulator.outputs.folder import FolderError, WriteError
    from simulator.returns.import_errors import ReturnsError, fault

    try:
        text = work()
    except ReturnsError as error:
        raise WrongInput(str(error)) from None
    except FolderError as error:
        raise WrongInput(f"{PROGRAM}: --out: {error}") from None
    except WriteError as error:
        raise click.ClickException(str(error)) from None
    except ModuleNotFoundError as error:
        if error.name != "polars":
            raise
        raise click.ClickException(f"SSDA903 returns need polars: {install('returns')}") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # polars may raise what is no Exception
        if debugging():
            say("".join(traceback.format_tb(error.__traceback__)).rstrip(), err=True)  # code, and no value
        raise click.ClickException(fault(error)) from None
    if not quiet:
        say(text.rstrip("\n"))


@click.group("import", cls=CommandGroup)
def import_() -> None:
    """Import a council's own data."""


@import_.command("ssda903")
@click.argument("source", type=click.Path(path_type=Path), metavar="FOLDER_OR_FILE")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Output folder.")
@click.option("--window", type=click.IntRange(min=1), metavar="YEARS",
              help="Years that rates are counted over, the latest  [default: all]")  # fmt: skip
@click.option("--publish", is_flag=True,
              help="Write only what may be published: counts of 1 to 5 hidden, others to the nearest 5.")  # fmt: skip
@click.option("--against", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="Folder with earlier published outputs: hide what subtraction would tell.")  # fmt: skip
@click.option("--memory-mb", type=click.IntRange(min=LEAST_MEMORY_MB), default=MEMORY_MB, show_default=True,
              metavar="MB",
              help="Memory that it may need, and text read at most; returns that need more are refused.")  # fmt: skip
@click.option("--columns", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.yaml",
              help="What your tables call the columns. Written with what is guessed, if it is not there.")  # fmt: skip
@click.option("--month-first", is_flag=True,
              help="Read dates with the month first, in columns where no date has the day first.")  # fmt: skip
@click.option("--la", default="", metavar="NAME",
              help="Of several councils (column LA), the one to import  [default: each in a folder]")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def ssda903(
    source: Path,
    out: Path,
    window: int | None,
    publish: bool,
    against: Path | None,
    memory_mb: int,
    columns: Path | None,
    month_first: bool,
    la: str,
    quiet: bool,
) -> None:
    """Import SSDA903 returns: counts, rates and a data quality report, and nothing about a single child.

    FOLDER_OR_FILE is a folder, a zip archive, an Excel workbook, the return as XML or a single table. It holds the
    Header, Episodes and UASC tables of one year or several, in any layout. With --publish there are no rates and no
    quality report, as they would give small counts away (docs/disclosure.md).
    """
    if publish and window:
        raise click.UsageError("--window is about rates, and --publish writes none; leave one of them out")
    if against and not publish:
        raise click.UsageError("--against is about what is published, so it needs --publish")
    earlier = earlier_outputs(out, against) if publish else ()

    def work() -> str:
        from simulator.returns.column_names import ColumnNames
        from simulator.returns.read_files import Reading
        from simulator.returns.write_import import import_ssda903

        names = ColumnNames()
        if columns:
            from simulator.returns.column_file import column_names

            names = column_names(columns, source, memory_mb)
        how = Reading(names, month_first, la)
        text = import_ssda903(source, out, window, publish=publish, memory_mb=memory_mb, how=how, earlier=earlier)
        return f"{text}Results are in {one_line(out)}"

    _on_returns(work, quiet=quiet)


@click.command("sample-returns")
@click.option("--children", type=click.IntRange(min=1), default=500, show_default=True, metavar="N",
              help="Children in care at a time, about.")  # fmt: skip
@click.option("--years", type=click.IntRange(1, 18), default=5, show_default=True, metavar="Y", help="Returns.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S", help="Seed of the draws."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Output folder.")
@click.option("--dirt", default="none", show_default=True, metavar="all|none|KIND,...",
              help="Faults to plant; planted.csv counts them. Kinds are names of rules (docs/returns.md).")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def sample_returns(children: int, years: int, seed: int, out: Path, dirt: str, quiet: bool) -> None:
    """Write synthetic SSDA903 returns at England's rates, for trying the import."""

    def work() -> str:
        from simulator.returns import write_sample
        from simulator.returns.fault_injection import chosen

        return f"{write_sample.sample_returns(children, years, seed, out, chosen(dirt))}\nThey are in {one_line(out)}"

    _on_returns(work, quiet=quiet)


COMMANDS = (import_, sample_returns)
