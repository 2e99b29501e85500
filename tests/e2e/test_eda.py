# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source of Event-Driven Ansible against a sandbox: nothing lost, nothing repeated, no secret told."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import runpy
import shutil
import signal
import socket
import stat
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from tests.e2e.conftest import ANSIBLE_BIN
from tests.tools.common import ROOT, VENV_PYTHON, clean_env
from tests.tools.sandbox_process import Sandbox

SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "incidents.py"
PLUGIN = runpy.run_path(str(SOURCE))  # as ansible-rulebook loads it
_SECONDS = 60.0
_RULEBOOK = os.environ.get("SAYMON_TEST_RULEBOOK") or shutil.which("ansible-rulebook") or ""
_REMEDY = """
- name: Give up on what is too hard
  ansible.builtin.fail:
    msg: Too hard
  when: saymon_event.incident.text == "too hard"

- name: Mend it
  ansible.builtin.copy:
    content: "{{{{ saymon_event.incident.text }}}}"
    dest: {file}
    mode: "0600"
"""

Event = dict[str, Any]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox is on this machine, and the tests give all options themselves."""
    for name in [name for name in os.environ if name.startswith("SAYMON_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def shared_server() -> Iterator[Sandbox]:
    with Sandbox(seed="demo") as server:
        yield server


@pytest.fixture
def server(shared_server: Sandbox) -> Sandbox:
    shared_server.reset()
    return shared_server


class Scene:
    """A server and what a source told of it. The source has short pauses, so that tests need not wait."""

    def __init__(self, server: Sandbox, **options: Any) -> None:
        self.server = server
        self.options = {
            "saymon_url": server.url,
            "saymon_login": server.login,
            "saymon_password": server.password,
            "interval": 0.1,
            "saymon_timeout": 5,
            **options,
        }
        self.queue: asyncio.Queue[Event] = asyncio.Queue()
        self.events: list[Event] = []

    @asynccontextmanager
    async def source(self, **options: Any) -> Any:
        """The source, running; it is cancelled at the end. What it says when it breaks down is raised."""
        self.server.clear_journal()
        task = asyncio.ensure_future(PLUGIN["main"](self.queue, {**self.options, **options}))
        try:
            await self.until(lambda: task.done() or self.polls() > 0)
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(task, _SECONDS)
            self.collect()

    def polls(self) -> int:
        """How many rounds have begun to read since the source started, and had an answer."""
        last = ("/incident-history", "/event-log")
        return sum(entry["path"] in last and entry["status"] == 200 for entry in self.server.journal())

    def collect(self) -> None:
        while not self.queue.empty():
            self.events.append(self.queue.get_nowait())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, and collect what came meanwhile."""
        end = asyncio.get_running_loop().time() + _SECONDS
        while not holds():
            assert asyncio.get_running_loop().time() < end, f"waited in vain; {len(self.events)} events"
            await asyncio.sleep(0.02)
            self.collect()

    async def more(self, number: int) -> list[Event]:
        """The next events, that many, after which no other one comes in two further rounds."""
        have = len(self.events)
        await self.until(lambda: len(self.events) >= have + number)
        await self.rounds(2)
        assert len(self.events) == have + number, [event["kind"] for event in self.events[have:]]
        return self.events[have:]

    async def filled(self) -> None:
        """Wait until the queue is full; nothing is taken from it."""
        end = asyncio.get_running_loop().time() + _SECONDS
        while not self.queue.full():
            assert asyncio.get_running_loop().time() < end, f"only {self.queue.qsize()} events"
            await asyncio.sleep(0.02)

    async def rounds(self, number: int) -> None:
        polls = self.polls()
        await self.until(lambda: self.polls() >= polls + number)

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """A call of somebody else to the API."""
        account = base64.b64encode(f"{self.server.login}:{self.server.password}".encode()).decode()
        headers = {"Authorization": f"Basic {account}"}
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.request(method, f"{self.server.url}/node/api{path}", json=body) as answer,
        ):
            assert answer.status == 200, await answer.text()
            text = await answer.text()
        return json.loads(text) if text else None

    async def finished(self, ids: list[str]) -> list[Any]:
        """Wait until each of these incidents is cleared or given up, and return them."""
        end = asyncio.get_running_loop().time() + _SECONDS
        while True:
            records = [await self.call("GET", f"/incidents/{one}") for one in ids]
            if all(record["state"] == 3 or "could not" in record.get("comment", "") for record in records):
                return records
            assert asyncio.get_running_loop().time() < end, records
            await asyncio.sleep(0.3)

    async def object_id(self) -> str:
        found = await self.call("GET", "/objects?fields=id,name")
        return str(next(one["id"] for one in found if one["name"] == "north-web-1"))

    async def incident(self, text: str = "The disk is full", state: int = 1, entity: str = "") -> str:
        """A new incident; returns its id."""
        body = {"entityId": entity or await self.object_id(), "entityType": 1, "state": state, "text": text}
        return str((await self.call("POST", "/incidents", body))["id"])


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 120))


