# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the unit tests share: a scripted server in place of the network, and runners for modules and actions."""

from __future__ import annotations

import io
import json
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import parse_qsl

import pytest
import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import API_ROOT
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import MakeStore, memory_store, perform

PLUGINS = "ansible_collections.saymon.platform.plugins"
URL = "https://saymon.example.org"
SID = "5d0c9a0e-4b7a-4f0e-9a3c-7f1e2b3c4d5e"
OTHER_SID = "0a1b2c3d-1111-4222-8333-444455556666"
CSRF = "b2f1c0de-77aa-4bbb-8ccc-1234567890ab"
CREDENTIALS = {"saymon_login": "ci", "saymon_password": "pass-phrase-1"}
NOTHING: Any = object()


@dataclass(frozen=True)
class Exchange:
    """One expected request and its answer.

    Request: `path` is below the API root, with its query; `body` the JSON body, `sent` the raw body, neither means no
    body at all; `headers` are those to look at, None for one that must be missing; `form` and `files` (part to file
    name) of an upload.
    Answer: `data` is sent as JSON, or `text` as it is, or `error` is raised instead; `answer_headers` and `cookies` go
    with it.
    """

    method: str
    path: str
    status: int = 200
    data: Any = NOTHING
    body: Any = NOTHING
    sent: bytes | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    content: bytes | None = None
    error: Exception | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    at: str = URL

    def complaint(self, method: str, url: str, kwargs: Mapping[str, Any]) -> str:
        """In which way a request is not the expected one; empty when it is."""
        path, _mark, query = self.path.partition("?")
        wanted: list[tuple[str, Any, Any]] = [
            ("request", f"{self.method} {self.at}{API_ROOT}{path}", f"{method} {url}"),
            ("query", parse_qsl(query, keep_blank_values=True), list(kwargs.get("params") or [])),
        ]
        if self.form is not None or self.files:
            names = {part: name for part, (name, _handle) in (kwargs.get("files") or {}).items()}
            wanted += [
                ("form", dict(self.form or {}), dict(kwargs.get("data") or {})),
                ("files", dict(self.files), names),
            ]
        elif self.body is not NOTHING:
            wanted.append(("body", self.body, _json(kwargs.get("data"))))
        else:
            wanted.append(("body", self.sent, kwargs.get("data")))
        headers = {name.lower(): value for name, value in (kwargs.get("headers") or {}).items()}
        wanted += [(f"header {name}", value, headers.get(name.lower())) for name, value in self.headers.items()]
        return "\n".join(f"{what}: expected {right!r}, came {came!r}" for what, right, came in wanted if right != came)

    def answer(self) -> requests.Response:
        if self.error is not None:
            raise self.error
        text = self.text if self.data is NOTHING else json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        response = requests.Response()
        response.status_code = self.status
        response.raw = io.BytesIO(self.content if self.content is not None else text.encode())
        response.headers.update(self.answer_headers)
        for name, value in self.cookies.items():
            response.cookies.set(name, value)
        return response


def search(key: str, *values: Any, among: Sequence[Mapping[str, Any]], data: bool = False) -> Exchange:
    """A search for objects by one key, answered by those of some records that fit; `data` asks for the settings of the
    web client too."""
    body = {"search": {key: {"$in": list(values)}}, "options": {"includeClientData": data}}
    return Exchange(
        "POST", "/objects/search", 200, [record for record in among if record.get(key) in values], body=body
    )


def _json(raw: Any) -> Any:
    return json.loads(raw) if raw else NOTHING


Short = tuple[Any, ...]


