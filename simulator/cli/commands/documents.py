"""Documents for people, of what a run wrote: `report`, `workbook` and `statement`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.commands.replay import COMMANDS_OF_RUNS, Again, recorded_run
from simulator.cli.commands.sufficiency import sufficiency
from simulator.cli.group import PROGRAM, WrongInput, refusing
from simulator.cli.options import needs
from simulator.cli.screen import say
from simulator.cli.written import checked_folder, written
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.outputs.read_manifest import Recorded

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
    _unchanged(again.recorded, run_dir)
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
    written(lambda: write_file(file, content, private=is_private(manifest)))
    if same != SAME:
        say(f"Note: {same}", err=True)
    say(f"The report is in {one_line(file)}")


@click.command()
@click.argument("run_dir", metavar="RUN_DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Where to  [default: RUN_DIR-workbook.xlsx beside RUN_DIR]")  # fmt: skip
def workbook(run_dir: Path, out: Path | None) -> None:
    """Write the tables of an output folder as an Excel workbook: cover, contents, notes, and one table a sheet.

    RUN_DIR is what `run`, `compare`, `sweep` or `sufficiency` wrote. Every name in it is text: there is no formula, no
    link and no macro.
    """
    needs(True, "xlsxwriter", "report")
    from simulator.outputs.documents.run_workbook import run_workbook
    from simulator.outputs.folder import write_file

    manifest = _manifest(run_dir, COMMANDS_OF_RUNS)
    file = free_file(out, run_dir, ".xlsx", "workbook")
    content = run_workbook(run_dir, manifest)
    written(lambda: write_file(file, content, private=is_private(manifest)))
    say(f"The workbook is in {one_line(file)}")


@click.command()
@click.argument("sufficiency_dir", required=False, metavar="[SUFFICIENCY_DIR]",
                type=click.Path(path_type=Path, exists=True, file_okay=False))  # fmt: skip
@click.option("--area", metavar="NAME",
              help="Authority or region to run first, in place of a folder; its tables go to DIR-run.")  # fmt: skip
@click.option("--compared", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="What `compare` wrote of the same place: what each measure would change.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Output folder.")
@click.pass_context
def statement(
    ctx: click.Context, sufficiency_dir: Path | None, area: str | None, compared: Path | None, out: Path
) -> None:
    """Write a sufficiency statement, as a Word document and a page: need, places, gaps, distance, cost, others beside.

    SUFFICIENCY_DIR is what `sufficiency` wrote, or `run` for one council or region. Every figure says in which row of
    which of its files it stands.
    """
    needs(True, "docx", "report")
    needs(True, "jinja2", "report")
    if (sufficiency_dir is None) == (area is None):
        raise click.UsageError("give a folder that `sufficiency` wrote, or --area NAME to run it first")
    run_dir = sufficiency_dir
    if run_dir is None:
        checked_folder(out)
        run_dir = out.resolve().with_name(f"{out.resolve().name}-run")
        ctx.invoke(sufficiency, out=run_dir, area=(area,), quiet=True)
    manifest = _manifest(run_dir, ("run",))
    if "placements-needed.csv" not in manifest["tables"]:
        raise WrongInput(
            f"{run_dir}: placements-needed.csv: it is not there; allowed: a folder of `sufficiency`, or of `run` for "
            "one council or region"
        )
    if compared is not None:
        _manifest(compared, ("compare",))
        _same_place(compared, run_dir)
    folder = checked_folder(out, read=run_dir)
    from simulator.outputs.documents.statement_folder import write_statement

    private = is_private(manifest)
    written(lambda: write_statement(folder, run_dir, manifest, compared, private=private))
    say(f"The statement is in {one_line(out)}")


def _same_place(compared: Path, run_dir: Path) -> None:
    """Refuse a comparison of another place than that of the statement."""
    from simulator.outputs.documents.run_rows import RunFolder

    area = RunFolder(run_dir).rows("placements-needed.csv")[0]["area"]
    areas = {row["area"] for row in RunFolder(compared).rows("differences.csv")}
    if area not in areas:
        known = ", ".join(sorted(areas)[:3])
        raise WrongInput(f"{compared}: differences.csv: it is of {known}; allowed: a comparison of {area}")


def _manifest(run_dir: Path, commands: tuple[str, ...]) -> dict[str, Any]:
    """Read the manifest of a folder whose tables are as the run left them."""
    from simulator.outputs.folder import MANIFEST
    from simulator.outputs.read_manifest import ManifestError, read_manifest

    path = run_dir / MANIFEST
    with refusing(ManifestError):
        recorded = read_manifest(path, commands)
    _unchanged(recorded, run_dir)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def is_private(manifest: dict[str, Any]) -> bool:
    """Whether a run starts from children of a council, and is not made safe to publish: only then it hashes returns."""
    return "sha256" in manifest.get("returns", {})


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
        raise WrongInput(f"{PROGRAM}: --out: {one_line(file)} is in {one_line(run_dir)}, which is the run's own")
    return file


def _unchanged(recorded: Recorded, run_dir: Path) -> None:
    """Refuse a folder whose tables are not those that its manifest tells of."""
    from simulator.outputs.manifest import table_hashes

    here = table_hashes(run_dir)
    if other := sorted(name for name, digest in recorded.tables.items() if here.get(name) != digest):
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


COMMANDS = (report, workbook, statement)