# --- what becomes an event ------------------------------------------------------------------------


def test_the_life_of_an_incident(server: Sandbox) -> None:
    async def scenario() -> None:
        scene = Scene(server)
        old = await scene.incident("was there before")
        async with scene.source():
            one = await scene.incident()
            (event,) = await scene.more(1)
            assert (event["type"], event["kind"], event["open"]) == ("incident", "new", True)
            assert (event["level"], event["level_id"], event["server"]) == ("Alarm", "1", server.url)
            assert event["entity"]["name"] == "north-web-1"
            assert event["entity"]["type"] == "object"
            assert event["incident"]["id"] == one
            assert "owner" not in event["incident"]
            steps = [("acknowledge", "acknowledged"), ("unacknowledge", "unacknowledged"), ("clear", "cleared")]
            for act, kind in [*steps, ("undo-clear", "restored")]:
                await scene.call("POST", f"/incidents/{one}/{act}")
                (event,) = await scene.more(1)
                assert (event["kind"], event["incident"]["id"]) == (kind, one)
                assert event["level"] == "Alarm"
                assert event["open"] == (kind != "cleared")
            await scene.call("POST", f"/incidents/{one}/props", {"ticket": 77})
            (event,) = await scene.more(1)
            assert (event["kind"], event["changes"]) == ("changed", ["properties"])
            await scene.call("POST", f"/incidents/{old}/clear")
            (event,) = await scene.more(1)
            assert (event["kind"], event["incident"]["id"]) == ("cleared", old)
        assert len({event["key"] for event in scene.events}) == len(scene.events) == 7

    play(scenario)


def test_what_is_there_at_the_start_is_told_on_request(server: Sandbox) -> None:
    async def scenario() -> None:
        scene = Scene(server, existing=True, records=["incidents", "event_log"])
        await scene.incident("open")
        over = await scene.incident("over")
        await scene.call("POST", f"/incidents/{over}/clear")
        async with scene.source():
            await scene.until(lambda: len(scene.events) >= 4)
            await scene.rounds(4)
        assert [event["incident"]["text"] for event in scene.events if event["type"] == "incident"] == ["open"]
        assert Counter(event["type"] for event in scene.events)["event_log"] == 3  # of the seed

    play(scenario)


def test_what_moves_to_the_history_ends_quietly_and_what_vanishes_does_not(server: Sandbox) -> None:
    async def scenario() -> None:
        scene = Scene(server)
        async with scene.source():
            one, other = await scene.incident("one"), await scene.incident("other")
            await scene.more(2)
            await scene.call("POST", f"/incidents/{one}/clear")
            await scene.more(1)
            server.advance(7_200_000)  # beyond the time for which cleared incidents stay in the list
            await scene.more(0)
            assert [entry["id"] for entry in await scene.call("GET", "/incident-history")] == [one]
            await scene.call("DELETE", f"/objects/{await scene.object_id()}")
            (event,) = await scene.more(1)
            assert (event["kind"], event["incident"]["id"], event["open"]) == ("vanished", other, False)
            assert event["entity"]["name"] == "north-web-1"

    play(scenario)


def test_event_log(server: Sandbox) -> None:
    async def scenario() -> None:
        scene = Scene(server, records="event_log", event_type="trap")
        async with scene.source():
            for number in range(5):
                body = {
                    "type": 1,
                    "level": 3,
                    "payload": {"text": f"trap {number}"},
                    "entityId": await scene.object_id(),
                }
                server.request("POST", "/events", body)
            server.request("POST", "/events", {"type": 2, "payload": {"topic": "a", "message": "b"}})
            events = await scene.more(5)
        assert [event["record"]["payload"]["text"] for event in events] == [f"trap {number}" for number in range(5)]
        assert {(event["type"], event["kind"], event["level"]) for event in events} == {
            ("event_log", "logged", "critical")
        }
        assert {event["entity"]["name"] for event in events} == {"north-web-1"}
        assert all("_id" not in event["record"] and event["record"]["id"] for event in events)

    play(scenario)


