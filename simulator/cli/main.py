"""The command line `care-demand`: parse, call, print.

Heavy modules are imported by the commands that need them, so that `--version`, `list` and `check` answer
at once.
Exit status: 0 done, 2 the input is wrong (nothing is written), 130 stopped by Ctrl-C, 1 anything else.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from simulator.results.labelled import RunResults
    from simulator.results.protocol import Results
    from simulator.scenario import LoadedScenario, Problem

# One thread in the linear algebra: the arrays are small, and figures are the same on every machine.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for plugins takes as long as a check

PROGRAM = "care-demand"
WIDTH = 100
"""Columns of text on the screen."""

STOPPED = 130
TERMINATED = 143

_DEBUG = "simulator.cli.main.debug"
_Function = TypeVar("_Function", bound=Callable[..., Any])


class WrongInput(click.ClickException):
    """The input is wrong: the message goes to stderr as it is, and the exit status is 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print the message."""
        click.echo(self.message, err=True)


class _Group(click.Group):
    """A group that turns every error into a plain line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            click.echo(f"\n{PROGRAM}: stopped", err=True)
            ctx.exit(STOPPED)
        except Exception as error:
            if ctx.meta.get(_DEBUG):
                traceback.print_exc()
            click.echo(f"{PROGRAM}: {_one_line(error)}", err=True)
            ctx.exit(1)


def _one_line(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory"
    text = " ".join(str(error).split())
    if isinstance(error, ModuleNotFoundError | AssertionError | KeyError) or not text:
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from simulator.data.provenance import package_version

        click.echo(f"{PROGRAM} {package_version()}")
        ctx.exit()


def _debug(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        ctx.meta[_DEBUG] = True


_debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_debug, help="Show the traceback of an error."
)


def _run_options(function: _Function) -> _Function:
    """Add the options that `run` and `compare` share."""
    options = [
        click.option("--area", multiple=True, metavar="NAME",
                     help="Area to run in place of the scenario's; give it again for more (`care-demand list areas`). "
                          "England beside others is the sum of all 153 authorities, so that it takes longer."),
        click.option("--returns", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
                     help="Run a council from what `import ssda903` wrote to DIR, in place of the scenario's areas."),
        click.option("--area-name", metavar="NAME",
                     help="What to call the council of --returns  [default: Council (SSDA903)]"),
        click.option("--draws", type=click.IntRange(min=0), default=0, show_default=True, metavar="N",
                     help="Random draws beside the central run."),
        click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S",
                     help="Seed of the draws."),
        click.option("--engine", type=click.Choice(["plain", "compiled"]), default="plain", show_default=True,
                     help="The compiled engine is faster for many draws; it needs care-demand[fast]."),
        click.option("--chance", is_flag=True, help="Put luck into the draws: who happens to come in and leave."),
        click.option("--workers", type=click.IntRange(min=1), metavar="N",
                     help="Processes that run draws  [default: one a core]"),
        click.option("--cluster", metavar="ADDRESS", help="Dask scheduler that runs the draws instead."),
        click.option("--keep-draws", is_flag=True,
                     help="Write every draw's path to draws.nc; needs care-demand[draws]."),
        click.option("--publish", is_flag=True,
                     help="Hide counts of 1 to 5 and round the others, as published statistics do."),
        click.option("--charts/--no-charts", default=True, help="Draw charts, or tables only."),
        click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
        click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails."),
        _debug_option,
    ]  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version.",
)
@_debug_option
def cli() -> None:
    """Project the number of children in care in England, where they live and what it costs.

    A SCENARIO is a YAML file, or the name of one that comes with care-demand (`care-demand list scenarios`).
    """


def main() -> None:
    """Run the command line as a program."""

    def terminate(*_: object) -> NoReturn:
        sys.exit(TERMINATED)

    signal.signal(signal.SIGTERM, terminate)  # so that a half-written folder is removed
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a screen without a pound sign is no reason to fail
    cli(prog_name=PROGRAM)


# --------------------------------------------------------------------------------------------------
# Scenarios


