# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that end with the attempt they serve."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.sockets import (
    Attempt,
    LimitedSocket,
    TooMuch,
    attempt,
    limited,
)


@pytest.fixture
def pair() -> Iterator[tuple[LimitedSocket, socket.socket]]:
    mine, theirs = socket.socketpair()
    wrapped = limited(mine)
    yield wrapped, theirs
    wrapped.close()
    theirs.close()


def test_a_socket_stays_what_it_was() -> None:
    mine, theirs = socket.socketpair()
    mine.settimeout(7.0)
    wrapped = limited(mine)
    assert (wrapped.gettimeout(), mine.fileno()) == (7.0, -1)
    theirs.sendall(b"a")
    assert wrapped.recv(1) == b"a"  # without an attempt there is no limit
    wrapped.close()
    theirs.close()


def test_bytes_that_drip_give_no_more_time(pair: tuple[LimitedSocket, socket.socket]) -> None:
    mine, theirs = pair
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.005):
            theirs.send(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    started = time.monotonic()
    try:
        with attempt.limited(0.1, 10_000), pytest.raises(socket.timeout):
            mine.makefile("rb").read(10_000)
    finally:
        over.set()
        dripping.join()
    assert 0.05 < time.monotonic() - started < 2


def test_sending_ends_too(pair: tuple[LimitedSocket, socket.socket]) -> None:
    with attempt.limited(0.05, 1), pytest.raises(socket.timeout):
        pair[0].sendall(bytes(100_000_000))
    with attempt.limited(0.05, 1), pytest.raises(socket.timeout):
        list(map(pair[0].send, [bytes(1_000_000)] * 1000))


@pytest.mark.parametrize("way", ["recv", "makefile"])
def test_no_more_comes_than_there_is_room_for(pair: tuple[LimitedSocket, socket.socket], way: str) -> None:
    mine, theirs = pair
    theirs.sendall(bytes(10))
    theirs.shutdown(socket.SHUT_WR)
    read = mine.recv if way == "recv" else mine.makefile("rb", buffering=1).read
    with attempt.limited(5, 9), pytest.raises(TooMuch):
        list(iter(lambda: read(1), b""))


def test_time_and_room_are_those_of_the_thread() -> None:
    before = (attempt.until, attempt.room)
    seen: list[float | None] = []
    with attempt.limited(5, 100):
        thread = threading.Thread(target=lambda: seen.append(attempt.until))
        thread.start()
        thread.join()
        with attempt.limited(50, 1000):
            assert (attempt.seconds_left() or 0) > 40
        assert (attempt.seconds_left() or 99) <= 5
        assert attempt.room == 100
    assert seen == [None]
    assert (attempt.until, attempt.room) == before == (None, None)


def test_what_has_come_is_no_longer_fresh() -> None:
    one = Attempt()
    one.fresh = True
    one.take(0)
    assert one.fresh
    one.take(1)
    assert not one.fresh


def test_all_attempts_of_a_block_end_together() -> None:
    with attempt.within(0.05):
        with attempt.limited(50, 1000):
            assert (attempt.seconds_left() or 99) <= 0.05
        time.sleep(0.06)
        with attempt.limited(50, 1000), pytest.raises(socket.timeout):
            attempt.seconds_left()
    assert attempt.seconds_left() is None
    with attempt.within(50), attempt.limited(0.05, 1):
        assert (attempt.seconds_left() or 99) <= 0.05
