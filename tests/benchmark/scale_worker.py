# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do one piece of bulk work and measure it: `python -m tests.benchmark.scale_worker`, with a job as JSON on its
standard input.

Every piece gets a fresh process, so that none finds memory or connections that another has left. The job comes by a
pipe because it holds a session id, which does not belong on a command line.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._module import ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._run import Run, memory_store, perform
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Json
from ansible_collections.saymon.platform.plugins.modules import saymon_link, saymon_object
from ansible_collections.saymon.platform.plugins.plugin_utils.list_files import ListFiles

from tests.benchmark import scale_cases
from tests.benchmark.measure import MAXRSS_PER_MIB

_TIMEOUT = 300


@dataclass(frozen=True)
class Job:
    """`api` is the URL of the API root, `lists` are the path and query of what a bare reader fetches, `changes` what
    must come out, `file` holds the user's list where the work is to read it."""

    work: str
    url: str
    api: str
    sid: str
    count: int
    parallel: int
    changes: int
    lists: list[tuple[str, dict[str, str]]]
    file: str = ""


Work = Callable[[], Any]


def _module(job: Job) -> Work:
    """The module with a list at hand."""
    return _ensuring(job, saymon_object.SPEC, saymon_object.run, objects=scale_cases.objects(job.count))


def _lines(job: Job) -> Work:
    """The module with a list that it reads from a file."""
    files = ListFiles("objects", [], DataLoader(), [])
    return _ensuring(job, saymon_object.SPEC, saymon_object.run, src=[job.file], objects=files.items([job.file]))


def _below(job: Job) -> Work:
    """The module of a table with a field that takes a request for each object."""
    below = Field(scale_cases.BELOW, scale_cases.BELOW, Json("list", []), source=scale_cases.BELOW)
    table = replace(OBJECT, fields=(*OBJECT.fields, below))
    items = [
        {"discovery_id": one["discovery_id"], below.option: scale_cases.RULES} for one in scale_cases.objects(job.count)
    ]
    return _ensuring(job, spec_of(table), ensure(table), objects=items)


def _links(job: Job) -> Work:
    """The module of links with a list at hand."""
    return _ensuring(job, saymon_link.SPEC, saymon_link.run, links=scale_cases.links(job.count))


def _given(job: Job) -> Work:
    """The module with a list of objects that have conditions, monitoring and operations."""
    return _ensuring(job, saymon_object.SPEC, saymon_object.run, objects=scale_cases.given_objects(job.count))


def _ensuring(job: Job, spec: Spec, run: Run, **given: Any) -> Work:
    """A run of a module as an action or its own `main()` starts it, with a session at hand; ends the process when the
    outcome is not as expected."""
    validated = ArgumentSpecValidator(spec.argument_spec).validate(
        {"saymon_url": job.url, "saymon_sid": job.sid, "saymon_timeout": _TIMEOUT, "parallel": job.parallel}
    )
    if validated.error_messages:
        sys.exit("; ".join(validated.error_messages))
    args = {**validated.validated_parameters, **given}

    def work() -> Any:
        result = perform(
            spec, run, args, check=False, make_store=memory_store, secrets=Secrets(), say=lambda text: None
        )
        wanted = {"created": job.changes, "unchanged": job.count - job.changes}
        if result.get("failed") or any(result["summary"][word] != number for word, number in wanted.items()):
            sys.exit(f"The module was to report {wanted}: {result.get('msg') or result['summary']}")
        return result

    return work


def _post(job: Job) -> Work:
    """One POST an object on one kept-alive connection."""
    session, bodies = _session(job), scale_cases.bodies(job.count)

    def work() -> Any:
        answers = []
        for body in bodies:
            answer = session.post(f"{job.api}/objects", json=body, timeout=_TIMEOUT)
            answer.raise_for_status()
            answers.append(answer.json())
        return answers

    return work


def _fetch(job: Job) -> Work:
    """Fetch and decode the lists, and nothing else."""
    session = _session(job)

    def work() -> Any:
        answers = [session.get(job.api + path, params=query, timeout=_TIMEOUT) for path, query in job.lists]
        for answer in answers:
            answer.raise_for_status()
        return [(len(answer.content), answer.json()) for answer in answers]

    return work


def _session(job: Job) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["Cookie"] = f"sid={job.sid}"
    return session


# By the word in a job.
WORKS: dict[str, Callable[[Job], Work]] = {
    "module": _module,
    "lines": _lines,
    "below": _below,
    "links": _links,
    "given": _given,
    "post": _post,
    "fetch": _fetch,
}


def peak() -> float:
    """MiB that this process has held at most since its program started.

    Linux hands the rusage maximum of the parent down to a child, which would hide what a small child needs; VmHWM
    starts afresh.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(
            line.split(":", 1)
            for line in status.read_text(encoding="ascii", errors="replace").splitlines()
            if ":" in line
        )
        if "VmHWM" in lines:
            return int(lines["VmHWM"].split()[0]) / 1024
    return getrusage(RUSAGE_SELF).ru_maxrss / MAXRSS_PER_MIB


def main() -> None:
    given = json.load(sys.stdin)
    job = Job(**given)
    work = WORKS[job.work](job)
    before, start = peak(), time.perf_counter()
    outcome = work()
    seconds = time.perf_counter() - start
    size = sum(length for length, _data in outcome) if job.work == "fetch" else 0
    if job.file:
        size = Path(job.file).stat().st_size
    json.dump({"seconds": seconds, "memory": peak() - before, "bytes": size}, sys.stdout)


if __name__ == "__main__":
    main()