def _load_all(
    names: Sequence[str], areas: tuple[str, ...] = (), returns: Path | None = None, area_name: str | None = None
) -> list[LoadedScenario]:
    """Read scenarios, by path or shipped name, for other areas or a council if given; all problems are told at once."""
    from simulator.scenario import ScenarioError, load

    loaded, problems, council = [], [str(problem) for problem in _unknown_areas(areas)], None
    areas = () if problems else areas
    if returns is not None:
        from simulator.data.council import NAME, CouncilError, read_council

        try:
            council = read_council(returns, area_name or NAME)
        except CouncilError as error:
            problems.append(str(error))
    for name in names:
        try:
            one = load(name)
            one = one.of_council(council) if council else one
            loaded.append(one.in_areas(areas) if areas else one)
        except ScenarioError as error:
            problems.append(str(error))
        except OSError as error:  # for example a name too long to be one
            problems.append(f"{name}:1:1: the file can't be read: {error.strerror}")
    if problems:
        raise WrongInput("\n".join(problems))
    return loaded


def _unknown_areas(names: Sequence[str]) -> Iterator[Problem]:
    """Say which names of --area are of no area."""
    from simulator.interventions.fields import Wrong
    from simulator.interventions.reach import area_name
    from simulator.scenario import Problem

    for name in names:
        try:
            area_name(name)
        except Wrong as wrong:
            yield Problem("", 0, 0, "--area", wrong.what, wrong.allowed, wrong.near)


@dataclass(frozen=True)
class _How:
    """How runs are made, as asked for on the command line."""

    area: tuple[str, ...]
    returns: Path | None
    area_name: str | None
    draws: int
    seed: int
    engine: str
    chance: bool
    workers: int | None
    cluster: str | None
    keep_draws: bool
    publish: bool
    charts: bool
    as_json: bool
    quiet: bool

    @property
    def writing(self) -> dict[str, Any]:
        """What the output folder is to hold."""
        return {"seed": self.seed, "charts": self.charts, "keep_draws": self.keep_draws}

    @property
    def words(self) -> list[str]:
        """Options for the manifest: those that results depend on."""
        words = [word for name in self.area for word in ("--area", name)]
        words += ["--returns", self.returns.name] if self.returns else []
        words += ["--area-name", self.area_name] if self.area_name else []
        words += ["--draws", str(self.draws), "--seed", str(self.seed)]
        words += ["--engine", self.engine] if self.engine != "plain" else []
        words += ["--chance"] if self.chance else []
        words += ["--keep-draws"] if self.keep_draws else []
        words += ["--publish"] if self.publish else []
        return words if self.charts else [*words, "--no-charts"]


def _how(options: dict[str, Any]) -> _How:
    """Take the options that runs share; refuse those that do not go together."""
    how = _How(**options)
    if how.returns and how.area:
        raise click.UsageError("--returns runs the council of the returns, so it can't be had with --area")
    if how.area_name is not None and not how.returns:
        raise click.UsageError("--area-name names the council of --returns DIR; for an authority by its name: --area")
    if how.area_name is not None and (not how.area_name.strip() or how.area_name == "England"):
        raise click.UsageError(f"--area-name: {how.area_name!r} is no name of a council")
    if how.draws == 1:
        raise click.UsageError("--draws: one draw beside the central run says nothing; ask for 2 or more, or for none")
    for wanted, module, extra in (
        (how.engine == "compiled", "numba", "fast"),
        (how.cluster is not None, "distributed", "cluster"),
        (how.keep_draws, "xarray", "draws"),
    ):
        if wanted and find_spec(module) is None:
            raise click.ClickException(f"this needs {module}: pip install 'care-demand[{extra}]'")
    if how.chance and not how.draws:
        raise click.UsageError("--chance puts luck into draws, so it needs some: --draws N")
    if how.keep_draws and not how.draws:
        raise click.UsageError("--keep-draws keeps draws, so it needs some: --draws N")
    if how.publish and how.keep_draws:
        raise click.UsageError("--keep-draws writes every path unrounded, so it can't be had with --publish")
    if how.chance and how.engine == "compiled":
        raise click.UsageError("--chance follows children beside the plain engine; leave --engine compiled out")
    return how


