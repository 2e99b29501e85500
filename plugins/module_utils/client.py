# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that speaks HTTP: connections, authentication, retries and the decoding of answers."""

from __future__ import annotations

import json
import os
import random
import re
import ssl
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from filecmp import cmp
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from .answers import broken_off, decode, is_error, looks_like_html, raise_for, read_list, retry_after
from .errors import AnswerLost, BadInput, Unreachable, WrongAnswer

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import LocationParseError

    REQUESTS_ERROR = None
except ImportError as error:  # pragma: no cover - reported by run.py, which can fail the task in words
    requests = None  # type: ignore[assignment]
    HTTPAdapter = object  # type: ignore[assignment,misc]
    REQUESTS_ERROR = str(error)

API_ROOT = "/node/api"
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LONGEST_TIMEOUT = 86400
_CHUNK = 64 * 1024
_BUSY = frozenset({429, 502, 503, 504})
_GATEWAY = frozenset({502, 504})  # the service behind may have acted on the request

# POSTs that only read: the object search and the reading calls of the experimental second API.
_SEARCHES = re.compile(r"/(objects/search|v2/get\w+)/?")


@dataclass(frozen=True)
class Connection:
    """Where the server is and how to reach it. `url` is the origin (with a path prefix, if any) without a trailing slash."""

    url: str
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxy: str | None = None
    timeout: float = 30.0
    retries: int = 3

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Connection:
        """Build it from the shared options; every value that cannot be right is refused with its option's name."""
        timeout, retries = params["saymon_timeout"], params["saymon_retries"]
        if not 0 < timeout <= _LONGEST_TIMEOUT:
            raise BadInput(f"saymon_timeout is {timeout}: give a number of seconds above 0, at most {_LONGEST_TIMEOUT}.")
        if not 0 <= retries <= 10:
            raise BadInput(f"saymon_retries is {retries}: give a number from 0 to 10.")
        if params.get("saymon_client_key") and not params.get("saymon_client_cert"):
            raise BadInput("saymon_client_key is given without saymon_client_cert: give both, or neither.")
        return cls(
            normal_url(params.get("saymon_url")),
            params["saymon_validate_certs"],
            params.get("saymon_ca_path"),
            params.get("saymon_client_cert"),
            params.get("saymon_client_key"),
            params.get("saymon_proxy"),
            timeout,
            retries,
        )


def normal_url(url: str | None) -> str:
    """Return the origin without trailing slashes and without the API root; refuse what is no http(s) URL."""
    if not url:
        raise BadInput(
            "saymon_url is missing: give the address of the SAYMON server as option or variable, or in the environment as SAYMON_URL."
        )
    if "@" in url:
        raise BadInput("saymon_url holds a user name or password: give them as saymon_login and saymon_password.")
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(f"saymon_url cannot be read as a URL ({error}): give something like https://saymon.example.org.") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise BadInput(f"saymon_url is {url!r}, which is no plain http or https address: give something like https://saymon.example.org.")
    path = parts.path.rstrip("/")
    if path.endswith(API_ROOT):
        path = path[: -len(API_ROOT)].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


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


class ListCache:
    """Keeps the bodies of list calls for tasks that follow. This one keeps nothing, as befits a single task."""

    def get(self, _key: str) -> BinaryIO | None:
        return None

    def copying(self, _key: str) -> AbstractContextManager[Callable[[Chunks], Chunks]]:
        """While the list is fetched: gives a function that passes its chunks on. When nothing fails inside, and nothing was written
        meanwhile, the copy is kept."""
        return nullcontext(lambda chunks: chunks)

    def drop(self) -> None:
        """Forget everything, because something was written."""


@dataclass
class Answer:
    """A decoded answer: `data` is the parsed JSON (None when the body was empty or is text), `url` never holds a token.

    `kind` is the Content-Type, `elapsed` in seconds; `saved` tells whether a download made or changed its file (None without one).
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
    """One API call as the caller wants it; `path` is below the API root and begins with a slash.

    `read` decodes the body of a success as it arrives: it returns the data, or None with the text when that is another thing.
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

    @property
    def reads(self) -> bool:
        return is_read(self.method, self.path)


