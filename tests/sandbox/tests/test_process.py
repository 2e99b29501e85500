# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line and the life of the process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from conftest import PASSWORD, Api, Process

from saymon_sandbox.__main__ import main

_PACKAGE_ROOT = Path(__file__).resolve().parents[1]


def test_ready_line(tmp_path: Path) -> None:
    running = Process("--data", str(tmp_path / "a.db"))
    assert running.line == f"ready url={running.url} login=admin password={running.ready['password']} control={running.url}/_sandbox\n"
    assert len(running.ready["password"]) >= 12
    assert Api(running.url).ok("GET", "/users/current", auth=("admin", running.ready["password"]))
    assert running.stop() == 0
    assert (tmp_path / "a.db").stat().st_mode & 0o077 == 0


def test_starts_within_two_seconds() -> None:
    """The best of three: other work on the machine does not count."""
    times: list[float] = []
    while len(times) < 3 and min(times, default=2) >= 2:
        started = time.monotonic()
        running = Process("--quiet")
        times.append(time.monotonic() - started)
        running.stop()
    assert min(times) < 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_with_an_open_connection(number: signal.Signals) -> None:
    running = Process("--password", PASSWORD, "--quiet")
    api = Api(running.url)
    api.ok("GET", "/users")
    running.popen.send_signal(number)
    out, err = running.popen.communicate(timeout=5)
    assert (running.popen.returncode, out, err) == (0, "", "")


def test_acknowledged_writes_survive_a_kill(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "a.db"), "--password", PASSWORD, "--quiet")
    running = Process(*arguments)
    api = Api(running.url)
    sid = api.login()
    acknowledged: list[str] = []

    def write() -> None:
        while True:
            try:
                acknowledged.append(api.call("POST", "/objects", {"name": f"n{len(acknowledged)}"}).json()["id"])
            except (requests.RequestException, ValueError):
                return

    writer = threading.Thread(target=write)
    writer.start()
    while len(acknowledged) < 100:
        time.sleep(0.01)
    running.kill()
    writer.join()
    again = Process(*arguments)
    api = Api(again.url)
    present = [str(row["id"]) for row in api.ok("GET", "/objects")]
    assert len(acknowledged) >= 100
    assert [item for item in acknowledged if item not in present] == []
    assert len(present) - 27 - len(acknowledged) in (0, 1)
    assert api.ok("GET", "/users/current", auth=None, headers={"Cookie": f"sid={sid}"})["login"] == "admin"
    assert again.stop() == 0


def test_answered_pushes_survive_a_kill(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "a.db"), "--password", PASSWORD, "--quiet", "--seed", "big:500")
    running = Process(*arguments)
    api = Api(running.url)
    ids = [row["id"] for row in api.ok("GET", "/objects?fields=name")]
    answered: list[str] = []

    def push() -> None:
        for number, each in enumerate(ids):
            try:
                api.ok("POST", f"/objects/{each}/stat", {"payload": {"value": number}})
            except requests.RequestException:
                return
            answered.append(each)

    writer = threading.Thread(target=push)
    writer.start()
    while len(answered) < 100:
        time.sleep(0.01)
    running.kill()
    writer.join()
    again = Process(*arguments)
    api = Api(again.url)
    stored = api.ok("POST", "/stat/search", [{"type": "objects", "id": each} for each in ids])
    values = {str(stat["entityId"]): stat["payload"]["value"] for stat in stored}
    assert [each for number, each in enumerate(answered) if values.get(str(each)) != number] == []
    assert len(values) - len(answered) in (0, 1)
    assert again.stop() == 0


def test_an_existing_file_keeps_its_data_and_takes_a_new_password(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "a.db"), "--quiet")
    first = Process(*data, "--seed", "empty", "--password", PASSWORD)
    Api(first.url).ok("POST", "/tags", {"name": "kept"})
    first.stop()
    second = Process(*data, "--seed", "demo")
    assert second.ready["password"] == "unchanged"
    assert [tag["name"] for tag in Api(second.url).ok("GET", "/tags")] == ["kept"]
    second.stop()
    third = Process(*data, "--password", "changed")
    api = Api(third.url)
    api.fails(401, "GET", "/tags")
    api.ok("GET", "/tags", auth=("admin", "changed"))
    third.stop()


