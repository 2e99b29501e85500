# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source of Event-Driven Ansible: incidents and event log of a SAYMON server."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import os
import random
import ssl
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

DOCUMENTATION = r"""
---
short_description: Receive incidents and event log records of a SAYMON server
description:
  - Asks a SAYMON server at an interval for its incidents (alarms), and sends an event for each one that is new,
    changed, acknowledged, cleared or restored. On request, it also sends the SNMP traps and MQTT messages of the event
    log.
  - An incident that was raised and cleared between two questions is found, too. Its events are C(new) and C(cleared),
    both with C(open) false.
  - An incident that was reported is followed to its end, even if it no longer matches the filters.
  - With O(state_file), nothing is lost and nothing is repeated when the source or the server is stopped and started
    again. If the source is killed, the events of its last seconds can come twice, with the same C(key).
  - While the server cannot be reached, the source repeats its question after growing pauses of at most one minute.
    It ends with an error only if an option is wrong, if the server refuses the account, or if O(state_file) cannot be
    used.
options:
  saymon_url:
    description:
      - Address of the SAYMON web server, such as V(https://saymon.example.org). The API root C(/node/api) is added.
      - This option and all others whose name begins with C(saymon_) can also be given by an environment variable of the
        same name in capitals, such as E(SAYMON_URL).
    type: str
    required: true
  saymon_login:
    description: Login of the account to sign in with.
    type: str
  saymon_password:
    description: Password of O(saymon_login).
    type: str
  saymon_auth_token:
    description: API token of an account, used instead of login and password.
    type: str
  saymon_auth_method:
    description:
      - V(session) opens one session and ends it when the source ends. If the server ends it earlier, a new one is
        opened.
      - V(basic) sends login and password with every request. V(token) sends the API token with every request, as part
        of the address, where proxies and web servers log it.
    type: str
    choices: [session, basic, token]
    default: session
  saymon_validate_certs:
    description: Whether the certificate of an V(https) server must be valid.
    type: bool
    default: true
  saymon_ca_path:
    description:
      - PEM file, or folder of hashed PEM files, with the certificate authorities to trust. The default is the file that
        E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) or E(SSL_CERT_FILE) names, otherwise the trust store of the system.
    type: str
  saymon_client_cert:
    description: PEM file with the client certificate, for servers that ask for one.
    type: str
  saymon_client_key:
    description: PEM file with the key of O(saymon_client_cert), if it is not in the same file.
    type: str
  saymon_proxy:
    description: Address of the HTTP proxy. The default comes from the usual proxy variables of the environment.
    type: str
  saymon_timeout:
    description: Seconds that one request may take as a whole.
    type: float
    default: 30
  interval:
    description: Seconds between two questions.
    type: float
    default: 10
  records:
    description: What to send, V(incidents), V(event_log) or both.
    type: list
    elements: str
    default: [incidents]
  existing:
    description:
      - Whether to send what is already there when the source starts for the first time, that is open incidents and all
        records of the event log. With O(state_file), later starts continue where the source has ended.
    type: bool
    default: false
  levels:
    description: Only incidents of these levels, names such as V(Alarm) or ids.
    type: list
    elements: str
  objects:
    description: Only incidents of these objects and links, names or ids.
    type: list
    elements: str
  parent:
    description: Only incidents of what is below the object with this id.
    type: str
  classes:
    description: Only incidents of objects and links that have one of these classes, ids.
    type: list
    elements: str
  text:
    description: Only incidents whose text contains this, in the same case.
    type: str
  event_type:
    description: Only SNMP traps (V(trap)) or only MQTT messages (V(mqtt)) of the event log.
    type: str
    choices: [trap, mqtt]
  state_file:
    description:
      - File in which the source notes what it has sent. Only its owner can read it, and it holds no password, token or
        session. Each source needs a file of its own.
    type: str
  dedupe_window:
    description:
      - Seconds by which a record of the history or of the event log can come later than its time says. So long, the
        source remembers what it has sent.
    type: float
    default: 600
  max_incidents:
    description:
      - How many incidents the source follows at a time. If there are more, the later ones wait until others are over.
      - Of history and event log, so many records are read and remembered at most.
    type: int
    default: 20000
notes:
  - "The keys of an event of an incident are: C(type) (V(incident)), C(kind) (V(new), V(changed), V(acknowledged),
    V(unacknowledged), V(cleared), V(restored), or V(vanished) if the server does not know the incident any more, and it
    is not in the history either), C(incident) (with the server's own keys), C(entity) (C(id), C(type), C(name),
    C(class_id)), C(level) (name), C(level_id), C(open), C(changes) (names of the keys that have changed), C(server)
    (address) and C(key) (another one for every event)."
  - "The keys of an event of the event log are: C(type) (V(event_log)), C(kind) (V(logged)), C(record) (with the
    server's own keys, but C(id) in place of C(_id)), C(entity), C(level) (V(clear), V(minor), V(major) or V(critical)),
    C(server) and C(key)."
  - The account needs access to the objects and links that the incidents are of, and no other permission.
"""

