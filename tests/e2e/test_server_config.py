# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role saymon_server_config, with a file and a restart that are not those of a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Outcome, Runner
from tests.e2e.support import book, play, this_machine

SECRET = "Marker-db-password-8f31"
FILE = """{
  "server": {
    "user": {
      "csrf_token_enabled": false,
      "lang_default": "ru"
    },
    "incident_timeout": 3600000,
    "ratio": 0.1,
    "big": 12345678901234567890,
    "macro": "{{ not_a_variable }} \\\\n",
    "listen": [8080, 9080],
    "title": "Центральный \\"Пульт\\" <b>"
  },
  "db": {
    "mongodb": {
      "password": "Marker-db-password-8f31"
    }
  },
  "empty": {},
  "none": null
}
"""


class Server:
    """A folder with the file of a server, and a count of its restarts."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._folder = runner.directory / "server"
        self._folder.mkdir()
        self.file = self._folder / "saymon-server.conf"
        self.write(FILE)
        self.file.chmod(0o640)

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def restarts(self) -> int:
        log = self._folder / "restarts"
        return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0

    @property
    def backups(self) -> list[Path]:
        return sorted(self._folder.glob("saymon-server.conf.*"))

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def run(self, settings: Any, *args: str, **variables: Any) -> Outcome:
        """Run the role with these settings."""
        given = {
            "saymon_server_config_settings": settings,
            "saymon_server_config_path": str(self.file),
            "saymon_server_config_restart_command": ["sh", "-c", f"echo once >> {self._folder}/restarts"],
            **variables,
        }
        task = {"name": "config", "ansible.builtin.include_role": {"name": "saymon.platform.saymon_server_config"}}
        shown = {"name": "result", "ansible.builtin.debug": {"var": "saymon_server_config_result"}}
        return self._runner.playbook(
            book(play({**task, "vars": given}, shown, hosts="all")), *args, inventory=this_machine("server")
        )


@pytest.fixture
def server(runner: Runner) -> Server:
    return Server(runner)


def test_only_what_is_given_changes(server: Server) -> None:
    settings = {"server": {"user": {"csrf_token_enabled": True}, "listen": [8081], "new": {"key": "Новый"}}, "none": 1}
    done = server.run(settings)
    assert done.rc == 0, done.output
    wanted = FILE.replace('enabled": false', 'enabled": true').replace('"none": null', '"none": 1')
    wanted = wanted.replace("[8080, 9080]", "[\n      8081\n    ]")
    wanted = wanted.replace('<b>"', '<b>",\n    "new": {\n      "key": "Новый"\n    }')
    assert server.text == wanted
    assert server.file.stat().st_mode & 0o777 == 0o640
    (backup,) = server.backups
    assert backup.read_text(encoding="utf-8") == FILE
    assert server.restarts == 1
    assert "Set: server.user.csrf_token_enabled, server.listen, server.new, none" in done.output

    again = server.run(settings)
    assert again.rc == 0
    assert "changed=0" in again.output
    assert (server.text, server.restarts, len(server.backups)) == (wanted, 1, 1)


def test_what_is_there_already_changes_nothing(server: Server) -> None:
    for settings in (
        {"server": {"user": {"lang_default": "ru"}, "ratio": 0.1, "big": 12345678901234567890}, "empty": {}},
        {"none": None},
        {},
        None,
    ):
        done = server.run(settings)
        assert done.rc == 0, done.output
        assert "changed=0" in done.output
    assert (server.text, server.restarts, server.backups) == (FILE, 0, [])


def test_one_is_not_true(server: Server) -> None:
    server.write('{"a": true, "b": 0}')
    assert server.run({"a": 1, "b": False}).rc == 0
    assert json.loads(server.text)["a"] is not True
    assert json.loads(server.text)["b"] is False
    assert server.text.startswith('{\n    "a": 1')


def test_check_mode_writes_nothing_and_tells_all(server: Server) -> None:
    done = server.run({"server": {"incident_timeout": 5}}, "--check", "--diff")
    assert done.rc == 0, done.output
    assert "A run would set: server.incident_timeout" in done.output
    assert "changed=" in done.output and "changed=0" not in done.output
    assert (server.text, server.restarts, server.backups) == (FILE, 0, [])
    assert "+    " not in done.output


def test_diff_is_shown_when_wanted(server: Server) -> None:
    settings = {"server": {"incident_timeout": 5}}
    assert "-    " not in server.run(settings, "--check", saymon_server_config_diff=True).output
    done = server.run(settings, "--diff", saymon_server_config_diff=True)
    assert '-    "incident_timeout": 3600000,' in done.output
    assert '+    "incident_timeout": 5,' in done.output


def test_secrets_of_the_file_and_of_the_settings_are_not_shown(server: Server) -> None:
    new = "Marker-new-password-77aa"
    done = server.run({"db": {"mongodb": {"password": new, "user": "x"}}}, "-vvvvv", "--diff")
    assert done.rc == 0, done.output
    assert json.loads(server.text)["db"]["mongodb"]["password"] == new
    for secret in (SECRET, new):
        assert secret not in done.output
    assert "Set: db.mongodb.password, db.mongodb.user" in done.output


@pytest.mark.parametrize(
    ("text", "variables", "says"),
    [
        (f'{{"password": "{SECRET}", }}', {}, "is not a JSON object, and is left alone"),
        ("[1]", {}, "is not a JSON object, and is left alone"),
        ("", {}, "is not a JSON object, and is left alone"),
        (FILE, {"saymon_server_config_path": "/nowhere/x.conf"}, "/nowhere/x.conf does not exist"),
        (FILE, {"saymon_server_config_setings": {}}, "has no variable saymon_server_config_setings"),
        (FILE, {"saymon_server_config_settings": [1]}, "saymon_server_config_settings must be a dictionary"),
        (FILE, {"saymon_server_config_validate": "false %s"}, "failed to validate"),
    ],
)
def test_what_cannot_be_is_refused(server: Server, text: str, variables: dict[str, Any], says: str) -> None:
    server.write(text)
    done = server.run({"server": {"incident_timeout": 5}}, "-vvvvv", **variables)
    assert done.rc == 2
    assert says in done.output
    assert SECRET not in done.output
    assert (server.text, server.restarts) == (text, 0)


def test_a_restart_can_be_left_out(server: Server) -> None:
    assert server.run({"none": 2}, saymon_server_config_restart=False, saymon_server_config_backup=False).rc == 0
    assert json.loads(server.text)["none"] == 2
    assert (server.restarts, server.backups) == (0, [])
