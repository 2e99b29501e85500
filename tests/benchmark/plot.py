# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the plot of docs/images: what one request costs, by way of sending it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.benchmark.cases import ACTION, DEBUG, LOOP, MODULE, SAYMON, URI
from tests.benchmark.figures import Figure, Results

_ROWS = (
    (LOOP, "saymon_api, item of a loop"),
    (SAYMON, "saymon_api, a task"),
    (ACTION, "bare in-process action"),
    (DEBUG, "debug (sends nothing)"),
    (MODULE, "ordinary module"),
    (URI, "ansible.builtin.uri"),
)
_OURS, _OTHERS, _INK, _FAINT = "#1f6feb", "#b6bec9", "#24292f", "#6e7781"


def draw(results: Results, note: str, file: Path) -> None:
    """Write the PNG `file`: horizontal bars in milliseconds a request, with a line from the fastest to the slowest
    round; `note` stands below the title."""
    # Imported late and by name: its memory must not count for the plays measured before, and its types are not
    # installed for lint.
    matplotlib = import_module("matplotlib")
    matplotlib.use("Agg")
    figure, axes = import_module("matplotlib.pyplot").subplots(figsize=(9, 3.9), dpi=160, facecolor="white")
    steps = [Figure.of(results.step(case)) for case, _label in _ROWS]
    places = range(len(_ROWS), 0, -1)
    colours = [_OURS if case in (SAYMON, LOOP) else _OTHERS for case, _label in _ROWS]
    axes.barh(places, [step.median for step in steps], height=0.62, color=colours, zorder=2)
    widest = max(step.most for step in steps)
    for place, step, (case, _label) in zip(places, steps, _ROWS, strict=True):
        axes.plot([step.least, step.most], [place, place], color=_INK, linewidth=1.2, zorder=3, solid_capstyle="butt")
        weight = "bold" if case in (SAYMON, LOOP) else "normal"
        text = f"{step.median:,.0f} ms" if step.median >= 10 else f"{step.median:.1f} ms"
        axes.text(
            max(step.most, step.median) + widest * 0.012,
            place,
            text,
            va="center",
            fontsize=12,
            color=_INK,
            weight=weight,
        )
    axes.set_yticks(list(places), [label for _case, label in _ROWS], fontsize=12, color=_INK)
    axes.set_xlim(0, widest * 1.17)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", colors=_FAINT, labelsize=10)
    axes.xaxis.grid(visible=True, color="#e6e9ed", zorder=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#d0d7de")
    axes.set_xlabel(
        "milliseconds a request, start-up of ansible-playbook subtracted (less is better)", fontsize=10.5, color=_FAINT
    )
    figure.suptitle(
        "What one request to SAYMON costs in a playbook",
        x=0.012,
        y=0.975,
        ha="left",
        fontsize=15,
        weight="bold",
        color=_INK,
    )
    figure.text(0.012, 0.855, note, fontsize=10, color=_FAINT)
    figure.tight_layout(rect=(0, 0, 1, 0.93))
    file.parent.mkdir(parents=True, exist_ok=True)
    # No date and no version inside: the file changes only when the figures do.
    figure.savefig(file, metadata={"Software": None})
