"""An output made again from its manifest: `replay`."""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.commands.appraise import APPRAISE
from simulator.cli.commands.decide import OPTIMISE
from simulator.cli.commands.pilots import POWER
from simulator.cli.commands.runs import comparable, in_places, run, write_all
from simulator.cli.commands.sweeps import sweep, sweep_values, write_swept
from simulator.cli.commands.what_matters import SENSITIVITY, VOI
from simulator.cli.group import PROGRAM, WrongInput, refusing
from simulator.cli.options import How, Whom, asked_for
from simulator.cli.screen import say
from simulator.cli.studies import StudyCommand
from simulator.cli.written import checked_folder, work_beside
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.outputs.read_manifest import Recorded
    from simulator.results.results_protocol import Results
    from simulator.scenario import LoadedScenario, Problem

COMMANDS_OF_RUNS = ("run", "compare", "sweep")

STUDIES = {str(one.command.name): one for one in (SENSITIVITY, VOI, OPTIMISE, POWER, APPRAISE)}

_RECORDED = {
    "area", "area_name", "neighbours", "draws", "seed", "engine", "chance", "keep_draws", "publish", "charts", "vary",
}  # fmt: skip
"""Options that a manifest's command may have; no other is looked at, so that it names no path and no machine."""


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Keep what is written  [default: not kept]")
@click.option("--returns", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="What `import ssda903` wrote to DIR, if the manifest is of a council's own returns.")  # fmt: skip
@click.option("--against", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="What it was hidden with, if it was checked against earlier outputs.")  # fmt: skip
@click.pass_context
def replay(ctx: click.Context, manifest: Path, out: Path | None, returns: Path | None, against: Path | None) -> None:
    """Make an output again from its manifest, and say whether its tables are the same.

    MANIFEST is a manifest.json of `run`, `compare`, `sweep`, `sensitivity`, `voi`, `optimise`, `pilot-power` or
    `appraise`, or the folder that holds it. Scenarios are taken from it alone. Exit status: 0 the tables are the same,
    1 they differ. Charts and draws.nc are not compared.
    """
    from simulator.outputs.folder import MANIFEST

    study = recorded_study(manifest, returns or against)
    again = study or recorded_run(manifest, returns, against, charts=out is not None)
    with tempfile.TemporaryDirectory(prefix=f"{PROGRAM}-replay-") as temporary:
        folder = Path(temporary, "out") if out is None else checked_folder(out, read=again.path.parent)
        again.write(folder, kept=out is not None)
        made: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["tables"]
    same = _told(again.recorded, made, again.engine)
    if out is not None:
        say(f"Results are in {one_line(out)}")
    if not same:
        ctx.exit(1)


@dataclass(frozen=True)
class Again:
    """An output that can be made again.

    Attributes
    ----------
    path : Path
        Of its manifest.
    recorded : Recorded
    name : str
        Of the command.
    options : mapping
        Of the command, as the manifest has them.
    how : How
    engine : str
        Which one runs here.
    loaded : tuple of LoadedScenario
    """

    path: Path
    recorded: Recorded
    name: str
    options: dict[str, Any]
    how: How
    engine: str
    loaded: tuple[LoadedScenario, ...]

    def write(self, folder: Path, *, kept: bool) -> Sequence[Results]:
        """Write the output again; return its results, which a sweep has none of."""
        if self.name == "sweep":
            vary = self.options["vary"]
            words = [PROGRAM, "sweep", *self.options["scenarios"], *(word for one in vary for word in ("--vary", one))]
            words += [word for area in self.how.area for word in ("--area", area)]
            values = sweep_values(vary)
            write_swept(self.loaded[0], values, folder, words, engine=self.engine, charts=self.how.charts, quiet=False)
            return ()
        many = comparable(list(self.loaded)) if self.name == "compare" else self.loaded
        drawn = bool(self.how.draws)
        work: AbstractContextManager[Path | None] = work_beside(folder, draws=drawn) if kept else nullcontext()
        with work as finished:
            return write_all(self.name, many, folder, self.how, finished, self.options["scenarios"])


