#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call the API directly."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_api
short_description: Call the REST API of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Sends one request with the cookie of the session. Use it for everything that has no module of its own.
  - When there are credentials and no session, a session is opened automatically. An expired session is renewed.
  - An answer with a C(code) key is a failure even with status 200, because that is how the API reports errors.
  - The permission that is needed depends on the call.
options:
  path:
    description:
      - The path below the API root, such as V(/users). A path that begins with C(/node/api) is also accepted.
    type: str
    required: true
  method:
    description: The HTTP method, one of V(GET), V(POST), V(PUT), V(PATCH) and V(DELETE). Small letters are accepted.
    type: str
    default: GET
  query:
    description:
      - Query parameters. A list repeats the parameter, a boolean becomes V(true) or V(false), and a dictionary becomes
        JSON text. Parameters without a value are left out.
    type: dict
    default: {}
  body:
    description:
      - The body, which can be any JSON value.
      - A text that begins with C({) or C([) and is valid JSON is sent as that JSON, which is useful on the command
        line. Use O(body_text) for text that must stay text.
    type: raw
  body_text:
    description: The body as plain text, for example the comment of an incident.
    type: str
  files:
    description:
      - Files to upload, as a dictionary from the name of the form part to the path of the file. Calls for documents use
        the part V(file).
      - A path may begin with C(~) and contain environment variables. Only regular files are read.
      - O(body), a dictionary of texts, then adds further parts to the form.
    type: dict
  dest:
    description:
      - Write the body of the answer to this file instead of returning it. The file is written completely or not at all,
        and C(changed) says whether its content is new.
      - An existing file keeps its mode, and its owner where the system allows that. A symbolic link is followed.
        Devices, pipes and folders are refused.
      - A large file needs a larger O(saymon_timeout), which limits the whole answer, and perhaps a larger
        O(saymon_max_answer).
    type: path
  expect:
    description:
      - The statuses that count as success. The default is every 2xx, because the API does not document the exact status
        of writes.
      - Use V([200, 404]) to read something that may be missing.
    type: list
    elements: int
    default: []
  paginate:
    description:
      - Fetch all pages of a list, with the parameters C(limit) and C(skip). Duplicate items are dropped.
      - Works for O(method=GET). The API pages incidents, histories and logs. All other lists are always complete.
      - The task fails when there are more than 1,000,000 items and O(max_items) is not set, or when all pages together
        are larger than O(saymon_max_answer).
    type: bool
    default: false
  page_size:
    description: Number of items in each page with O(paginate=true).
    type: int
    default: 500
  max_items:
    description: Stop after this many items with O(paginate=true).
    type: int
  changed:
    description:
      - What the task reports as C(changed). The default is V(false) for calls that read and V(true) for calls that
        write.
      - The searches C(POST /objects/search) and C(POST /v2/get...) count as calls that read.
    type: bool
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
attributes:
  check_mode:
    support: full
    details:
      - Calls that read are sent. Other calls are only reported, and RV(status) and RV(json) are then null.
  diff_mode:
    support: none
    details:
      - The module does not know what a call changes.
  idempotent:
    support: none
    details:
      - The call is sent each time. Use the module for the resource if there is one.
seealso:
  - module: saymon.platform.saymon_session
"""

EXAMPLES = r"""
- name: Read names and states of all objects
  saymon.platform.saymon_api:
    path: /objects
    query:
      fields: id,name,state_id
  register: objects

- name: Search, which works in check mode too
  saymon.platform.saymon_api:
    method: POST
    path: /objects/search
    body:
      search:
        class_id: 3

- name: Set the state of an object
  saymon.platform.saymon_api:
    method: PUT
    path: /objects/{{ objects.json[-1].id }}/state
    body:
      state_id: 3

- name: Show what would be sent, without sending it
  saymon.platform.saymon_api:
    method: DELETE
    path: /objects/{{ objects.json[-1].id }}
  check_mode: true

- name: Read all pages of the security log
  saymon.platform.saymon_api:
    path: /users/security/log
    paginate: true
    max_items: 1000

- name: Save an answer as a file
  saymon.platform.saymon_api:
    path: /users
    dest: users-of-the-server.json

- name: Read something that may be missing
  saymon.platform.saymon_api:
    path: /users/64b1f0c2a9d3e45f6a7bffff
    expect: [200, 404]
  register: maybe
"""

RETURN = r"""
status:
  description: HTTP status of the answer, or of the last page with O(paginate=true). Null in check mode when the call
    was not sent.
  returned: success
  type: int
  sample: 200
json:
  description: The decoded answer, or all items with O(paginate=true). Null when the answer is empty, is text or was
    written to O(dest).
  returned: success
  type: raw
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8c02
      login: operator
text:
  description: The answer as text when it is not JSON, otherwise empty.
  returned: success
  type: str
  sample: ""
headers:
  description: Headers of the answer, with names in lower case and without cookies.
  returned: success
  type: dict
  sample:
    content-type: application/json
url:
  description: The address that was called, without credentials.
  returned: success
  type: str
  sample: https://saymon.example.org/node/api/users
elapsed:
  description: Seconds from sending the request to the complete answer.
  returned: success
  type: float
  sample: 0.012
dest:
  description: The file that O(dest) names.
  returned: when O(dest) is given
  type: str
  sample: /tmp/manual.pdf
msg:
  description: In check mode, what was not sent.
  returned: in check mode, when the call was not sent
  type: str
  sample: Would send DELETE /users/64b1f0c2a9d3e45f6a7b8c02.
"""

import json
import re
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Answer, Request, make_query, split_path
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main

# Calls whose answer is a secret: the id of a new session, a new API token.
_SECRET_ANSWERS = re.compile(r"/users/(session|[^/]+/auth-token)/?")


def _answers_secret(path: str) -> bool:
    return _SECRET_ANSWERS.fullmatch(path) is not None


SPEC = Spec(
    options={
        "path": {"type": "str", "required": True},
        "method": {"type": "str", "default": "GET"},
        "query": {"type": "dict", "default": {}},
        "body": {"type": "raw"},
        "body_text": {"type": "str"},
        "files": {"type": "dict"},
        "dest": {"type": "path"},
        "expect": {"type": "list", "elements": "int", "default": []},
        "paginate": {"type": "bool", "default": False},
        "page_size": {"type": "int", "default": 500},
        "max_items": {"type": "int"},
        "changed": {"type": "bool"},
    },
    mutually_exclusive=[("body", "body_text"), ("body_text", "files"), ("dest", "paginate")],
    reveals=lambda args: args["method"].upper() == "POST" and _answers_secret(split_path(args["path"])[0]),
)

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def run(context: TaskContext) -> dict[str, Any]:
    request = _request(context.args)
    changed = context.args["changed"] if context.args["changed"] is not None else not request.reads
    if context.check and not request.reads:
        unsent: dict[str, Any] = {"status": None, "json": None, "text": "", "headers": {}, "elapsed": 0.0}
        url = context.connection.url + "/node/api" + request.path
        return {**unsent, "changed": changed, "url": url, "msg": f"Would send {request.method} {request.path}."}
    if context.args["paginate"]:
        return _pages(context, request, changed)
    answer = context.client.send(request)
    if request.method == "POST" and _answers_secret(request.path) and isinstance(answer.data, str):
        context.secrets.reveal(answer.data)
    result = _result(answer, answer.data, changed)
    if request.dest is not None and answer.saved is not None:
        result.update(dest=request.dest, changed=answer.saved if context.args["changed"] is None else changed)
    return result


def _request(args: dict[str, Any]) -> Request:
    path, in_path = split_path(args["path"])
    method, body, files = args["method"].upper(), _json_of(args["body"]), args["files"]
    _check(args, method, body)
    return Request(
        method,
        path,
        in_path + make_query(args["query"]),
        body=None if files else body,
        text=args["body_text"],
        files={str(part): str(name) for part, name in files.items()} if files else None,
        form={str(key): str(value) for key, value in (body or {}).items()} if files else None,
        expect=tuple(args["expect"]),
        dest=args["dest"],
    )


def _json_of(body: Any) -> Any:
    """The value of a text that is a JSON object or list, as ad-hoc commands and templates give it; anything else as it
    is."""
    if not isinstance(body, str) or not body.lstrip().startswith(("{", "[")):
        return body
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _check(args: dict[str, Any], method: str, body: Any) -> None:
    if method not in _METHODS:
        raise BadInput(f"method is {args['method']!r}: give one of {', '.join(_METHODS)}.")
    if method == "GET" and any(args[name] is not None for name in ("body", "body_text", "files")):
        raise BadInput("method is GET, which sends no body: use query, or set method to POST, PUT or PATCH.")
    if args["files"] and body is not None and not isinstance(body, dict):
        raise BadInput(
            "body must be a dictionary of texts when files are uploaded: each entry becomes a part of the form."
        )
    if args["paginate"] and method != "GET":
        raise BadInput(f"paginate works for method GET, not {method}: leave out paginate.")
    for name in ("page_size", "max_items"):
        if args[name] is not None and args[name] < 1:
            raise BadInput(f"{name} is {args[name]}: give a number from 1 up.")
    for status in args["expect"]:
        if not 100 <= status <= 599:
            raise BadInput(f"expect holds {status}, which is no HTTP status: give numbers such as 200 or 404.")


def _pages(context: TaskContext, request: Request, changed: bool) -> dict[str, Any]:
    items: list[Any] = []
    for page, fresh in context.client.pages(request, size=context.args["page_size"], most=context.args["max_items"]):
        items += fresh
        answer = page
    return _result(answer, items, changed)


def _result(answer: Answer, data: Any, changed: bool) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() != "set-cookie"}
    text = "" if answer.data is not None else answer.text
    shown = {"status": answer.status, "json": data, "text": text, "headers": headers, "url": answer.url}
    return {**shown, "changed": changed, "elapsed": answer.elapsed}


if __name__ == "__main__":
    main(SPEC, run)
