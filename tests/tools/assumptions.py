# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask a server how it behaves where the documentation leaves things open, and report which assumptions held."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NamedTuple

from tests.tools.common import Result
from tests.tools.probe_bench import PREFIX, Bench, ProbeError, id_of, refused, value

_SHAPES = {list: "a list", str: "a text", int: "a number", dict: "an object", type(None): "null"}
_HEADINGS = ("assumption", "expected", "found", "held")


def _shape(found: Any) -> str:
    return _SHAPES.get(type(found), type(found).__name__)


def _session_id(bench: Bench) -> str:
    cookie, body = bench.admin.opened.cookies.get("sid"), value(bench.admin.opened)
    if cookie and body:
        return "both, equal" if cookie == body else "both, different"
    return "cookie" if cookie else "body"


def _cookie(bench: Bench) -> str:
    for text in bench.admin.opened.raw.headers.getlist("set-cookie"):
        words = [word.strip() for word in text.split(";")]
        if words[0].startswith("sid="):
            return "; ".join(words[1:]) or "none"
    return "no cookie"


def _csrf(bench: Bench) -> str:
    if "csrf" not in bench.admin.session.cookies:
        return "no"
    answer = bench.admin.call("PATCH", bench.thing, {"name": PREFIX}, headers={"x-csrf-token": None})
    return f"yes, status {answer.status_code}" if refused(answer) else "no, but sets a cookie"


def _verify(bench: Bench) -> str:
    answer = bench.admin.call("GET", f"/users/session/verify/{uuid.uuid4()}")
    return f"status {answer.status_code}" if refused(answer) else answer.text.strip() or "nothing"


def _unknown_route(bench: Bench) -> str:
    answer = bench.admin.call("GET", f"/{PREFIX}")
    body = value(answer) or {}
    named = ", names the path" if f"/api/{PREFIX} " in str(body.get("message")) else ""
    return f"{answer.status_code} {body.get('code')}{named}"


def _forbidden(bench: Bench) -> str:
    answer = bench.low.call("POST", "/user-groups", {"name": f"{PREFIX}-forbidden"})
    return f"{answer.status_code} {(value(answer) or {}).get('code')}"


def _write_status(bench: Bench) -> str:
    answers = bench.writes()
    if len({answer.status_code for answer in answers}) == 1:
        return str(answers[0].status_code)
    return ", ".join(f"{answer.request.method} {answer.status_code}" for answer in answers)


def _empty(bench: Bench) -> str:
    return ", ".join(str(answer.request.method) for answer in bench.writes() if not answer.content) or "none"


def _others(bench: Bench) -> str:
    seen: set[str] = set().union(
        *(user for user in bench.low.ok("GET", "/users") if str(user["id"]) != id_of(bench.user))
    )
    return "id, login" if seen == {"id", "login"} else "more than id, login" if seen else "nothing"


def _group_deleted(bench: Bench) -> str:
    group = bench.admin.make("/user-groups", name=f"{PREFIX}-deleted")
    bench.join(group)
    bench.admin.ok("DELETE", group)
    return "no" if id_of(group) in str(bench.admin.one(bench.user).get("group")) else "yes"


def _existing_login(bench: Bench) -> str:
    answer = bench.admin.call(
        "POST", "/users", {"login": bench.admin.one(bench.user)["login"], "password": uuid.uuid4().hex + "-Q1"}
    )
    return str(answer.status_code) if refused(answer) else "a second user"


def _nested(bench: Bench) -> str:
    bench.admin.ok("PATCH", bench.group, {"objectPermissions": {"include": []}})
    rights = next(item for item in bench.admin.ok("GET", "/user-groups") if str(item["id"]) == id_of(bench.group))[
        "objectPermissions"
    ]
    return "merges" if rights.get("exclude") else "replaces"


def _policy_verb(bench: Bench) -> str:
    for method, path in (("POST", "/password-policies"), ("PATCH", "/password-policies/")):
        if not refused(bench.admin.call(method, path, {"name": PREFIX})):
            return method
    return "neither POST nor PATCH"


def _search(bench: Bench) -> str:
    refusals = []
    for permissions in ([], ["run-bulks"]):
        bench.admin.ok("PATCH", bench.user, {"permissions": permissions})
        refusals.append(refused(bench.low.call("POST", "/objects/search", {"search": {"name": PREFIX}})))
    bench.admin.ok("PATCH", bench.user, {"permissions": []})
    return "more than run-bulks" if refusals[1] else "run-bulks" if refusals[0] else "none"


