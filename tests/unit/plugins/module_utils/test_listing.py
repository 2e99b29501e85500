# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that go into a file: formats, order, mode, what is refused, and what is said of it."""

from __future__ import annotations

import csv
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK
from ansible_collections.saymon.platform.plugins.module_utils._listing import listed
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, outcome_on, run_on
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_object_info"
ODD = "a \"quote\", a ; a = and \u2028 \x85 \x00 \x7f \ufeff 'so' \U0001f600\nя"
RECORDS: list[dict[str, Any]] = [
    {
        "id": "64b1f0c2a9d3e45f6a7b8e02",
        "name": ODD,
        "parent_id": [1, "64b1f0c2a9d3e45f6a7b8e01"],
        "weight": 2.5,
        "on": None,
    },
    {
        "id": "64b1f0c2a9d3e45f6a7b8e01",
        "name": "no",
        "tags": [],
        "flag": True,
        "empty": {},
        "place": {"x": {"y": [[1], [], {}]}},
    },
    {"id": 1, "name": "ROOT", "properties": [{"name": "Owner", "value": "~"}, {"name": "- #", "value": ": "}]},
]
BY_ID = [RECORDS[2], RECORDS[1], RECORDS[0]]


def write(dest: Path | str, *, check: bool = False, records: Any = None, **args: Any) -> dict[str, Any]:
    server = FakeServer()
    server.data["/objects"] = json.loads(json.dumps(RECORDS if records is None else records))
    return run_on(server, NAME, {"dest": str(dest), **args}, check=check)


@pytest.mark.parametrize("suffix", ["json", "yml", "yaml", "JSON"])
@pytest.mark.parametrize("records", [RECORDS, []])
def test_whole_lists(tmp_path: Path, suffix: str, records: Any) -> None:
    dest = tmp_path / f"list.{suffix}"
    assert write(dest, records=records) == {"changed": True, "dest": str(dest), "count": len(records)}
    text = dest.read_text("utf-8")
    assert (yaml.safe_load if suffix.startswith("y") else json.loads)(text) == (BY_ID if records else [])


@pytest.mark.parametrize("suffix", ["jsonl", "ndjson"])
def test_json_lines(tmp_path: Path, suffix: str) -> None:
    dest = tmp_path / f"list.{suffix}"
    write(dest)
    assert [json.loads(line) for line in dest.read_text("utf-8").split("\n")[:-1]] == BY_ID
    write(dest, records=[])
    assert dest.read_text() == ""


def test_csv(tmp_path: Path) -> None:
    dest = tmp_path / "list.csv"
    write(dest)
    with dest.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["id", "flag", "name", "on", "parent_id[]", "place.x.y[]", "properties[]", "tags[]", "weight"]
    found = [{column: cell for column, cell in zip(header, row, strict=True) if cell} for row in rows]
    assert found == [
        {
            "id": "1",
            "name": "ROOT",
            "properties[]": '[{"name": "Owner", "value": "~"}, {"name": "- #", "value": ": "}]',
        },
        {
            "id": "64b1f0c2a9d3e45f6a7b8e01",
            "name": "no",
            "flag": "true",
            "place.x.y[]": "[[1], [], {}]",
            "tags[]": "[]",
        },
        {"id": "64b1f0c2a9d3e45f6a7b8e02", "name": ODD, "parent_id[]": "1;64b1f0c2a9d3e45f6a7b8e01", "weight": "2.5"},
    ]
    write(dest, records=[])
    assert dest.read_text() == "id\n"


@pytest.mark.parametrize("values", [["a;b"], [""], [" a"], ["[a"], [None], [True], [[]], ["a", ""]])
def test_lists_that_a_semicolon_would_spoil_are_json(tmp_path: Path, values: list[Any]) -> None:
    write(tmp_path / "list.csv", records=[{"id": "a", "tags": values}])
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        assert json.loads(next(csv.DictReader(file))["tags[]"]) == values


def test_formulas_stay_data(tmp_path: Path) -> None:
    write(tmp_path / "list.csv", records=[{"id": "a", "name": "=1+1"}])
    assert (tmp_path / "list.csv").read_text() == "id,name\na,=1+1\n"


