#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open, check and end a session."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_session
short_description: Open, verify, renew or end a session on a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Signs in and sets the fact C(saymon_session), from which all other modules of the collection take the cookie.
  - This module is optional. The other modules open a session automatically if they find credentials.
  - All hosts and tasks of a run share one session. It ends with the run, even if a play fails, unless O(keep=true).
  - By convention, only modules named C(*_facts) return facts. This one does so because the fact is its purpose. It
    returns the same under the plain key RV(session).
  - Needs no permission.
options:
  state:
    description:
      - V(present) keeps the current session if the server still accepts it, and opens a new one otherwise.
      - V(renewed) always opens a new session.
      - V(absent) ends the current session and clears the fact.
    type: str
    choices: [present, renewed, absent]
    default: present
  keep:
    description:
      - Leave the session open when the run ends, and put the session id into the fact even if facts are cached on disk.
        A later run can then use it.
      - Anyone who can read the fact cache can act as this account until the session ends, by default after one hour
        without a request. Protect the cache, and end the session with O(state=absent) when you no longer need it.
    type: bool
    default: false
  saymon_url:
    aliases: [url]
  saymon_login:
    aliases: [login]
  saymon_password:
    aliases: [password]
  saymon_auth_token:
    aliases: [auth_token]
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
attributes:
  check_mode:
    support: full
    details:
      - Nothing is opened or ended. The server is only asked whether the current session is valid.
      - If a session would have to be opened, the fact names server and account without a session id. Tasks that follow
        open the session when they read, as they do without this task.
  diff_mode:
    support: none
    details:
      - A session has nothing to compare.
  idempotent:
    support: partial
    details:
      - Not with O(state=renewed), which opens a new session each time.
seealso:
  - module: saymon.platform.saymon_session_info
  - module: saymon.platform.saymon_api
"""

EXAMPLES = r"""
- name: Open a session for the tasks that follow
  saymon.platform.saymon_session:
    url: "{{ saymon_url }}"
    login: "{{ saymon_login }}"
    password: "{{ saymon_password }}"

- name: Use it, with the address from the fact
  saymon.platform.saymon_api:
    path: /users/current

- name: Replace it with a new one
  saymon.platform.saymon_session:
    state: renewed
    login: "{{ saymon_login }}"
    password: "{{ saymon_password }}"

- name: End it at once instead of at the end of the run
  saymon.platform.saymon_session:
    state: absent
"""

RETURN = r"""
session:
  description:
    - The session. Its id is a secret, so before ansible-core 2.22 the whole result is hidden in the output. You can
      still register and use it.
    - C(sid) and C(csrf) are missing when there is no session, and in check mode when it would have to be opened.
  returned: success
  type: dict
  contains:
    url:
      description: Address of the server.
      type: str
      sample: https://saymon.example.org
    login:
      description: Login of the account, if known.
      type: str
      sample: ci
    sid:
      description: The session id, as in the cookie.
      type: str
      sample: 5d0c9a0e-4b7a-4f0e-9a3c-7f1e2b3c4d5e
    csrf:
      description: The value for the header C(x-csrf-token), or null when the server does not use it.
      type: str
      sample:
  sample:
    url: https://saymon.example.org
    login: ci
    sid: 5d0c9a0e-4b7a-4f0e-9a3c-7f1e2b3c4d5e
    csrf:
msg:
  description: What was done, or would be done in check mode.
  returned: success
  type: str
  sample: Opened a session.
