# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of notifications: the built-in ones, variables in them, and Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .sandbox import Sandbox
from .store import Doc

COLLECTION = "notification_template"
TYPES = ("single", "pack")
_STATE_TEXT = "{{entityName}}: {{stateName}}{{#stateData}} ({{stateData}}){{/stateData}}"
_STATE_PACK = "Several changes, the latest: {{entityName}}: {{stateName}}"
# Group, type, text for one event, text for several.
_BUILT_IN = (
    ("state", "email", "**{{entityName}}** is now *{{stateName}}*.\n\n{{entityUrl}}", _STATE_PACK),
    ("state", "email-subject", "{{entityName}}: {{stateName}}", "Several changes"),
    ("state", "telegram", _STATE_TEXT, _STATE_PACK),
    ("state", "sms", _STATE_TEXT, _STATE_PACK),
    ("auth", "registration", "Confirm your account: {{emailLink}}", ""),
    ("auth", "registration-subject", "Your account", ""),
    ("auth", "registration-password", "Choose a password: {{emailLink}}", ""),
    ("auth", "registration-password-subject", "Your account", ""),
    ("auth", "forgot", "Choose a new password: {{emailLink}}", ""),
    ("auth", "forgot-subject", "Your password", ""),
)
SAMPLE: dict[str, Any] = {
    "entityName": "Host 1",
    "entityId": "64b1f0c2a9d3e40300000001",
    "entityType": 1,
    "entityUrl": "https://saymon.example.org/#objects/64b1f0c2a9d3e40300000001",
    "stateName": "Alarm",
    "stateData": "cpu 99 %",
    "changedStateText": "Working to Alarm",
    "hasRootCause": False,
    "emailLink": "https://saymon.example.org/confirm",
}
_SECTION = re.compile(r"\{\{([#^])\s*([\w.]+)\s*\}\}(.*?)\{\{/\s*\2\s*\}\}", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\{?\s*([\w.]+)\s*\}?\}\}")
_INLINE = ((re.compile(r"\*\*(.+?)\*\*", re.DOTALL), r"<strong>\1</strong>"), (re.compile(r"\*(.+?)\*", re.DOTALL), r"<em>\1</em>"))


def built_in() -> dict[str, Doc]:
    """By id; the ids are the same in every sandbox."""
    made = {}
    for number, (group, kind, single, pack) in enumerate(_BUILT_IN, 1):
        template_id = f"64b1f0c2a9d3e408{number:08x}"
        content = {"single": single, "pack": pack or single}
        made[template_id] = {"id": template_id, "group": group, "templateType": kind, "content": content}
    return made


def all_of(sandbox: Sandbox) -> dict[str, Doc]:
    """Only changed templates are stored."""
    return {**built_in(), **sandbox.store.all(COLLECTION)}


def text_of(sandbox: Sandbox, group: str, kind: str) -> str:
    """The text for one event; empty for an unknown template."""
    for template in all_of(sandbox).values():
        if (template["group"], template["templateType"]) == (group, kind):
            text: str = template["content"]["single"]
            return text
    return ""


def rendered(text: str, variables: Mapping[str, Any]) -> str:
    """The text with variables and sections replaced; unknown variables become empty."""

    def section(found: re.Match[str]) -> str:
        kept = bool(variables.get(found[2])) == (found[1] == "#")
        return _SECTION.sub(section, found[3]) if kept else ""

    def variable(found: re.Match[str]) -> str:
        value = variables.get(found[1])
        return "" if value is None else str(value)

    return _VARIABLE.sub(variable, _SECTION.sub(section, text))


def html(text: str) -> str:
    """The little of Markdown that the built-in templates use: paragraphs, bold, italics."""
    made = ""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        for pattern, replacement in _INLINE:
            paragraph = pattern.sub(replacement, paragraph)
        made += paragraph + "\n" if paragraph.startswith("<p") else f"<p>{paragraph}</p>\n"
    return made


def variables_of(sandbox: Sandbox, entity_type: int, doc: Doc) -> Doc:
    """What templates can say of an entity."""
    state = sandbox.store.get("state", doc["state_id"]) or {}
    root = {1: "objects", 2: "links"}[entity_type]
    return {
        "entityName": doc.get("name", ""),
        "entityId": doc["id"],
        "entityType": entity_type,
        "entityUrl": f"/#{root}/{doc['id']}/standard",
        "stateName": state.get("name", ""),
    }
