"""Documents for people, of what a run wrote: `report`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from simulator.cli.commands.replay import Again, recorded_run
from simulator.cli.group import PROGRAM, WrongInput
from simulator.cli.options import needs
from simulator.cli.screen import say
from simulator.cli.written import written
from simulator.vocabulary.printable import one_line

SAME = "The run was made again for this report, and its tables came out the same to the byte."


@click.command()
@click.argument("run_dir", metavar="RUN_DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Where to  [default: RUN_DIR-report.html, or .pdf, beside RUN_DIR]")  # fmt: skip
@click.option("--pdf", is_flag=True, help="Write PDF with a structure that screen readers follow, in place of HTML.")
@click.option("--returns", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="What `import ssda903` wrote to DIR, if the run is of a council's own returns.")  # fmt: skip
@click.option("--against", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="What it was hidden with, if it was checked against earlier outputs.")  # fmt: skip
def report(run_dir: Path, out: Path | None, pdf: bool, returns: Path | None, against: Path | None) -> None:
    """Write a report of a run or a comparison, as one file: findings, charts, assumptions, value for money, limits.

    RUN_DIR is what `run`, `compare` or `sufficiency` wrote. It is run again from its manifest, and the report says
    whether its tables came out the same. The file needs no script and asks nothing of other hosts.
    """
    needs(True, "jinja2", "report")
    needs(pdf, "weasyprint", "report")
    again = recorded_run(run_dir, returns, against, charts=False, commands=("run", "compare"))
    from simulator.outputs.documents.report_content import MOST
    from simulator.outputs.documents.report_content import report as made

    if len(again.loaded) > MOST:
        raise WrongInput(f"{again.path}: a report is of up to {MOST} scenarios; these are {len(again.loaded)}")
    file = free_file(out, run_dir, ".pdf" if pdf else ".html", "report")
    _unchanged(again, run_dir)
    from simulator.outputs.folder import MANIFEST, write_file

    with tempfile.TemporaryDirectory(prefix=f"{PROGRAM}-report-") as temporary:
        folder = Path(temporary, "out")
        many = again.write(folder, kept=False)
        tables = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["tables"]
    if tables != again.recorded.tables and not again.recorded.of_this_model:
        told = " ".join(again.recorded.told(again.engine))
        raise WrongInput(f"{run_dir}: a report of it can't be made here: {told} Run it again, and report on that")
    same = SAME if tables == again.recorded.tables else _differs(again)
    manifest = json.loads(again.path.read_text(encoding="utf-8"))
    page = made(many, again.loaded, manifest, same, as_images=pdf)
    if pdf:
        from simulator.outputs.documents.accessible_pdf import accessible_pdf

        content = accessible_pdf(page)
    else:
        content = page.encode()
    private = returns is not None and many[0].showing.inputs_hashed
    written(lambda: write_file(file, content, private=private))
    if same != SAME:
        say(f"Note: {same}", err=True)
    say(f"The report is in {one_line(file)}")


def free_file(out: Path | None, run_dir: Path, ending: str, what: str) -> Path:
    """Return where a document goes: what is named, or beside the folder that it is of; refuse what is there already."""
    from simulator.vocabulary.file_names import unfit

    real = run_dir.resolve()
    file = real.with_name(f"{real.name}-{what}{ending}") if out is None else out
    if wrong := unfit(file):
        raise WrongInput(f"{PROGRAM}: --out: {file} can't be made: {wrong}; name another file")
    if file.exists():
        raise WrongInput(f"{PROGRAM}: --out: {one_line(file)} exists; name a file that does not, with --out FILE")
    if file.resolve().is_relative_to(real):
        raise WrongInput(
            f"{PROGRAM}: --out: {one_line(file)} is in {one_line(run_dir)}, which holds what the run wrote"
        )
    return file


def _unchanged(again: Again, run_dir: Path) -> None:
    """Refuse a folder whose tables are not those that its manifest tells of."""
    from simulator.outputs.manifest import table_hashes

    here = table_hashes(run_dir)
    if other := sorted(name for name, digest in again.recorded.tables.items() if here.get(name) != digest):
        raise WrongInput(
            f"{run_dir}: {', '.join(other)}: not what the run wrote (the manifest has another hash); allowed: "
            "the folder as the run left it"
        )


def _differs(again: Again) -> str:
    """Say why tables did not come out the same, though model and data are those of the run."""
    reasons = " ".join(again.recorded.told(again.engine)) or "Another kind of processor rounds otherwise."
    return (
        "The run was made again for this report, and its tables did not come out the same to the byte, though model "
        f"and data are the same. {reasons} Figures here are those made for the report."
    )


COMMANDS = (report,)