def _simulate_all(loaded: Sequence[LoadedScenario], how: _How, work: Path) -> Sequence[Results]:
    """Run scenarios in order, with a progress bar where somebody can see it."""
    from simulator.runs.simulate import simulate
    from simulator.scenario import ScenarioError

    options: dict[str, Any] = {"draws": how.draws, "seed": how.seed}
    if how.draws:
        options |= {
            "engine": how.engine,
            "chance": how.chance,
            "workers": how.workers,
            "cluster": how.cluster,
            "work": work,
            "full": how.keep_draws,
        }
    elif how.engine != "plain":
        options |= {"engine": how.engine}
    seen = not how.quiet and sys.stderr.isatty()
    many: list[RunResults] = []
    try:
        if seen and how.draws:
            for one in loaded:
                with _bar(one.key) as progress:
                    many.append(simulate(one, **options, progress=progress))
        elif not seen or len(loaded) == 1:
            many = [simulate(one, **options) for one in loaded]
        else:
            with click.progressbar(loaded, label="Running scenarios", file=sys.stderr, show_eta=False) as bar:
                many = [simulate(one, **options) for one in bar]
    except ScenarioError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise WrongInput(str(error)) from error
    if not how.publish:
        return many
    from simulator.disclosure.publish import publish

    return publish(many)


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Give what shows how much of a scenario's draws is done, and how long the rest will take."""
    with ExitStack() as shown:  # on every way out, so that the terminal has its cursor back
        bar: Any = None
        before = 0

        def show(done: int, of: int) -> None:
            nonlocal bar, before
            if bar is None:
                before = done  # done by an earlier call, so they say nothing about the speed of this one
                label = f"{name}, {done / of:.0%} from before" if done else name
                bar = shown.enter_context(click.progressbar(length=of - done, label=label, file=sys.stderr))
            bar.update(done - before - bar.pos)

        yield show


