# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the figures of the bulk work down."""

from __future__ import annotations

from statistics import median

from tests.benchmark.scale_cases import (
    AGAIN,
    AGAIN_BARE,
    CREATE,
    CREATE_BARE,
    CREATE_PARALLEL,
    DELAY,
    PARALLEL,
    PROPERTIES,
)
from tests.benchmark.scale_figures import Scale
from tests.benchmark.tables import table


def times(scale: Scale) -> str:
    """Seconds, one row a number of objects."""
    ways = (CREATE, CREATE_BARE, CREATE_PARALLEL, AGAIN, AGAIN_BARE)
    heading = (
        "objects",
        "create s",
        "bare create s",
        f"parallel: {PARALLEL} s",
        "unchanged s",
        "bare fetch s",
        "play s",
        "idle play s",
    )
    rows = []
    for count in scale.size.objects:
        samples = [*(scale.seconds(way, count) for way in ways), scale.plays[count], scale.idle[count]]
        rows.append([f"{count:,}", *(_seconds(median(sample)) for sample in samples)])
    return table([heading, *rows])


def costs(scale: Scale) -> str:
    """Requests and memory, one row a number of objects."""
    heading = ("objects", "requests, create", "unchanged", "lists MiB", "memory MiB, create", "unchanged", "bare fetch")
    rows = []
    for count in scale.size.objects:
        sent = [f"{scale.requests(way, count):,}" for way in (CREATE, AGAIN)]
        memory = [f"{median(scale.memory(way, count)):.1f}" for way in (CREATE, AGAIN, AGAIN_BARE)]
        rows.append([f"{count:,}", *sent, f"{scale.lists(count):.2f}", *memory])
    return table([heading, *rows])


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def section(scale: Scale, bars: str) -> str:
    """The section of docs/benchmarks.md; `bars` is the table of the promises."""
    size = scale.size
    return _SECTION.format(
        times=times(scale),
        costs=costs(scale),
        bars=bars,
        properties=PROPERTIES,
        parallel=PARALLEL,
        delay=DELAY,
        users=f"{size.users:,}",
        groups=f"{size.groups:,}",
    )


_SECTION = """\
## Many objects in one task

{times}

{costs}

{bars}

### How to read these figures

- The list of one saymon_object task: so many objects, each with name, discovery id, class and {properties} properties.
  *Create* starts from a server that has none of them; *unchanged* finds all of them as they should be.
- *Bare* is the least that can do the same with `requests` on one kept-alive connection: a loop that posts the same
  bodies one after another, and a reader that fetches and decodes the lists for which the module has asked, and compares
  nothing.
- These pieces of work run the module itself, without ansible-playbook around it, each in a process of its own with a
  session at hand. Start-up and the user's list are in neither time nor memory. *Memory* is by how much the peak of the
  resident memory rises.
- *Play* is the whole time of an ansible-playbook run with the one task, unchanged, that takes the list from a file of
  variables. *Idle play* has a task that gets the same list and does nothing with it: what ansible itself takes to
  start, read, template and hand over a list of this length, whichever module it is for.
- With `parallel: {parallel}` the module keeps {parallel} requests on their way. That saves waiting, not work: it gains
  much from a server that takes its time (one bar has a server that answers {delay} ms later), and nothing from one that
  answers at once and shares the cores with the client.
- Within a round all ways follow each other. Unchanged runs are repeated in every round, creations and plays up to three
  times.
- Requests were counted by the server. Every creation is checked to have sent the same bodies, every unchanged play to
  have sent no write.
- The {users} users and {groups} groups are two tasks of one play, each user in two of the groups."""
