# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one client of the API: how a request is sent and proved, tried again, and its answer read."""

from __future__ import annotations

import json
import random
import re
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from .answers import (
    TooDeep,
    TooLong,
    broken_off,
    decode,
    raise_for,
    read_list,
    retry_after,
    start_of_file,
    too_deep,
    unpacked,
)
from .errors import AnswerLost, BadInput, Unreachable, WrongAnswer, lost
from .files import opened, save
from .transport import API_ROOT, Connection, http_session, limits, received, timeouts, too_long, translated

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CHUNK = 64 * 1024
_BUSY = frozenset({429, 502, 503, 504})
_GATEWAY = frozenset({502, 504})  # the service behind may have acted on the request

# Calls that only read, though they are no GETs: searches, the reading calls of the experimental second API, previews.
_LOOKS = re.compile(
    r"POST /(objects/search|stat/search|stat-history|jobs|v2/get\w+)/?|PATCH /notification-templates/preview/?"
)
_SESSION = re.compile("/users/session/?")
_SLASHES = re.compile("/{2,}")
_SEPARATORS = re.compile(r"[/\\]")
_MOST_ITEMS = 1_000_000  # of a paged list without an end


class Auth:
    """How a request proves who sends it. This one proves nothing: for the calls that need no credentials."""

    def prepare(self) -> None:
        """Get the proof ready, before the first attempt of a request."""

    def apply(self, headers: dict[str, str], query: list[tuple[str, str]], write: bool) -> None:
        """Add what the scheme needs to the headers or the query of one request."""

    def recover(self, sent: Mapping[str, str]) -> bool:
        """After a 401: get new proof if there can be one. `sent` are the headers of the refused request."""
        return False


Record = dict[str, Any]
Take = Callable[[Record], Record]
Chunks = Iterator[bytes]
Read = Callable[[Chunks], "tuple[Any, str]"]


class ListTurn:
    """One task's turn at a list: either `kept` gives the body that another task has just fetched, or this task fetches
    it.

    `ids` are what to ask for, if the list is asked for by ids; `began` is when its fetch began (monotonic seconds).
    """

    def __init__(self, kept: Chunks | None = None, *, ids: Collection[str] = (), began: float | None = None) -> None:
        self.kept = kept
        self.ids = ids
        self.began = time.monotonic() if began is None else began

    def copied(self, chunks: Chunks) -> Chunks:
        """Pass the body on as it arrives, and copy it for those who wait."""
        return chunks

    def finish(self) -> None:
        """The list has come whole."""


class ListCache:
    """Lets tasks that want the same list at the same moment share one fetch. This one shares nothing, as befits a
    single task. Lists of one `scope` are the same ones: of the same server, seen with the same rights."""

    scope = ""

    def turn(self, _key: str, _seconds: float, ids: Collection[str] = ()) -> AbstractContextManager[ListTurn]:
        """Wait, at most so many seconds, while another task of the run fetches this list, and take its turn. With `ids`
        a list serves only if these were asked for."""
        return nullcontext(ListTurn(ids=ids))

    def lasting(self, _seconds: float) -> ListCache:
        """The same lists for a task that looks again and again, and may take what another task has fetched so many
        seconds ago, if that was after this task began."""
        return self

    def remembered(self, _seconds: float) -> ListCache:
        """The same lists for one who may also take what the run has fetched before, at most so many seconds ago, as
        long as it has written nothing since."""
        return self

    def watching(self, _ids: Collection[str]) -> AbstractContextManager[None]:
        """While this task looks at these ids again and again: others ask for them too, when they ask for theirs."""
        return nullcontext()

    def writing(self) -> AbstractContextManager[None]:
        """While a write is on the wire: what is read meanwhile is not shared."""
        return nullcontext()

    def writes(self) -> int:
        """How many writes this run has made so far. Two equal answers mean that none of its tasks wrote anything in
        between, and that no write was on the wire; when nobody can tell, no two answers are equal."""
        return 0


@dataclass(eq=False, repr=False)
class Answer:
    """A decoded answer: `data` is the parsed JSON (None when the body was empty or is text), `url` never holds a token.

    `kind` is the Content-Type, `elapsed` in seconds; `saved` tells whether a download made or changed its file (None
    without one).
    """

    status: int
    url: str
    headers: dict[str, str]
    text: str
    kind: str
    elapsed: float
    cookies: dict[str, str]
    saved: bool | None = None
    data: Any = None


