# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of notifications: a fixed set whose texts can be changed, previewed and sent."""

from __future__ import annotations

from typing import Any

from .. import errors, fields, ids, outbox, templates
from ..call import EMPTY, Call
from ..parsing import parse
from ..routing import Route
from ..store import Doc
from .links import LINK
from .objects import OBJECT

_KINDS = {1: OBJECT, 2: LINK}
_CONTENT_READERS: dict[str, fields.Reader] = dict.fromkeys(templates.TYPES, fields.text)


def _object_or_text(value: Any) -> Doc:
    """JSON that the documentation calls a string and shows as an object."""
    return fields.record(parse(value) if isinstance(value, str) else value)


_SEND_READERS: dict[str, fields.Reader] = {
    "subjectTemplate": fields.text,
    "contentTemplate": fields.text,
    "templateVars": _object_or_text,
    "sendParams": _object_or_text,
    "entityId": ids.as_id,
    "entityType": fields.integer,
}
_PREVIEW_READERS: dict[str, fields.Reader] = {
    **dict.fromkeys(("group", "templateType", "type", "content"), fields.text),
    "isSubject": fields.boolean,
}


def _find(call: Call) -> Doc:
    wanted = call.params["id"]
    found = templates.all_of(call.sandbox).get(wanted)
    if found is None:
        raise errors.not_found("NotificationTemplate", wanted)
    return found


def _text_type(wanted: Any) -> str:
    if wanted not in templates.TYPES:
        raise errors.bad_request('"type" must be single or pack.')
    return str(wanted)


def _store(call: Call, template: Doc, content: Doc) -> Doc:
    changed = {**template, "content": {**template["content"], **content}}
    call.sandbox.store.put(templates.COLLECTION, changed["id"], changed)
    return changed


def list_templates(call: Call) -> list[Doc]:
    return list(templates.all_of(call.sandbox).values())


def update(call: Call) -> Doc:
    template = _find(call)
    content = call.given({"content": lambda value: fields.read(fields.record(value), _CONTENT_READERS)}).get("content") or {}
    return _store(call, template, {name: text for name, text in content.items() if text is not None})


def restore(call: Call) -> str:
    template, kind = _find(call), _text_type(call.params["type"])
    text: str = templates.built_in()[template["id"]]["content"][kind]
    _store(call, template, {kind: text})
    return text


def _preview(text: str, subject: bool) -> Doc:
    shown = templates.rendered(text, templates.SAMPLE)
    return {"preview": shown if subject else templates.html(shown)}


def preview_stored(call: Call) -> Doc:
    """The older form."""
    if call.sandbox.settings.template_preview == "patch":
        raise errors.method_not_allowed("GET")
    template = _find(call)
    return _preview(template["content"][_text_type(call.params["type"])], template["templateType"].endswith("-subject"))


def preview(call: Call) -> Doc:
    """The newest form, of a text that need not be stored."""
    if call.sandbox.settings.template_preview == "get":
        raise errors.method_not_allowed("PATCH")
    given = call.given(_PREVIEW_READERS)
    _text_type(given.get("type", "single"))
    return _preview(call.require(given, "content"), bool(given.get("isSubject")))


def send(call: Call) -> Any:
    given = fields.merge({"entityType": OBJECT.type}, call.given(_SEND_READERS))
    for name in ("subjectTemplate", "contentTemplate", "sendParams"):
        call.require(given, name)
    variables: Doc = {}
    if "entityId" in given:
        kind = _KINDS.get(given["entityType"])
        if kind is None:
            raise errors.bad_request('"entityType" must be 1 or 2.')
        variables = templates.variables_of(call.sandbox, kind.type, kind.find(call, str(given["entityId"])))
    variables |= given.get("templateVars", {})
    subject, content = (templates.rendered(given[name], variables) for name in ("subjectTemplate", "contentTemplate"))
    outbox.put(call.sandbox, "e-mail", {**given["sendParams"], "subject": subject, "content": content})
    return EMPTY


ROUTES = [
    Route("GET", "/notification-templates", "", list_templates),
    Route("PATCH", "/notification-templates/:id", "manage-configuration", update),
    Route("POST", "/notification-templates/:id/restore-default/:type", "manage-configuration", restore),
    Route("GET", "/notification-templates/:id/preview/:type", "", preview_stored),
    Route("PATCH", "/notification-templates/preview", "", preview),
    Route("POST", "/notification-templates/send", "", send),
]
