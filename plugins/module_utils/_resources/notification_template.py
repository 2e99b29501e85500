# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of notifications: a fixed set, whose texts can be changed, restored and previewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, SaymonError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, FieldType, Invalid, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task

PATH = "/notification-templates"
TEXTS = ("single", "pack")


class TemplateText(Text):
    """A text of a template. Files end with a line break that nobody means, so one more or less makes no difference."""

    def same(self, one: Any, other: Any) -> bool:
        return bool(one.removesuffix("\n") == other.removesuffix("\n"))


class Origin(FieldType):
    """Whether the texts are the server's own. No call tells that, so restoring them is always something to do."""

    argument: Mapping[str, Any] = {"type": "str", "choices": ["default", "present"], "default": "present"}

    def parse(self, value: Any) -> str:
        if value not in self.argument["choices"]:
            raise Invalid(f"give one of {', '.join(self.argument['choices'])}")
        return str(value)

    def compare(self, value: Any, desired: Any, _append: bool) -> tuple[Any, Any] | None:
        return ("present", "default") if desired == "default" else None


def texts_of(template: Mapping[str, Any]) -> dict[str, str]:
    """The texts that a template has, by their names."""
    content = template.get("content")
    content = content if isinstance(content, dict) else {}
    return {name: content[name] for name in TEXTS if isinstance(content.get(name), str)}


def _restore(_task: Task, template: Mapping[str, Any], _current: Any, _target: Any) -> Iterator[Request]:
    for name in texts_of(template):
        yield Request("POST", f"{PATH}/{quote(str(template['id']), safe='')}/restore-default/{name}")


def _adjust(item: Item) -> None:
    given = [name for name in TEXTS if name in item.desired]
    if item.desired.get("state") == "default" and given:
        raise Invalid(f"state is default, which restores the texts of the server: leave {' and '.join(given)} out")


def _after(task: Task, plans: list[Plan]) -> dict[str, Any]:
    """Read the texts that were restored, which tells whether anything has changed."""
    restored = [plan for plan in plans if "state" in plan.after and plan.touched and plan.error is None]
    if not restored:
        return {}
    templates = {str(template["id"]): template for template in task.client.get_list(PATH)}
    for plan in restored:
        template = templates.get(str(plan.record["id"]), plan.record)
        if texts_of(template) == texts_of(plan.record):
            plan.action = "none"
        plan.record = template
    changed = any(plan.action != "none" and plan.touched for plan in plans)
    return {} if changed else {"changed": False, "diff": []}


NOTIFICATION_TEMPLATE = Resource(
    name="notification_template",
    plural="notification_templates",
    path=PATH,
    key=("group", "type"),
    fixed=True,
    states=("present", "default"),
    adjust=_adjust,
    after=_after,
    fields=(
        Field("group", "group", Text(filled=True), create_only=True),
        Field("type", "templateType", Text(filled=True), create_only=True),
        Field("single", "content.single", TemplateText()),
        Field("pack", "content.pack", TemplateText()),
        Field("state", "", Origin(), writer=_restore, in_create=False, repeatable=True),
    ),
)


def preview_of(client: Client, template: Record, texts: Mapping[str, str]) -> dict[str, str]:
    """What notifications made of a template look like, by the name of the text. `texts` are tried in place of those
    that are stored."""
    return {name: _previewed(client, template, name, texts.get(name)) for name in {**texts_of(template), **texts}}


def _previewed(client: Client, template: Record, name: str, text: str | None) -> str:
    """The preview by the newest call, or by the older one, which knows stored texts only."""
    kind = template.get("templateType")
    body = {
        "group": template.get("group"),
        "templateType": kind,
        "type": name,
        "content": texts_of(template)[name] if text is None else text,
        "isSubject": str(kind).endswith("-subject"),
    }
    try:
        return _html(client.send(Request("PATCH", f"{PATH}/preview", body=body)).data)
    except HttpError as error:
        if not error.absent and error.status != 405:
            raise
        if text is not None:
            raise SaymonError(
                f"This older server previews stored texts only: leave {name} out, or store it first."
            ) from error
    return _html(client.get(f"{PATH}/{quote(str(template['id']), safe='')}/preview/{name}"))


def _html(answer: Any) -> str:
    preview = answer.get("preview") if isinstance(answer, dict) else answer
    if not isinstance(preview, str):
        raise WrongAnswer("The server answered without a preview: check that saymon_url is a SAYMON server.")
    return preview