@dataclass
class Request:
    """One API call as the caller wants it; `path` is below the API root (or another `root`) and begins with a slash.

    `read` decodes the body of a success as it arrives: it returns the data, or None with the text when that is another
    thing.
    """

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    body: Any = None
    text: str | None = None
    files: dict[str, str] | None = None
    expect: tuple[int, ...] = ()
    dest: str | None = None
    form: dict[str, str] | None = None
    read: Read | None = None
    root: str = API_ROOT

    @property
    def reads(self) -> bool:
        return is_read(self.method, self.path)

    @property
    def signs(self) -> bool:
        """True for the calls that sign in and out: a 401 says something of the credentials in them, and nothing of our
        session."""
        return self.method in _WRITES and _SESSION.fullmatch(self.path) is not None

    @property
    def harmless(self) -> bool:
        """True when nobody need look what became of it before it is sent again."""
        return self.reads or self.signs


def is_read(method: str, path: str) -> bool:
    """True for calls that change nothing on the server, searches and previews included."""
    return method not in _WRITES or _LOOKS.fullmatch(f"{method} {path}") is not None


def make_query(query: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Flatten a mapping for the URL: lists repeat the key, booleans are `true`/`false`, mappings become JSON text, None
    is left out."""
    pairs: list[tuple[str, str]] = []
    for key, value in (query or {}).items():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is None:
                continue
            text = json.dumps(one, ensure_ascii=False) if isinstance(one, (bool, dict)) else str(one)
            pairs.append((str(key), text))
    return pairs


def is_record(value: Any, key: str = "id") -> bool:
    """True for the data of one item, whose id stands under this key."""
    return isinstance(value, dict) and isinstance(value.get(key), (str, int))


def _as_it_is(record: Record) -> Record:
    return record


class Client:
    """A SAYMON API client. Reads are retried; a write only when it cannot have been processed; a 401 renews the session
    once.

    With `read_only` set (check mode) a call that would write is a programming error and is refused before it is sent.
    """

    def __init__(
        self,
        connection: Connection,
        auth: Auth | None = None,
        *,
        read_only: bool = False,
        lists: ListCache | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connection = connection
        self.auth = auth or Auth()
        self.read_only = read_only
        self.lists = lists or ListCache()
        self.from_cache = False  # whether a list has come from there
        self._sleep = sleep

    def get(self, path: str, **query: Any) -> Any:
        return self.send(Request("GET", path, make_query(query))).data

    def get_list(self, path: str, *, cached: bool = False, each: Take = _as_it_is, **query: Any) -> list[Record]:
        """The records of a list call; with `cached` those that another task of this run has asked for at the same
        moment.

        `each` may change a record as it arrives, before the next one is looked at.
        """
        return self.records(Request("GET", path, make_query(query)), cached=cached, each=each)

    def get_record(self, path: str, **query: Any) -> dict[str, Any]:
        """One record with an `id`; one page of the vendor shows it inside a list, which is accepted."""
        answer = self.get(path, **query)
        record = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
        if not is_record(record):
            raise WrongAnswer(f"GET {path} did not answer with a record: check that saymon_url is a SAYMON server.")
        found: dict[str, Any] = record
        return found

    def records(self, request: Request, *, cached: bool = False, each: Take = _as_it_is) -> list[Record]:
        """Send a request that answers with a list of records, each with an `id`, or raise WrongAnswer."""
        name = f"{request.path}?{urlencode(request.query, errors='replace')}"
        lists = self.lists if cached else ListCache()
        records, _began = self._read(lists.turn(name, self.connection.timeout), lambda _ids: request, "id", each)
        return records

    def records_of(
        self, name: str, ids: Collection[str], ask: Callable[[Collection[str]], Request], *, key: str = "id"
    ) -> tuple[list[Record], float]:
        """The records with these ids under `key`, and perhaps others; and when reading them began (monotonic seconds).

        `ask` returns the request for some ids. Tasks of the run that look at the same time share one, which has this
        `name` and asks for the ids of all of them.
        """
        return self._read(self.lists.turn(name, self.connection.timeout, ids), ask, key, _as_it_is)

    def _read(
        self,
        taking: AbstractContextManager[ListTurn],
        ask: Callable[[Collection[str]], Request],
        key: str,
        each: Take,
    ) -> tuple[list[Record], float]:
        with taking as turn:
            request, began = ask(turn.ids), turn.began
            wrong = WrongAnswer(
                f"{request.method} {request.path} did not answer with a list of "
                "records: check that saymon_url is a SAYMON server."
            )

            def take(record: Any) -> Record:
                if not is_record(record, key):
                    raise wrong
                return each(record)

            if turn.kept is not None:
                with suppress(ValueError):  # a copy that is damaged counts as none
                    records, _text = read_list(turn.kept, take)
                    self.from_cache = True
                    return records or [], began
                began = time.monotonic()
            records = self.send(replace(request, read=lambda chunks: read_list(turn.copied(chunks), take))).data
            if not isinstance(records, list):
                raise wrong
        return records, began

    def pages(
        self, request: Request, *, size: int, most: int | None = None, from_zero: bool = False
    ) -> Iterator[tuple[Answer, list[Any]]]:
        """Yield (answer, new items) for each page of a list call that pages with `limit` and `skip`, at most `most`
        items in all.

        Without `most` a list of more than a million items is an error, lest a server that always has more is asked for
        ever; so are pages that together are longer than one answer may be.

        Items move between the lists of the server while one reads them, so one that came already is left out. A page
        shorter than `size` is the last; so is one without anything new, because a call that does not page sends the
        whole list each time. With `from_zero` the server may count its limit from 0, and so send one item more.
        """
        seen: set[str] = set()
        skip = length = 0
        while True:
            answer = self.send(replace(request, query=[*request.query, ("limit", str(size)), ("skip", str(skip))]))
            if not isinstance(answer.data, list):
                raise WrongAnswer(
                    f"GET {request.path} did not answer with a list, so it cannot be paged: leave out paginate."
                )
            fresh = {
                json.dumps(item.get("id") or item.get("_id") or item if isinstance(item, dict) else item): item
                for item in answer.data
            }
            items = [item for key, item in fresh.items() if key not in seen]
            if most is not None:
                items = items[: most - len(seen)]
            seen.update(fresh)
            length += len(answer.text)
            if length > self.connection.max_answer:
                raise too_long(f"GET {request.path} in pages", self.connection, reads=True)
            if most is None and len(seen) > _MOST_ITEMS:
                raise WrongAnswer(
                    f"GET {request.path} has sent more than {_MOST_ITEMS} items and "
                    "no end: ask for fewer with query, or set max_items."
                )
            yield answer, items
            full = len(answer.data) in (size, size + from_zero)
            if not full or not items or (most is not None and len(seen) >= most):
                return
            skip += len(answer.data)

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        """Send one request and return its answer, or raise the SaymonError that describes the failure."""
        if self.read_only and not request.reads:
            raise AssertionError(f"check mode must not send {request.method} {request.path}")
        self.auth.prepare()
        with nullcontext() if request.reads else self.lists.writing():
            answer, sent = self._exchange(request)
            refused = answer.status == 401 and 401 not in request.expect and not request.signs
            if refused and recover and self.auth.recover(sent):
                # A refused request was not processed, so even a write may be sent again.
                answer, sent = self._exchange(request)
        if answer.status in _GATEWAY and not request.reads and answer.status not in request.expect:
            asked = f"{request.method} {request.path} to {self.connection.url}"
            raise lost(f"{asked}: the web server before it answered {answer.status}", reads=request.harmless)
        raise_for(request.method, request.path, answer.status, answer.data, answer.text, request.expect)
        return answer

    def _exchange(self, request: Request) -> tuple[Answer, dict[str, str]]:
        attempts = self.connection.retries + 1
        for attempt in range(1, attempts + 1):
            last = attempt == attempts
            wait = None
            try:
                answer, sent = self._transmit(request)
            except Unreachable as error:
                final = error.details.pop("final", False)
                if last or final:
                    raise
            except AnswerLost:
                if last or not request.reads:
                    raise
            else:
                busy = answer.status in _BUSY and answer.status not in request.expect
                if last or not busy or not (request.reads or answer.status == 429):
                    return answer, sent
                wait = retry_after(answer.headers)
            if wait is None:
                wait = min(0.2 * 2**attempt, 5.0) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
            self._sleep(wait)
        raise AssertionError("unreachable")  # pragma: no cover

    def _transmit(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """One attempt on the wire. Raises Unreachable or AnswerLost; any answer with a status comes back."""
        headers: dict[str, str] = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
        query = list(request.query)
        body: Any = None
        if request.text is not None:
            headers["Content-Type"] = "text/plain; charset=utf-8"
            body = request.text.encode("utf-8", "replace")
        elif request.files is None and request.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(request.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        self.auth.apply(headers, query, request.method in _WRITES)
        started = time.monotonic()
        with opened(request.files) as files, limits(self.connection), self._translated(request):
            response = http_session(self.connection).request(
                request.method,
                self.connection.url + request.root + request.path,
                params=query,
                data=request.form if files else body,
                files=files or None,
                headers=headers,
                timeout=timeouts(self.connection),
            )
            with response:
                answer = self._answer(request, response)
        answer.elapsed = round(time.monotonic() - started, 6)
        return answer, headers

    def _answer(self, request: Request, response: Any) -> Answer:
        url = self.connection.url + request.root + request.path
        kind = response.headers.get("Content-Type", "")
        saved, data, text = self._receive(request, response, kind)
        if data is None:
            data = decode(request.method, request.path, response.status_code, text, kind, reads=request.harmless)
        return Answer(
            status=response.status_code,
            url=f"{url}?{urlencode(request.query, errors='replace')}" if request.query else url,
            headers=dict(response.headers),
            text=text,
            kind=kind,
            elapsed=0.0,
            cookies=response.cookies.get_dict(),
            saved=saved,
            data=data,
        )

    def _receive(self, request: Request, response: Any, kind: str) -> tuple[bool | None, Any, str]:
        """What became of a download, the data that came with the list, and the text of anything else."""
        chunks = self._chunks(request, response)
        if request.dest is not None and response.status_code < 300:
            head, is_file = start_of_file(chunks, kind)
            chunks = chain([head], chunks)
            if is_file:
                return save(chunks, request.dest, keep=not self.read_only), None, ""
        elif request.read is not None and response.status_code < 300:
            try:
                return None, *request.read(chunks)
            except (TooDeep, RecursionError) as error:
                raise too_deep(request.method, request.path, reads=request.harmless) from error
            except ValueError as error:
                raise broken_off(request.method, request.path, reads=request.harmless) from error
        return None, None, b"".join(chunks).decode("utf-8", "replace")

    def _translated(self, request: Request) -> AbstractContextManager[None]:
        return translated(f"{request.method} {request.path}", self.connection, reads=request.harmless)

    def _chunks(self, request: Request, response: Any) -> Chunks:
        """The body as it arrives. What breaks meanwhile is told apart from what fails in the hands of the reader."""
        asked = f"{request.method} {request.path}"
        try:
            with self._translated(request):
                yield from unpacked(
                    received(response), response.headers.get("Content-Encoding", ""), self.connection.max_answer
                )
        except TooLong as error:
            raise too_long(asked, self.connection, reads=request.harmless) from error
        except zlib.error as error:
            raise lost(
                f"{asked} to {self.connection.url}: the compression of the answer is damaged", reads=request.harmless
            ) from error


def split_path(path: str) -> tuple[str, list[tuple[str, str]]]:
    """Split a user's path into the path below the API root and its query; the API root in front is accepted."""
    if "://" in path:
        raise BadInput(
            f"path is {path!r}, a whole URL: give the part below {API_ROOT}, "
            "such as /users, and the server as saymon_url."
        )
    if not path.strip() or not path.strip().isprintable() or " " in path.strip():
        raise BadInput(
            f"path is {path!r}: give a path below {API_ROOT} without blanks and control characters, such as /users."
        )
    if "#" in path:
        raise BadInput(f"path is {path!r}: a # would cut it off, so write it as %23.")
    bare, _mark, text = path.strip().partition("?")
    bare = _SLASHES.sub("/", "/" + bare)
    if bare == API_ROOT or bare.startswith(API_ROOT + "/"):
        bare = bare[len(API_ROOT) :]
    if _leaves_root(bare):
        raise BadInput(
            f"path is {path!r}: it must not leave the API root, so write it without '.' and '..' parts and backslashes."
        )
    return bare or "/", parse_qsl(text, keep_blank_values=True)


def _leaves_root(path: str) -> bool:
    """Whether any server or proxy on the way could take a part of the path for a step up: they differ in how often they
    decode it, in whether a backslash separates parts, and in whether what follows a semicolon counts."""
    while True:
        parts = [part.partition(";")[0] for part in _SEPARATORS.split(path)]
        if "\\" in path or not path.isprintable() or any(part in (".", "..") for part in parts):
            return True
        path, before = unquote(path), path
        if path == before:
            return False
