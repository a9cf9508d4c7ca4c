"""Scenarios: `run`, `compare`, `check` and `solve`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.earlier import earlier_outputs
from simulator.cli.group import PROGRAM, WrongInput, refusing
from simulator.cli.options import How, Whom, asked_for, run_options
from simulator.cli.screen import bar, bar_over, print_json, say, watched, watched_bar
from simulator.cli.written import checked_folder, work_beside, written
from simulator.vocabulary.calendar import MONTHS_A_YEAR
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.disclosure.register import Earlier
    from simulator.results.labelled import RunResults
    from simulator.results.results_protocol import Results
    from simulator.runs.single_run import Engine
    from simulator.runs.solve import Solution, Surety, Target, Trials, Unknown
    from simulator.scenario import LoadedScenario, Problem

    Found = tuple[Sequence[Solution], Trials | None] | None


AS_STATED = Whom()


def known_authority(name: str) -> None:
    """Refuse a name that is no authority's."""
    from simulator.interventions.fields import one_of
    from simulator.vocabulary.areas import authorities

    one_of("authority", name, [one.name for one in authorities()], "an authority shown by `care-demand list areas`")


def load_all(names: Sequence[str], whom: Whom = AS_STATED) -> list[LoadedScenario]:
    """Read scenarios, by path or shipped name, for whom they are to be run; all problems are told at once."""
    problems: list[Problem | Exception] = []
    return in_places(read_all(names, problems, whom.own), problems, whom)


def in_places(many: Sequence[LoadedScenario], unread: list[Problem | Exception], whom: Whom) -> list[LoadedScenario]:
    """Return scenarios for other areas or a council if given; tell all problems, those of reading them among them."""
    from simulator.interventions.reach import area_name as known_area
    from simulator.scenario import ScenarioError

    problems: list[Problem | Exception] = []
    loaded, council, areas = [], None, whom.area
    for area in areas:
        with telling("--area", problems):
            known_area(area)
    areas = () if problems else areas
    for name in whom.neighbours:
        with telling("--neighbours", problems):
            known_authority(name)
    if whom.returns is not None:
        from simulator.data.council import NAME, CouncilError, read_council

        try:
            council = read_council(whom.returns, whom.area_name or NAME)
        except CouncilError as error:
            problems.append(error)
    problems += unread
    for one in many:
        try:
            one = one.of_council(council) if council else one
            one = one.in_areas(areas) if areas else one
            loaded.append(one.beside(whom.neighbours) if whom.neighbours else one)
        except ScenarioError as error:
            problems.append(error)
    if problems:
        raise WrongInput.of(problems)
    return loaded


def read_all(
    names: Sequence[str], problems: list[Problem | Exception], own: Path | None = None
) -> list[LoadedScenario]:
    """Read scenarios, by path or shipped name; add what is wrong with those that can't be read to the problems."""
    from simulator.scenario import ScenarioError, load

    loaded = []
    for name in names:
        try:
            loaded.append(load(name, own))
        except ScenarioError as error:
            problems.append(error)
    return loaded


def _same_name(loaded: LoadedScenario) -> Problem:
    """Say that a scenario has the name of another in a comparison."""
    from simulator.scenario import Problem

    place = loaded.provenance["name"]
    what = f"another scenario of this comparison is called {loaded.scenario.name!r} too, and charts go by it"
    return Problem(place.file, place.line, place.column, "name", what, "a name of its own")


@contextmanager
def telling(option: str, problems: list[Any]) -> Iterator[None]:
    """Add what is wrong with an option of the command line to the problems."""
    from simulator.interventions.fields import Wrong
    from simulator.scenario import Problem

    try:
        yield
    except Wrong as wrong:
        problems.append(Problem("", 0, 0, option, wrong.what, wrong.allowed, wrong.near))


def _refuse_unpublishable(loaded: Sequence[LoadedScenario], how: How) -> None:
    """Refuse to publish runs without a whole financial year, by which flows and money are published."""
    short = [one.key for one in loaded if len(one.scenario.calendar) < MONTHS_A_YEAR]
    if how.publish and short:
        raise WrongInput(
            f"{PROGRAM}: --publish: figures are published by financial year, and {', '.join(short)} has none in full; "
            "end it in March of a later year"
        )


