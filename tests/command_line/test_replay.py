"""An output made again from its manifest alone, and manifests that are broken or want more than that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simulator.cli.commands import replay as command
from simulator.cli.main import cli
from simulator.data.model_version import MODEL_VERSION
from simulator.outputs import read_manifest

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios"

FILES = {
    "calm.yaml": "name: Calm\nend: 2026-03\n",
    "marked.yaml": "\ufeffname: Saved by an editor of Windows\r\nend: 2025-06\r\n",
    "help.yaml": """\
name: Help
extends: parents/base
interventions:
  - {kind: early_help, id: help, start: 2025-04, effect: {risk_ratio: {median: 0.9, p10: 0.8, p90: 0.95}}}
""",
    "parents/base.yaml": "name: Base\nextends: oldest.yaml\n",
    "parents/oldest.yaml": "name: Oldest\nend: 2025-06\n",
}

KINDS = {
    "run": ("run", "calm.yaml"),
    "run with a byte order mark": ("run", "marked.yaml"),
    "run with draws": ("run", "help.yaml", "--draws", "3", "--seed", "7"),
    "run with draws by the plain engine": ("run", "help.yaml", "--draws", "3", "--engine", "plain"),
    "run with luck": ("run", "marked.yaml", "--area", "Rutland", "--draws", "3", "--chance"),
    "shipped": ("run", "family-help-national"),
    "compare": ("compare", "calm.yaml", "help.yaml"),
    "compare with draws": ("compare", "calm.yaml", "help.yaml", "--draws", "3"),
    "area": ("run", "help.yaml", "--area", "Kent", "--area", "Rutland"),
    "publish": ("run", "calm.yaml", "--area", "Kent", "--publish"),
    "sweep": ("sweep", "calm.yaml", "--vary", "assumptions.balancing_percent_per_year=0,0.1", "--area", "Kent"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with scenario files."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(text.encode())
    return tmp_path


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="care-demand")


@pytest.mark.slow
def test_every_scenario_of_the_demo_replays_to_the_same_tables() -> None:
    shipped = sorted(SHIPPED.glob("*.yaml"))
    commands = [["run", path] for path in shipped] + [["compare", *shipped]]
    for words in commands:
        done = call(*words, "--no-charts", "--quiet", "--out", "made")
        assert done.exit_code == 0, done.output
        again = call("replay", "made")
        assert (again.exit_code, again.output.splitlines()[-1]) == (0, "The tables are the same.")


def output(*words: object) -> Path:
    """Make an output; return its manifest, in a folder where there is nothing else."""
    done = call(*words, "--no-charts", "--quiet", "--out", "out")
    assert done.exit_code == 0, done.output
    Path("alone").mkdir()
    return Path("out", "manifest.json").rename(Path("alone", "manifest.json"))


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Change a manifest."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_tables_are_the_same_from_the_manifest_alone(kind: str, folder: Path) -> None:
    manifest = output(*KINDS[kind])
    tables = json.loads(manifest.read_text(encoding="utf-8"))["tables"]
    assert tables == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path("out").glob("*.csv"))
    }
    for name in FILES:
        Path(name).unlink()
    before = everything(folder)
    done = call("replay", manifest)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [*(f"{name}: the same" for name in tables), "The tables are the same."]
    assert everything(folder) == before


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("returns")
    for which, seed in (("ours", 1), ("others", 2)):
        returns = base / f"{which}-returns"
        assert call("sample-returns", "--children", 600, "--years", 3, "--seed", seed, "--out", returns).exit_code == 0
        assert call("import", "ssda903", returns, "--out", base / which).exit_code == 0
    return base


@pytest.mark.parametrize("publish", [(), ("--publish",)])
def test_a_council_s_own_returns_are_asked_for(publish: tuple[str, ...], imported: Path) -> None:
    manifest = output("run", "status-quo", "--returns", imported / "ours", "--area-name", "Anywhere", *publish)
    done = call("replay", manifest)
    assert done.exit_code == 2
    assert "it is of a council's own returns; give what was imported with --returns DIR" in done.stderr
    done = call("replay", manifest, "--returns", imported / "ours")
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith("The tables are the same.\n")
    assert ("does not tell of which returns" in done.stdout) is bool(publish)
    done = call("replay", manifest, "--returns", imported / "others")
    if publish:
        assert (done.exit_code, "results.csv: differs" in done.stdout) == (1, True)
    else:
        assert done.exit_code == 2
        assert "these are not the returns that the manifest is of" in done.stderr


def test_returns_that_no_manifest_asks_for_are_refused(imported: Path) -> None:
    done = call("replay", output("run", "calm.yaml"), "--returns", imported / "ours")
    assert done.exit_code == 2
    assert "is not of a council's own returns" in done.stderr


def test_out_keeps_what_is_written_and_a_folder_stands_for_its_manifest() -> None:
    assert call("run", "help.yaml", "--draws", "3", "--no-charts", "--quiet", "--out", "out").exit_code == 0
    done = call("replay", "out", "--out", "again")
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith("Results are in again\n")
    assert {p.name: p.read_bytes() for p in Path("again").iterdir()} == {
        p.name: p.read_bytes() for p in Path("out").iterdir()
    }
    done = call("replay", "out", "--out", "out")
    assert done.exit_code == 2
    assert "holds what is read" in done.stderr


def test_a_table_that_differs_is_told() -> None:
    def change(content: dict[str, Any]) -> None:
        content["tables"] |= {"results.csv": "0" * 64, "more.csv": "0" * 64}
        del content["tables"]["history.csv"]

    done = call("replay", changed(output("run", "calm.yaml"), change))
    assert done.exit_code == 1
    assert "\nmore.csv: not written here\n" in done.stdout
    assert "history.csv: written here only\n" in done.stdout
    assert "results.csv: differs\n" in done.stdout
    assert "financial-years.csv: the same\n" in done.stdout
    assert "Another kind of processor rounds otherwise; anything more was changed by hand." in done.stdout
    assert "Traceback" not in done.output


@pytest.mark.parametrize("differs", [False, True])
def test_another_model_program_or_data_is_told_and_still_compared(differs: bool) -> None:
    def change(content: dict[str, Any]) -> None:
        content["versions"] |= {"model": MODEL_VERSION - 1, "care-demand": "0.0.1", "numpy": "1.0"}
        content["data"]["sources.csv"] = "0" * 64
        content["data"]["gone.csv"] = "0" * 64
        if differs:
            content["tables"]["results.csv"] = "0" * 64

    done = call("replay", changed(output("run", "calm.yaml"), change))
    assert done.exit_code == int(differs)
    for said in (
        f"It was made by model {MODEL_VERSION - 1}; this is model {MODEL_VERSION}, whose results are others.",
        "It was made by care-demand 0.0.1; this is ",
        "Its data were others than those here: sources.csv.",
        "It was made from 1 tables that are not here.",
        "It was made with numpy 1.0; here it is ",
    ):
        assert f"\nNote: {said}" in done.stdout
    last = (
        "The tables differ, as those of another model or of other data do." if differs else "The tables are the same."
    )
    assert done.stdout.splitlines()[-1] == last


def test_where_the_engine_is_not_installed_the_other_one_runs_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = output("run", "help.yaml", "--draws", "3")
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    done = call("replay", manifest)
    assert done.exit_code in (0, 1)
    assert "Note: It was made by the compiled engine, which is not installed; the plain one rounds otherwise." in (
        done.stdout
    )
    assert "results.csv: " in done.stdout


def first_file(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = content["scenarios"][0]["files"][0]
    return found


def set_name(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda content: first_file(content).update(file=name)


def set_text(text: str) -> Callable[[dict[str, Any]], object]:
    data = text.encode("utf-8", "surrogatepass")
    return lambda content: first_file(content).update(text=text, sha256=hashlib.sha256(data).hexdigest())


def set_command(words: str) -> Callable[[dict[str, Any]], object]:
    return lambda content: content.update(command=f"care-demand {words}")


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another maker": (lambda c: c.update(made_by="me"), "not a manifest that care-demand wrote"),
    "an earlier version": (lambda c: c.pop("tables"), "no hashes of tables, so it was written by an earlier version"),
    "no scenario": (lambda c: c.update(scenarios=[]), "scenarios: List should have at least 1 item"),
    "a list for a mapping": (lambda c: c.update(data=[1]), "data: Input should be a valid dictionary"),
    "a number for a text": (lambda c: first_file(c).update(text=3), "scenarios.0.files.0.text: Input should be"),
    "no hash": (lambda c: c["tables"].update({"results.csv": "x"}), "tables.results.csv: String should match"),
    "a table elsewhere": (lambda c: c["tables"].update({"../x.csv": "0" * 64}), "tables.../x.csv.[key]: String should"),
    "a version with an escape": (lambda c: c["versions"].update(numpy="\x1b[2J"), "versions.numpy"),
    "many files": (lambda c: c["scenarios"][0].update(files=12 * [first_file(c)]), "at most 11 items"),
    "another text": (lambda c: first_file(c).update(text="name: X\n"), "'calm.yaml' does not match its sha256"),
    "a folder above": (set_name("../calm.yaml"), "'../calm.yaml' is not the name of a scenario file"),
    "from the root": (set_name("/etc/calm.yaml"), "'/etc/calm.yaml' is not the name of a scenario file"),
    "a drive": (set_name("C:calm.yaml"), "'C:calm.yaml' is not the name of a scenario file"),
    "a backslash": (set_name("..\\calm.yaml"), "'..\\\\calm.yaml' is not the name of a scenario file"),
    "nul": (set_name("calm\0.yaml"), "'calm\\x00.yaml' is not the name of a scenario file"),
    "an escape": (set_name("\x1b[2J.yaml"), "'\\x1b[2J.yaml' is not the name of a scenario file"),
    "no text": (set_name("calm.csv"), "'calm.csv' is not the name of a scenario file"),
    "another scenario": (set_name("other.yaml"), "it names other scenarios than those that follow ('other.yaml')"),
    "a broken scenario": (set_text("name: Calm\nend: 1066\n"), "calm.yaml:2:6: end: "),
    "a scenario of surrogates": (set_text("name: \ud800\n"), "calm.yaml:1:7: this is not text in UTF-8"),
    "a huge scenario": (set_text("#" * 1_000_001), "calm.yaml:1:1: the file is too big"),
    "extends what is not given": (
        set_text("name: Calm\nextends: status-quo\n"),
        "calm.yaml:2:10: extends: this is not the file that is given as its parent",
    ),
    "extends a folder above": (
        set_text("name: Calm\nextends: ../../secret.yaml\n"),
        "calm.yaml:2:10: extends: this is not the file that is given as its parent",
    ),
    "another command": (set_command("import ssda903 x"), "it is of `care-demand import`; allowed: run, compare, sweep"),
    "no command": (lambda c: c.update(command="rm -rf /"), "it is of `care-demand -rf`"),
    "a quote that does not end": (set_command("run 'calm.yaml"), "command: this is no command"),
    "a cluster": (set_command("run calm.yaml --cluster tcp://x:1"), "command: No such option"),
    "an output": (set_command("run calm.yaml --out /tmp/x"), "command: No such option"),
    "no seed": (set_command("run calm.yaml --seed x"), "command: Invalid value for '--seed'"),
    "a draw": (set_command("run calm.yaml --draws 1"), "command: --draws: one draw"),
    "draws without end": (set_command("run calm.yaml --draws 99999999"), "command: --draws: 99,999,999 are more"),
    "luck without draws": (set_command("run calm.yaml --chance"), "command: --chance puts luck into draws"),
    "returns": (set_command("run calm.yaml --returns x"), "command: it is not of what the manifest says of returns"),
    "an area": (set_command("run calm.yaml --area Atlantis"), "--area: unknown area 'Atlantis'"),
    "one to compare": (set_command("compare calm.yaml"), "command: compare takes two or more scenarios; these are 1"),
    "none named": (set_command("run"), "it names other scenarios than those that follow ('calm.yaml')"),
    "nothing to vary": (set_command("sweep calm.yaml"), "command: Missing option '--vary'"),
    "what can't be varied": (set_command("sweep calm.yaml --vary x=1"), "x: "),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A manifest that is right."""
    base = tmp_path_factory.mktemp("sound")
    (base / "calm.yaml").write_text(FILES["calm.yaml"])
    assert call("run", base / "calm.yaml", "--no-charts", "--quiet", "--out", base / "out").exit_code == 0
    return (base / "out" / "manifest.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_manifest_is_told_and_nothing_is_written(case: str, sound: str, folder: Path) -> None:
    change, said = BROKEN[case]
    Path("alone").mkdir()
    Path("alone/manifest.json").write_text(sound, encoding="utf-8")
    changed(Path("alone/manifest.json"), change)
    before = everything(folder)
    done = call("replay", "alone", "--out", "again")
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert done.stdout == ""
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr
    assert everything(folder) == before
    assert not Path("again").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this is not JSON"),
        (b"{", "this is not JSON"),
        (b"\xff\xfe{}", "this is not JSON"),
        (b"[" * 100_000, "this is not JSON"),
        (b"[]", "not a manifest that care-demand wrote"),
        (b"null", "not a manifest that care-demand wrote"),
        (b'{"made_by": "care-demand", "tables": {}}', "command: Field required"),
        (b'{"made_by": "care-demand", "command": 3, "tables": {}}', "command: Input should be a valid string"),
    ],
)
def test_what_is_no_manifest(content: bytes, said: str) -> None:
    Path("manifest.json").write_bytes(content)
    done = call("replay", "manifest.json")
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_manifest_of_a_hundred_megabytes_is_not_read() -> None:
    with Path("manifest.json").open("wb") as file:
        file.truncate(100_000_000)
    done = call("replay", "manifest.json")
    assert done.exit_code == 2
    assert done.stderr == "manifest.json: it is too big; allowed: up to 50 MB\n"


def test_all_that_is_wrong_is_told_at_once(sound: str) -> None:
    def change(content: dict[str, Any]) -> None:
        content["engine"] = "steam"
        content["data"] = 3
        content["versions"] = {"model": [5]}

    Path("manifest.json").write_text(sound, encoding="utf-8")
    done = call("replay", changed(Path("manifest.json"), change))
    assert done.exit_code == 2
    assert all(f"manifest.json: {what}" in done.stderr for what in ("engine: ", "data: ", "versions.model"))


def test_hashes_of_tables_are_those_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    file = read_manifest.RecordedFile(file="a.yaml", sha256=hashlib.sha256(b"x").hexdigest(), text="x")
    assert file.content() == b"x"
    assert file.problem() == ""
