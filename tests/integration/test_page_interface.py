"""The JSON interface beneath the page, over a socket: what it gives, and what it does with the hostile and the slow."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from paths import ROOT

from simulator.web.page_state import PageState
from simulator.web.work import FILES

JSON = {"content-type": "application/json"}
QUICK = {"name": "Quick", "extends": "family-help-national", "end": "2027-03"}


def ask(
    server: tuple[str, int], path: str, body: object = None, *, headers: dict[str, str] | None = None, raw: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(server[0]).netloc, timeout=120)
    sent = raw or (b"" if body is None else json.dumps(body).encode())
    method = "POST" if sent else "GET"
    connection.request(method, path, sent or None, {**(JSON if sent else {}), **(headers or {})})
    response = connection.getresponse()
    found = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    connection.close()
    return found


def state(*scenarios: dict[str, Any]) -> dict[str, Any]:
    return PageState.of({"v": 1, "scenarios": list(scenarios)}).content()


def events(body: bytes) -> list[tuple[str, dict[str, Any]]]:
    parts = [block.split("\n") for block in body.decode().split("\n\n") if block]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in parts]


def alive(server: tuple[str, int]) -> bool:
    return ask(server, "/about")[0] == 200


def test_central_lines_come_first_and_then_a_fan_that_grows(page_server: tuple[str, int]) -> None:
    status, headers, body = ask(page_server, "/api/v1/run", {"state": state(QUICK), "tab": "spend", "draws": 32})
    assert status == 200
    assert headers["content-type"].startswith("text/event-stream")
    found = events(body)
    assert [name for name, _ in found] == ["central", "draws", "draws", "end"]
    assert [one["done"] for _, one in found[:-1]] == [0, 16, 32]
    assert len({one["hash"] for _, one in found}) == 1
    first, last = found[0][1]["view"], found[2][1]["view"]
    assert [chart["key"] for chart in first["charts"]] == ["spend", "extra"]
    assert "80%" not in "".join(first["charts"][0]["columns"])
    assert "Projected, 80% to" in last["charts"][0]["columns"]
    assert "<script" not in first["charts"][0]["svg"]
    assert " style=" not in first["charts"][0]["svg"]


def test_what_is_wrong_comes_with_its_place(page_server: tuple[str, int]) -> None:
    wrong = {**QUICK, "interventions": [{"id": "family-help", "lag_months": -1}], "strats": 1}
    for path in ("check", "run"):
        status, _, body = ask(page_server, f"/api/v1/{path}", {"state": state(wrong)})
        assert status == 422
        found = {one["path"]: one for one in json.loads(body)["problems"]}
        assert found["interventions.0.lag_months"]["what"] == "-1 is below 0"
        assert found["interventions.0.lag_months"]["allowed"]
        assert found["strats"]["near"] == "starts"
        assert found["strats"]["file"] == "quick.yaml"


def test_check_gives_each_value_with_where_it_came_from(page_server: tuple[str, int]) -> None:
    status, _, body = ask(page_server, "/api/v1/check", {"state": state(QUICK)})
    assert status == 200
    values = {one["path"]: one for one in json.loads(body)["scenarios"][0]["values"]}
    ratio = values["interventions.0.effect.risk_ratio"]
    assert (ratio["value"], ratio["file"], ratio["quality"]) == ("0.9", "family-help-national.yaml", "judgement")
    assert ratio["interval"][0] == 80
    assert values["end"]["file"] == "quick.yaml"


@pytest.mark.parametrize("name", ["kinds", "areas", "scenarios", "evidence"])
def test_lists_are_json(page_server: tuple[str, int], name: str) -> None:
    status, headers, body = ask(page_server, f"/api/v1/{name}")
    assert status == 200
    assert headers["content-type"] == "application/json"
    [listed] = json.loads(body).values()
    assert len(listed) > 5


def test_the_yaml_gives_the_page_s_numbers_on_the_command_line(page_server: tuple[str, int], tmp_path: Path) -> None:
    content = {
        **QUICK,
        "name": "Half, quickly",
        "interventions": [{"id": "family-help", "effect": {"risk_ratio": 0.95}}],
    }
    given = {"state": state(content)}
    _, headers, text = ask(page_server, "/api/v1/export", {**given, "what": "yaml"})
    name = re.search('filename="(.+)"', headers["content-disposition"]).group(1)  # type: ignore[union-attr]
    (tmp_path / name).write_bytes(text)
    command = [sys.executable, "-m", "simulator", "run", name, "--draws", "64", "--seed", "1", "--engine", "compiled",
               "--workers", "1", "--no-charts", "--quiet", "--out", "out"]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    for table in FILES:
        status, _, body = ask(page_server, "/api/v1/export", {**given, "what": table})
        assert status == 200
        assert body == (tmp_path / "out" / table).read_bytes(), table


def test_a_table_that_a_scenario_has_none_of_is_not_there(page_server: tuple[str, int]) -> None:
    given = {"state": state({"name": "Nothing", "extends": "status-quo", "end": "2026-03"})}
    for table in ("value-for-money.csv", "gap.csv"):
        assert ask(page_server, "/api/v1/export", {**given, "what": table})[0] == 404


def test_a_state_is_set_beside_others(page_server: tuple[str, int]) -> None:
    half = {**QUICK, "interventions": [{"id": "family-help", "effect": {"risk_ratio": 0.5}}]}
    wrong = {**QUICK, "strats": 1}
    body = {"state": state(half), "others": [state(QUICK), state(half), state(wrong)]}
    status, headers, text = ask(page_server, "/api/v1/against", body)
    assert (status, headers["content-type"].split(";")[0]) == (200, "text/event-stream")
    found = events(text)
    assert [name for name, _ in found] == ["against"] * 3 + ["end"]
    less, same, refused = (one for _, one in found[:3])
    assert re.fullmatch(r"[\d,]+ fewer children in March 2027, £[\d.,]+(m|bn)? less spend in 2026-27", less["more"]), (
        less
    )
    assert less["instead"] == less["more"].replace("fewer", "more").replace("less", "more")
    assert same["more"] == same["instead"] == "as many children in March 2027, as much spend in 2026-27"
    assert refused["problems"][0]["path"] == "strats"


HOSTILE: list[tuple[str, object, int]] = [
    ("/api/v1/run", {"state": None}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": 5, "extends": "status-quo"}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": "x" * 100_000, "extends": "status-quo"}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": "\x1b[31m\u202e", "extends": "status-quo"}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": "\ud800", "extends": "status-quo"}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": "x", "extends": "../../etc/passwd"}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": "x", "extends": "\x00"}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": "x", "interventions": [[[[]]]]}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": "x", "interventions": {"id": 1}}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [{"name": "x", "end": "9999-12"}]}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [QUICK], "own": True}}, 422),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [QUICK]}, "draws": 10**9}, 400),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [QUICK]}, "width": "wide"}, 400),
    ("/api/v1/run", {"state": {"v": 1, "scenarios": [QUICK]}, "tab": []}, 400),
    ("/api/v1/against", {"state": {"v": 1, "scenarios": [QUICK]}, "others": {"v": 1}}, 400),
    (
        "/api/v1/against",
        {"state": {"v": 1, "scenarios": [QUICK]}, "others": [{"v": 1, "scenarios": [QUICK]}] * 25},
        400,
    ),
    ("/api/v1/against", {"state": {"v": 1, "scenarios": [QUICK]}, "others": ["../x"]}, 422),
    ("/api/v1/export", {"state": {"v": 1, "scenarios": [QUICK]}, "what": "../manifest.json"}, 400),
    ("/api/v1/export", {"state": {"v": 1, "scenarios": [QUICK]}, "what": "svg", "chart": "../x"}, 404),
    ("/api/v1/add", {"state": {"v": 1, "scenarios": [QUICK]}, "kind": "__import__"}, 404),
    ("/api/v1/upload", {"text": "a: &a [x]\nb: [" + "*a, " * 1000 + "]\n"}, 422),
    ("/api/v1/upload", {"text": "- " * 100_000}, 422),
    ("/api/v1/upload", {"text": "name: " + "x" * 1_050_000}, 422),
    ("/api/v1/upload", {"text": 5}, 400),
]


@pytest.mark.parametrize(("path", "body", "status"), HOSTILE)
def test_what_is_hostile_is_refused_in_words(
    page_server: tuple[str, int], path: str, body: object, status: int
) -> None:
    found, headers, text = ask(page_server, path, body)
    assert found == status, text[:300]
    assert headers["content-type"] == "application/json"
    assert json.loads(text)["problems"][0]["what"]
    assert b"Traceback" not in text
    assert str(ROOT).encode() not in text


def test_bodies_that_are_no_json_or_too_big(page_server: tuple[str, int]) -> None:
    assert ask(page_server, "/api/v1/run", raw=b"[" * 100_000)[0] == 400
    assert ask(page_server, "/api/v1/run", raw=b"\xff\x00")[0] == 400
    assert ask(page_server, "/api/v1/upload", raw=b'{"text": "' + b"x" * 10_000_000 + b'"}')[0] == 413
    assert alive(page_server)


def test_others_may_not_ask(page_server: tuple[str, int]) -> None:
    body = {"state": state(QUICK)}
    assert ask(page_server, "/", headers={"Host": "evil.example"})[0] == 421
    assert ask(page_server, "/api/v1/run", body, headers={"Origin": "https://evil.example"})[0] == 403
    assert ask(page_server, "/api/v1/run", body, headers={"content-type": "text/plain"})[0] == 415


@pytest.mark.parametrize(
    "path",
    ["/static/../serving.py", "/static/%2e%2e/serving.py", "/static//etc/passwd", "/static/..%2f..%2fscenario/read.py",
     "/explore?s=1.%00", "/explore?scenario=../../etc/passwd", "/explore?area=%3Cscript%3E", "/nothing"],
)  # fmt: skip
def test_path_tricks_lead_nowhere(page_server: tuple[str, int], path: str) -> None:
    status, headers, body = ask(page_server, path)
    assert status in (400, 404)
    assert b"def " not in body
    assert b"root:" not in body
    assert b"<script>" not in body
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_one_page_s_scenario_is_in_no_other_s(page_server: tuple[str, int]) -> None:
    ask(page_server, "/api/v1/run", {"state": state({**QUICK, "name": "Secret plan of one council"}), "draws": 0})
    for path in ("/", "/explore?scenario=status-quo", "/api/v1/scenarios"):
        assert b"Secret plan" not in ask(page_server, path)[2]
    assert "set-cookie" not in ask(page_server, "/")[1]


def test_the_page_is_light_and_asks_nothing_of_others(page_server: tuple[str, int]) -> None:
    packed = {"accept-encoding": "gzip"}
    total = 0
    _, _, body = ask(page_server, "/explore?scenario=family-help-national", headers=packed)
    total += len(body)
    text = gzip.decompress(body).decode()
    asked = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text))
    asked |= {f"/static/{name}.js" for name in ("asking", "charts", "panel", "scenario", "tabs")}
    for path in asked:
        status, headers, body = ask(page_server, path, headers=packed)
        assert status == 200, path
        assert "max-age" in headers["cache-control"]
        total += len(body)
        plain = gzip.decompress(body).decode() if headers.get("content-encoding") == "gzip" else body.decode()
        outside = ("url(", "@import") if ".css" in path else ("https://", "http://www.w", "import(")
        assert not any(word in plain.replace("http://www.w3.org/2000/svg", "") for word in outside), path
    assert total < 300_000, total
    assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="https?:', text)
    assert "<style" not in text
    assert " style=" not in text
    assert not re.findall(r" on[a-z]+=", text)


@pytest.mark.slow
def test_slow_clients_and_many_connections_leave_it_up(page_server: tuple[str, int]) -> None:
    host = urlsplit(page_server[0])
    slow = []
    head = b"POST /api/v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    half = head + b"Content-Length: 90\r\n\r\n{"
    for number in range(200):
        one = socket.create_connection((host.hostname, host.port), timeout=30)
        one.sendall(b"GET / HTTP/1.1\r\nHo" if number % 2 else half)
        slow.append(one)
    start = time.monotonic()
    assert alive(page_server)
    status, _, _ = ask(page_server, "/api/v1/run", {"state": state({**QUICK, "name": "Meanwhile"}), "draws": 0})
    assert status == 200
    assert time.monotonic() - start < 20
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(lambda _: ask(page_server, "/about")[0], range(200)))
    assert set(found) <= {200, 503}
    assert found.count(200) > 100
    for one in slow:
        one.close()
    assert alive(page_server)


@pytest.mark.slow
def test_memory_is_flat_over_many_changes(page_server: tuple[str, int]) -> None:
    psutil = pytest.importorskip("psutil")
    process = psutil.Process(page_server[1])

    def memory() -> float:
        return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6

    def change(number: int) -> None:
        content = {**QUICK, "interventions": [{"id": "family-help", "effect": {"risk_ratio": 0.5 + number / 1e4}}]}
        body = {"state": state(content), "draws": 16 if number % 10 == 0 else 0}
        assert ask(page_server, "/api/v1/run", body)[0] == 200

    for number in range(200):
        change(number)
    before = memory()
    for number in range(200, 1200):
        change(number)
    assert memory() < before + 60, (before, memory())
