# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports runs of ansible to a SAYMON server."""

from __future__ import annotations

DOCUMENTATION = r"""
name: saymon_report
type: notification
short_description: Report runs of Ansible to a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - When a playbook has ended, writes a note on the charts, pushes metrics to an object, and raises an incident if the
    run has failed, which the next good run clears. Each of these can be turned on and off.
  - A run counts as failed if its recap shows failed or unreachable hosts. A run that Ansible breaks off before the
    recap, for example because a playbook cannot be read, is not reported.
  - Only counts, durations, and the names of the playbook and its plays are sent, and names of hosts if a text asks for
    C({failed_hosts}). Results of tasks are never sent.
  - Everything happens after the last task, within O(timeout). If something cannot be sent, there is one warning. The
    output and the exit status of the run stay the same.
  - Address and account are looked up as for a task on localhost in the last play, first in variables (of the play, the
    inventory, or the command line), then in the fact C(saymon_session) of localhost, then in the environment. The
    session of the run is used. Tasks of the run that use the same account need no second login.
  - Needs the permission C(manage-history) for O(annotate), C(modify-objects) or C(manage-objects) for O(metrics), and
    access to O(object).
options:
  annotate:
    description: After which runs to write a note on the charts of all objects.
    type: str
    choices: [always, failed, never]
    default: always
    ini: [{section: callback_saymon_report, key: annotate}]
    env: [{name: SAYMON_REPORT_ANNOTATE}]
    vars: [{name: saymon_report_annotate}]
  annotation_text:
    description:
      - The text of the note. In this and the other texts, a name in braces stands for something of the run. The names
        are C({playbook}), C({status}) (V(ok) or V(failed)), C({plays}), C({hosts}) (how many), C({failed_hosts}) (up to
        10 names), C({duration}) (in seconds), and the counts of the recap, C({ok}), C({changed}), C({failed}),
        C({unreachable}), C({skipped}), C({rescued}) and C({ignored}).
      - In check mode, V( (check mode\)) is added at the end.
    type: str
    default: "Ansible {playbook}: {status} ({ok} ok, {changed} changed, {failed} failed, {unreachable} unreachable)"
    ini: [{section: callback_saymon_report, key: annotation_text}]
    env: [{name: SAYMON_REPORT_ANNOTATION_TEXT}]
    vars: [{name: saymon_report_annotation_text}]
  object:
    description: The object that gets the metrics and the incident, a path, a name or an id.
    type: str
    ini: [{section: callback_saymon_report, key: object}]
    env: [{name: SAYMON_REPORT_OBJECT}]
    vars: [{name: saymon_report_object}]
  metrics:
    description:
      - Whether to push metrics to O(object), if one is given.
      - They are the counts of the recap such as C(ansible.changed), the number of C(ansible.hosts), C(ansible.success)
        (V(1) or V(0)), C(ansible.check_mode) (V(1) or V(0)), C(ansible.duration) in seconds, and the seconds of each
        play, in C(ansible.plays).
    type: bool
    default: true
    ini: [{section: callback_saymon_report, key: metrics}]
    env: [{name: SAYMON_REPORT_METRICS}]
    vars: [{name: saymon_report_metrics}]
  incident:
    description:
      - Whether a failed run raises an incident of O(object). If there is one already, it gets the text of the new
        failure as a comment. The next good run clears it.
      - Runs in check mode neither raise nor clear incidents.
    type: bool
    default: false
    ini: [{section: callback_saymon_report, key: incident}]
    env: [{name: SAYMON_REPORT_INCIDENT}]
    vars: [{name: saymon_report_incident}]
  incident_key:
    description: A text that names the incident. A good run clears the incident of a failed run with the same key. See
      O(saymon.platform.saymon_incident#module:key).
    type: str
    default: ansible {playbook}
    ini: [{section: callback_saymon_report, key: incident_key}]
    env: [{name: SAYMON_REPORT_INCIDENT_KEY}]
    vars: [{name: saymon_report_incident_key}]
  incident_level:
    description: The level of the incident, a name or an id.
    type: str
    default: Alarm
    ini: [{section: callback_saymon_report, key: incident_level}]
    env: [{name: SAYMON_REPORT_INCIDENT_LEVEL}]
    vars: [{name: saymon_report_incident_level}]
  incident_text:
    description: What the incident says.
    type: str
    default: "Ansible {playbook} failed ({failed} failed, {unreachable} unreachable)"
    ini: [{section: callback_saymon_report, key: incident_text}]
    env: [{name: SAYMON_REPORT_INCIDENT_TEXT}]
    vars: [{name: saymon_report_incident_text}]
  check_mode:
    description: Whether to report runs in check mode (C(--check\)) too. Their report says that they were in check mode.
    type: bool
    default: false
    ini: [{section: callback_saymon_report, key: check_mode}]
    env: [{name: SAYMON_REPORT_CHECK_MODE}]
    vars: [{name: saymon_report_check_mode}]
  timeout:
    description:
      - How many seconds reporting may take, at most V(60). It takes the place of O(saymon_timeout), and nothing is
        repeated (O(saymon_retries) does not count).
      - If the name of the server has to be looked up, the time that the system needs for it comes on top, and so does
        the logout (at most 3 seconds).
    type: float
    default: 5
    ini: [{section: callback_saymon_report, key: timeout}]
    env: [{name: SAYMON_REPORT_TIMEOUT}]
    vars: [{name: saymon_report_timeout}]
extends_documentation_fragment:
  - saymon.platform.connection.plugin
notes:
  - Enable it as V(saymon.platform.saymon_report) in C(callbacks_enabled). For commands of C(ansible), Ansible also
    wants E(ANSIBLE_LOAD_CALLBACK_PLUGINS) to be set.
  - With several playbooks in one command, each is reported when it has ended.
"""