ansible_facts:
  description:
    - The session as the fact C(saymon_session), empty after O(state=absent).
    - If facts are cached on disk and O(keep=false), and in check mode if no session is open, the fact has no C(sid) and
      C(csrf) and works only in this run.
    - Other runs cannot use the fact, and hosts cannot forge it. The C(mark) proves that this run made it, or with
      O(keep=true) that this user did.
  returned: success, except with O(state=absent) in check mode
  type: dict
  contains:
    saymon_session:
      description: The session as a fact.
      type: dict
      contains:
        url:
          description: Address of the server.
          type: str
          sample: https://saymon.example.org
        login:
          description: Login of the account, if known.
          type: str
          sample: ci
        sid:
          description: The session id, as in the cookie.
          type: str
          sample: 5d0c9a0e-4b7a-4f0e-9a3c-7f1e2b3c4d5e
        csrf:
          description: The value for the header C(x-csrf-token), or null when the server does not use it.
          type: str
          sample:
        ref:
          description: Where this run keeps the session.
          type: str
          sample: 0f3c1d2e4b5a69788796a5b4c3d2e1f0
        mark:
          description: Proof that this run, or with O(keep=true) this user, made the fact.
          type: str
          sample: 2b8f5d9c1e7a4b3d6f0a9c8e7d5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f0e9d8c7b
      sample:
        url: https://saymon.example.org
        login: ci
        sid: 5d0c9a0e-4b7a-4f0e-9a3c-7f1e2b3c4d5e
        csrf:
        ref: 0f3c1d2e4b5a69788796a5b4c3d2e1f0
        mark: 2b8f5d9c1e7a4b3d6f0a9c8e7d5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f0e9d8c7b
  sample:
    saymon_session:
      url: https://saymon.example.org
      login: ci
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, HttpError
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Session
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main

SPEC = Spec(
    options={
        "state": {"type": "str", "choices": ["present", "renewed", "absent"], "default": "present"},
        "keep": {"type": "bool", "default": False},
    },
    publishes=True,
    needs_session=False,
)


def run(context: TaskContext) -> dict[str, Any]:
    if context.args["saymon_auth_method"] != "session":
        raise BadInput(
            f"saymon_auth_method is {context.args['saymon_auth_method']}, which uses "
            "no session: set it to session, or leave out this task."
        )
    if context.args["state"] == "absent":
        return _absent(context)
    session = context.sessions.peek() if context.args["state"] == "present" else None
    login = _whose(context.client) if session else None
    if session and login is not None:
        result = _shown(context, session, login, changed=False, msg="The session is valid.")
    elif context.check:
        context.credentials.body()  # says what is missing
        shown = {"url": context.connection.url, "login": context.credentials.login}
        return {"changed": True, "session": shown, "msg": "Would open a session."}
    else:
        session = _open(context, session)
        # Another host may have opened it while this one waited for its turn.
        opened = context.sessions.opened
        result = _shown(
            context, session, None, changed=opened, msg="Opened a session." if opened else "The session is valid."
        )
    if context.args["keep"] and not context.check:
        context.sessions.keep()
    return result


def _open(context: TaskContext, refused: Session | None) -> Session:
    """A session that is not `refused` (None when there was none); with state=renewed a new one, and the old one
    ends."""
    if context.args["state"] == "renewed":
        return context.sessions.open()
    if refused is None:
        return context.sessions.get()
    return context.sessions.renew(refused.sid) or context.sessions.open()


def _absent(context: TaskContext) -> dict[str, Any]:
    session = context.sessions.peek()
    result = {
        "session": {"url": context.connection.url, "login": session.login if session else context.credentials.login}
    }
    if context.check:
        valid = session is not None and _whose(context.client) is not None
        return {**result, "changed": valid, "msg": "Would end the session." if valid else "There is no open session."}
    ended = context.sessions.end(context.secrets)
    return {**result, "changed": ended, "msg": "Ended the session." if ended else "There was no open session."}


def _whose(client: Client) -> str | None:
    """The login of the session at hand, or None when the server does not accept it any more.

    The documented verification call would put the sid into the path, and so into the logs of every proxy.
    """
    try:
        user = client.send(Request("GET", "/users/current"), recover=False).data
    except HttpError as error:
        if error.status != 401:
            raise
        return None
    return str(user.get("login") or "") if isinstance(user, dict) and user.get("id") else None


def _shown(context: TaskContext, session: Session, login: str | None, **result: Any) -> dict[str, Any]:
    secrets = {
        "sid": context.secrets.reveal(session.sid),
        "csrf": context.secrets.reveal(session.csrf) if session.csrf else None,
    }
    return {**result, "session": {"url": session.url, "login": session.login or login or None, **secrets}}


if __name__ == "__main__":
    main(SPEC, run)