def _say_what_luck_costs(loaded: Sequence[LoadedScenario], how: How) -> None:
    """Say before draws begin how long whole children take to follow: it is the one run that can take minutes."""
    from simulator.runs.engines import default_engine, luck_seconds

    engine = how.engine or default_engine(draws=how.draws, areas=1)
    seconds = sum(luck_seconds(one, how.draws, valued=not how.publish, engine=engine) for one in loaded)
    shared = "" if how.workers == 1 else ", which processes share"
    say(f"{how.draws:,} draws that follow each child take about {seconds:,.0f} s of processor{shared}.", err=True)


def simulate_all(
    loaded: Sequence[LoadedScenario], how: How, work: Path | None, earlier: Sequence[Earlier] = ()
) -> Sequence[Results]:
    """Run scenarios in order, with a progress bar where somebody can see it.

    Parameters
    ----------
    loaded, how, work
        What is run, how, and where finished draws go.
    earlier : sequence of Earlier
        What was published of the same children, where this is to be published.
    """
    _refuse_unpublishable(loaded, how)
    from simulator.runs.simulate import simulate
    from simulator.scenario import ScenarioError

    options: dict[str, Any] = {
        "draws": how.draws,
        "seed": how.seed,
        "engine": how.engine,
        "valued": not how.publish,  # value for money is not made safe to publish
    }
    if len(loaded) > 1:
        options |= {"price_year": loaded[0].scenario.price_year}
    if how.draws:
        options |= {
            "chance": how.chance,
            "workers": how.workers,
            "cluster": how.cluster,
            "work": work,
            "full": how.keep_draws,
        }
    if how.chance and not how.quiet:
        _say_what_luck_costs(loaded, how)
    seen = watched(how.quiet)
    many: list[RunResults] = []
    with refusing(ScenarioError):
        if seen and how.draws:
            for one in loaded:
                with bar(one.key) as progress:
                    many.append(simulate(one, **options, progress=progress))
        elif not seen or len(loaded) == 1:
            many = [simulate(one, **options) for one in loaded]
        else:
            with bar_over(loaded, "Running scenarios") as each:
                many = [simulate(one, **options) for one in each]
    if not how.publish:
        return many
    from simulator.disclosure.publish import publish

    return publish(many, earlier)


def _command(name: str, scenarios: Sequence[str], how: How, ran: Results) -> str:
    """Return the command for the manifest, without folders: where files lie has no effect on results.

    Own figures are in the scenario's files by then (`simulator.scenario.own_files`).
    """
    return shlex.join([PROGRAM, name, *(Path(s).name for s in scenarios), *how.words(ran.engine)])


def write_all(
    name: str, loaded: Sequence[LoadedScenario], folder: Path, how: How, work: Path | None, scenarios: Sequence[str]
) -> Sequence[Results]:
    """Run scenarios, as they were named, and write the output folder of `run` or of `compare`."""
    from simulator.outputs.run_folder import write_comparison, write_run

    _refuse_unpublishable(loaded, how)
    earlier: tuple[Earlier, ...] = ()
    if how.publish:
        places = [one.baseline for one in loaded]
        areas = {area.name for one in places for area in one.reported}
        by_returns = any(one.by_own_returns for one in places)
        children = {day: number for one in loaded if one.council for day, number in one.council.in_care.items()}
        earlier = earlier_outputs(folder, how.against, areas, by_returns=by_returns, children=children)
    many = simulate_all(loaded, how, work, earlier)
    scenarios = [one.path.name for one in loaded] if how.own else scenarios
    command = _command(name, scenarios, how, many[0])
    if name == "run":
        written(lambda: write_run(many[0], loaded[0], folder, command, **how.writing))
    else:
        written(lambda: write_comparison(many, loaded, folder, command, **how.writing))
    return many


