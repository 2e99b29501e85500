# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module saymon_notification_template_info in the controller's worker."""

from __future__ import annotations

from ansible_collections.saymon.platform.plugins.modules import saymon_notification_template_info
from ansible_collections.saymon.platform.plugins.plugin_utils.action import SaymonAction


class ActionModule(SaymonAction):
    module = saymon_notification_template_info