def is_read(method: str, path: str) -> bool:
    """True for calls that change nothing on the server, the searching POSTs included."""
    return method not in _WRITES or (method == "POST" and _SEARCHES.fullmatch(path) is not None)


def make_query(query: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Flatten a mapping for the URL: lists repeat the key, booleans are `true`/`false`, mappings become JSON text, None is left out."""
    pairs: list[tuple[str, str]] = []
    for key, value in (query or {}).items():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is None:
                continue
            text = json.dumps(one, ensure_ascii=False) if isinstance(one, (bool, dict)) else str(one)
            pairs.append((str(key), text))
    return pairs


def _as_it_is(record: Record) -> Record:
    return record


class Client:
    """A SAYMON API client. Reads are retried; a write only when it cannot have been processed; a 401 renews the session once.

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
        """The records of a list call; with `cached` those that a task of this run has read, if nothing was written since.

        `each` may change a record as it arrives, before the next one is looked at.
        """
        return self.records(Request("GET", path, make_query(query)), cached=cached, each=each)

    def get_record(self, path: str, **query: Any) -> dict[str, Any]:
        """One record with an `id`; one page of the vendor shows it inside a list, which is accepted."""
        answer = self.get(path, **query)
        record = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
        if not isinstance(record, dict) or "id" not in record:
            raise WrongAnswer(f"GET {path} did not answer with a record: check that saymon_url is a SAYMON server.")
        return record

    def records(self, request: Request, *, cached: bool = False, each: Take = _as_it_is) -> list[Record]:
        """Send a request that answers with a list of records, each with an `id`, or raise WrongAnswer."""
        wrong = WrongAnswer(
            f"{request.method} {request.path} did not answer with a list of records: check that saymon_url is a SAYMON server."
        )

        def take(record: Any) -> Record:
            if not isinstance(record, dict) or "id" not in record:
                raise wrong
            return each(record)

        lists = self.lists if cached else ListCache()
        key = f"{request.path}?{urlencode(request.query, errors='replace')}"
        kept = lists.get(key)
        if kept is not None:
            self.from_cache = True
            with kept:
                records, _text = read_list(iter(lambda: kept.read(_CHUNK), b""), take)
        else:
            with lists.copying(key) as copied:
                records = self.send(replace(request, read=lambda chunks: read_list(copied(chunks), take))).data
                if not isinstance(records, list):
                    raise wrong
        return records or []

    def pages(self, request: Request, *, size: int, most: int | None = None) -> Iterator[tuple[Answer, list[Any]]]:
        """Yield (answer, new items) for each page of a list call that pages with `limit` and `skip`, at most `most` items in all.

        Items move between the lists of the server while one reads them, so one that came already is left out. A page shorter than
        `size` is the last; so is one without anything new, because a call that does not page sends the whole list each time.
        """
        seen: set[str] = set()
        skip = 0
        while True:
            answer = self.send(replace(request, query=[*request.query, ("limit", str(size)), ("skip", str(skip))]))
            if not isinstance(answer.data, list):
                raise WrongAnswer(f"GET {request.path} did not answer with a list, so it cannot be paged: leave out paginate.")
            fresh = {
                json.dumps(item.get("id") or item.get("_id") or item if isinstance(item, dict) else item): item for item in answer.data
            }
            items = [item for key, item in fresh.items() if key not in seen]
            if most is not None:
                items = items[: most - len(seen)]
            seen.update(fresh)
            yield answer, items
            if len(answer.data) != size or not items or (most is not None and len(seen) >= most):
                return
            skip += size

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        """Send one request and return its answer, or raise the SaymonError that describes the failure."""
        if self.read_only and not request.reads:
            raise AssertionError(f"check mode must not send {request.method} {request.path}")
        self.auth.prepare()
        try:
            answer, sent = self._exchange(request)
            if answer.status == 401 and 401 not in request.expect and recover and self.auth.recover(sent):
                # A refused request was not processed, so even a write may be sent again.
                answer, sent = self._exchange(request)
        finally:
            if not request.reads:
                self.lists.drop()  # whatever became of it
        if answer.status in _GATEWAY and not request.reads and answer.status not in request.expect:
            raise _lost(
                f"{request.method} {request.path}", self.connection.url, f"the web server before it answered {answer.status}", False
            )
        raise_for(request.method, request.path, answer.status, answer.data, answer.text, request.expect)
        return answer

    def _exchange(self, request: Request) -> tuple[Answer, dict[str, str]]:
        attempts = self.connection.retries + 1
        for attempt in range(1, attempts + 1):
            last = attempt == attempts
            wait = None
            try:
                answer, sent = self._transmit(request)
                if answer.data is None:
                    answer.data = decode(request.method, request.path, answer.status, answer.text, answer.kind, reads=request.reads)
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
            self._sleep(wait if wait is not None else min(0.2 * 2**attempt, 5.0) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
        raise AssertionError("unreachable")  # pragma: no cover

    def _transmit(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """One attempt on the wire. Raises Unreachable or AnswerLost; any answer with a status comes back, its text not decoded yet."""
        headers: dict[str, str] = {"Accept": "application/json"}
        query = list(request.query)
        body: Any = None
        if request.text is not None:
            headers["Content-Type"] = "text/plain; charset=utf-8"
            body = request.text.encode("utf-8", "replace")
        elif request.files is None and request.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(request.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        self.auth.apply(headers, query, request.method in _WRITES)
        plain_url = self.connection.url + API_ROOT + request.path
        started = time.monotonic()
        with _open_files(request.files) as files, _translated(request, self.connection):
            response = _session(self.connection).request(
                request.method,
                plain_url,
                params=query,
                data=request.form if files else body,
                files=files or None,
                headers=headers,
                timeout=(min(self.connection.timeout, 10.0), self.connection.timeout),
                allow_redirects=False,
                stream=request.dest is not None or request.read is not None,
            )
            saved = data = None
            if request.dest is not None and response.status_code < 300 and _is_file(response):
                saved, text = _save(response, request.dest, keep=not self.read_only), ""
            elif request.read is not None and response.status_code < 300:
                data, text = _read(response, request, request.read)
            else:
                text = response.content.decode("utf-8", "replace")
        answer = Answer(
            status=response.status_code,
            url=f"{plain_url}?{urlencode(request.query, errors='replace')}" if request.query else plain_url,
            headers=dict(response.headers),
            text=text,
            kind=response.headers.get("Content-Type", ""),
            elapsed=round(time.monotonic() - started, 6),
            cookies=response.cookies.get_dict(),
            saved=saved,
            data=data,
        )
        return answer, headers


def split_path(path: str) -> tuple[str, list[tuple[str, str]]]:
    """Split a user's path into the path below the API root and its query; the API root in front is accepted."""
    if "://" in path:
        raise BadInput(f"path is {path!r}, a whole URL: give the part below {API_ROOT}, such as /users, and the server as saymon_url.")
    if not path.strip() or any(ord(char) <= 32 for char in path.strip()):
        raise BadInput(f"path is {path!r}: give a path below {API_ROOT} without blanks, such as /users.")
    bare, _mark, text = path.strip().partition("?")
    bare = re.sub("/{2,}", "/", "/" + bare)
    if bare == API_ROOT or bare.startswith(API_ROOT + "/"):
        bare = bare[len(API_ROOT) :]
    if "#" in path:
        raise BadInput(f"path is {path!r}: a # would cut it off, so write it as %23.")
    if any(unquote(part) in (".", "..") for part in bare.split("/")):
        raise BadInput(f"path is {path!r}: it must not leave the API root, so write it without '.' and '..' parts.")
    return bare or "/", parse_qsl(text, keep_blank_values=True)


# --- transport ---------------------------------------------------------------------------------------------------------


class _Adapter(HTTPAdapter):
    """Uses one prepared TLS context; requests itself would read the certificate bundle again for every connection."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=32)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context decides; nothing to set on the connection."""


def _ca_from_environment() -> str | None:
    """The variables that tools built on requests honour, so that a site sets its own authority once."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")


def _make_context(ca_path: str | None) -> ssl.SSLContext:
    path = ca_path or _ca_from_environment()
    if path and os.path.isdir(path):
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path if path and os.path.exists(path) else None)


# Built while the controller imports its plugins: every forked worker then finds it ready (25 ms each otherwise).
_DEFAULT_CONTEXT = _make_context(None)

# One HTTP session, that is one set of kept-alive connections, per process and way to connect: the items of a loop share it.
_sessions: dict[tuple[int, Connection], Any] = {}


def _tls_context(connection: Connection) -> ssl.SSLContext:
    if connection.validate_certs and not connection.ca_path and not connection.client_cert:
        return _DEFAULT_CONTEXT
    for name in ("ca_path", "client_cert", "client_key"):
        path = getattr(connection, name)
        if path and not os.path.exists(path):
            raise BadInput(f"saymon_{name} is {path}, which does not exist: give the path of a PEM file.")
    try:
        context = _make_context(connection.ca_path)
        if connection.client_cert:
            context.load_cert_chain(connection.client_cert, connection.client_key)
    except (ssl.SSLError, OSError) as error:
        names = [name for name, path in (("saymon_ca_path", connection.ca_path), ("saymon_client_cert", connection.client_cert)) if path]
        raise BadInput(f"{' or '.join(names)} cannot be used ({error}): give PEM files that belong together.") from error
    if not connection.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    return context


def _session(connection: Connection) -> Any:
    key = (os.getpid(), connection)
    if key not in _sessions:
        session = requests.Session()
        # Nothing from the environment may slip in: netrc would replace our authentication, a bundle our TLS settings.
        session.trust_env = False
        session.verify = connection.validate_certs
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.mount("http://", HTTPAdapter(pool_maxsize=32))
        if connection.url.startswith("https:"):
            session.mount("https://", _Adapter(_tls_context(connection)))
        if connection.proxy:
            session.proxies = {"http": connection.proxy, "https": connection.proxy}
        else:
            session.proxies = requests.utils.get_environ_proxies(connection.url)
        _sessions[key] = session
    return _sessions[key]


@contextmanager
def _open_files(files: Mapping[str, str] | None) -> Iterator[dict[str, Any]]:
    with ExitStack() as stack:
        opened = {}
        for part, path in (files or {}).items():
            try:
                opened[part] = (os.path.basename(path), stack.enter_context(open(path, "rb")))
            except (OSError, ValueError) as error:
                raise BadInput(
                    f"files: {part} is {path!r}, which cannot be read ({_os_reason(error)}): give the path of a readable file."
                ) from error
        yield opened


@contextmanager
def _translated(request: Request, connection: Connection) -> Iterator[None]:
    """Turn the exceptions of the transport into ours, and decide for each whether the server can have acted on the request."""
    asked = f"{request.method} {request.path}"
    where = connection.url
    try:
        yield
    except requests.exceptions.SSLError as error:
        if "WRONG_VERSION_NUMBER" in str(error) or "RECORD_LAYER_FAILURE" in str(error):
            raise Unreachable(
                f"{asked}: {where} does not speak TLS. Write saymon_url with http, or name the https port.", final=True
            ) from error
        raise Unreachable(
            f"{asked}: no trusted TLS connection to {where} ({_reason(error)}). Give the authority as saymon_ca_path, "
            "or for a self-signed test server set saymon_validate_certs: false.",
            final=True,
        ) from error
    except requests.exceptions.ProxyError as error:
        raise Unreachable(
            f"{asked}: the proxy for {where} failed ({_reason(error)}). Check saymon_proxy and the proxy variables."
        ) from error
    except requests.exceptions.ConnectTimeout as error:
        raise Unreachable(
            f"{asked}: {where} did not accept a connection in time. Check saymon_url, the network and saymon_timeout."
        ) from error
    except requests.exceptions.ConnectionError as error:
        if _never_sent(error):
            raise Unreachable(
                f"{asked}: {where} cannot be reached ({_reason(error)}). Check saymon_url and that the server runs."
            ) from error
        raise _lost(asked, where, "the connection broke before the answer was complete", request.reads) from error
    except requests.exceptions.Timeout as error:
        raise _lost(asked, where, f"no answer within {connection.timeout:g} s; saymon_timeout sets the limit", request.reads) from error
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
        raise _lost(asked, where, "the answer broke off", request.reads) from error
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
        LocationParseError,
    ) as error:
        raise BadInput(f"{asked}: the address cannot be used ({_reason(error)}): check saymon_url and saymon_proxy.") from error
    except (requests.exceptions.InvalidHeader, UnicodeEncodeError) as error:
        raise BadInput(
            f"{asked}: the query, the sid or a credential holds characters that cannot be sent: check it for line breaks."
        ) from error


def _lost(asked: str, where: str, what: str, reads: bool) -> AnswerLost:
    advice = "Try again." if reads else "The server may or may not have acted on it: run the task again, it looks before it writes."
    return AnswerLost(f"{asked} to {where}: {what}. {advice}")


def _never_sent(error: Exception) -> bool:
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return type(cause).__name__ in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")


def _reason(error: BaseException) -> str:
    """The innermost plain words of a nested transport error, without object addresses."""
    text = str(error)
    found = re.findall(r"\[Errno -?\d+\] ([^'\")]+)|certificate verify failed: ([^('\")]+)|(?:Error|Exception)\('?([^'\"<>]+?)'?[,)]", text)
    words = [next(part for part in parts if part).strip(" :") for parts in found]
    return words[-1] if words else re.sub(r"<[^>]*>", "", text)[:120].strip() or type(error).__name__


def _read(response: Any, request: Request, read: Read) -> tuple[Any, str]:
    try:
        with response:
            return read(response.iter_content(_CHUNK))
    except (ValueError, RecursionError) as error:
        raise broken_off(request.method, request.path, reads=request.reads) from error


def _is_file(response: Any) -> bool:
    """False for an error or a login page that comes with a success status, which must not end up in the user's file."""
    kind = response.headers.get("Content-Type", "").lower()
    if "json" not in kind and "html" not in kind:
        return True
    text = response.content.decode("utf-8", "replace")
    return not looks_like_html(text) and not is_error(decode("GET", "", response.status_code, text, "text/plain", reads=True))


def _save(response: Any, dest: str, *, keep: bool) -> bool:
    """Write a download beside its destination, then move it there in one step. False when the file had this content already."""
    part = None
    try:
        handle, part = tempfile.mkstemp(prefix=".saymon-", dir=os.path.dirname(os.path.abspath(dest)))
        with os.fdopen(handle, "wb") as file:
            for chunk in response.iter_content(_CHUNK):
                file.write(chunk)
        if os.path.isdir(dest):
            raise IsADirectoryError(0, "it is a folder")
        changed = not (os.path.isfile(dest) and cmp(part, dest, shallow=False))
        if changed and keep:
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(part, 0o666 & ~umask)
            os.replace(part, dest)
        return changed
    except (OSError, ValueError) as error:
        if isinstance(error, requests.exceptions.RequestException):  # an OSError by descent, and a matter of the network
            raise
        raise BadInput(
            f"dest is {dest!r}, which cannot be written ({_os_reason(error)}): give the path of a file in a writable folder."
        ) from error
    finally:
        if part is not None:
            with suppress(FileNotFoundError):
                os.unlink(part)


def _os_reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