def _points(results: Results) -> dict[str, Any]:
    from simulator.outputs.summary import summary_points
    from simulator.results.analysis import answers
    from simulator.results.long_tables import (
        ATTRIBUTION_COLUMNS,
        GAP_COLUMNS,
        VALUE_COLUMNS,
        attribution_rows,
        gap_rows,
        value_rows,
    )

    return {
        "scenario": results.name,
        "title": results.title,
        "area": results.areas[0],
        "reference_year": results.reference_year,
        "summary": [asdict(point) for point in summary_points(results)],
        "chances": [
            {"id": a.question.id, "says": a.question.says, "share": a.share, "error": a.error} for a in answers(results)
        ],
        "value_for_money": [
            dict(zip(VALUE_COLUMNS, row, strict=True)) for row in value_rows(results) if row[1] == results.areas[0]
        ],
        "attribution": [
            dict(zip(ATTRIBUTION_COLUMNS, row, strict=True))
            for row in attribution_rows(results)
            if row[1] == results.areas[0]
        ],
        "gap": [dict(zip(GAP_COLUMNS, row, strict=True)) for row in gap_rows(results) if row[1] == results.areas[0]],
        "judged": results.judged,
        "notes": list(results.every_note),
    }


def print_run(results: Results, folder: Path, how: How) -> None:
    """Print the summary of a run as JSON."""
    from simulator.runs.engines import engine_told

    content = {"folder": str(folder), "draws": how.draws, "seed": how.seed, **engine_told(results)}
    print_json(content | _points(results))


@click.command()
@click.argument("scenario")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Output folder  [default: out/NAME, or out/NAME-AREA with --area]",
)
@run_options
def run(scenario: str, out: Path | None, **options: Any) -> None:
    """Run a scenario and write its tables, charts and summary.

    An output folder of an earlier run is replaced; anything else that is in the way is left alone. With draws, a run
    that was stopped goes on when the same command is given again.
    """
    how = asked_for(options)
    loaded = load_all([scenario], how.whom)
    from simulator.outputs.summary import summary_text

    folder = checked_folder(Path("out") / f"{loaded[0].key}{how.folder_end}" if out is None else out, read=how.returns)
    with work_beside(folder, draws=bool(how.draws)) as work:
        results = write_all("run", loaded, folder, how, work, [scenario])[0]
        if how.as_json:
            print_run(results, folder, how)
        elif not how.quiet:
            say(summary_text(results))
            say(f"Results are in {one_line(folder)}")


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO SCENARIO...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Output folder  [default: out/comparison, or out/comparison-AREA]",
)
@run_options
def compare(scenarios: tuple[str, ...], out: Path | None, **options: Any) -> None:
    """Run scenarios and compare them with the first.

    All of them take the same draws. A run with draws that was stopped goes on when the same command is given again.
    """
    how = asked_for(options)
    if len(scenarios) == 1:
        raise click.UsageError("name two scenarios or more; the others are compared with the first")
    loaded = comparable(load_all(scenarios, how.whom))
    from simulator.outputs.summary import comparison_text
    from simulator.runs.engines import engine_told

    folder = checked_folder(Path("out") / f"comparison{how.folder_end}" if out is None else out, read=how.returns)
    with work_beside(folder, draws=bool(how.draws)) as work:
        many = write_all("compare", loaded, folder, how, work, scenarios)
        if how.as_json:
            content = {"folder": str(folder), "draws": how.draws, "seed": how.seed, **engine_told(many[0])}
            print_json({**content, "reference": loaded[0].key, "scenarios": [_points(results) for results in many]})
        elif not how.quiet:
            say(comparison_text(many))
            say(f"Results are in {one_line(folder)}")