EXAMPLES = r"""
# ansible.cfg
#
# [defaults]
# callbacks_enabled = saymon.platform.saymon_report
#
# [callback_saymon_report]
# annotate = failed
# object = /ROOT/North site
# incident = true
# incident_text = {playbook} failed on {failed_hosts}
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar

if TYPE_CHECKING:
    from ansible_collections.saymon.platform.plugins.plugin_utils.run_report import RunModule, RunReport

_OPTIONS = (
    "annotate",
    "annotation_text",
    "object",
    "metrics",
    "incident",
    "incident_key",
    "incident_level",
    "incident_text",
    "check_mode",
    "timeout",
)
_COUNTS = {
    "ok": "ok",
    "changed": "changed",
    "failed": "failures",
    "unreachable": "dark",
    "skipped": "skipped",
    "rescued": "rescued",
    "ignored": "ignored",
}


class CallbackModule(CallbackBase):
    """Notes when plays begin, and does nothing else before the end of a playbook: the counts are those of core."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "saymon.platform.saymon_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._playbook = ""
        self._began = self._play_began = time.monotonic()
        self._play: Any = None
        self._plays: dict[str, float] = {}
        self._counted = dict.fromkeys(_COUNTS, 0)

    def v2_playbook_on_start(self, playbook: Any) -> None:
        name = Path(playbook._file_name).name
        self._playbook = "ad hoc" if name == "__adhoc_playbook__" else name
        self._began = time.monotonic()
        self._play, self._plays = None, {}

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._end_play()
        self._play, self._play_began = play, time.monotonic()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        try:
            self._end_play()
            self._report(stats)
        except AnsibleError as error:
            self._display.warning(f"saymon_report has sent nothing: {error.message}")
        except Exception as error:  # whatever happens here, the run has done its work
            self._display.warning(f"Bug in saymon_report, please report it: {type(error).__name__}: {error}")

    def _end_play(self) -> None:
        """Add up the time of the play that has ended; with `serial`, a play begins once for each batch."""
        if self._play is not None:
            name = str(self._play.get_name())
            self._plays[name] = self._plays.get(name, 0.0) + time.monotonic() - self._play_began

    def _report(self, stats: Any) -> None:
        variables, template = self._variables()
        given = [f"saymon_report_{option}" for option in _OPTIONS]
        self.set_options(var_options={name: template(variables[name]) for name in given if name in variables})
        options = {option: self.get_option(option) for option in _OPTIONS}
        check = bool(context.CLIARGS.get("check"))
        if check and not options["check_mode"]:
            return
        # Not at the top: what talks to the server takes longer to load than many a run lasts.
        from ansible_collections.saymon.platform.plugins.plugin_utils.run_report import send

        for text in send(self._run_report(stats, check), options, _runner(variables, template)):
            self._display.warning(text)

    def _run_report(self, stats: Any, check: bool) -> RunReport:
        from ansible_collections.saymon.platform.plugins.plugin_utils.run_report import RunReport

        counted = {name: sum(getattr(stats, attribute).values()) for name, attribute in _COUNTS.items()}
        counts = {name: counted[name] - self._counted[name] for name in counted}
        self._counted = counted  # core goes on counting with the next playbook of the command
        return RunReport(
            playbook=self._playbook,
            check=check,
            counts=counts,
            hosts=len(stats.processed),
            failed_hosts=sorted({*stats.failures, *stats.dark}),
            duration=time.monotonic() - self._began,
            plays=self._plays,
        )

    def _variables(self) -> tuple[Mapping[str, Any], Callable[[Any], Any]]:
        """The variables of a task on localhost in the last play, and what evaluates their templates."""
        if self._play is None:
            return {}, lambda value: value
        of_play = self._play.get_variable_manager().get_vars(play=self._play)
        hostvars = of_play.get("hostvars")
        of_host = hostvars.raw_get("localhost") if hostvars is not None and "localhost" in hostvars else {}
        variables = {**of_host, **of_play}
        return variables, Templar(loader=self._play.get_loader(), variables=variables).template


def _runner(variables: Mapping[str, Any], template: Callable[[Any], Any]) -> RunModule:
    """What runs a module with these variables, in the session of the run."""
    from ansible_collections.saymon.platform.plugins.modules import saymon_annotation, saymon_incident, saymon_metric
    from ansible_collections.saymon.platform.plugins.plugin_utils.options import Source
    from ansible_collections.saymon.platform.plugins.plugin_utils.plugin import run_here

    modules = {
        "saymon_annotation": saymon_annotation,
        "saymon_incident": saymon_incident,
        "saymon_metric": saymon_metric,
    }

    def run(name: str, args: dict[str, Any]) -> dict[str, Any]:
        return run_here(name, modules[name].SPEC, modules[name].run, Source(args, variables, None, template))

    return run