class Script:
    """A server that follows a script: an ordered list of exchanges. A request that is not the next one fails the test.

    An exchange may be written short, as (method, path, status, data) and perhaps the JSON body of the request as a
    fifth part. `connections` are the ways to connect that were used, `naps` the pauses between tries in seconds.
    """

    def __init__(self) -> None:
        self._expected: deque[Exchange] = deque()
        self._done: list[str] = []
        self.connections: list[Any] = []
        self.naps: list[float] = []

    def __call__(self, *exchanges: Exchange | Short) -> None:
        self._expected.extend(one if isinstance(one, Exchange) else Exchange(*one) for one in exchanges)

    def session(self, connection: Any) -> Script:
        """Takes the place of the function that hands out the HTTP session."""
        self.connections.append(connection)
        return self

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        # pytest.fail raises what no `except Exception` catches, so the code under test cannot swallow it.
        came = f"{method} {url}"
        if not self._expected:
            pytest.fail(f"One request too many: {came}\nafter {self._done or 'none'}")
        expected = self._expected.popleft()
        complaint = expected.complaint(method, url, kwargs)
        if complaint:
            pytest.fail(
                f"Request {len(self._done) + 1} is not the expected one.\n{complaint}\nafter {self._done or 'none'}"
            )
        self._done.append(came)
        return expected.answer()

    def check_done(self) -> None:
        if self._expected:
            missing = [f"{one.method} {one.path}" for one in self._expected]
            pytest.fail(f"Requests that were expected and did not come: {missing}\nafter {self._done or 'none'}")


def module_of(name: str) -> Any:
    return import_module(f"{PLUGINS}.modules.{name}")


def validated(name: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a module with defaults and types, as the action passes them on."""
    return validated_by(module_of(name).SPEC, args)


def validated_by(spec: Spec, args: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the spec alone."""
    given = dict(args)
    bulk = {spec.bulk: given.pop(spec.bulk)} if spec.bulk in given else {}  # a module checks its own list of items
    outcome = ArgumentSpecValidator(spec.argument_spec, **spec.rules).validate(given)
    assert not outcome.error_messages, outcome.error_messages
    return {**outcome.validated_parameters, **bulk}


def run_module(
    name: str,
    args: Mapping[str, Any] | None = None,
    *,
    check: bool = False,
    sid: str | None = SID,
    secrets: Secrets | None = None,
    make_store: MakeStore = memory_store,
) -> dict[str, Any]:
    """Run a module at the level of `perform`, with a session in memory so that only the module's own requests are sent.

    `sid=None` means that no session is open.
    """
    session = {"saymon_sid": sid} if sid else {}
    params = validated(name, {"saymon_url": URL, **session, **(args or {})})
    module = module_of(name)
    result = perform(
        module.SPEC,
        module.run,
        params,
        check=check,
        make_store=make_store,
        secrets=secrets or Secrets(),
        say=lambda text: None,
    )
    json.dumps(result)  # a result must be plain data
    return with_diff_as_data(result)


def with_diff_as_data(result: dict[str, Any]) -> dict[str, Any]:
    """The result with the texts of its diff read back, so that tests can tell what they say."""
    if "diff" not in result:
        return result
    diff = result["diff"]
    return {**result, "diff": [_read_back(one) for one in diff] if isinstance(diff, list) else _read_back(diff)}


def _read_back(diff: Mapping[str, str]) -> dict[str, Any]:
    return {key: json.loads(text) if key in ("before", "after") else text for key, text in diff.items()}


def make_action(
    name: str,
    args: Mapping[str, Any],
    task_vars: Mapping[str, Any],
    *,
    check: bool = False,
    async_val: int = 0,
    delegate_to: str = "",
) -> Any:
    """The action plugin of a module, ready to run for one task. Only tests of the controller's part may call this."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.playbook.task import Task
    from ansible.template import Templar

    task = Task()
    task.action = f"saymon.platform.{name}"
    task.args = dict(args)
    task.check_mode = check
    task.async_val = async_val
    task.delegate_to = delegate_to or None
    loader = DataLoader()
    templar = Templar(loader=loader, variables=dict(task_vars))
    kind = import_module(f"{PLUGINS}.action.{name}").ActionModule
    return kind(
        task=task,
        connection=MagicMock(),
        play_context=MagicMock(),
        loader=loader,
        templar=templar,
        shared_loader_obj=None,
    )


def run_action(
    name: str, args: Mapping[str, Any] | None = None, task_vars: Mapping[str, Any] | None = None, **kwargs: Any
) -> Any:
    """Run an action for one task and return its result."""
    variables = dict(task_vars or {})
    result = make_action(name, args or {}, variables, **kwargs).run(task_vars=variables)
    json.dumps(result)
    return result


def trusted(text: str) -> str:
    """A text that core takes for a template; since ansible-core 2.19 only marked ones count."""
    with suppress(ImportError):
        from ansible.template import trust_as_template

        marked: str = trust_as_template(text)
        return marked
    return text
