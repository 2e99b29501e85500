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
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._run import memory_store, perform
from ansible_collections.saymon.platform.plugins.modules import saymon_object

from tests.benchmark import scale_cases
from tests.benchmark.measure import MAXRSS_PER_MIB

_TIMEOUT = 300


@dataclass(frozen=True)
class Job:
    """`api` is the URL of the API root, `lists` are the path and query of what a bare reader fetches, `changes` what
    must come out."""

    work: str
    url: str
    api: str
    sid: str
    count: int
    parallel: int
    changes: int
    lists: list[tuple[str, dict[str, str]]]


Work = Callable[[], Any]


def _module(job: Job) -> Work:
    """The module as an action or its own `main()` runs it, with a session at hand; ends the process when the outcome is
    not as expected."""
    validated = ArgumentSpecValidator(saymon_object.SPEC.argument_spec).validate(
        {"saymon_url": job.url, "saymon_sid": job.sid, "saymon_timeout": _TIMEOUT, "parallel": job.parallel}
    )
    if validated.error_messages:
        sys.exit("; ".join(validated.error_messages))
    args = {**validated.validated_parameters, "objects": scale_cases.objects(job.count)}

    def work() -> Any:
        spec, run = saymon_object.SPEC, saymon_object.run
        result = perform(
            spec, run, args, check=False, make_store=memory_store, secrets=Secrets(), say=lambda text: None
        )
        wanted = {"created": job.changes, "unchanged": job.count - job.changes}
        if result.get("failed") or any(result["summary"][word] != number for word, number in wanted.items()):
            sys.exit(f"saymon_object was to report {wanted}: {result.get('msg') or result['summary']}")
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
    work = {"module": _module, "post": _post, "fetch": _fetch}[job.work](job)
    before, start = peak(), time.perf_counter()
    outcome = work()
    seconds = time.perf_counter() - start
    size = sum(length for length, _data in outcome) if job.work == "fetch" else 0
    json.dump({"seconds": seconds, "memory": peak() - before, "bytes": size}, sys.stdout)


if __name__ == "__main__":
    main()