def test_the_order_of_answers_does_not_matter(tmp_path: Path) -> None:
    dest = tmp_path / "list.json"
    write(dest)
    before = dest.stat()
    assert write(dest, records=[dict(reversed(record.items())) for record in reversed(RECORDS)])["changed"] is False
    assert (dest.stat().st_ino, dest.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_check_mode_tells_and_writes_nothing(tmp_path: Path) -> None:
    dest = tmp_path / "list.json"
    assert write(dest, check=True)["changed"] is True
    assert list(tmp_path.iterdir()) == []
    write(dest)
    assert write(dest, check=True)["changed"] is False
    assert write(dest, check=True, mode="0600")["changed"] is True
    assert write(dest, check=True, records=[])["changed"] is True
    assert json.loads(dest.read_text("utf-8")) == BY_ID


@pytest.mark.parametrize("mode", ["0600", "600", "0o600", 0o600])
def test_mode(tmp_path: Path, mode: Any) -> None:
    dest = tmp_path / "list.json"
    assert write(dest, mode=mode)["changed"] is True
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    assert write(dest, mode=mode)["changed"] is False
    assert write(dest, records=[])["changed"] is True  # and the mode stays
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    assert write(dest, records=[], mode="0640")["changed"] is True
    assert stat.S_IMODE(dest.stat().st_mode) == 0o640


def test_mode_of_a_new_file(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write(tmp_path / "list.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "list.json").stat().st_mode) == 0o644


@pytest.mark.parametrize("mode", ["rw", "", "0888", 644, -1, True, 1.5, ["0600"]])
def test_bad_modes(script: Script, tmp_path: Path, mode: Any) -> None:
    result = run_module(NAME, {"dest": str(tmp_path / "list.json"), "mode": mode})
    assert result["msg"] == f"mode is {mode!r}: give it as octal digits in quotes, such as '0640'."


def test_mode_needs_dest(script: Script) -> None:
    assert run_module(NAME, {"mode": "0600"})["msg"].startswith("mode is given without dest: ")


@pytest.mark.parametrize("name", ["list", "list.txt", "json", "list.json.gz", ""])
def test_unknown_formats(script: Script, tmp_path: Path, name: str) -> None:
    result = run_module(NAME, {"dest": f"{tmp_path}/{name}"})
    assert (
        "whose format is not known: give a file that ends in .json, .jsonl, .ndjson, .yml, .yaml, .csv."
        in result["msg"]
    )


def test_places_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "link.json").symlink_to("/dev/full")
    for name in ("folder.json", "pipe.json", "link.json", "none/list.json", "nul\0.json"):
        for check in (True, False):
            result = write(tmp_path / name, check=check)
            assert result["failed"] and result["msg"].startswith("dest is "), name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.json", "link.json", "pipe.json"]


@pytest.mark.parametrize("suffix", ["json", "yml", "jsonl", "csv"])
def test_secrets_are_masked(tmp_path: Path, suffix: str) -> None:
    server = FakeServer(
        users=[{"id": "a", "login": "ann", "authenticationToken": "marker-of-a-token", "note": "pass-phrase-1"}]
    )
    dest = tmp_path / f"users.{suffix}"
    result = run_on(server, "saymon_user_info", {"dest": str(dest)})
    text = dest.read_text()
    assert result["count"] == 1
    assert MASK in text
    assert "marker-of-a-token" not in text


@pytest.mark.parametrize(
    "name", ["saymon_user_info", "saymon_user_group_info", "saymon_password_policy_info", "saymon_object_info"]
)
def test_every_module_that_returns_a_list(tmp_path: Path, name: str) -> None:
    result = run_on(FakeServer(), name, {"dest": str(tmp_path / "list.json")})
    assert set(result) == {"changed", "dest", "count"}
    assert isinstance(json.loads((tmp_path / "list.json").read_text()), list)


# --- records that come one by one -----------------------------------------------------------------


def stream(dest: Path, *, breaks_after: int = 100, columns: tuple[str, ...] = ("b", "a")) -> tuple[Any, list[int]]:
    """The result of writing three records that come one by one, and how long the file was when each was asked for."""
    sizes: list[int] = []

    def find(_context: TaskContext) -> Iterator[dict[str, Any]]:
        for number in range(3):
            sizes.append(sum(path.stat().st_size for path in dest.parent.glob(".saymon-*")))
            if number == breaks_after:
                raise SaymonError("no more")
            yield {"a": number, "b": "secret-1", "c": "x" * 1_000_000}

    def run(context: TaskContext) -> dict[str, Any]:
        context.secrets.add("secret-1")
        return listed("rows", find, order=None, columns=columns)(context)

    return outcome_on(FakeServer(), run, {"dest": str(dest), "mode": None}, check=False), sizes


@pytest.mark.parametrize("suffix", ["json", "jsonl", "yml"])
def test_each_goes_into_the_file_before_the_next_comes(tmp_path: Path, suffix: str) -> None:
    result, sizes = stream(tmp_path / f"rows.{suffix}")
    assert result["count"] == 3
    assert sizes[0] == 0 and sizes[1] > 900_000 and sizes[2] > 1_900_000
    text = (tmp_path / f"rows.{suffix}").read_text()
    assert "secret-1" not in text
    assert text.count(MASK) == 3


def test_columns_that_are_known(tmp_path: Path) -> None:
    result, _sizes = stream(tmp_path / "rows.csv")
    assert (result["count"], result["changed"]) == (3, True)
    assert (tmp_path / "rows.csv").read_text() == f"b,a\n{MASK},0\n{MASK},1\n{MASK},2\n"


@pytest.mark.parametrize("suffix", ["json", "jsonl", "yml", "csv"])
@pytest.mark.parametrize("breaks_after", [0, 1, 2])
def test_a_failure_on_the_way_leaves_no_file(tmp_path: Path, suffix: str, breaks_after: int) -> None:
    result, _sizes = stream(tmp_path / f"rows.{suffix}", breaks_after=breaks_after)
    assert result["msg"] == "no more"
    assert list(tmp_path.iterdir()) == []


def test_without_a_file_they_are_a_list() -> None:
    run = listed("rows", lambda context: iter([{"id": 1}]), order=None)
    assert outcome_on(FakeServer(), run, {"dest": None, "mode": None}, check=False)["rows"] == [{"id": 1}]


def test_further_formats_get_the_whole_list(tmp_path: Path) -> None:
    def draw(records: list[dict[str, Any]]) -> Iterator[bytes]:
        yield str(len(records)).encode()

    run = listed("rows", lambda context: iter([{"id": 2}, {"id": 1}]), writers={".svg": draw})
    dest = tmp_path / "rows.svg"
    assert outcome_on(FakeServer(), run, {"dest": str(dest), "mode": None}, check=False)["count"] == 2
    assert dest.read_text() == "2"