@dataclass(frozen=True)
class StudyAgain:
    """A study that can be made again; attributes as those of :class:`Again`."""

    path: Path
    recorded: Recorded
    study: StudyCommand
    options: dict[str, Any]
    engine: str
    loaded: tuple[LoadedScenario, ...]

    def write(self, folder: Path, *, kept: bool) -> None:
        """Write the output again; charts only where it is kept."""
        options = self.options | {"charts": kept and self.options["charts"]}
        self.study.ask_again(self.loaded, options, folder, work_beside(folder) if kept else nullcontext())


def recorded_study(manifest: Path, given: Path | None) -> StudyAgain | None:
    """Read a manifest, or that of a folder, as a study to be made again; None if it is of runs.

    A study is of no returns and checked against no earlier outputs, so what is given of them is refused.
    """
    path, recorded = _read(manifest, (*COMMANDS_OF_RUNS, *STUDIES))
    words = _words(recorded, path)
    study = STUDIES.get(words[0])
    if study is None:
        return None
    if given is not None:
        raise WrongInput(f"{PROGRAM}: {path} is of `{words[0]}`, which goes without --returns and --against")
    try:
        options = study.asked_again(words[1:])
    except click.ClickException as error:
        raise _wrong(path, ascii(error.format_message())[1:-1]) from None
    _same_scenarios(study.names(options), recorded, path)
    engine = _engine_here(options.get("engine") or recorded.engine)
    options |= {"engine": engine} if "engine" in options else {}
    area = options.get("area")
    loaded = _given(recorded, Whom((area,) if area else ()))
    return StudyAgain(path, recorded, study, options, engine, tuple(loaded))


def recorded_run(
    manifest: Path,
    returns: Path | None,
    against: Path | None,
    *,
    charts: bool,
    commands: tuple[str, ...] = COMMANDS_OF_RUNS,
) -> Again:
    """Read a manifest, or that of a folder, as something to be made again; what is wrong with it is wrong input."""
    path, recorded = _read(manifest, commands)
    name, options = _options(recorded, path)
    engine = _engine_here(options["engine"] or recorded.engine)
    _agree_on_returns(recorded, options.pop("returns", None) is not None, returns, path)
    if (options.pop("against", None) is not None) != (against is not None):
        raise WrongInput(
            f"{path}: --against DIR goes with an output that was checked against earlier ones, and with no other"
        )
    how = _how(options, path, engine=engine, returns=returns, against=against, charts=charts and options["charts"])
    return Again(path, recorded, name, options, how, engine, tuple(_loaded(recorded, how)))


def _read(manifest: Path, commands: Sequence[str]) -> tuple[Path, Recorded]:
    from simulator.outputs.folder import MANIFEST
    from simulator.outputs.read_manifest import ManifestError, read_manifest

    path = manifest / MANIFEST if manifest.is_dir() else manifest
    with refusing(ManifestError):
        return path, read_manifest(path, tuple(commands))


def _engine_here(engine: str) -> str:
    return "plain" if engine == "compiled" and find_spec("numba") is None else engine


def _words(recorded: Recorded, path: Path) -> list[str]:
    """Return the words of a manifest's command, but for the program."""
    allowed = (*COMMANDS_OF_RUNS, *STUDIES)
    try:
        program, *words = shlex.split(recorded.command)
        if program != PROGRAM or words[0] not in allowed:
            raise ValueError
    except (ValueError, IndexError):
        raise _wrong(path, f"this is no command; allowed: {PROGRAM} {'|'.join(allowed)} ...") from None
    return words


def _options(recorded: Recorded, path: Path) -> tuple[str, dict[str, Any]]:
    """Return which command a manifest is of, and its options and arguments."""
    name, *words = _words(recorded, path)
    params = [one for one in (sweep if name == "sweep" else run).params if one.name in _RECORDED]
    if name != "sweep":
        params += [click.Option(["--returns"]), click.Option(["--against"])]
    command = click.Command(name, params=[click.Argument(["scenarios"], nargs=-1), *params], add_help_option=False)
    try:
        options = command.make_context(name, words).params
    except click.ClickException as error:
        raise _wrong(path, ascii(error.format_message())[1:-1]) from None
    files = [one.files[0].file for one in recorded.scenarios]
    named: Sequence[str] = options["scenarios"]
    count = "two or more" if name == "compare" else "one"
    if (len(files) > 1) != (name == "compare"):
        raise _wrong(path, f"{name} takes {count} scenario{'s' if name == 'compare' else ''}; these are {len(files)}")
    _same_scenarios(named, recorded, path)
    return name, options


