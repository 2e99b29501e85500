# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server is told of a run of ansible that has ended: a note, metrics and an incident, in a time that is
limited."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import within

_MOST_NAMES = 10
_LONGEST = 60  # seconds
_NAME = re.compile(r"\{(\w+)\}")
_CHECK = " (check mode)"

# Runs a module of the collection: (name, options) -> result. Raises AnsibleError.
RunModule = Callable[[str, "dict[str, Any]"], "dict[str, Any]"]
Options = Mapping[str, Any]


@dataclass(frozen=True)
class RunReport:
    """A run that has ended. `counts` are those of the recap, summed up over all hosts; `hosts` is their number.
    `duration` and the values of `plays`, which are given by name, are in seconds."""

    playbook: str
    check: bool
    counts: Mapping[str, int]
    hosts: int
    failed_hosts: Sequence[str]
    duration: float
    plays: Mapping[str, float]

    @property
    def failed(self) -> bool:
        return bool(self.failed_hosts)

    def metrics(self) -> dict[str, Any]:
        """The values to push, as a tree."""
        values = {
            **self.counts,
            "hosts": self.hosts,
            "success": int(not self.failed),
            "check_mode": int(self.check),
            "duration": round(self.duration, 3),
        }
        plays = {name: round(seconds, 3) for name, seconds in self.plays.items()}
        return {"ansible": {**values, "plays": plays} if plays else values}

    def text(self, option: str, template: str) -> str:
        """A text with the facts of the run in place of the names in braces. Raises AnsibleError for a name that does
        not exist."""
        fields = {
            **{name: str(count) for name, count in self.counts.items()},
            "playbook": self.playbook,
            "status": "failed" if self.failed else "ok",
            "plays": _listed(list(self.plays)),
            "hosts": str(self.hosts),
            "failed_hosts": _listed(self.failed_hosts),
            "duration": f"{self.duration:.1f}",
        }
        unknown = [name for name in _NAME.findall(template) if name not in fields]
        if unknown:
            raise AnsibleError(
                f"{option} has {{{unknown[0]}}}, which does not exist: use names out of {', '.join(sorted(fields))}."
            )
        return _NAME.sub(lambda found: fields[found[1]], template) + (_CHECK if self.check else "")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def send(report: RunReport, options: Options, run: RunModule) -> list[str]:
    """Send what the options want sent. Returns the warning for what could not be sent, as a list of one, or none.
    Raises AnsibleError for a time limit that cannot be one."""
    parts = {name: part for name, part in _PARTS.items() if _WANTED[name](report, options)}
    seconds = options["timeout"]
    if not 0 < seconds <= _LONGEST:
        raise AnsibleError(f"timeout is {seconds:g}: give a number of seconds greater than 0, and at most {_LONGEST}.")
    until = time.monotonic() + seconds
    late: list[str] = []
    failures: dict[str, list[str]] = {}
    for name, part in parts.items():
        try:
            with within(until - time.monotonic()):
                part(report, options, _limited(run, until))
        except AnsibleError as error:
            if time.monotonic() >= until:
                late.append(name)
            else:
                failures.setdefault(error.message.strip(), []).append(name)
    said = [f"could not send {' and '.join(names)}: {message}" for message, names in failures.items()]
    if late:
        said.append(
            f"could not send {' and '.join(late)} within {seconds:g} s: check the server, or raise the option timeout."
        )
    return [f"saymon_report {' It '.join(said)}"] if said else []


def _limited(run: RunModule, until: float) -> RunModule:
    """The same for a module that must not wait longer than until then (monotonic seconds)."""

    def limited(name: str, args: dict[str, Any]) -> dict[str, Any]:
        left = until - time.monotonic()
        if left <= 0:
            raise AnsibleError("There is no time left.")
        return run(name, {**args, "saymon_timeout": left, "saymon_retries": 0})

    return limited


def _annotate(report: RunReport, options: Options, run: RunModule) -> None:
    text = report.text("annotation_text", options["annotation_text"])
    run("saymon_annotation", {"content": text, "window": "0"})


def _push(report: RunReport, options: Options, run: RunModule) -> None:
    run("saymon_metric", {"object": options["object"], "metrics": report.metrics(), "dotted": False})


def _raise_or_clear(report: RunReport, options: Options, run: RunModule) -> None:
    if not options["object"]:
        raise AnsibleError("incident needs an object: give object, or turn incident off.")
    key = report.text("incident_key", options["incident_key"])
    if not report.failed:
        run("saymon_incident", {"key": key, "state": "cleared"})
        return
    text = report.text("incident_text", options["incident_text"])
    new = {"object": options["object"], "level": options["incident_level"], "text": text}
    if run("saymon_incident", {"key": key, **new}).get("action") != "created":
        # It may have been cleared, and still be in the active list.
        run("saymon_incident", {"key": key, "state": "restored", "comment": text})


_PARTS = {"the note": _annotate, "the metrics": _push, "the incident": _raise_or_clear}
_WANTED: dict[str, Callable[[RunReport, Options], bool]] = {
    "the note": lambda report, options: (
        options["annotate"] == "always" or (options["annotate"] == "failed" and report.failed)
    ),
    "the metrics": lambda report, options: bool(options["metrics"] and options["object"]),
    "the incident": lambda report, options: bool(options["incident"]) and not report.check,
}