EXAMPLES = r"""
- name: Alarms of a server whose address and account are in the environment
  hosts: all
  sources:
    - saymon.platform.incidents:
        levels: [Alarm, Major]
        state_file: /var/lib/eda/saymon.json
  rules:
    - name: Somebody should look
      condition: event.kind == "new" and event.open == true
      action:
        debug:
          msg: "{{ event.level }}: {{ event.incident.text }} ({{ event.entity.name }})"

- name: SNMP traps, every five seconds
  hosts: all
  sources:
    - saymon.platform.incidents:
        saymon_url: https://saymon.example.org
        saymon_login: eda
        saymon_password: "{{ saymon_password }}"
        records: [event_log]
        event_type: trap
        interval: 5
  rules:
    - name: Critical traps
      condition: event.type == "event_log" and event.level == "critical"
      action:
        debug:
          msg: "{{ event.record.payload }}"
"""

LOG = logging.getLogger("saymon.platform.incidents")

_API_ROOT = "/node/api"
_CLEARED = "3"  # the level that the server keeps for cleared incidents
_MAX_ANSWER = 256 * 1024 * 1024
_MAX_PAUSE = 60.0
_LOGOUT_SECONDS = 5.0
_LOOKUPS = 100  # incidents looked up one by one in each round
_PAGE = 500
_CHOICES: dict[str, tuple[str, ...]] = {
    "saymon_auth_method": ("session", "basic", "token"),
    "event_type": ("", "trap", "mqtt"),
    "records": ("incidents", "event_log"),
}
_POSITIVE = ("saymon_timeout", "interval", "max_incidents")
_ENTITIES = {"1": "object", "2": "link"}
_LOG_TYPES = {"trap": "1", "mqtt": "2"}
_LOG_LEVELS = {"0": "clear", "1": "minor", "2": "major", "3": "critical"}
_ENDING = ("clearTimestamp", "lastState")
_ACKNOWLEDGING = ("acknowledgedBy", "acknowledgementTimestamp")
# A change of these is an event. `data` is left out: servers may keep it up to date.
_WATCHED = ("state", *_ENDING, *_ACKNOWLEDGING, "text", "comment", "commentTimestamp", "count", "properties")

Record = dict[str, Any]


class SourceError(Exception):
    """The source cannot work; the message is one sentence for its user."""