def _known_discovery_id(bench: Bench) -> str:
    key = f"{PREFIX}-{uuid.uuid4().hex}"
    first, second = (
        bench.child(discovery_id=key, properties=[{"name": name, "value": "1", "type_id": 1}])
        for name in ("Old", "New")
    )
    if first != second:
        return "makes another object"
    names = {item["name"] for item in bench.admin.one(first).get("properties", [])}
    return {("New",): "replaced", ("Old",): "kept", ("New", "Old"): "merged"}.get(tuple(sorted(names)), "lost")


def _deletion(bench: Bench) -> str:
    above = bench.child()
    below = bench.child(above)
    bench.admin.ok("DELETE", above)
    return "everything below" if refused(bench.admin.call("GET", below)) else "nothing else"


class Probe(NamedTuple):
    """One assumption: its name as in docs/compatibility.md, what is expected, and a function that finds the answer."""

    name: str
    expected: str
    find: Callable[[Bench], str]


PROBES = (
    Probe("status of a login", "200", lambda bench: str(bench.admin.opened.status_code)),
    Probe("the session id is in the cookie, in the body, or in both", "both, equal", _session_id),
    Probe("attributes of the session cookie", "Path=/", _cookie),
    Probe("whether the server checks csrf", "no", _csrf),
    Probe("what the call that verifies a session answers", "false", _verify),
    Probe("answer to a malformed id", "404", lambda bench: bench.status(f"/objects/{PREFIX}")),
    Probe("answer to an unknown route", "404 ResourceNotFound, names the path", _unknown_route),
    Probe("name of the error in a 403", "403 Forbidden", _forbidden),
    Probe("which status a successful write has", "200", _write_status),
    Probe("writes that answer without a body", "PUT, DELETE", _empty),
    Probe("how deep a PATCH merges nested records", "replaces", _nested),
    Probe("group of a user", "a list", lambda bench: _shape(bench.join(bench.group))),
    Probe("answer to GET /users/:id", "an object", lambda bench: _shape(bench.admin.ok("GET", bench.user))),
    Probe("what an account without manage-users sees of others", "id, login", _others),
    Probe("the status for a duplicate login", "400", _existing_login),
    Probe("whether deleting a group removes its id from the users", "no", _group_deleted),
    Probe("a second group of the same name", "makes another", lambda bench: bench.second("/user-groups")),
    Probe("how a password policy is created", "POST", _policy_verb),
    Probe("which permission a search needs", "run-bulks", _search),
    Probe("parent_id of an object", "a list", lambda bench: _shape(bench.admin.one(bench.child())["parent_id"])),
    Probe("properties when an object is created with a known discovery_id", "replaced", _known_discovery_id),
    Probe("what a deletion includes", "everything below", _deletion),
    Probe(
        "what the server answers when a property is created",
        "an object",
        lambda bench: _shape(value(bench.new_property(bench.child()))),
    ),
    Probe("a second tag of the same name", "makes another", lambda bench: bench.second("/tags")),
    Probe(
        "state conditions that were never set", "404", lambda bench: bench.status(f"{bench.child()}/state-conditions")
    ),
)


def _ask(probe: Probe, bench: Bench) -> tuple[str, str]:
    """What was found, and whether that is as expected: yes, no or broke."""
    try:
        found = " ".join(probe.find(bench).split())[:60]
    except ProbeError as error:
        return str(error), "broke"
    except Exception as error:  # an answer of another form, or none; texts of requests may hold addresses with secrets
        return type(error).__name__, "broke"
    return found, "yes" if found == probe.expected else "no"


def report(url: str, login: str, password: str) -> Result:
    """Ask all questions and print a table of the answers; a failure is a probe that broke, or that left something
    behind."""
    start = time.monotonic()
    rows = []
    with ExitStack() as stack:
        bench = Bench(url, login, password, stack)
        bench.admin.clean()
        try:
            rows = [(probe.name, probe.expected, *_ask(probe, bench)) for probe in PROBES]
        finally:
            left = bench.admin.clean()
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    for row in (_HEADINGS, *rows):
        print("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    for path in left:
        print(f"could not be removed: {path}")
    held = [row[3] for row in rows]
    broken = held.count("broke") + len(left)
    return Result(
        "assumptions",
        len(rows) - held.count("broke"),
        broken,
        seconds=time.monotonic() - start,
        note=f"{held.count('no')} did not hold",
    )