def comparable(loaded: list[LoadedScenario]) -> list[LoadedScenario]:
    """Return scenarios as a comparison runs them; refuse those that can't be compared."""
    from simulator.scenario import with_price_gaps

    names = [one.key for one in loaded]
    if other := [one.key for one in loaded if one.scenario.areas != loaded[0].scenario.areas]:
        raise WrongInput(
            f"{PROGRAM}: {', '.join(other)} and {names[0]} are of different areas, so they can't be compared; "
            "give all of them the same with --area"
        )
    titles = [one.scenario.name for one in loaded]
    if same := [one for one in loaded if titles.count(one.scenario.name) > 1]:
        raise WrongInput.of(map(_same_name, same))
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise WrongInput(f"{PROGRAM}: two scenarios are called {', '.join(twice)}; each needs a name of its own")
    return with_price_gaps(loaded)


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="FILE...")
def check(scenarios: tuple[str, ...]) -> None:
    """Check scenario files; tell every problem, or else each value and where it comes from.

    What a run would refuse is told here, in the same words. What is allowed and rarely meant is told below the
    values: a value that cannot act, a price or a budget on top of a parent's. Where two programmes change the same
    rates, what each does alone and both together is told last.
    """
    problems: list[Problem | Exception] = []
    loaded = read_all(scenarios, problems)
    from simulator.runs.refusals import refusals
    from simulator.scenario import explain

    problems += [problem for one in loaded for problem in refusals(one)]
    if problems:
        raise WrongInput.of(problems)
    say("\n\n".join(f"{explain(one)}{_met(one)}".rstrip("\n") for one in loaded))


