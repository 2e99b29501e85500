# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules share that start something on the server: whom it is about, and waiting for its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, SaymonError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.files import save
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Reference
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Pending
from ansible_collections.saymon.platform.plugins.module_utils._state.planner import Planner
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from ._module import planner_of
from ._run import TaskContext

Found = TypeVar("Found")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_LONGEST_WAIT = 7 * 24 * 3600


@dataclass(frozen=True)
class Owner:
    """The object or link that something is done with. `id` is None in check mode, when only an earlier task would have
    created it."""

    path: str
    id: str | None
    name: str

    @property
    def place(self) -> str:
        """Its path below the API root."""
        return f"{self.path}/{quote(str(self.id), safe='')}"


def looked_up(context: TaskContext, option: str, resource: str, text: str) -> tuple[Any, Planner]:
    """The id of the item of a resource that an option names by path, name or id (in check mode the mark of one that
    only an earlier task would have created), and the planner that knows the names of all."""
    table = Resource(
        name="act", plural="acts", path="", states=(), fields=(Field(option, option, Reference(resource)),)
    )
    planner = planner_of(table, context)
    found = planner.resolve_all([Item(table, None, {option: text}, {}, None)])[0][option]
    context.warnings += planner.warnings
    return found, planner


def object_named(context: TaskContext, option: str, text: str) -> Owner:
    """The object that an option names by path, name or id."""
    found, planner = looked_up(context, option, "object", text)
    return Owner("/objects", None if isinstance(found, Pending) else found, planner.title("object", found))


def owner_of(context: TaskContext) -> Owner:
    """What the options `object` and `link` say, of which exactly one is given."""
    if context.args.get("object"):
        return object_named(context, "object", context.args["object"])
    return Owner("/links", context.args["link"], f"link {context.args['link']}")


def check_dest(context: TaskContext) -> None:
    """Raise BadInput now if the file for a new secret cannot be written, before there is a secret."""
    if context.args["dest"]:
        save((), context.args["dest"], keep=False)


def handed_over(context: TaskContext, name: str, secret: str, advice: str) -> dict[str, str]:
    """A new secret, in the result under `name` or in the file that the user wants. `advice` follows the error when the
    file cannot be written after all."""
    dest = context.args["dest"]
    if not dest:
        return {name: context.secrets.reveal(secret)}
    context.secrets.add(secret)
    try:
        save([secret.encode("utf-8", "replace")], dest, keep=True, mode=0o600)
    except BadInput as error:
        raise BadInput(f"{error} {advice}", changed=True) from error
    return {"dest": dest}


def seconds_of(context: TaskContext, option: str) -> float:
    """An option with a number of seconds to wait."""
    seconds: float = context.args[option]
    if not 0 < seconds <= _LONGEST_WAIT:
        raise BadInput(f"{option} is {seconds}: give a number of seconds greater than 0, and at most {_LONGEST_WAIT}.")
    return seconds


def wait_for(look: Callable[[], Found | None], seconds: float) -> Found | None:
    """What `look` returns once that is not None; None when it has not been so for this long. It looks less often with
    time."""
    end, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while True:
        found = look()
        left = end - time.monotonic()
        if found is not None or left <= 0:
            return found
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def the_only(what: str, name: str, found: Sequence[dict[str, Any]], where: str) -> dict[str, Any]:
    """The one record that a name means."""
    if len(found) > 1:
        ids = ", ".join(sorted(str(record.get("id")) for record in found))
        raise BadInput(f"{what} is {name!r}, of which {where} has several (ids {ids}): give the id.")
    if not found:
        raise BadInput(f"{what} is {name!r}, which {where} does not have: check the spelling, or create it first.")
    return found[0]


def bulk_finished(context: TaskContext, answer: Any, seconds: float) -> None:
    """Wait for the end of a change in the background. The server does not tell whether it went well."""
    bulk = answer.get("bulkId") if isinstance(answer, dict) else None
    if not isinstance(bulk, str) or not bulk:
        raise WrongAnswer(
            "The server has started the change without naming it, so its end cannot be seen: look at the objects "
            "before you run the task again.",
            changed=True,
        )
    path = f"/bulk/{quote(bulk, safe='')}/status"
    try:
        ended = wait_for(lambda: _ended(context.client.get(path)), seconds)
    except SaymonError as error:
        raise SaymonError(f"The change was started, and its end could not be seen: {error}", changed=True) from error
    if not ended:
        raise SaymonError(
            f"The change goes on in the background, and has not ended after {seconds:g} s: raise wait_timeout, or look "
            f"at GET {path} later.",
            changed=True,
        )


def _ended(status: Any) -> bool | None:
    finished = status.get("finished") if isinstance(status, dict) else None
    return True if str(finished).lower() == "true" else None