def _same_scenarios(named: Sequence[str], recorded: Recorded, path: Path) -> None:
    """Refuse a command that names other scenarios than the manifest has."""
    files = [one.files[0].file for one in recorded.scenarios]
    if [Path(one).stem for one in named] != [Path(one).stem for one in files]:
        raise _wrong(path, f"it names other scenarios than those that follow ({', '.join(map(ascii, files))})")


def _wrong(path: Path, said: str) -> WrongInput:
    return WrongInput(f"{path}: command: {said}")


def _agree_on_returns(recorded: Recorded, wanted: bool, returns: Path | None, path: Path) -> None:
    """Refuse returns that are not wanted, or are missing."""
    if wanted != (recorded.returns is not None):
        raise _wrong(path, "it is not of what the manifest says of returns")
    if wanted and returns is None:
        raise WrongInput(f"{path}: it is of a council's own returns; give what was imported with --returns DIR")
    if not wanted and returns is not None:
        raise WrongInput(f"{PROGRAM}: --returns: {path} is not of a council's own returns")


def _how(options: dict[str, Any], path: Path, **more: Any) -> How:
    """Return how runs are made; what does not go together is the manifest's fault."""
    plain = {"area_name": None, "neighbours": (), "draws": 0, "seed": 1, "chance": False, "publish": False}
    given = {name: options.get(name, value) for name, value in plain.items()}
    unused = {"own": None, "workers": None, "cluster": None, "keep_draws": False, "as_json": False, "quiet": False}
    try:
        return asked_for({"area": options["area"], **given, **unused, **more})
    except click.UsageError as error:
        raise _wrong(path, ascii(error.format_message())[1:-1]) from None


def _loaded(recorded: Recorded, how: How) -> list[LoadedScenario]:
    """Return the scenarios of a manifest, of the areas or the council that they were run for."""
    loaded = _given(recorded, how.whom)
    council, expected = loaded[0].council, recorded.returns.sha256 if recorded.returns is not None else None
    if council is not None and expected is None:
        say("Note: A manifest of published results does not tell of which returns they are.")
    elif council is not None and council.digest != expected:
        raise WrongInput(f"{how.returns}: these are not the returns that the manifest is of")
    return loaded


def _given(recorded: Recorded, whom: Whom) -> list[LoadedScenario]:
    """Return the scenarios of a manifest, for whom they are to be run; all problems are told at once."""
    from simulator.scenario import ScenarioError, load_given

    problems: list[Problem | Exception] = []
    many = []
    for one in recorded.scenarios:
        try:
            many.append(load_given(one.given()))
        except ScenarioError as error:
            problems.append(error)
    return in_places(many, problems, whom)


def _told(recorded: Recorded, made: dict[str, str], engine: str) -> bool:
    """Say which tables are the same, and what could make a difference; return whether all are."""
    same = recorded.tables == made
    for name in sorted({*recorded.tables, *made}):
        if name not in made:
            say(f"{name}: not written here")
        elif name not in recorded.tables:
            say(f"{name}: written here only")
        else:
            say(f"{name}: {'the same' if recorded.tables[name] == made[name] else 'differs'}")
    reasons = list(recorded.told(engine))
    for said in reasons:
        say(f"Note: {said}")
    if same:
        say("The tables are the same.")
    elif not recorded.of_this_model:
        say("The tables differ, as those of another model or of other data do.")
    elif reasons:
        say("The tables differ. Other versions and engines round otherwise; anything more is a fault.")
    else:
        say("The tables differ. Another kind of processor rounds otherwise; anything more was changed by hand.")
    return same


COMMANDS = (replay,)