class UnavailableError(Exception):
    """The server gave no usable answer, but may do so later; `pause` is the number of seconds that it asks for."""

    def __init__(self, message: str, status: int = 0, pause: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.pause = pause


# --- options --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Options:
    """The options of the source, as documented; an empty text or list means not given."""

    saymon_url: str = ""
    saymon_login: str = ""
    saymon_password: str = field(default="", repr=False)
    saymon_auth_token: str = field(default="", repr=False)
    saymon_auth_method: str = "session"
    saymon_validate_certs: bool = True
    saymon_ca_path: str = ""
    saymon_client_cert: str = ""
    saymon_client_key: str = ""
    saymon_proxy: str = field(default="", repr=False)
    saymon_timeout: float = 30.0
    interval: float = 10.0
    records: tuple[str, ...] = ("incidents",)
    existing: bool = False
    levels: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    parent: str = ""
    classes: tuple[str, ...] = ()
    text: str = ""
    event_type: str = ""
    state_file: str = ""
    dedupe_window: float = 600.0
    max_incidents: int = 20000


def options_from(args: Mapping[str, Any], environment: Mapping[str, str]) -> Options:
    """The checked options of a rulebook, completed from the environment. SourceError when one is wrong."""
    defaults = vars(Options())
    unknown = sorted(set(args) - set(defaults) - {"eda_feedback_queue"})  # which ansible-rulebook adds
    if unknown:
        raise SourceError(f"Unknown option {unknown[0]}: use one of {', '.join(defaults)}.")
    given = {name: value for name, value in args.items() if name in defaults and value not in (None, "")}
    for name in defaults:
        if name.startswith("saymon_") and name not in given and environment.get(name.upper()):
            given[name] = environment[name.upper()]
    options = Options(**{name: _read(name, value, defaults[name]) for name, value in given.items()})
    _check_address(options.saymon_url)
    _check_account(options)
    return options


def _read(name: str, value: Any, default: Any) -> Any:
    """A value in the type of its default."""
    if isinstance(default, tuple):
        made: Any = tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else (str(value),)
    elif isinstance(default, bool):
        made = _truth(name, value)
    elif isinstance(default, (int, float)):
        made = _number(name, value, type(default))
    elif isinstance(value, (dict, list)):
        raise SourceError(f"{name} must be a string, got {type(value).__name__}.")
    else:
        made = str(value)
    choices = _CHOICES.get(name)
    for one in made if isinstance(made, tuple) else (made,):
        if choices and one not in choices:
            raise SourceError(f"{name} must be one of {', '.join(filter(None, choices))}, got {one!r}.")
    return made


def _truth(name: str, value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}
    text = str(value).lower()
    if text not in words:
        raise SourceError(f"{name} must be true or false, got {value!r}.")
    return words[text]


def _number(name: str, value: Any, kind: type) -> Any:
    try:
        number = kind(value)
    except (TypeError, ValueError):
        what = "a whole number" if kind is int else "a number"
        raise SourceError(f"{name} must be {what}, got {value!r}.") from None
    if isinstance(value, bool) or not 0 <= number < 1e9 or (name in _POSITIVE and number == 0):
        least = "greater than 0" if name in _POSITIVE else "0 or greater"
        raise SourceError(f"{name} must be {least} and less than 1000000000, got {value!r}.")
    return number


def _check_address(url: str) -> None:
    if not url:
        raise SourceError("saymon_url is missing: give the address of the server, or set SAYMON_URL.")
    try:
        parts = urllib.parse.urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise SourceError("saymon_url must be an address such as https://saymon.example.org.")
    if parts.username is not None or parts.query or parts.fragment:
        raise SourceError("saymon_url must not contain an account, a query or a fragment.")


def _check_account(options: Options) -> None:
    account = bool(options.saymon_login and options.saymon_password)
    enough = {
        "session": account or bool(options.saymon_auth_token),
        "basic": account,
        "token": bool(options.saymon_auth_token),
    }
    if not enough[options.saymon_auth_method]:
        needed = {
            "session": "saymon_login and saymon_password, or saymon_auth_token",
            "basic": "saymon_login and saymon_password",
            "token": "saymon_auth_token",
        }
        method = options.saymon_auth_method
        raise SourceError(f"Credentials are missing: saymon_auth_method {method} needs {needed[method]}.")


def _tls(options: Options) -> ssl.SSLContext:
    """The TLS context of all connections. SourceError when a file cannot be used."""
    trusted = next((os.environ[name] for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if os.environ.get(name)), "")
    path = options.saymon_ca_path or trusted
    try:
        if path and Path(path).is_dir():
            context = ssl.create_default_context(capath=path)
        else:
            context = ssl.create_default_context(cafile=path or None)
    except (OSError, ssl.SSLError) as error:
        raise SourceError(f"The certificate authorities in {path} cannot be read ({_reason(error)}).") from None
    if not options.saymon_validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if options.saymon_client_cert:
        try:
            key = options.saymon_client_key or None
            context.load_cert_chain(options.saymon_client_cert, key, password="")
        except (OSError, ssl.SSLError) as error:
            raise SourceError(f"saymon_client_cert or saymon_client_key cannot be used ({_reason(error)}).") from None
    return context


def _reason(error: BaseException) -> str:
    """Why it failed, in words that repeat nothing of a request."""
    cause = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    return str(getattr(cause, "verify_message", "") or getattr(cause, "strerror", None) or type(error).__name__)


def _proxy(options: Options) -> str | None:
    """The proxy of the option or of the environment; aiohttp's own reading of it would also send a .netrc."""
    if options.saymon_proxy:
        return options.saymon_proxy
    parts = urllib.parse.urlsplit(options.saymon_url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return urllib.request.getproxies().get(parts.scheme)


# --- the server -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes
    cookies: dict[str, str]
    pause: float


class Client:
    """Reads from the server, with a session that it opens when needed, opens again when it has ended, and closes."""

    def __init__(self, options: Options, http: aiohttp.ClientSession) -> None:
        self._options = options
        self._http = http
        self._root = options.saymon_url.rstrip("/").removesuffix(_API_ROOT) + _API_ROOT
        self._proxy = _proxy(options)
        self._tls = _tls(options)
        self._session: dict[str, str] = {}  # sid, and csrf on servers that check it
        self._opening: asyncio.Future[None] | None = None

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The decoded answer. UnavailableError when there is none, SourceError when the account is refused."""
        sessions = self._options.saymon_auth_method == "session"
        if sessions and not self._session:
            await self._open()
        answer = await self._send("GET", path, query)
        if answer.status == 401 and sessions:
            LOG.info("The session has ended; opening a new one")
            await self._open()
            answer = await self._send("GET", path, query)
        elif answer.status == 401:
            raise SourceError("The server refuses the account: check the credentials.")
        return self._decoded(f"GET {path}", answer)

    async def get_list(self, path: str, query: Mapping[str, str]) -> list[Record]:
        """The same for a list of records."""
        found = await self.get(path, query)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise UnavailableError(f"GET {path} did not answer with a list of records.")
        return found

    async def close(self) -> None:
        """End the session; the server may not be there any more, so this is bounded and silent."""
        try:
            await asyncio.wait_for(self._close(), _LOGOUT_SECONDS)
        except (asyncio.TimeoutError, UnavailableError, SourceError):
            LOG.info("The session could not be closed; the server will end it")

    async def _close(self) -> None:
        if self._opening is not None and not self._opening.done():
            await self._opening  # a login under way may have opened a session
        if self._session:
            await self._send("DELETE", "/users/session")
            self._session = {}

    async def _open(self) -> None:
        self._session = {}
        self._opening = asyncio.ensure_future(self._log_in())
        await asyncio.shield(self._opening)

    async def _log_in(self) -> None:
        options = self._options
        body = {"login": options.saymon_login, "password": options.saymon_password}
        if options.saymon_auth_token:
            body = {"auth-token": options.saymon_auth_token}
        answer = await self._send("POST", "/users/session", body=body)
        if answer.status in (401, 403):
            raise SourceError(f"The server refuses the login (status {answer.status}): check the credentials.")
        sid = self._decoded("POST /users/session", answer)
        session = {name: value for name, value in answer.cookies.items() if name in ("sid", "csrf")}
        if isinstance(sid, str) and sid:
            session.setdefault("sid", sid)
        if "sid" not in session:
            raise UnavailableError("POST /users/session did not answer with a session.")
        self._session = session

    def _credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and query that say who we are."""
        options = self._options
        if options.saymon_auth_method == "basic":
            account = f"{options.saymon_login}:{options.saymon_password}".encode()
            return {"Authorization": f"Basic {base64.b64encode(account).decode()}"}, {}
        if options.saymon_auth_method == "token":
            return {}, {"auth-token": options.saymon_auth_token, "api-token": options.saymon_auth_token}
        headers = {}
        if self._session:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._session.items())
        if "csrf" in self._session:
            headers["x-csrf-token"] = self._session["csrf"]
        return headers, {}

    async def _send(self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None) -> _Answer:
        headers, secret = self._credentials()
        try:
            async with self._http.request(
                method,
                self._root + path,
                params={**(query or {}), **secret},
                json=body,
                headers=headers,
                allow_redirects=False,  # a redirect could carry credentials elsewhere
                proxy=self._proxy,
                ssl=self._tls,
            ) as answer:
                content = await _content(answer, f"{method} {path}")
                cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
                return _Answer(answer.status, content, cookies, _seconds(answer.headers.get("Retry-After")))
        except asyncio.TimeoutError:
            seconds = self._options.saymon_timeout
            raise UnavailableError(f"{method} {path} was not answered within {seconds:g} seconds.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnavailableError(f"{method} {path} failed ({_reason(error)}).") from None

    @staticmethod
    def _decoded(request: str, answer: _Answer) -> Any:
        """The JSON of a good answer. The text of a bad one is not repeated: it might hold what we sent."""
        if not 200 <= answer.status < 300:
            raise UnavailableError(f"{request} answered {answer.status}.", answer.status, answer.pause)
        try:
            return json.loads(answer.body) if answer.body.strip() else None
        except (ValueError, RecursionError):
            raise UnavailableError(f"{request} answered with something that is not JSON.") from None


async def _content(answer: aiohttp.ClientResponse, request: str) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        content += chunk
        if len(content) > _MAX_ANSWER:
            raise UnavailableError(f"{request} answered with more than {_MAX_ANSWER >> 20} MiB.")
    return bytes(content)


def _seconds(text: str | None) -> float:
    """The number of a Retry-After, at most the longest pause; a date counts as none."""
    return min(float(text), _MAX_PAUSE) if text and text.isascii() and text.isdigit() else 0.0


# --- what was sent --------------------------------------------------------------------------------


def _moment(value: Any) -> int:
    """A time in milliseconds; 0 when there is none."""
    return value if isinstance(value, int) else 0


@dataclass
class Seen:
    """Which records of a list in order of time were seen: all before `floor`, and those of `ids` (id to time)."""

    ids: dict[str, int] = field(default_factory=dict)
    floor: int = 0

    def is_new(self, key: str, at: int) -> bool:
        """Whether the record was not seen."""
        return at >= self.floor and key not in self.ids

    def begin(self, found: Iterable[tuple[str, int]]) -> None:
        """Take everything up to the newest of these for seen."""
        self.ids.update(found)
        self.floor = max(self.ids.values(), default=0)

    def forget(self, window: int, most: int) -> None:
        """Keep the ids of the latest `window` milliseconds only, and half of `most` if that many are left."""
        times = sorted(self.ids.values())
        if times:
            self.floor = max(self.floor, times[-1] - window)
        if len(times) >= most:
            self.floor = max(self.floor, times[-(most // 2 + 1)])
        self.ids = {key: at for key, at in self.ids.items() if at >= self.floor}


@dataclass
class Followed:
    """What is remembered of an incident: digests of its watched keys, when it was registered, and for its next event
    level and entity."""

    digests: dict[str, str]
    open: bool
    at: int
    level: str
    entity: Record


@dataclass
class Memory:
    """What the source knows, and the events that are still to be sent."""

    server: str
    incidents: dict[str, Followed] = field(default_factory=dict)
    history: Seen = field(default_factory=Seen)
    event_log: Seen = field(default_factory=Seen)
    outbox: deque[Record] = field(default_factory=deque)
    begun: set[str] = field(default_factory=set)  # kinds of records that were read before


class StateFile:
    """Where the memory is kept between two runs; without a path nowhere."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._written = ""

    def load(self, server: str) -> Memory:
        """The memory in the file; an empty one without a file. SourceError when the file is not of this server."""
        if not self._path or not Path(self._path).exists():
            return Memory(server)
        try:
            memory = self._memory(json.loads(Path(self._path).read_text(encoding="utf-8")))
        except OSError as error:
            raise SourceError(f"state_file {self._path} cannot be read ({_reason(error)}).") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            message = f"state_file {self._path} was not written by this source: remove it or name another."
            raise SourceError(message) from None
        if memory.server != server:
            raise SourceError(f"state_file {self._path} belongs to {memory.server}: name another file.")
        return memory

    @staticmethod
    def _memory(stored: Any) -> Memory:
        return Memory(
            stored["server"],
            {key: Followed(**one) for key, one in stored["incidents"].items()},
            Seen(**stored["history"]),
            Seen(**stored["event_log"]),
            deque(stored["outbox"]),
            set(stored["begun"]),
        )

    def save(self, memory: Memory) -> None:
        """Write the file if something has changed, for its owner only, completely or not at all."""
        if not self._path:
            return
        stored = {
            **vars(memory),
            "incidents": {key: vars(one) for key, one in memory.incidents.items()},
            "history": vars(memory.history),
            "event_log": vars(memory.event_log),
            "outbox": list(memory.outbox),
            "begun": sorted(memory.begun),
        }
        text = json.dumps(stored)
        if text != self._written:
            self._replace(text)
            self._written = text

    def _replace(self, text: str) -> None:
        draft = Path(f"{self._path}.{os.getpid()}.tmp")
        try:
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            raise SourceError(f"state_file {self._path} cannot be written ({_reason(error)}).") from None


# --- incidents ------------------------------------------------------------------------------------


def is_open(incident: Record) -> bool:
    """Whether an incident is not cleared."""
    return str(incident.get("state")) != _CLEARED and not incident.get("clearTimestamp")


def level_of(incident: Record) -> str:
    """The id of its level, for a cleared one of the level before."""
    state = str(incident.get("state"))
    return str(incident.get("lastState") or state) if state == _CLEARED else state


def entity_of(incident: Record) -> Record:
    """What an incident is of; `name` and `class_id` are None when the server does not tell."""
    owner = incident.get("owner")
    owner = owner if isinstance(owner, dict) else {}
    kind = _ENTITIES.get(str(incident.get("entityType")), "")
    made = {"id": str(incident.get("entityId")), "type": kind, "name": owner.get("name")}
    return {**made, "class_id": None if owner.get("class_id") is None else str(owner["class_id"])}


def digests_of(incident: Record) -> dict[str, str]:
    """A short digest of each watched key that has a value."""
    watched = {name: incident[name] for name in _WATCHED if incident.get(name) not in (None, "", 0, [], {})}
    return {
        name: hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=8).hexdigest()
        for name, value in watched.items()
    }


def follow(incident: Record, before: Followed | None) -> Followed:
    """What to remember of an incident."""
    entity = entity_of(incident)
    if entity["name"] is None and before is not None:
        entity = before.entity
    at = _moment(incident.get("timestamp"))
    return Followed(digests_of(incident), is_open(incident), at, level_of(incident), entity)


def kinds_of(before: Followed | None, now: Followed) -> tuple[list[str], list[str]]:
    """The kinds of events that lead from what was known to what is, and the keys that have changed."""
    if before is None:
        return ["new"] if now.open else ["new", "cleared"], []
    names = set(before.digests) | set(now.digests)
    changes = sorted(name for name in names if before.digests.get(name) != now.digests.get(name))
    kinds = []
    ending = set(_ENDING) if before.open and now.open else {*_ENDING, "state"}
    if set(changes) - ending - set(_ACKNOWLEDGING):
        kinds.append("changed")
    if set(changes) & set(_ACKNOWLEDGING):
        kinds.append("acknowledged" if "acknowledgedBy" in now.digests else "unacknowledged")
    if not now.open and (before.open or "clearTimestamp" in changes):
        kinds.append("cleared")
    if now.open and not before.open:
        kinds.append("restored")
    return kinds, changes


class Filter:
    """Which incidents are wanted: as a query for the server, and as a test of our own in case it ignores that."""

    def __init__(self, options: Options, levels: Mapping[str, str]) -> None:
        """`levels` maps ids to names."""
        self._options = options
        ids = {name: key for key, name in levels.items()} | {key: key for key in levels}
        for level in options.levels:
            if level not in ids:
                names = ", ".join(levels.values())
                raise SourceError(f"levels names {level!r}, which the server does not have: use {names}.")
        self._levels = {ids[level] for level in options.levels}

    def query(self) -> dict[str, str]:
        """The parameters of a list; cleared incidents have a level of their own, so they must not be filtered out."""
        options = self._options
        conditions: list[Any] = []
        if self._levels:
            conditions.append(["severity", [*sorted(self._levels), _CLEARED]])
        if options.objects and all(_is_id(one) for one in options.objects):
            conditions.append(
                _any("entity", [f"{kind}-{one}" for one in options.objects for kind in ("objects", "links")])
            )
        if options.classes:
            conditions.append(_any("classId", list(options.classes)))
        if options.text:
            conditions.append(["text", {"value": options.text, "op": "_ct"}])
        made = {"owner": "true"}
        if conditions:
            made["filter"] = json.dumps(conditions)
        if options.parent:
            made["parentFilter"] = options.parent
        return made

    def matches(self, incident: Record) -> bool:
        """Whether it is wanted, as far as the record tells."""
        options, entity = self._options, entity_of(incident)
        return (
            (not self._levels or level_of(incident) in self._levels)
            and (not options.objects or entity["id"] in options.objects or entity["name"] in options.objects)
            and (not options.classes or entity["class_id"] in (*options.classes, None))
            and (options.text in str(incident.get("text") or ""))
            and (not options.parent or self._is_below(incident, options.parent))
        )

    @staticmethod
    def _is_below(incident: Record, parent: str) -> bool:
        owner = incident.get("owner")
        paths = owner.get("_parents") if isinstance(owner, dict) else None
        if not isinstance(paths, list) or not paths:
            return True  # only the server knows, as for links
        above = {str(one) for path in paths if isinstance(path, dict) for one in path.get("path") or []}
        return parent in above or parent == str(incident.get("entityId"))


def _is_id(text: str) -> bool:
    return text.isdigit() or (len(text) == 24 and all(one in "0123456789abcdef" for one in text))


def _any(name: str, values: list[str]) -> list[Any]:
    return [name, values[0]] if len(values) == 1 else ["$or", [[name, value] for value in values]]


# --- the source -----------------------------------------------------------------------------------


class Source:
    """Asks the server in rounds, and turns what has changed into events in the memory's outbox."""

    def __init__(self, options: Options, client: Client, memory: Memory) -> None:
        self._options = options
        self._client = client
        self._memory = memory
        self._levels: dict[str, str] = {}
        self._filter: Filter | None = None
        self._limit = _PAGE
        self._window = int(options.dedupe_window * 1000)

    async def look(self) -> None:
        """One round. Nothing is remembered before everything that belongs to it was read."""
        if "incidents" in self._options.records:
            await self._look_at_incidents()
        if "event_log" in self._options.records:
            await self._look_at_log()

    async def _look_at_incidents(self) -> None:
        if self._filter is None:
            await self._read_levels()
            self._filter = Filter(self._options, self._levels)
        active = await self._active(self._filter)
        past = await self._past(self._filter, active)
        if any(level_of(incident) not in self._levels for incident in active.values()):
            await self._read_levels()
        if "incidents" not in self._memory.begun:
            self._begin(active, past)
            return
        missing = [key for key in self._memory.incidents if key not in active and key not in past]
        looked_up = {key: await self._incident(key) for key in missing[:_LOOKUPS]}
        for key, incident in active.items():
            self._notice(key, incident)
        for key, incident in past.items():
            self._conclude(key, incident)
        for key, found in looked_up.items():
            self._settle(key, found)
        self._memory.history.forget(self._window, self._options.max_incidents)

    async def _read_levels(self) -> None:
        found = await self._client.get_list("/incident-levels", {})
        self._levels = {str(level.get("id")): str(level.get("name")) for level in found}

    async def _active(self, wanted: Filter) -> dict[str, Record]:
        """The active list as one answer, lest something be missed that moves while pages are turned."""
        query = {**wanted.query(), "sortField": "timestamp", "sortDirection": "asc"}
        most = self._options.max_incidents
        while True:
            limit = min(self._limit, most)
            found = await self._client.get_list("/incidents", {**query, "limit": str(limit)})
            if len(found) < limit or limit == most:
                break
            self._limit *= 2
        if len(found) >= most:
            LOG.warning("There are %s or more incidents: see the option max_incidents", most)
        known = self._memory.incidents
        return {
            str(incident["id"]): incident
            for incident in found
            if "id" in incident and (str(incident["id"]) in known or wanted.matches(incident))
        }

    async def _past(self, wanted: Filter, active: Mapping[str, Record]) -> dict[str, Record]:
        """Of the history, newest first, what was cleared since we looked and what we follow and miss. Whether the
        server sorts by the time of clearing or of registering is not known, so both decide how far to read."""
        memory = self._memory
        query = {**wanted.query(), "inverse": "true"}
        missing = [one.at for key, one in memory.incidents.items() if key not in active]
        back_to = min([memory.history.floor, *missing])
        limit, most = min(_PAGE, self._options.max_incidents), self._options.max_incidents
        while True:
            found = await self._client.get_list("/incident-history", {**query, "limit": str(limit)})
            last = found[-1] if found else {}
            reached = (
                _moment(last.get("clearTimestamp")) < memory.history.floor and _moment(last.get("timestamp")) < back_to
            )
            if len(found) < limit or limit >= most or reached or "incidents" not in memory.begun:
                break
            limit = min(limit * 2, most)
        followed = memory.incidents
        return {
            str(incident["id"]): incident
            for incident in found
            if "id" in incident and (str(incident["id"]) in followed or wanted.matches(incident))
        }

    async def _incident(self, key: str) -> Record | None:
        """An incident that no list has; None when the server does not know it."""
        try:
            found = await self._client.get(f"/incidents/{urllib.parse.quote(key, safe='')}")
        except UnavailableError as error:
            if error.status != 404:
                raise
            return None
        return found if isinstance(found, dict) else None

    def _begin(self, active: Mapping[str, Record], past: Mapping[str, Record]) -> None:
        """The first round: what is there is new only on request, and what is over is not."""
        for key, incident in active.items():
            if self._options.existing and is_open(incident):
                self._notice(key, incident)
            else:
                self._memory.incidents[key] = follow(incident, None)
        self._memory.history.begin((key, _moment(one.get("clearTimestamp"))) for key, one in past.items())
        self._memory.begun.add("incidents")

    def _notice(self, key: str, incident: Record) -> None:
        """An incident as it is now: the events that lead there."""
        known = self._memory.incidents
        before = known.get(key)
        if before is None and len(known) >= self._options.max_incidents:
            return  # it waits until there is room
        if before is None and key in self._memory.history.ids:
            return  # it was over, and moved while we read
        now = follow(incident, before)
        kinds, changes = kinds_of(before, now)
        for kind in kinds:
            self._send(kind, incident, now, changes)
        known[key] = now

    def _conclude(self, key: str, incident: Record) -> None:
        """An incident of the history: it is over, and followed no longer."""
        history = self._memory.history
        cleared = _moment(incident.get("clearTimestamp"))
        if key not in self._memory.incidents and not history.is_new(key, cleared):
            return
        before = self._memory.incidents.pop(key, None)
        now = follow(incident, before)
        now.open = False
        kinds, changes = kinds_of(before, now)
        for kind in kinds:
            self._send(kind, incident, now, changes)
        history.ids[key] = cleared

    def _settle(self, key: str, found: Record | None) -> None:
        """An incident that no list has, looked up on its own."""
        before = self._memory.incidents[key]
        if found is not None:
            self._notice(key, found)
        if found is not None and (before.open or is_open(found)):
            return
        del self._memory.incidents[key]
        if before.open:
            self._send("vanished", {"id": key, "timestamp": before.at}, before, [])

    def _send(self, kind: str, incident: Record, now: Followed, changes: list[str]) -> None:
        shown = {
            name: value for name, value in incident.items() if name != "owner"
        }  # it has all properties of the object
        digest = hashlib.blake2b(json.dumps(now.digests, sort_keys=True).encode(), digest_size=8).hexdigest()
        self._memory.outbox.append(
            {
                "type": "incident",
                "kind": kind,
                "incident": shown,
                "entity": now.entity,
                "level": self._levels.get(now.level),
                "level_id": now.level,
                "open": now.open and kind != "vanished",
                "changes": changes,
                "server": self._memory.server,
                "key": f"{incident.get('id')}-{kind}-{digest}",
            }
        )

    async def _look_at_log(self) -> None:
        seen, most = self._memory.event_log, self._options.max_incidents
        query = {"type": _LOG_TYPES[self._options.event_type]} if self._options.event_type else {}
        if "event_log" not in self._memory.begun:
            if not self._options.existing:
                newest = await self._client.get_list("/event-log", {"inverse": "true", "limit": str(_PAGE)})
                seen.begin((str(one.get("_id")), _moment(one.get("timestamp"))) for one in newest)
            self._memory.begun.add("event_log")
        limit = min(_PAGE, most)
        while True:
            found = await self._client.get_list("/event-log", {**query, "from": str(seen.floor), "limit": str(limit)})
            if len(found) < limit or limit >= most:
                break
            limit = min(limit * 2, most)
        for record in found:
            key, at = str(record.get("_id")), _moment(record.get("timestamp"))
            if seen.is_new(key, at) and query.get("type") in (None, str(record.get("type"))):
                seen.ids[key] = at
                self._memory.outbox.append(log_event(record, self._memory.server))
        seen.forget(self._window, most)


def log_event(record: Record, server: str) -> Record:
    """The event of a record of the event log."""
    shown = {"id" if name == "_id" else name: value for name, value in record.items() if name != "skip"}
    entity = record.get("entity")
    entity = entity if isinstance(entity, dict) else {}
    return {
        "type": "event_log",
        "kind": "logged",
        "record": shown,
        "entity": {
            "id": None if entity.get("entityId") is None else str(entity["entityId"]),
            "type": _ENTITIES.get(str(entity.get("entityType")), ""),
            "name": entity.get("entityName"),
        },
        "level": _LOG_LEVELS.get(str(record.get("level"))),
        "server": server,
        "key": f"{shown.get('id')}-logged",
    }


async def _deliver(queue: asyncio.Queue[Any], memory: Memory) -> None:
    """Send what is in the outbox. An event leaves it only when the queue has it, so a cancelled source keeps the
    rest."""
    while memory.outbox:
        await queue.put(memory.outbox[0])
        memory.outbox.popleft()


async def _run(queue: asyncio.Queue[Any], source: Source, interval: float, memory: Memory, state: StateFile) -> None:
    failures = 0
    await _deliver(queue, memory)
    while True:
        pause = interval
        try:
            await source.look()
            if failures:
                LOG.warning("%s answers again", memory.server)
            failures = 0
        except UnavailableError as error:
            failures += 1
            LOG.log(logging.WARNING if failures == 1 else logging.INFO, "%s", error)
            grown = min(interval * 2 ** min(failures, 20), max(_MAX_PAUSE, interval))
            pause = max(error.pause, grown * random.uniform(0.5, 1.0))  # noqa: S311 - spreads the load, keeps no secret
        if memory.outbox:
            state.save(memory)
            await _deliver(queue, memory)
        state.save(memory)
        await asyncio.sleep(pause)


async def _finish(closing: Coroutine[Any, Any, None]) -> None:
    """Wait for the end of what is bounded in time, even if we are cancelled again: ansible-rulebook does that."""
    task = asyncio.ensure_future(closing)
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(task)


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Send events to the queue until cancelled. SourceError when an option is wrong or the account is refused."""
    options = options_from(args, os.environ)
    state = StateFile(options.state_file)
    memory = state.load(options.saymon_url.rstrip("/"))
    state.save(memory)  # a file that cannot be written is an error now rather than later
    timeout = aiohttp.ClientTimeout(total=options.saymon_timeout)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        client = Client(options, http)
        try:
            await _run(queue, Source(options, client, memory), options.interval, memory, state)
        finally:
            try:
                state.save(memory)
            finally:
                await _finish(client.close())