@pytest.mark.parametrize("ignored", [False, True], ids=["filtered by the server", "filtered by the source"])
@pytest.mark.parametrize("name", ["levels", "objects", "object ids", "parent", "classes", "text"])
def test_filters(server: Sandbox, name: str, ignored: bool) -> None:
    async def scenario() -> None:
        server.settings(incident_filter_ignored=ignored)
        scene = Scene(server)
        target = await scene.object_id()
        record = await scene.call("GET", f"/objects/{target}")
        other = next(one for one in await scene.call("GET", "/objects") if one["class_id"] != record["class_id"])
        choices: dict[str, dict[str, Any]] = {
            "levels": {"levels": ["Alarm"]},
            "objects": {"objects": "north-web-1"},
            "object ids": {"objects": [target]},
            "parent": {"parent": str(record["parent_id"][0])},
            "classes": {"classes": [str(record["class_id"])]},
            "text": {"text": "disk"},
        }
        elsewhere = str(other["id"])
        async with scene.source(**choices[name]):
            await scene.incident("no", state=2, entity=elsewhere)
            mine = await scene.incident("the disk", state=1, entity=target)
            (event,) = await scene.more(1)
            assert event["incident"]["id"] == mine
            await scene.call("POST", f"/incidents/{mine}/clear")
            (event,) = await scene.more(1)
            assert (event["kind"], event["level"]) == ("cleared", "Alarm")
        queries = [
            entry["query"] for entry in server.journal() if entry["path"] == "/incidents" and "owner" in entry["query"]
        ]
        filtered = "parentFilter" if name == "parent" else "filter"
        assert name == "objects" or all(filtered in query for query in queries)

    play(scenario)


# --- nothing lost, nothing repeated ---------------------------------------------------------------


def test_a_burst_arrives_exactly_once(server: Sandbox) -> None:
    async def scenario() -> None:
        scene = Scene(server)
        entity = await scene.object_id()
        gate = asyncio.Semaphore(16)

        async def post(number: int) -> str:
            async with gate:
                return await scene.incident(f"incident {number}", entity=entity)

        async with scene.source():
            ids = await asyncio.gather(*(post(number) for number in range(1000)))
            await scene.until(lambda: len(scene.events) >= 1000)
            await scene.more(0)
        assert Counter(event["incident"]["id"] for event in scene.events) == Counter(ids)
        assert {event["kind"] for event in scene.events} == {"new"}
        logins = [entry for entry in server.journal() if entry["path"] == "/users/session"]
        assert [entry["method"] for entry in logins] == ["POST", "DELETE"]

    play(scenario)


