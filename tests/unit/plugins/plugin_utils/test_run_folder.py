# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of the run: private files, locks, marks, and what runs that were killed have left."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import pytest
from ansible import constants as C
from ansible_collections.saymon.platform.plugins.plugin_utils import run_folder
from ansible_collections.saymon.platform.plugins.plugin_utils.run_folder import (
    announce,
    has_uncounted,
    is_at,
    lock_until,
    locked,
    mark_over,
    mark_uncounted,
    open_private,
    run_is_over,
    sweep,
)
from ansible_collections.saymon.platform.tests.unit.processes import in_processes


def test_a_private_file(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        open_private(tmp_path / "f").close()
    finally:
        os.umask(umask)
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        open_private(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_a_lock_is_waited_for_so_long_and_no_longer(tmp_path: Path) -> None:
    with locked(tmp_path / "f"), open_private(tmp_path / "f") as other:
        start = time.monotonic()
        assert lock_until(other, start + 0.1) is False
        assert 0.1 <= time.monotonic() - start < 1
    with open_private(tmp_path / "f") as other:
        assert lock_until(other, 0.0) is True


def test_which_file_has_the_name(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with open_private(path) as file:
        assert is_at(file, path)
        path.unlink()
        assert not is_at(file, path)
        open_private(path).close()
        assert not is_at(file, path)


def test_all_processes_see_a_mark(tmp_path: Path) -> None:
    assert not has_uncounted()
    assert not run_is_over()

    def work() -> str:
        mark_uncounted()
        mark_over()
        return "done"

    in_processes(tmp_path, 1, work)
    assert has_uncounted()
    assert run_is_over()


def test_a_worker_whose_parent_died_knows_that_the_run_is_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert in_processes(tmp_path, 1, lambda: str(run_is_over())) == ["False"]
    monkeypatch.setattr(run_folder, "_PARENT", 1)
    monkeypatch.setattr(os, "getppid", lambda: 2)
    assert run_is_over()


def test_a_worker_makes_no_files_when_the_run_is_over(tmp_path: Path) -> None:
    def work() -> str:
        mark_over()  # as the parent does while this worker is busy
        try:
            open_private(tmp_path / "f")
        except OSError as error:
            return str(error.strerror)
        return "made"

    assert in_processes(tmp_path, 1, work) == ["the run is over"]
    assert run_is_over()
    assert in_processes(tmp_path, 1, lambda: str(run_is_over())) == ["False"], (
        "one that begins later belongs to a program that goes on"
    )
    assert not (tmp_path / "f").exists()
    open_private(tmp_path / "f").close()  # the parent tidies up


# --- runs that died -------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this run among those of others."""
    path = tmp_path / "ansible-local-1own"
    path.mkdir()
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(path))
    return path


def run_folder_of(tmp_path: Path, name: str, *, announced: bool = True) -> Path:
    """The folder of another run, with files of ours and one of core's. Without a living process it is the folder of a
    dead one."""
    path = tmp_path / name
    path.mkdir()
    for file in ("saymon-0.record", "saymon-0.lock", "saymon.done", "ansible_x"):
        (path / file).write_text("x")
    if announced:
        (path / "saymon.alive").touch()
    return path


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Path]:
    path = run_folder_of(tmp_path, "ansible-local-2living")
    with FileIO(os.open(path / "saymon.alive", os.O_RDWR), "r+") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)
        yield path


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir())


def test_what_dead_runs_have_left_is_swept(tmp_path: Path, own: Path, living: Path) -> None:
    dead = run_folder_of(tmp_path, "ansible-local-3dead")
    (dead / "saymon-link").symlink_to(living / "ansible_x")
    (dead / "saymon-folder").mkdir()
    (own / "saymon-0.record").write_text("x")
    before = names(living)
    sweep()
    assert names(dead) == ["ansible_x", "saymon-folder", "saymon-link"], "only files, and only ours"
    assert names(living) == before
    assert names(own) == ["saymon-0.record"]


def test_what_may_be_somebody_elses_is_left_alone(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = run_folder_of(tmp_path, "ansible-local-4", announced=False)
    other = run_folder_of(tmp_path, "other-tool")
    (tmp_path / "ansible-local-5link").symlink_to(other)
    sweep()
    assert len(names(unknown)) == 4, "nobody can tell whether its run lives"
    assert len(names(other)) == 5
    theirs = run_folder_of(tmp_path, "ansible-local-6")
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    sweep()
    assert len(names(theirs)) == 5


def test_without_a_folder_of_cores_nothing_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = run_folder_of(tmp_path, "ansible-local-7")
    (tmp_path / "mine").mkdir()
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path / "mine"))
    sweep()
    assert len(names(dead)) == 5


def test_a_run_shows_that_it_lives(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive = announce()
    assert alive is not None
    assert names(own) == ["saymon.alive"]
    other = own.with_name("ansible-local-8other")
    other.mkdir()
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(other))
    sweep()
    assert names(own) == ["saymon.alive"]
    alive.close()
    sweep()
    assert names(own) == []


def test_a_worker_that_outlives_its_run_does_not_pass_for_it(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive = announce()
    assert alive is not None
    (ready, says_ready), (waits, lets_go) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(lets_go)
        os.write(says_ready, b".")
        os.read(waits, 1)
        os._exit(0)
    os.read(ready, 1)
    alive.close()  # as the death of the parent does
    other = own.with_name("ansible-local-8other")
    other.mkdir()
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(other))
    sweep()
    assert names(own) == []
    os.close(lets_go)
    os.waitpid(pid, 0)
    for end in (ready, says_ready, waits):
        os.close(end)


def test_a_run_that_cannot_show_it_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", "/nowhere/ansible-local-9")
    assert announce() is None
    sweep()


@pytest.mark.processes
def test_many_runs_that_start_at_once_sweep_together(tmp_path: Path, own: Path) -> None:
    folders = [run_folder_of(tmp_path, f"ansible-local-dead{number}") for number in range(10)]

    def work() -> str:
        sweep()
        return "fine"

    assert in_processes(tmp_path, 8, work) == ["fine"] * 8
    assert [names(folder) for folder in folders] == [["ansible_x"]] * 10
