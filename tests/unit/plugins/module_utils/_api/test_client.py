# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client: when it tries again, how it proves who it is, how it reads paths, queries and addresses."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils._api.client import (
    Answer,
    Auth,
    Client,
    Request,
    is_read,
    make_query,
    split_path,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    BadInput,
    HttpError,
    NotSignedIn,
    SaymonError,
    Unreachable,
    WrongAnswer,
    lost,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK, Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.session import (
    BasicAuth,
    Credentials,
    Session,
    SessionAuth,
    SessionStore,
    TokenAuth,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.tests.unit.support import CSRF, OTHER_SID, SID, URL, Exchange, Script
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProtocolError

EXPIRED = {"code": "Unauthorized", "message": '{"errorCode":3,"message":"Session expired."}'}
WRONG = {"code": "InvalidCredentials", "message": '{"errorCode":3,"message":"Invalid login or password."}'}


def _never_sent(reason: Any) -> requests.exceptions.ConnectionError:
    """The exception that requests raises when no connection came about."""
    pool: Any = "HTTPSConnectionPool(host='saymon.example.org', port=443)"
    cause = reason(pool, "Failed to establish a new connection: [Errno 111] Connection refused")
    return requests.exceptions.ConnectionError(MaxRetryError(pool, "/x", cause))


REFUSED = _never_sent(NewConnectionError)
CONNECT_TIMEOUT = _never_sent(ConnectTimeoutError)
RESET = requests.exceptions.ConnectionError(
    ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
)

JSON = {"Content-Type": "application/json"}

# failure -> (tries again a read, tries again a write, kind of the final error, part of its text)
POLICY: list[tuple[str, dict[str, Any], bool, bool, type[SaymonError], str]] = [
    ("refused", {"error": REFUSED}, True, True, Unreachable, "cannot be reached (Connection refused)"),
    ("no connection in time", {"error": CONNECT_TIMEOUT}, True, True, Unreachable, "cannot be reached"),
    (
        "connect timeout",
        {"error": requests.exceptions.ConnectTimeout()},
        True,
        True,
        Unreachable,
        "did not accept a connection in time",
    ),
    ("proxy", {"error": requests.exceptions.ProxyError("x")}, True, True, Unreachable, "the proxy for"),
    (
        "tls",
        {"error": requests.exceptions.SSLError("certificate verify failed: self-signed")},
        False,
        False,
        Unreachable,
        "(self-signed)",
    ),
    ("reset", {"error": RESET}, True, False, AnswerLost, "the connection broke"),
    (
        "read timeout",
        {"error": requests.exceptions.ReadTimeout()},
        True,
        False,
        AnswerLost,
        "no answer within 30 s; saymon_timeout",
    ),
    (
        "broken off",
        {"error": requests.exceptions.ChunkedEncodingError()},
        True,
        False,
        AnswerLost,
        "the answer broke off",
    ),
    (
        "truncated JSON",
        {"text": '{"id":"64b1', "answer_headers": JSON},
        True,
        False,
        AnswerLost,
        "the JSON of the answer broke off",
    ),
    ("429", {"status": 429}, True, True, HttpError, "answered 429"),
    ("502", {"status": 502}, True, False, HttpError, "answered 502"),
    ("503", {"status": 503}, True, False, HttpError, "answered 503"),
    ("503 as a page", {"status": 503, "text": "<html>down</html>"}, True, False, HttpError, "answered 503"),
    ("504", {"status": 504}, True, False, HttpError, "answered 504"),
    (
        "500",
        {"status": 500, "data": {"code": "Internal", "message": "caused by"}},
        False,
        False,
        HttpError,
        "500 Internal: caused by.",
    ),
    ("400", {"status": 400}, False, False, HttpError, "answered 400"),
    ("404", {"status": 404}, False, False, HttpError, "answered 404"),
    ("409", {"status": 409}, False, False, HttpError, "answered 409"),
    (
        "page",
        {"status": 200, "text": "<!DOCTYPE html><html>"},
        False,
        False,
        WrongAnswer,
        "answered by an HTML page (status 200)",
    ),
]
# The service behind the web server may have acted on a write before the web server gave up on it.
GATEWAY = ("502", "504")
KINDS = [("GET", "/users", True), ("POST", "/objects/search", True), ("POST", "/v2/getObjects", True)]
KINDS += [(method, "/users/1", False) for method in ("POST", "PUT", "PATCH", "DELETE")]


@pytest.mark.parametrize(("method", "path", "reads"), KINDS)
@pytest.mark.parametrize(
    ("name", "failure", "read_again", "write_again", "kind", "text"), POLICY, ids=[row[0] for row in POLICY]
)
def test_retry_policy(
    script: Script,
    method: str,
    path: str,
    reads: bool,
    name: str,
    failure: dict[str, Any],
    read_again: bool,
    write_again: bool,
    kind: type[SaymonError],
    text: str,
) -> None:
    again = read_again if reads else write_again
    if name in GATEWAY and not reads:
        kind, text = AnswerLost, f"the web server before it answered {name}"
    failing = Exchange(method, path, **failure)
    # Tried again: it succeeds as soon as the server does.
    if again:
        script(failing, failing, (method, path, 200, ["ok"]))
        assert Client(Connection(URL, retries=2)).send(Request(method, path)).data == ["ok"]
        assert len(script.naps) == 2
        script.naps.clear()
    # In the end: as many tries as allowed, then one clear error.
    script(*[failing] * (3 if again else 1))
    with pytest.raises(kind) as caught:
        Client(Connection(URL, retries=2)).send(Request(method, path))
    assert text in str(caught.value)
    assert len(script.naps) == (2 if again else 0)
    assert "final" not in caught.value.result()
    if kind is AnswerLost:
        assert ("may or may not have acted" in str(caught.value)) is not reads


def test_no_retries_when_none_are_wanted(script: Script) -> None:
    script(Exchange("GET", "/users", error=REFUSED))
    with pytest.raises(Unreachable):
        Client(Connection(URL, retries=0)).get("/users")
    assert script.naps == []


def test_pauses_grow_and_are_bounded(script: Script) -> None:
    script(*[Exchange("GET", "/users", error=REFUSED)] * 11)
    with pytest.raises(Unreachable):
        Client(Connection(URL, retries=10)).get("/users")
    assert 0.2 <= script.naps[0] <= 0.4
    assert 0.4 <= script.naps[1] <= 0.8
    assert all(2.5 <= nap <= 5.0 for nap in script.naps[5:])


@pytest.mark.parametrize(("header", "nap"), [("7", 7.0), (" 0 ", 0.0), ("86400", 60.0)])
def test_retry_after_is_followed(script: Script, header: str, nap: float) -> None:
    script(Exchange("GET", "/users", 503, answer_headers={"retry-after": header}), ("GET", "/users", 200, []))
    Client(Connection(URL)).get("/users")
    assert script.naps == [nap]


@pytest.mark.parametrize("header", ["Wed, 21 Oct 2026 07:28:00 GMT", "", "-1", "soon"])
def test_other_retry_after_is_left_alone(script: Script, header: str) -> None:
    script(Exchange("GET", "/users", 503, answer_headers={"Retry-After": header}), ("GET", "/users", 200, []))
    Client(Connection(URL)).get("/users")
    assert 0.2 <= script.naps[0] <= 0.4


def test_an_expected_busy_status_is_an_answer(script: Script) -> None:
    script(("GET", "/users", 503, {"code": "Busy"}))
    assert Client(Connection(URL)).send(Request("GET", "/users", expect=(503,))).status == 503


def test_bodies_and_shortcuts(script: Script) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    script(
        ("GET", "/user-groups?a=1", 200, [{"id": 1}]),
        Exchange(
            "GET", "/users?a=1&a=2&b=true", 200, {"id": 1}, headers={"Content-Type": None, "Accept": "application/json"}
        ),
        Exchange("POST", "/objects/search", 200, [], body={"x": "Ж"}, headers=headers),
        Exchange("PATCH", "/users/1", 204, sent='{"имя":[1,2]}'.encode(), headers=headers),
        Exchange(
            "POST", "/incidents/1/comment", sent="текст".encode(), headers={"Content-Type": "text/plain; charset=utf-8"}
        ),
        Exchange("PUT", "/users/1", sent=b"null", text="fine"),
    )
    client = Client(Connection(URL))
    assert client.get_list("/user-groups", a=1) == [{"id": 1}]
    assert client.get("/users", a=[1, 2], b=True, c=None) == {"id": 1}
    assert client.send(Request("POST", "/objects/search", body={"x": "Ж"})).data == []
    assert client.send(Request("PATCH", "/users/1", body={"имя": [1, 2]})).data is None
    assert client.send(Request("POST", "/incidents/1/comment", text="текст")).data is None
    answer = client.send(Request("PUT", "/users/1", text="null"))
    assert (answer.data, answer.text, answer.saved) == (None, "fine", None)


@pytest.mark.parametrize("data", [{"users": []}, "users", 1, None, [1], [{"login": "x"}], [{"id": 1}, []]])
def test_what_is_no_list_of_records(script: Script, data: Any) -> None:
    script(("GET", "/users", 200, data), ("GET", "/users"))
    for _answer in range(2):  # the second is empty
        with pytest.raises(WrongAnswer, match=r"GET /users did not answer with a list of records"):
            Client(Connection(URL)).get_list("/users")


BROKEN_LISTS = [b'[{"id":1},{"id', b'[{"id":1}', b'[{"id":1}]]']


@pytest.mark.parametrize("body", BROKEN_LISTS)
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_list_that_broke_off_is_read_again(script: Script, body: bytes, kind: str) -> None:
    broken = Exchange("GET", "/users", content=body, answer_headers={"Content-Type": kind})
    script(broken, ("GET", "/users", 200, [{"id": 2}]))
    seen: list[dict[str, Any]] = []

    def mark(record: dict[str, Any]) -> dict[str, Any]:
        seen.append(record)
        return {**record, "seen": True}

    assert Client(Connection(URL)).get_list("/users", each=mark) == [{"id": 2, "seen": True}]
    assert seen in ([{"id": 1}, {"id": 2}], [{"id": 2}])
    script(broken)
    with pytest.raises(AnswerLost, match=r"GET /users: the JSON of the answer broke off or is damaged. Try again."):
        Client(Connection(URL, retries=0)).get_list("/users")


def test_a_list_whose_connection_breaks_is_read_again(script: Script) -> None:
    """The headers have come, and the body does not end."""

    class Torn(io.RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            raise requests.exceptions.ChunkedEncodingError("torn")

    def torn(self: Exchange) -> requests.Response:
        response = original(self)
        if self.text == "torn":
            response.raw = Torn()
        return response

    original: Callable[[Exchange], requests.Response] = Exchange.answer
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Exchange, "answer", torn)
        script(Exchange("GET", "/users", text="torn"), ("GET", "/users", 200, [{"id": 1}]))
        assert Client(Connection(URL)).get_list("/users") == [{"id": 1}]


@pytest.mark.parametrize(
    ("status", "data"), [(200, {"code": "NotFound", "message": "none"}), (403, {"code": "Forbidden"}), (404, [])]
)
def test_an_error_in_place_of_a_list(script: Script, status: int, data: Any) -> None:
    script(("GET", "/users", status, data))
    with pytest.raises(HttpError, match=f"GET /users answered {status}"):
        Client(Connection(URL)).get_list("/users")


def test_what_utf8_cannot_hold_is_replaced(script: Script) -> None:
    script(Exchange("POST", "/x", sent=b'{"a":"?"}'), Exchange("POST", "/x", sent=b"?"))
    client = Client(Connection(URL))
    client.send(Request("POST", "/x", body={"a": "\ud800"}))
    client.send(Request("POST", "/x", text="\ud800"))


def test_answer_carries_what_came(script: Script) -> None:
    script(Exchange("GET", "/users?a=x+y", 201, {"ключ": "é"}, answer_headers={"X-Test": "1"}, cookies={"sid": "s"}))
    answer = Client(Connection(URL)).send(Request("GET", "/users", [("a", "x y")]))
    assert isinstance(answer, Answer)
    assert answer.url == f"{URL}/node/api/users?a=x+y"
    assert (answer.status, answer.data, answer.headers, answer.cookies) == (
        201,
        {"ключ": "é"},
        {"X-Test": "1"},
        {"sid": "s"},
    )
    assert 0 <= answer.elapsed < 5


def test_a_login_has_its_own_attempts_and_they_do_not_multiply(script: Script) -> None:
    script(*[Exchange("POST", "/users/session", body={"login": "ci", "password": "pass-phrase-1"}, error=REFUSED)] * 3)
    connection = Connection(URL, retries=2)
    with pytest.raises(Unreachable, match="POST /users/session"):
        Client(connection, SessionAuth(SessionStore(None, connection, Credentials("ci", "pass-phrase-1")))).get(
            "/users"
        )


# --- proof of who sends it ------------------------------------------------------------------------


def _sessions(*, csrf: str | None = None, complete: bool = True) -> SessionStore:
    connection = Connection(URL)
    return SessionStore(
        Session(URL, SID, csrf, "ci"), connection, Credentials("ci", "pass-phrase-1") if complete else Credentials()
    )


LOGIN = Exchange(
    "POST",
    "/users/session",
    200,
    OTHER_SID,
    body={"login": "ci", "password": "pass-phrase-1"},
    headers={"Cookie": None},
)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_expired_session_heals_once_and_the_request_is_sent_again(script: Script, method: str) -> None:
    script(
        Exchange(method, "/x", 401, EXPIRED, headers={"Cookie": f"sid={SID}"}),
        LOGIN,
        Exchange(method, "/x", 200, {"id": 1}, headers={"Cookie": f"sid={OTHER_SID}"}),
    )
    assert Client(Connection(URL), SessionAuth(_sessions())).send(Request(method, "/x")).data == {"id": 1}
    assert script.naps == []


def test_a_second_401_is_the_end(script: Script) -> None:
    script(("GET", "/x", 401, EXPIRED), LOGIN, ("GET", "/x", 401, EXPIRED))
    with pytest.raises(
        HttpError, match=r"GET /x answered 401 Unauthorized: Session expired\. .*saymon_session"
    ) as caught:
        Client(Connection(URL), SessionAuth(_sessions())).get("/x")
    assert caught.value.result()["status"] == 401


def test_wrong_csrf_heals_too(script: Script) -> None:
    script(
        Exchange("PUT", "/x", 401, {"errorCode": 3, "message": "Wrong CSRF Token"}, headers={"x-csrf-token": "old"}),
        Exchange(
            "POST",
            "/users/session",
            200,
            OTHER_SID,
            body={"login": "ci", "password": "pass-phrase-1"},
            cookies={"csrf": CSRF},
        ),
        Exchange("PUT", "/x", 200, headers={"x-csrf-token": CSRF, "Cookie": f"sid={OTHER_SID}; csrf={CSRF}"}),
    )
    Client(Connection(URL), SessionAuth(_sessions(csrf="old"))).send(Request("PUT", "/x"))


def test_without_credentials_nothing_heals(script: Script) -> None:
    script(("GET", "/x", 401, EXPIRED))
    with pytest.raises(HttpError, match="Session expired"):
        Client(Connection(URL), SessionAuth(_sessions(complete=False))).get("/x")


def test_healing_with_refused_credentials_says_so(script: Script) -> None:
    script(
        ("GET", "/x", 401, EXPIRED),
        ("POST", "/users/session", 401, WRONG, {"login": "ci", "password": "pass-phrase-1"}),
    )
    with pytest.raises(NotSignedIn, match=r"refused login 'ci' \(Invalid login or password\)"):
        Client(Connection(URL), SessionAuth(_sessions())).get("/x")


@pytest.mark.parametrize("path", ["/users/session", "/users/session/"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_401_to_a_login_or_logout_ends_no_session(script: Script, method: str, path: str) -> None:
    script((method, path, 401, WRONG))
    with pytest.raises(HttpError, match="401 InvalidCredentials"):
        Client(Connection(URL), SessionAuth(_sessions())).send(Request(method, path))


def test_a_lost_login_asks_nobody_to_look(script: Script) -> None:
    for failure in (
        {"error": requests.exceptions.ReadTimeout()},
        {"status": 502},
        {"text": '"64b', "answer_headers": JSON},
    ):
        script(Exchange("POST", "/users/session", **failure))
        with pytest.raises(AnswerLost, match=r"Try again\.$"):
            Client(Connection(URL, retries=2)).send(Request("POST", "/users/session"))


def test_advice_for_those_who_look() -> None:
    assert (
        str(lost("It broke", reads=False))
        == "It broke. The server may or may not have acted on it. Look before you run the task again."
    )
    again = "It broke. The server may or may not have acted on it. Run the task again: it looks before it writes."
    assert str(lost("It broke", reads=False).repeatable()) == again
    assert str(lost("It broke", reads=True).repeatable()) == "It broke. Try again."


def test_no_healing_when_told_so_or_when_401_is_expected(script: Script) -> None:
    script(("GET", "/x", 401, EXPIRED), ("GET", "/x", 401, EXPIRED))
    client = Client(Connection(URL), SessionAuth(_sessions()))
    with pytest.raises(HttpError):
        client.send(Request("GET", "/x"), recover=False)
    assert client.send(Request("GET", "/x", expect=(401,))).status == 401


@pytest.mark.parametrize(
    "auth",
    [
        Auth(),
        BasicAuth(Credentials("ci", "wrong-phrase"), SessionStore(), Secrets()),
        TokenAuth(Credentials(auth_token="t-1"), SessionStore()),
    ],
    ids=lambda auth: type(auth).__name__,
)
def test_wrong_credentials_are_not_tried_again(monkeypatch: pytest.MonkeyPatch, script: Script, auth: Auth) -> None:
    query = "?auth-token=t-1&api-token=t-1" if isinstance(auth, TokenAuth) else ""
    script(("GET", f"/x{query}", 401, WRONG))
    with pytest.raises(HttpError, match="401 InvalidCredentials: Invalid login or password"):
        Client(Connection(URL), auth).get("/x")


@pytest.mark.parametrize(
    ("method", "sent"), [("GET", None), ("POST", CSRF), ("PUT", CSRF), ("PATCH", CSRF), ("DELETE", CSRF)]
)
def test_csrf_goes_into_a_header_of_writes_only(script: Script, method: str, sent: str | None) -> None:
    script(
        Exchange(
            method, "/x", headers={"x-csrf-token": sent, "Cookie": f"sid={SID}; csrf={CSRF}", "Authorization": None}
        )
    )
    Client(Connection(URL), SessionAuth(_sessions(csrf=CSRF))).send(Request(method, "/x"))


def test_no_csrf_no_header(script: Script) -> None:
    script(Exchange("PUT", "/x", headers={"x-csrf-token": None, "Cookie": f"sid={SID}"}))
    Client(Connection(URL), SessionAuth(_sessions())).send(Request("PUT", "/x"))


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_basic(script: Script, method: str) -> None:
    script(Exchange(method, "/x", headers={"Authorization": "Basic Y2k6cMOkc3M6d29yZA==", "Cookie": None}))
    Client(Connection(URL), BasicAuth(Credentials("ci", "päss:word"), SessionStore(), Secrets())).send(
        Request(method, "/x")
    )


def test_the_basic_header_is_a_secret_too() -> None:
    secrets = Secrets()
    BasicAuth(Credentials("ci", "päss:word"), SessionStore(), secrets)
    assert secrets.scrub("Basic Y2k6cMOkc3M6d29yZA==") in (MASK, f"Basic {MASK}")


def test_token_goes_in_both_spellings_and_stays_out_of_the_url(script: Script) -> None:
    headers = {"Cookie": None, "Authorization": None}
    script(Exchange("GET", "/x?a=1&auth-token=t%26k&api-token=t%26k", 200, [], headers=headers))
    answer = Client(Connection(URL), TokenAuth(Credentials(auth_token="t&k"), SessionStore())).send(
        Request("GET", "/x", [("a", "1")])
    )
    assert answer.url == f"{URL}/node/api/x?a=1"


# --- check mode -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "reads"), KINDS)
def test_check_mode_refuses_to_write(script: Script, method: str, path: str, reads: bool) -> None:
    client = Client(Connection(URL), read_only=True)
    if reads:
        script((method, path, 200, []))
        assert client.send(Request(method, path)).data == []
    else:
        with pytest.raises(AssertionError, match=f"check mode must not send {method} {path}"):
            client.send(Request(method, path))


@pytest.mark.parametrize(
    ("method", "path", "reads"),
    [
        ("GET", "/x", True),
        ("POST", "/objects/search/", True),
        ("POST", "/v2/getObjects/", True),
        ("POST", "/objects/searching", False),
        ("POST", "/objects/search/x", False),
        ("POST", "/v2/setObjects", False),
        ("PUT", "/objects/search", False),
        ("PATCH", "/notification-templates/preview", True),
        ("POST", "/notification-templates/preview", False),
        ("PATCH", "/notification-templates/64b1f0c2a9d3e40800000001", False),
        ("DELETE", "/v2/getObjects", False),
    ],
)
def test_is_read(method: str, path: str, reads: bool) -> None:
    assert is_read(method, path) is reads


# --- pages ----------------------------------------------------------------------------------------


def _pages(size: int, most: int | None = None) -> list[list[Any]]:
    pages = Client(Connection(URL)).pages(Request("GET", "/incidents", [("from", "1")]), size=size, most=most)
    return [items for _answer, items in pages]


def _page(skip: int, *items: Any, size: int = 2) -> Exchange:
    return Exchange("GET", f"/incidents?from=1&limit={size}&skip={skip}", 200, list(items))


def test_pages_until_a_short_one(script: Script) -> None:
    script(_page(0, {"id": 1}, {"id": 2}), _page(2, {"id": 3}, {"id": 4}), _page(4, {"id": 5}))
    assert _pages(2) == [[{"id": 1}, {"id": 2}], [{"id": 3}, {"id": 4}], [{"id": 5}]]


def test_pages_until_an_empty_one(script: Script) -> None:
    script(_page(0, {"id": 1}, {"id": 2}), _page(2))
    assert _pages(2) == [[{"id": 1}, {"id": 2}], []]


def test_items_that_come_twice_are_dropped(script: Script) -> None:
    script(_page(0, {"_id": "a"}, {"id": "b"}), _page(2, {"id": "b"}, {"id": "c"}), _page(4, {"id": "c"}))
    assert _pages(2) == [[{"_id": "a"}, {"id": "b"}], [{"id": "c"}], []]


def test_items_without_an_id_are_told_apart_by_content(script: Script) -> None:
    script(_page(0, {"time": 1}, {"time": 2}), _page(2, {"time": 2}, "x"), _page(4, "x"))
    assert _pages(2) == [[{"time": 1}, {"time": 2}], ["x"], []]


def test_a_server_that_ignores_limit_is_asked_once(script: Script) -> None:
    script(_page(0, {"id": 1}, {"id": 2}, {"id": 3}))
    assert _pages(2) == [[{"id": 1}, {"id": 2}, {"id": 3}]]


def test_a_server_that_ignores_skip_is_asked_twice(script: Script) -> None:
    script(_page(0, {"id": 1}, {"id": 2}), _page(2, {"id": 1}, {"id": 2}))
    assert _pages(2) == [[{"id": 1}, {"id": 2}], []]


def test_a_server_that_counts_its_limit_from_zero(script: Script) -> None:
    script(_page(0, {"id": 1}, {"id": 2}, {"id": 3}), _page(3, {"id": 4}, {"id": 5}), _page(5, {"id": 6}))
    pages = Client(Connection(URL)).pages(Request("GET", "/incidents", [("from", "1")]), size=2, from_zero=True)
    assert [[item["id"] for item in items] for _answer, items in pages] == [[1, 2, 3], [4, 5], [6]]


@pytest.mark.parametrize(("most", "taken"), [(1, [[1]]), (2, [[1, 2]]), (3, [[1, 2], [3]])])
def test_at_most(script: Script, most: int, taken: list[list[int]]) -> None:
    script(*[_page(0, {"id": 1}, {"id": 2}), _page(2, {"id": 3}, {"id": 4})][: len(taken)])
    assert [[item["id"] for item in page] for page in _pages(2, most)] == taken


def test_what_is_no_list_cannot_be_paged(script: Script) -> None:
    script(Exchange("GET", "/incidents?from=1&limit=2&skip=0", 200, {"id": 1}))
    with pytest.raises(WrongAnswer, match="GET /incidents did not answer with a list"):
        _pages(2)


# --- addresses, paths, queries --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "path", "query"),
    [
        ("/users", "/users", []),
        ("users", "/users", []),
        (" /users ", "/users", []),
        ("//users//1/", "/users/1/", []),
        ("/node/api/users", "/users", []),
        ("node/api/users", "/users", []),
        ("/node/api", "/", []),
        ("/node/apis", "/node/apis", []),
        ("/", "/", []),
        ("/users?a=1&b=&a=2", "/users", [("a", "1"), ("b", ""), ("a", "2")]),
        ("/node/api?q=x%20y", "/", [("q", "x y")]),
        ("/objects/64b1f0c2.9", "/objects/64b1f0c2.9", []),
        ("/states/a%2fb%20c;v=1", "/states/a%2fb%20c;v=1", []),
        ("/x/...%25/..a", "/x/...%25/..a", []),
        ("/x?p=/../y\\z&q=%2e%2e%2f", "/x", [("p", "/../y\\z"), ("q", "../")]),
    ],
)
def test_split_path(given: str, path: str, query: list[tuple[str, str]]) -> None:
    assert split_path(given) == (path, query)


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "/a b",
        "/a\nb",
        "/a\tb",
        "/a\x00b",
        "/../x",
        "/users/..",
        "/./x",
        "https://saymon.example.org/node/api/users",
    ],
)
def test_bad_path(given: str) -> None:
    with pytest.raises(BadInput, match="path is "):
        split_path(given)