def _met(loaded: LoadedScenario) -> str:
    """Say where programmes of a scenario meet, a line each; nothing where they do not."""
    from simulator.runs.collisions import collisions

    found = collisions(loaded)
    return "\n".join(["", "where programmes meet", *(f"  {one.says}" for one in found)]) if found else ""


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, from which editors complete and mark them (docs/scenarios.md)."""
    from simulator.scenario.json_schema import json_schema

    print_json(json_schema())


@click.command()
@click.argument("scenario")
@click.option(
    "--target",
    multiple=True,
    required=True,
    metavar="MEASURE=VALUE@WHEN",
    help="What to reach, for example children=100000@2032-03, children<=80000@2030-03, "
    "children:childrens_home=15000@2030-03, total_spend=12e9@2030-31 or npv=0@2025-26..2034-35; again for more.",
)
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="PATH[=LOW..HIGH]",
    help="The assumption to vary, for example interventions.starts-trend.percent_per_year, within bounds if given; as "
    "many as there are targets.",
)
@click.option(
    "--against",
    metavar="SCENARIO",
    help="What npv and net_cost are against  [default: the same scenario without its programmes]",
)
@click.option(
    "--sure",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    metavar="SHARE",
    help="Reach it in this share of draws, and not by the central run: npv, net_cost, or what is asked with <= or >=.",
)
@click.option("--draws", type=click.IntRange(min=2), metavar="N", help="Draws for --sure  [default: 400]")
@click.option("--seed", type=click.IntRange(min=0), metavar="S", help="Seed of the draws for --sure  [default: 1]")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write a scenario file with the value.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write a folder with the file, tables of what was found and tried, and a chart; goes on if it was stopped.",
)
def solve(
    scenario: str,
    target: tuple[str, ...],
    vary: tuple[str, ...],
    against: str | None,
    sure: float | None,
    draws: int | None,
    seed: int | None,
    out: Path | None,
    folder: Path | None,
) -> None:
    """Find the values of assumptions with which a scenario reaches targets.

    A target is a measure at a date or over months or financial years, or what programmes do over them: npv is what they
    save less what they cost, at present value, and net_cost their real cost less what they save. Both are told with
    foster places limited and found as needed. Over months a stock is its mean, its highest with <= and its lowest with
    >=. Several targets take as many assumptions. To be sure of a target takes draws: it says first how many runs it
    takes at the most, and with the value its standard error, as a share of draws is counted.
    """
    loaded, *others = load_all([scenario, *([against] if against else [])])
    from simulator.runs.engines import default_engine
    from simulator.runs.solve import (
        DRAWS_TO_BE_SURE,
        Surety,
        Target,
        Unknown,
        Unsolvable,
        check_sure,
        most_runs,
        with_other_places,
    )
    from simulator.runs.solved_scenario import solved_file
    from simulator.scenario import ScenarioError
    from simulator.vocabulary.file_names import unfit

    problems: list[Problem] = []
    asked: list[Target] = []
    unknowns: list[Unknown] = []
    for one in target:
        with telling("--target", problems):
            asked.append(Target.parse(one))
    with telling("--target", problems):
        if against and asked and not any(one.of_programmes for one in asked):
            raise Unsolvable(f"{asked[0].measure} is held against nothing", "npv or net_cost, with --against")
    for one in vary:
        with telling("--vary", problems):
            unknowns.append(Unknown.parse(one, loaded.scenario))
    with telling("--vary", problems):
        if len(target) != len(vary):
            raise Unsolvable(f"{len(target)} targets and {len(vary)} numbers to vary", "as many of each")
    with telling("--out", problems):
        if out is not None and (wrong := unfit(out)):
            raise Unsolvable(f"{out} can't be made: {wrong}", "another file name")
        if out is not None and out.exists():
            raise Unsolvable(f"{out} exists", "the name of a file that does not")
        parent = _as_parent(scenario, loaded, out)
    with telling("--sure", problems):
        if sure is None and (draws, seed) != (None, None):
            raise Unsolvable("draws are run to be sure", "--draws and --seed with --sure")
        surety = None if sure is None else Surety(sure, draws or DRAWS_TO_BE_SURE, 1 if seed is None else seed)
        check_sure(asked, surety)
    _refuse(problems)
    engine = default_engine(draws=surety.draws if surety else 0, areas=len(loaded.baseline.codes))
    held = others[0] if others else None

    both = any(one.of_programmes for one in asked)
    most = most_runs(len(unknowns), surety)
    if surety is not None:
        twice = ", and as many with foster places the other way" if both else ""
        say(f"At most {most:,} runs of the simulator: {surety.draws:,} draws of each value{twice}", err=True)

    def find(one: LoadedScenario, beside: LoadedScenario | None, work: Path | None = None) -> Found:
        with watched_bar(one.key) as progress, telling("--target", problems), refusing(ScenarioError):
            return _solutions(one, asked, unknowns, engine, surety, beside, lambda done: progress(done, most), work)
        return None

    def told(solutions: Sequence[Solution], work: Path | None) -> list[str]:
        lines = []
        for path, unknown, solution in zip(vary, unknowns, solutions, strict=True):
            here = loaded.scenario.value_at(unknown.path)
            own = "" if here is None else f" ({here:g} in the scenario)"
            counted = _counted(solution, unknown)
            lines.append(f"{path.partition('=')[0]} = {solution.value:.6g} {unknown.note.unit}{own}{counted}")
        price_year = loaded.scenario.price_year
        lines += [_reached(of, solution, surety, price_year) for of, solution in zip(asked, solutions, strict=True)]
        if both:
            other = find(with_other_places(loaded), None if held is None else with_other_places(held), work)
            found = problems[0].what if other is None else ", ".join(
                f"{one.value:.6g} {u.note.unit}" for one, u in zip(other[0], unknowns, strict=True)
            )  # fmt: skip
            regime = "limited" if loaded.scenario.assumptions.foster_places == "as_needed" else "found as needed"
            lines.append(f"with foster places {regime} in place of what the scenario says: {found}")
        return lines

    with ExitStack() as stack:
        work = None if folder is None else stack.enter_context(work_beside(checked_folder(folder)))
        found = find(loaded, held, work)
        _refuse(problems)
        assert found is not None
        solutions, trials = found
        with telling("--vary", problems):
            text = solved_file(loaded, parent, asked, unknowns, solutions)
        _refuse(problems)
        lines = told(solutions, work)
        for line in lines:
            say(line)
        if folder is not None:
            from simulator.decisions.solve_folder import write_solved

            command = _solve_words(scenario, target, vary, against, surety)
            written(
                lambda: write_solved(loaded, asked, unknowns, solutions, trials, lines, folder, command, engine=engine)
            )
            say(f"Results are in {one_line(folder)}")
    if out is not None:
        from simulator.outputs.folder import write_file

        written(lambda: write_file(out, text.encode()))
        say(f"Written to {out}")
    elif folder is None:
        say(f"\n{text.rstrip()}")


def _solve_words(
    scenario: str, target: Sequence[str], vary: Sequence[str], against: str | None, sure: Surety | None
) -> str:
    """Return the command for the manifest, with the values that options came to where none were given."""
    found = [PROGRAM, "solve", Path(scenario).name]
    found += [word for one in target for word in ("--target", one)]
    found += [word for one in vary for word in ("--vary", one)]
    found += ["--against", Path(against).name] if against else []
    if sure is not None:
        found += ["--sure", f"{sure.share:g}", "--draws", str(sure.draws), "--seed", str(sure.seed)]
    return shlex.join(found)


def _solutions(
    loaded: LoadedScenario,
    asked: Sequence[Target],
    unknowns: Sequence[Unknown],
    engine: Engine,
    surety: Surety | None,
    against: LoadedScenario | None,
    told: Callable[[int], None],
    work: Path | None,
) -> Found:
    """Find one value by bracketing, which cannot miss a crossing that it sees, and several by least squares."""
    from simulator.decisions.finished_work import FinishedWork
    from simulator.runs.ensemble.draws import Settings, identity
    from simulator.runs.solve import Trials, solve_several
    from simulator.runs.solve import solve as solve_one

    if len(asked) > 1:
        return solve_several(loaded, asked, unknowns, engine, sure=surety, against=against, told=told), None
    kept = FinishedWork(work)
    settings = Settings(surety.draws if surety else 0, surety.seed if surety else 1, engine)

    def follows_from(value: str) -> list[object]:
        held = "" if against is None else identity(against, settings)
        return [identity(loaded, settings), held, asked[0].in_words, list(unknowns[0].path), value]

    trials = Trials(
        loaded, asked[0], unknowns[0], engine, sure=surety, against=against, told=told,
        kept=lambda value, make: kept.of(lambda: follows_from(value), lambda: {"figures": make()})["figures"],
    )  # fmt: skip
    return [solve_one(loaded, asked[0], unknowns[0], engine, sure=surety, against=against, trials=trials)], trials


def _counted(solution: Solution, unknown: Unknown) -> str:
    """Say how much of a solution hangs on how many draws were run."""
    if solution.error is None:
        return ""
    bounds = f"{unknown.low:g} to {unknown.high:g}"
    if solution.error == float("inf"):
        return f"; with these draws chance alone could take it beyond {bounds}"
    return f", give or take {solution.error:.2g} as draws are counted (standard error)"


def _reached(asked: Target, solution: Solution, surety: Surety | None, price_year: str) -> str:
    """Say what a solution gives, and what it was asked for."""
    if not asked.of_programmes:
        of = f"{asked.measure} in {asked.placement}" if asked.placement else asked.measure
        sign = "" if asked.sign == "=" else f"{asked.sign} "
        chance = f" or better in {surety.share:.0%} of {surety.draws:,} draws" if surety else ""
        return f"gives {of} {solution.result:,.10g}{chance} at {asked.span} (asked for: {sign}{asked.value:,.10g})"
    from simulator.outputs.charts import words

    sure = f" or better in {surety.share:.0%} of {surety.draws:,} draws" if surety else ""
    present = f"{price_year} prices, at present value" if asked.measure == "npv" else f"{price_year} prices"
    return (
        f"gives {asked.measure} {words.money(solution.result)}{sure} over {asked.span}, {present} "
        f"(asked for: {words.money(asked.value)})"
    )


def _as_parent(scenario: str, loaded: LoadedScenario, out: Path | None) -> str:
    """Return how a file beside `out` names the scenario that it extends: a file beside it, or a shipped one."""
    if out is None or Path(scenario).suffix == "" or loaded.path.resolve().parent == out.resolve().parent:
        return f"{loaded.key}.yaml"
    from simulator.runs.solve import Unsolvable
    from simulator.scenario import shipped

    if loaded.key in shipped():
        return f"{loaded.key}.yaml"
    raise Unsolvable(f"{out} can't extend {scenario} from there", "a file beside it")


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise WrongInput.of(problems)


COMMANDS = (run, compare, check, schema, solve)