@contextmanager
def _work_beside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder for finished draws, deleted when the output is there; a stopped run goes on from it."""
    folder = Path(os.path.realpath(folder))
    work = folder.with_name(f".{folder.name}-draws")
    try:
        yield work
    except BaseException:
        if work.is_dir():
            click.echo(f"\n{PROGRAM}: finished draws are kept; the same command goes on from them", err=True)
        raise
    shutil.rmtree(work, ignore_errors=True)


def _checked_folder(folder: Path) -> Path:
    from simulator.outputs.folder import FolderError, check_folder

    try:
        check_folder(folder)
    except FolderError as error:
        raise WrongInput(f"{PROGRAM}: --out: {error}") from error
    return folder


def _written(write: Callable[[], None]) -> None:
    from simulator.outputs.folder import FolderError

    try:
        write()
    except FolderError as error:
        raise WrongInput(f"{PROGRAM}: --out: {error}") from error


def _command(name: str, scenarios: Sequence[str], how: _How) -> str:
    """Return the command for the manifest, without folders: where files lie has no effect on results."""
    return shlex.join([PROGRAM, name, *(Path(s).name for s in scenarios), *how.words])


def _points(results: Results) -> dict[str, Any]:
    from simulator.outputs.summary import summary_points
    from simulator.results.analysis import answers

    return {
        "scenario": results.name,
        "title": results.title,
        "area": results.areas[0],
        "reference_year": results.reference_year,
        "summary": [asdict(point) for point in summary_points(results)],
        "chances": [
            {"id": a.question.id, "says": a.question.says, "share": a.share, "error": a.error} for a in answers(results)
        ],
        "notes": [*results.notes, *results.money_notes],
    }


def _print_json(content: object) -> None:
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


@cli.command()
@click.argument("scenario")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder  [default: out/NAME]")
@_run_options
def run(scenario: str, out: Path | None, **options: Any) -> None:
    """Run a scenario and write its tables, charts and summary.

    An output folder of an earlier run is replaced; anything else that is in the way is left alone. With draws, a run
    that was stopped goes on when the same command is given again.
    """
    how = _how(options)
    loaded = _load_all([scenario], how.area, how.returns, how.area_name)
    from simulator.outputs.run_folder import write_run
    from simulator.outputs.summary import summary_text

    folder = _checked_folder(Path("out") / loaded[0].key if out is None else out)
    command = _command("run", [scenario], how)
    with _work_beside(folder) as work:
        results = _simulate_all(loaded, how, work)[0]
        _written(lambda: write_run(results, loaded[0], folder, command, **how.writing))
        if how.as_json:
            _print_json({"folder": str(folder), "draws": how.draws, "seed": how.seed, **_points(results)})
        elif not how.quiet:
            click.echo(summary_text(results))
            click.echo(f"Results are in {folder}")


@cli.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO SCENARIO...")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder  [default: out/comparison]")
@_run_options
def compare(scenarios: tuple[str, ...], out: Path | None, **options: Any) -> None:
    """Run scenarios and compare them with the first.

    All of them take the same draws. A run with draws that was stopped goes on when the same command is given again.
    """
    how = _how(options)
    if len(scenarios) == 1:
        raise click.UsageError("name two scenarios or more; the others are compared with the first")
    loaded = _load_all(scenarios, how.area, how.returns, how.area_name)
    names = [one.key for one in loaded]
    if other := [one.key for one in loaded if one.scenario.areas != loaded[0].scenario.areas]:
        raise WrongInput(
            f"{PROGRAM}: {', '.join(other)} and {names[0]} are of different areas, so they can't be compared; "
            "give all of them the same with --area"
        )
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise WrongInput(f"{PROGRAM}: two scenarios are called {', '.join(twice)}; each needs a name of its own")
    from simulator.outputs.run_folder import write_comparison
    from simulator.outputs.summary import comparison_text

    folder = _checked_folder(Path("out") / "comparison" if out is None else out)
    command = _command("compare", scenarios, how)
    with _work_beside(folder) as work:
        many = _simulate_all(loaded, how, work)
        _written(lambda: write_comparison(many, loaded, folder, command, **how.writing))
        if how.as_json:
            content = {"folder": str(folder), "draws": how.draws, "seed": how.seed, "reference": names[0]}
            _print_json({**content, "scenarios": [_points(results) for results in many]})
        elif not how.quiet:
            click.echo(comparison_text(many))
            click.echo(f"Results are in {folder}")


@cli.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="FILE...")
@_debug_option
def check(scenarios: tuple[str, ...]) -> None:
    """Check scenario files; tell every problem, or else each value and where it comes from."""
    loaded = _load_all(scenarios)
    from simulator.scenario import explain

    click.echo("\n\n".join(explain(one).rstrip("\n") for one in loaded))


@cli.command()
@click.argument("scenario")
@click.option(
    "--target",
    required=True,
    metavar="MEASURE=VALUE@WHEN",
    help="What to reach, for example children=100000@2032-03 or total_spend=12e9@2030-31.",
)
@click.option(
    "--vary",
    required=True,
    metavar="PATH",
    help="The assumption to vary, for example interventions.starts-trend.percent_per_year.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write a scenario file with the value.")
@_debug_option
def solve(scenario: str, target: str, vary: str, out: Path | None) -> None:
    """Find the value of an assumption with which a scenario reaches a target."""
    loaded = _load_all([scenario])[0]
    from simulator.runs.solve import Target, Unknown, Unsolvable, solved_file
    from simulator.runs.solve import solve as find

    try:
        asked, unknown = Target.parse(target), Unknown.parse(vary, loaded.scenario)
        if out is not None and out.exists():
            raise Unsolvable(f"--out: {out} exists; name another file")
        solution = find(loaded, asked, unknown)
        text = solved_file(loaded, _as_parent(scenario, loaded, out), asked, unknown, solution)
    except Unsolvable as problem:
        raise WrongInput(f"{PROGRAM}: {problem}") from problem
    click.echo(f"{vary} = {solution.value:.6g} {unknown.note.unit}")
    click.echo(f"gives {asked.measure} {solution.result:,.10g} at {asked.when} (asked for: {asked.value:,.10g})")
    if out is None:
        click.echo(f"\n{text.rstrip()}")
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"Written to {out}")


def _as_parent(scenario: str, loaded: LoadedScenario, out: Path | None) -> str:
    """Return how a file beside `out` names the scenario that it extends: a file beside it, or a shipped one."""
    if out is None or Path(scenario).suffix == "" or loaded.path.resolve().parent == out.resolve().parent:
        return f"{loaded.key}.yaml"
    from simulator.scenario import shipped

    if loaded.key in shipped():
        return f"{loaded.key}.yaml"
    raise WrongInput(f"{PROGRAM}: --out: put the file beside {scenario}, which it extends")


@cli.command()
@click.argument("area", type=click.Choice(["england"], case_sensitive=False))
@click.option("--base", type=int, default=2025, show_default=True, metavar="YEAR",
              help="Year, ending on 31 March, whose published figures the model is fitted to.")  # fmt: skip
@_debug_option
def calibrate(area: str, base: int) -> None:
    """Fit the model to the published figures of a year and show how well it fits."""
    from simulator.calibrate import report

    if sys.stderr.isatty():
        click.echo("Fitting every year from 2011 to the base takes two or three minutes.", err=True)
    try:
        text = report(base)
    except (LookupError, ValueError) as error:
        if type(error) not in (LookupError, ValueError):
            raise  # a fault in the program, such as a KeyError
        raise WrongInput(f"{PROGRAM}: --base {base}: {error}") from error
    click.echo(text.rstrip("\n"))


# --------------------------------------------------------------------------------------------------
# A council's own returns


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
        raise click.ClickException("SSDA903 returns need polars: pip install 'care-demand[returns]'") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # polars may raise what is no Exception
        raise click.ClickException(fault(error)) from None
    if not quiet:
        click.echo(text.rstrip("\n"))


@cli.group("import")
def import_() -> None:
    """Import a council's own data."""