@pytest.mark.parametrize(
    "given",
    [
        *("/users#1", "/users#x?limit=1", "/users/%2e%2e/%2E%2e/x", "/users/.%2e/x", "/%2e/x"),
        *(
            "/users/..%2fx",
            "/users%2f..%2Fx",
            "/users/%2e%2e%2fx",
            "/users/..;/x",
            "/users/..;v=1/x",
            "/users/%2e%2e;a/x",
            "/users/..%3b/x",
        ),
        *("/users/..\\x", "\\..\\x", "/users%5c..%5cx", "/users/..%5Cx", "/a\\b", "/a%5cb"),
        *(
            "/users/%252e%252e/x",
            "/users/..%252fx",
            "/users/%25252e%25252e%25252fx",
            "/users/%252e./x",
            "/users%255c..",
            "/.%253b/x",
        ),
        *(
            "/users%00",
            "/users%0d%0aX:y",
            "/users%0a",
            "/users/%250a",
            "/users%7f",
            "/users\x7f",
            "/users\u2028x",
            "/users\x85x",
            "/a\u202eb",
        ),
    ],
)
def test_a_path_that_would_be_sent_otherwise_is_refused(given: str) -> None:
    with pytest.raises(BadInput, match="path is "):
        split_path(given)


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        (None, []),
        ({}, []),
        ({"a": "x", 1: 2, "f": 1.5}, [("a", "x"), ("1", "2"), ("f", "1.5")]),
        ({"a": True, "b": False}, [("a", "true"), ("b", "false")]),
        ({"a": ["x", 1, True, None], "b": (2, 3)}, [("a", "x"), ("a", "1"), ("a", "true"), ("b", "2"), ("b", "3")]),
        ({"filter": {"поле": [1, None]}}, [("filter", '{"поле": [1, null]}')]),
        ({"a": None, "b": "", "c": []}, [("b", "")]),
    ],
)
def test_make_query(query: Any, pairs: list[tuple[str, str]]) -> None:
    assert make_query(query) == pairs