def test_log_is_compact_and_without_secrets() -> None:
    running = Process("--password", PASSWORD)
    api = Api(running.url)
    sid = api.login()
    api.call("GET", f"/users/session/verify/{sid}", auth=None)
    api.call("GET", "/users?auth-token=hidden", auth=None)
    running.popen.terminate()
    lines = running.popen.communicate(timeout=5)[1].splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["POST", "/users/session", "200"],
        ["GET", "/users/session/verify/***", "200"],
        ["GET", "/users", "401"],
    ]
    assert not any(secret in "".join(lines) for secret in (sid, PASSWORD, "hidden"))


def test_set_and_login_options() -> None:
    given = ("--set", "csrf=true", "--set", "forbidden_code=NotAuthorized")
    running = Process("--login", "root.user", "--password", "p=w", "--seed", "empty", *given)
    api = Api(running.url)
    assert api.ok("GET", "/users/current", auth=("root.user", "p=w"))["login"] == "root.user"
    settings = api.control("GET", "/settings")
    assert (settings["csrf"], settings["forbidden_code"]) == (True, "NotAuthorized")
    api.settings(csrf=False)
    api.control("POST", "/reset", {"seed": "demo"})
    assert api.control("GET", "/settings")["csrf"] is True
    running.stop()


def test_seed_accounts_with_the_login_of_a_demo_user() -> None:
    running = Process("--login", "operator", "--password", PASSWORD, "--quiet")
    users = Api(running.url).ok("GET", "/users", auth=("operator", PASSWORD))
    assert [user["login"] for user in users].count("operator") == 1
    running.stop()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "huge"], "seed"),
        (["--port", "99999"], "--port"),
        (["--set", "nope=1"], "nope"),
        (["--set", "csrf"], "NAME=VALUE"),
        (["--tls-cert", "x"], "--tls-key"),
        (["--tls-cert", "/none", "--tls-key", "/none"], "TLS"),
        (["--data", "/nowhere/at/all.db"], "/nowhere/at/all.db"),
        (["--data", __file__], "not a database"),
        (["--password", ""], "empty"),
        (["--password", "two words"], "blanks"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_bad_options_get_one_sentence(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, err = capsys.readouterr()
    assert (ended.value.code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_port_and_data_in_use(tmp_path: Path, process: Process) -> None:
    data = str(tmp_path / "a.db")
    running = Process("--data", data, "--quiet")
    for arguments in (["--port", process.url.rsplit(":", 1)[1]], ["--data", data]):
        done = subprocess.run(
            [sys.executable, "-m", "saymon_sandbox", *arguments], cwd=_PACKAGE_ROOT, capture_output=True, text=True, timeout=10, check=False
        )
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    running.stop()


def test_listens_on_loopback_only(process: Process) -> None:
    port = int(process.url.rsplit(":", 1)[1])
    with socket.socket() as probe, pytest.raises(OSError):
        probe.settimeout(1)
        probe.connect(("127.0.0.2", port))


def test_tls(tmp_path: Path) -> None:
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True)
    running = Process("--password", PASSWORD, "--tls-cert", cert, "--tls-key", key, "--quiet", scheme="https")
    assert running.url.startswith("https://")
    api = Api(running.url)
    with pytest.raises(requests.exceptions.SSLError):
        api.call("GET", "/users/current")
    api.http.verify = cert
    assert api.ok("GET", "/users/current")["login"] == "admin"
    api.control("POST", "/faults", {"kind": "drop_after"})
    with pytest.raises(requests.ConnectionError):
        api.call("GET", "/users/current")
    api.ok("GET", "/users/current")
    assert running.stop() == 0
    strict = Process("--tls-cert", cert, "--tls-key", key, "--tls-client-ca", cert, "--password", PASSWORD, "--quiet", scheme="https")
    api = Api(strict.url)
    api.http.verify = cert
    with pytest.raises((requests.exceptions.SSLError, requests.ConnectionError)):
        api.call("GET", "/users/current")
    api.http.cert = (cert, key)
    api.ok("GET", "/users/current")
    assert strict.stop() == 0


def test_idle_process_uses_no_cpu(process: Process) -> None:
    def ticks() -> int:
        fields = Path(f"/proc/{process.popen.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    before = ticks()
    time.sleep(0.5)
    assert ticks() == before