@import_.command("ssda903")
@click.argument("source", type=click.Path(path_type=Path), metavar="FOLDER_OR_ZIP")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Output folder.")
@click.option("--window", type=click.IntRange(min=1), metavar="YEARS",
              help="Years that rates are counted over, the latest  [default: 3, or all if fewer]")  # fmt: skip
@click.option("--publish", is_flag=True,
              help="Write only what may be published: counts of 1 to 5 hidden, others to the nearest 5.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def ssda903(source: Path, out: Path, window: int | None, publish: bool, quiet: bool) -> None:
    """Import SSDA903 returns: counts, rates and a data quality report, and nothing about a single child.

    FOLDER_OR_ZIP holds the Header, Episodes and UASC files of one year or several, in any layout. With --publish there
    are no rates and no quality report, as they would give small counts away (docs/disclosure.md).
    """
    if publish and window:
        raise click.UsageError("--window is about rates, and --publish writes none; leave one of them out")

    def work() -> str:
        from simulator.returns.write_import import import_ssda903

        return f"{import_ssda903(source, out, window, publish=publish)}Results are in {out}"

    _on_returns(work, quiet=quiet)


@cli.command("sample-returns")
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
        from simulator.returns import sample
        from simulator.returns.fault_injection import chosen

        return f"{sample.sample_returns(children, years, seed, out, chosen(dirt))}\nThey are in {out}"

    _on_returns(work, quiet=quiet)


# --------------------------------------------------------------------------------------------------
# Track record


@contextmanager
def _origins_bar(quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give what shows how many origins are done, where somebody can see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with _bar("Origins") as progress:
        yield progress


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("out/backtest"), show_default=True, metavar="DIR",
              help="Output folder.")  # fmt: skip
@click.option("--docs", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="Folder that gets the page and its charts too.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
@_debug_option
def backtest(out: Path, docs: Path | None, quiet: bool) -> None:
    """Score what each method would have forecast from past years, and write the track record.

    It needs care-demand[backtest]. A run that was stopped goes on when the same command is given again.
    """
    from simulator.backtest.panel import panel
    from simulator.backtest.record import backtest as run_backtest
    from simulator.backtest.write_record import write_backtest

    folder = _checked_folder(out)
    with _work_beside(folder) as work:
        with _origins_bar(quiet) as progress:
            record = run_backtest(panel(), work, progress)
        _written(lambda: write_backtest(record, folder, f"{PROGRAM} backtest", docs))
    if not quiet:
        click.echo(f"The track record is in {folder}; start with backtest.md")


@cli.group()
def forecast() -> None:
    """Freeze a forecast, and score it when the actual figures come."""


@forecast.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Output folder.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
@_debug_option
def freeze(out: Path, quiet: bool) -> None:
    """Write forecasts of the next two years for England, regions and authorities, and of England's spend."""
    from simulator.backtest.freeze import write_frozen
    from simulator.backtest.panel import panel

    folder = _checked_folder(out)
    with _work_beside(folder) as work, _origins_bar(quiet) as progress:
        _written(lambda: write_frozen(panel(), folder, f"{PROGRAM} forecast freeze", work, progress))
    if not quiet:
        click.echo(f"The frozen forecast is in {folder}")


@forecast.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--actual", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True, metavar="FILE",
              help="CSV of actual figures with columns measure,old_la_code,year,value.")  # fmt: skip
@_debug_option
def score(folder: Path, actual: Path) -> None:
    """Score a frozen forecast on actual figures."""
    from simulator.backtest.freeze import ActualError, score_text

    try:
        click.echo(score_text(folder, actual))
    except ActualError as error:
        raise WrongInput(str(error)) from error


# --------------------------------------------------------------------------------------------------
# Lists


@cli.group("list")
def list_() -> None:
    """List what there is to use in scenarios and to read in results."""


def _list_command(function: Callable[[], list[dict[str, Any]]]) -> Callable[[], list[dict[str, Any]]]:
    """Add a list: a function that returns its entries, shown as text or JSON."""

    def show(as_json: bool) -> None:
        entries = function()
        if as_json:
            _print_json(entries)
        else:
            click.echo("\n".join(line for entry in entries for line in _entry_lines(entry)).rstrip("\n"))

    command = click.command(function.__name__.lstrip("_"), help=function.__doc__)(show)
    command = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")(command)
    list_.add_command(_debug_option(command))
    return function


def _entry_lines(entry: dict[str, Any]) -> list[str]:
    """Write an entry: its name and title, its other values, and its fields if it has any."""
    name, title, *others = entry
    lines = _wrapped(f"{entry[name]}: {entry[title]}", 0) if entry[title] else [str(entry[name])]
    for key in others:
        value = entry[key]
        if key == "fields":
            by_name = {field["name"]: field for field in value}
            for field in sorted(value, key=lambda f: _rank(by_name[f["name"].partition(".")[0]])):
                lines += _field_lines(field)
        elif value not in ("", None, []):
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            words = key.replace("_", " ").replace("ssda", "SSDA")
            lines += _wrapped(shown if key in ("description", "url") else f"{words}: {shown}", 4)
    return [*lines, ""]


def _rank(field: dict[str, Any]) -> tuple[bool, bool]:
    """Order fields: those a file has to give, those that change results, those that only describe."""
    return not field["changes_results"], not field["required"]


def _field_lines(field: dict[str, Any]) -> list[str]:
    if len(field["choices"]) == 1:
        rules = [f"always {field['choices'][0]}"]
    elif field["name"].endswith(".*"):
        rules = [_bounds(field)]
    elif field["required"]:
        holder = field["name"].rpartition(".")[0]
        rules = [f"needed in {holder}" if holder else "required", _bounds(field)]
    elif field["default"] is not None:
        rules = [_bounds(field), f"default {_brief(field['default'])}"]
    else:
        rules = [_bounds(field), f"if left out: {field['if_empty']}" if field["if_empty"] else "optional"]
    if field["source"] not in ("", "definition"):
        rules.append(f"source of the default: {field['source']}")
    lines = _wrapped(f"{field['name']}: {'; '.join(filter(None, rules))}", 4)
    return [*lines, *_wrapped(field["description"], 8)]


def _bounds(field: dict[str, Any]) -> str:
    """Say what a field may be, with its unit."""
    low, high, unit = (field[key] for key in ("low", "high", "unit"))
    if field["choices"]:
        return f"one of {', '.join(field['choices'])}"
    if low is None and high is None:
        return str(unit)
    if high is None:
        text = f"{low:,.15g} or more"
    elif low is None:
        text = f"{high:,.15g} or less"
    else:
        text = f"{low:,.15g} to {high:,.15g}"
    return f"{text} {unit}".rstrip() + (", or a distribution" if field["distribution"] else "")


def _brief(value: object) -> str:
    """Write a default as a scenario file would."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_brief(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_brief, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent or 4),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _plain(text: str | None) -> str:
    """Return a docstring as running text."""
    return " ".join((text or "").replace("``", "").replace("`", "").split())


@_list_command
def interventions() -> list[dict[str, Any]]:
    """List kinds of intervention with every field, its unit, its bounds and its default.

    Where a field says so, a file may give a distribution for the number (docs/uncertainty.md).
    """
    from simulator.interventions import kinds, notes

    return [
        {
            "kind": name,
            "title": _plain((kind.__doc__ or "").partition("\n")[0]),
            "description": _plain((kind.__doc__ or "").partition("\n")[2]),
            "fields": [
                {
                    "name": note.path,
                    "description": _plain(note.label),
                    "required": note.required,
                    "default": _as_written(note.default),
                    "unit": note.unit,
                    "low": note.low,
                    "high": note.high,
                    "distribution": note.uncertain,
                    "choices": list(note.choices),
                    "source": note.source,
                    "if_empty": note.if_empty,
                    "changes_results": not note.describes,
                }
                for note in notes(kind)
            ],
        }
        for name, kind in kinds().items()
    ]


def _as_written(value: object) -> Any:
    """Return a default as plain text, numbers, lists and mappings."""
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump(mode="json", exclude_none=True)
    if isinstance(value, tuple | list):
        return [_as_written(item) for item in value]
    return value if isinstance(value, str | int | float | None) else str(value)


@_list_command
def areas() -> list[dict[str, Any]]:
    """List areas that scenarios and --area can name: England, groups of authorities, and authorities.

    A group asks for its total and each authority in it, its bare name for the total alone, and `all` for everything.
    """
    from simulator.vocabulary.areas import ENGLAND, authorities, groups
    from simulator.vocabulary.labels import ALL

    whole = {"title": "the national model; beside other areas, the sum of all authorities", "code": "", "region": ""}
    wholes = [{"name": ENGLAND, **whole}, {"name": ALL, **whole, "title": "England, regions and all authorities"}]
    of_groups = [
        {"name": key, "title": f"{len(group.members)} authorities", "code": "", "region": ""}
        for key, group in groups().items()
    ]
    each = [
        {"name": one.name, "title": f"{one.code}, {one.type}, {one.region}", "code": one.code, "region": one.region}
        for one in sorted(authorities(), key=lambda one: one.name)
    ]
    return [*wholes, *of_groups, *each]


@_list_command
def measures() -> list[dict[str, Any]]:
    """List what results hold: each measure, its unit, and whether it is a stock or a flow."""
    from simulator.results.measures import measures as registered

    return [
        {
            "name": measure.name,
            "title": measure.title,
            "description": _plain(measure.description),
            "unit": measure.unit,
            "kind": measure.kind,
        }
        for measure in registered().values()
    ]


@_list_command
def placements() -> list[dict[str, Any]]:
    """List where children in care live, with their SSDA903 codes."""
    from simulator.vocabulary.placements import placements as all_placements

    return [
        {
            "name": p.name,
            "label": p.label,
            "ssda903_codes": list(p.codes),
            "ages": f"{p.ages[0]} to {p.ages[1]}",
            "cost": p.cost,
            "foster_capacity": p.capacity,
            "waits_for": p.waits_for,
            "reported_as": p.reported_as if p.reported_as != p.name else "",
        }
        for p in all_placements()
    ]


@_list_command
def scenarios() -> list[dict[str, Any]]:
    """List the scenarios that come with care-demand."""
    from simulator.scenario import load, shipped

    found = []
    for name, path in shipped().items():
        scenario = load(path).scenario
        found.append({"name": name, "title": scenario.name, "description": _plain(scenario.description)})
    return found


@_list_command
def sources() -> list[dict[str, Any]]:
    """List the sources of figures, by the keys that scenario files name."""
    from simulator.data.tables import sources as all_sources

    return [asdict(source) for source in all_sources().values()]