@pytest.mark.parametrize("sid", ["a\nb", "a\r\nX: y", "сид"])
def test_a_sid_that_fits_into_no_header(sid: str) -> None:
    auth = SessionAuth(SessionStore(Session("http://saymon.example.org", sid)))
    with pytest.raises(BadInput, match="the sid or a credential holds characters that cannot be sent"):
        Client(Connection("http://saymon.example.org", retries=0), auth).get("/users")


def test_damaged_compression_is_a_lost_answer(script: Script) -> None:
    script(Exchange("GET", "/users", error=requests.exceptions.ContentDecodingError("bad gzip")))
    with pytest.raises(AnswerLost, match="GET /users"):
        Client(Connection(URL, retries=0)).get("/users")


def test_two_cookies_of_one_name(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_two(self: Exchange) -> requests.Response:
        response = original(self)
        response.cookies.set("sid", "a", path="/")
        response.cookies.set("sid", "b", path="/node")
        return response

    original: Callable[[Exchange], requests.Response] = Exchange.answer
    monkeypatch.setattr(Exchange, "answer", with_two)
    script(("GET", "/users", 200, []))
    assert Client(Connection(URL)).send(Request("GET", "/users")).cookies["sid"] in ("a", "b")


def test_how_it_is_sent(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    original = Script.request

    def spy(self: Script, method: str, url: str, **kwargs: Any) -> requests.Response:
        seen.update(kwargs)
        return original(self, method, url, **kwargs)

    monkeypatch.setattr(Script, "request", spy)
    script(("GET", "/users", 302), ("GET", "/users", 200, []))
    with pytest.raises(HttpError, match="302: a redirect, which the API never sends"):
        Client(Connection(URL, timeout=30)).get("/users")
    assert seen["timeout"] == (10.0, 30)
    Client(Connection(URL, timeout=2.5)).get("/users")
    assert seen["timeout"] == (2.5, 2.5)
