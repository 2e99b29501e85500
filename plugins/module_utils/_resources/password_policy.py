# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Password policies. Only the default one, with the id 1, is enforced by the server."""

from __future__ import annotations

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Flag,
    Invalid,
    Number,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task

_IN_FORCE = "1"


def _spare_the_default(_task: Task, plans: list[Plan]) -> list[str]:
    for plan in plans:
        if plan.action == "delete" and str(plan.record["id"]) == _IN_FORCE:
            raise Invalid(
                f"{plan.item.where}{plan.title!r} is the policy in force, which cannot be deleted: change it instead"
            )
    return []


PASSWORD_POLICY = Resource(
    name="password_policy",
    plural="password_policies",
    path="/password-policies",
    # The documentation prints PATCH on the collection; every other resource is made by POST. Whichever the server knows
    # is used.
    create=(("POST", "/password-policies"), ("PATCH", "/password-policies/")),
    guard=_spare_the_default,
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("length", "length", Number(0)),
        Field("min_lowercase", "minLowercase", Number(0)),
        Field("min_capital", "minCapital", Number(0)),
        Field("min_digits", "minDigits", Number(0)),
        Field("min_special", "minSpecial", Number(0)),
        Field("change_password_on_first_login", "changePasswordOnFirstLogin", Flag()),
        Field("password_lifetime", "passwordLifetime", Number(0)),
        Field("password_expired_notification_period", "passwordExpiredNotificationPeriod", Number(0)),
        Field("unique_passwords_number", "uniquePasswordsNumber", Number(0)),
    ),
)