def test_the_server_is_killed_and_starts_again(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Sandbox("--data", str(tmp_path / "data.db"), "--port", str(port))

    async def scenario() -> None:
        scene = Scene(server)
        async with scene.source():
            ids = [await scene.incident(f"before {number}") for number in range(20)]
            await scene.until(lambda: len(scene.events) >= 5)
            os.kill(server.pid, signal.SIGKILL)
            await asyncio.sleep(0.5)  # some questions in vain
            server.stop()
            server.start()
            ids += [await scene.incident(f"after {number}") for number in range(20)]
            await scene.until(lambda: len(scene.events) >= 40)
            await scene.more(0)
        assert Counter(event["incident"]["id"] for event in scene.events) == Counter(ids)

    server.start()
    try:
        play(scenario)
    finally:
        server.stop()


def test_the_source_starts_again_with_its_state_file(server: Sandbox, tmp_path: Path) -> None:
    async def scenario() -> None:
        scene = Scene(server, state_file=str(tmp_path / "state.json"), records=["incidents", "event_log"])
        async with scene.source():
            kept, cleared = await scene.incident("kept"), await scene.incident("cleared")
            await scene.until(lambda: len(scene.events) == 2)
        short = await scene.incident("short")
        for one in (cleared, short):
            await scene.call("POST", f"/incidents/{one}/clear")
        server.advance(7_200_000)  # both are in the history now
        await scene.incident("late")
        await scene.call("POST", f"/incidents/{kept}/acknowledge")
        server.request("POST", "/events", {"type": 1, "payload": {"text": "trap"}})
        for _repeated in range(2):
            async with scene.source():
                await scene.rounds(4)
        told = [(event["kind"], event.get("incident", {}).get("text")) for event in scene.events]
        assert Counter(told[:2]) == Counter([("new", "kept"), ("new", "cleared")])
        wanted = [("acknowledged", "kept"), ("cleared", "cleared"), ("new", "short"), ("cleared", "short")]
        assert Counter(told[2:]) == Counter([*wanted, ("new", "late"), ("logged", None)])
        assert not any(event["open"] for event in scene.events if event.get("incident", {}).get("text") == "short")

    play(scenario)
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    assert server.password not in (tmp_path / "state.json").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_a_source_that_is_cancelled_while_the_queue_is_full_loses_nothing(server: Sandbox, tmp_path: Path) -> None:
    async def scenario() -> None:
        scene = Scene(server, state_file=str(tmp_path / "state.json"))
        async with scene.source():
            pass
        ids = [await scene.incident(f"incident {number}") for number in range(30)]
        scene.queue = asyncio.Queue(maxsize=7)
        for _part in range(3):
            task = asyncio.ensure_future(PLUGIN["main"](scene.queue, scene.options))
            await scene.filled()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            scene.collect()
        scene.queue = asyncio.Queue()
        async with scene.source():
            await scene.rounds(2)
        assert Counter(event["incident"]["id"] for event in scene.events) == Counter(ids)

    play(scenario)


def test_incidents_beyond_the_limit_wait_until_others_are_over(server: Sandbox) -> None:
    async def scenario() -> None:
        scene = Scene(server, max_incidents=3)
        async with scene.source():
            ids = [await scene.incident(f"incident {number}") for number in range(5)]
            await scene.more(3)
            for one in ids[:3]:
                await scene.call("POST", f"/incidents/{one}/clear-remove")
            await scene.more(3)
            server.advance(7_200_000)
            await scene.more(2)
        assert Counter(event["incident"]["id"] for event in scene.events if event["kind"] == "new") == Counter(ids)

    play(scenario)


# --- sessions and faults --------------------------------------------------------------------------


def test_a_session_that_ends_is_opened_again(server: Sandbox) -> None:
    async def scenario() -> None:
        server.settings(csrf=True)
        scene = Scene(server)
        async with scene.source():
            for number in range(3):
                server.expire_sessions()
                await scene.incident(f"incident {number}")
                await scene.more(1)
        calls = Counter(entry["method"] for entry in server.journal() if entry["path"] == "/users/session")
        assert calls == {"POST": 4, "DELETE": 1}
        assert server.sessions() == 0

    play(scenario)


@pytest.mark.parametrize("method", ["basic", "token", "session with a token"])
def test_other_ways_to_sign_in(server: Sandbox, method: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        scene = Scene(server)
        options: dict[str, Any] = {"saymon_auth_method": method.split()[0]}
        if method != "basic":
            me = await scene.call("GET", "/users/current")
            token = await scene.call("POST", f"/users/{me['id']}/auth-token")
            options |= {"saymon_auth_token": token, "saymon_login": None, "saymon_password": None}
        async with scene.source(**options):
            await scene.incident()
            await scene.more(1)
            server.fault(kind="drop_after", method="GET", path="/incident*", times=1)
            await scene.incident()
            await scene.more(1)
        secrets = [server.password, str(options.get("saymon_auth_token"))]
        assert not any(secret in text for secret in secrets for text in (caplog.text, json.dumps(scene.events)))

    caplog.set_level(logging.DEBUG)
    play(scenario)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "drop_after"},
        {"kind": "drop_before"},
        {"kind": "status", "status": 503, "retry_after": 1, "echo": True},
        {"kind": "status", "status": 500, "echo": True},
        {"kind": "html", "echo": True},
        {"kind": "truncate"},
        {"kind": "delay", "delay_ms": 1500},
    ],
    ids=lambda rule: "-".join(map(str, list(rule.values())[:2])),
)
def test_faults(server: Sandbox, rule: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        scene = Scene(server, saymon_timeout=1)
        async with scene.source():
            for path in ("/incidents", "/incident-history"):
                server.fault(**rule, method="GET", path=path, times=2)  # aiohttp itself repeats a dropped GET once
                await scene.incident(path)
                (event,) = await scene.more(1)
                assert event["kind"] == "new"
            assert sum(fault["hits"] for fault in server.faults()) == 4
        assert server.password not in json.dumps(scene.events)

    caplog.set_level(logging.DEBUG)
    play(scenario)
    assert "answers again" in caplog.text
    assert server.password not in caplog.text
    assert not any(word in caplog.text for word in ("sid=", "csrf", "Traceback", "<html"))


def test_cancelled_before_the_answer_to_the_login_the_source_leaves_no_session(server: Sandbox) -> None:
    async def scenario() -> None:
        server.fault(kind="delay", delay_ms=700, method="POST", path="/users/session", times=1)
        task = asyncio.ensure_future(PLUGIN["main"](asyncio.Queue(), Scene(server).options))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert server.sessions() == 0

    play(scenario)


def test_cancelled_again_while_it_ends_the_source_still_closes_its_session(server: Sandbox) -> None:
    async def scenario() -> None:
        scene = Scene(server)
        async with scene.source() as task:
            assert server.sessions() == 1
            server.fault(kind="delay", delay_ms=300, method="DELETE", path="/users/session")
            for _again in range(3):  # as ansible-rulebook does when it is told to end
                task.cancel()
                await asyncio.sleep(0.05)
            with pytest.raises(asyncio.CancelledError):
                await task
        assert server.sessions() == 0

    play(scenario)


# --- wrong options --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"saymon_url": None}, "saymon_url is missing: give the address of the server, or set SAYMON_URL."),
        ({"saymon_url": "x"}, "saymon_url must be an address such as https://saymon.example.org."),
        ({"saymon_url": "http://a:b@c"}, "saymon_url must not contain an account, a query or a fragment."),
        ({"saymon_password": ""}, "Credentials are missing: saymon_auth_method session needs saymon_login and "),
        ({"saymon_auth_method": "token"}, "Credentials are missing: saymon_auth_method token needs saymon_auth_token."),
        ({"saymon_auth_method": "oauth"}, "saymon_auth_method must be one of session, basic, token, got 'oauth'."),
        ({"saymon_password": "Marker-wrong"}, "The server refuses the login (status 401): check the credentials."),
        ({"interval": 0}, "interval must be greater than 0 and less than 1000000000, got 0."),
        ({"interval": "soon"}, "interval must be a number, got 'soon'."),
        ({"interval": "nan"}, "interval must be greater than 0 and less than 1000000000, got 'nan'."),
        ({"max_incidents": "1.5"}, "max_incidents must be a whole number, got '1.5'."),
        ({"existing": "perhaps"}, "existing must be true or false, got 'perhaps'."),
        ({"records": ["alarms"]}, "records must be one of incidents, event_log, got 'alarms'."),
        ({"levels": ["Purple"]}, "levels names 'Purple', which the server does not have: use Alarm, Warning, "),
        ({"text": ["a"]}, "text must be a string, got list."),
        ({"speed": 1}, "Unknown option speed: use one of saymon_url, "),
        ({"saymon_ca_path": "/nowhere.pem"}, "The certificate authorities in /nowhere.pem cannot be read ("),
        ({"saymon_client_cert": "/nowhere.pem"}, "saymon_client_cert or saymon_client_key cannot be used ("),
        ({"state_file": "/nowhere/state.json"}, "state_file /nowhere/state.json cannot be written ("),
    ],
)
def test_wrong_options(server: Sandbox, options: dict[str, Any], said: str) -> None:
    async def scenario() -> None:
        with pytest.raises(Exception) as caught:
            await PLUGIN["main"](asyncio.Queue(), {**Scene(server).options, **options})
        assert type(caught.value).__name__ == "SourceError"
        assert str(caught.value).startswith(said)
        assert "\n" not in str(caught.value)
        assert "Marker" not in str(caught.value)

    play(scenario)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "was not written by this source: remove it or name another."),
        ("[]", "was not written by this source: remove it or name another."),
        ('{"server": "https://other"}', "was not written by this source: remove it or name another."),
    ],
)
def test_a_wrong_state_file(server: Sandbox, tmp_path: Path, text: str, said: str) -> None:
    async def scenario() -> None:
        file = tmp_path / "state.json"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(Exception, match="state_file") as caught:
            await PLUGIN["main"](asyncio.Queue(), {**Scene(server).options, "state_file": str(file)})
        assert str(caught.value) == f"state_file {file} {said}"
        assert file.read_text(encoding="utf-8") == text

    play(scenario)


def test_a_state_file_of_another_server(server: Sandbox, tmp_path: Path) -> None:
    async def scenario() -> None:
        scene = Scene(server, state_file=str(tmp_path / "state.json"))
        async with scene.source():
            pass
        with pytest.raises(Exception, match=f"belongs to {server.url}: name another file"):
            await PLUGIN["main"](asyncio.Queue(), {**scene.options, "saymon_url": "http://127.0.0.1:9"})

    play(scenario)


def test_options_come_from_the_environment(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.credentials.items():
        monkeypatch.setenv(name, value)
    options = PLUGIN["options_from"]({"saymon_login": "me"}, os.environ)
    assert (options.saymon_url, options.saymon_login, options.saymon_password) == (server.url, "me", server.password)
    assert server.password not in repr(options)


def test_the_documented_options_are_the_real_ones() -> None:
    documented = yaml.safe_load(PLUGIN["DOCUMENTATION"])["options"]
    real = vars(PLUGIN["Options"]())
    assert set(documented) == set(real)
    for name, option in documented.items():
        default = list(real[name]) if isinstance(real[name], tuple) else real[name]
        kinds = {bool: "bool", int: "int", float: "float", str: "str", list: "list"}
        assert (option["type"], option.get("default", type(default)())) == (kinds[type(default)], default), name
        choices = PLUGIN["_CHOICES"].get(name)
        assert "choices" not in option or tuple(option["choices"]) == tuple(filter(None, choices)), name
    fragment = runpy.run_path(str(ROOT / "plugins" / "doc_fragments" / "connection.py"))["ModuleDocFragment"]
    shared = yaml.safe_load(fragment.DOCUMENTATION)["options"]
    for name in (name for name in documented if name.startswith("saymon_")):
        assert documented[name].get("default") == shared[name].get("default"), name
        assert documented[name].get("choices") == shared[name].get("choices"), name


# --- ansible-rulebook -----------------------------------------------------------------------------


def _missing() -> str:
    """What keeps us from running a rulebook, as a sentence; '' when nothing does."""
    if not shutil.which("java"):
        return "no Java: install Java 17 (on Debian: apt-get install openjdk-17-jre-headless)"
    if not _RULEBOOK:
        return "no ansible-rulebook: install it with aiohttp, and name the program in SAYMON_TEST_RULEBOOK"
    return ""


def test_the_rulebook_acknowledges_mends_and_clears(server: Sandbox, tmp_path: Path) -> None:
    if _missing():
        pytest.skip(_missing())
    remedy = tmp_path / "remedy.yml"
    remedy.write_text(_REMEDY.format(file=tmp_path / "mended.txt"), encoding="utf-8")
    variables = tmp_path / "vars.yml"
    state = str(tmp_path / "state.json")
    variables.write_text(
        json.dumps({"saymon_remedy": str(remedy), "saymon_interval": 0.5, "saymon_state_file": state}), encoding="utf-8"
    )
    (tmp_path / "hosts").write_text(
        f"localhost ansible_connection=local ansible_python_interpreter={VENV_PYTHON}\n", encoding="utf-8"
    )
    path = os.pathsep.join([str(ANSIBLE_BIN), str(Path(_RULEBOOK).parent), os.environ["PATH"]])
    # Without -Xrs, Java takes the signal, and ansible-rulebook is gone before the source could end its session.
    settings = {"PATH": path, "JAVA_TOOL_OPTIONS": "-Xrs", **server.credentials}
    env = clean_env(tmp_path / "home", settings)
    words = [_RULEBOOK, "-r", "saymon.platform.remediate", "-i", tmp_path / "hosts", "--vars", variables, "-v"]

    async def scenario() -> None:
        scene = Scene(server)
        with (tmp_path / "log").open("w") as log:
            process = await asyncio.create_subprocess_exec(
                *map(str, words), cwd=tmp_path, env=env, stdout=log, stderr=log, start_new_session=True
            )
        try:
            await scene.until(lambda: scene.polls() > 0)
            mended, stays = await scene.incident("mend me"), await scene.incident("too hard")
            records = await scene.finished([mended, stays])
            await scene.until(lambda: server.sessions() == 1)  # that of the source; the playbooks have ended theirs
        finally:
            process.terminate()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), 20)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        assert [record["state"] for record in records] == [3, 1]
        assert all(record["acknowledgedBy"] for record in records)
        assert "could not mend this" in records[1]["comment"]

    play(scenario)
    assert (tmp_path / "mended.txt").read_text(encoding="utf-8") == "mend me"
    output = (tmp_path / "log").read_text(encoding="utf-8")
    assert server.password not in output
    assert stat.S_IMODE(Path(state).stat().st_mode) == 0o600
    assert server.sessions() == 0
