# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run suites on every supported pair of ansible-core and Python, each in a virtual environment of its own below
.build/matrix.

CORES ("2.16 2.21") and SUITES ("unit e2e") in the environment select; by default everything but the pre-release runs.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.tools import ansible_test, suites
from tests.tools.common import BUILD, ROOT, Result, clean_env, headline, leave_nothing_behind, run
from tests.tools.install import build, install
from tests.tools.pythons import find

# core release: exact version, Pythons it is tested on
CORES: dict[str, tuple[str, tuple[str, ...]]] = {
    "2.16": ("2.16.19", ("3.11",)),
    "2.17": ("2.17.14", ("3.11",)),
    "2.18": ("2.18.19", ("3.11",)),
    "2.19": ("2.19.14", ("3.11",)),
    "2.20": ("2.20.10", ("3.12", "3.13")),
    "2.21": ("2.21.5", ("3.12", "3.13")),
    "2.22": ("2.22.0rc1", ("3.13",)),
}
OPTIONAL = {"2.22"}  # a pre-release: only when CORES names it

RUNNERS: dict[str, Callable[[Path], Result]] = {
    "unit": lambda bin_: suites.unit(bin_ / "python", measure=False),
    "processes": lambda bin_: suites.processes(bin_ / "python"),
    "e2e": partial(suites.e2e, exhaustive=True),
    "integration": suites.integration,
    "sanity": ansible_test.sanity,
}


def _chosen(variable: str, known: list[str], default: list[str]) -> list[str]:
    names = os.environ.get(variable, "").split() or default
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"{variable}: {', '.join(unknown)} is not one of {', '.join(known)}")
    return names


def environment(core: str, version: str, python: Path, tarball: Path) -> Path:
    """Make the virtual environment of a pair, or bring it up to date; returns its folder of programs."""
    requirements = ROOT / "tests" / "requirements"
    core_pins = [
        line
        for line in (requirements / "core.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith("requests==")
    ]
    wanted = [f"ansible-core=={CORES[core][0]}", *core_pins]
    folder = BUILD / "matrix" / f"{core}-py{version}"
    stamp = folder / ".made-from"
    key = hashlib.sha256(
        "\n".join([*wanted, (requirements / "test.txt").read_text(encoding="utf-8")]).encode()
    ).hexdigest()
    env = clean_env(BUILD / "home")
    if not stamp.exists() or stamp.read_text() != key:
        make: list[str | Path] = [python, "-m", "venv", "--clear", folder]
        fill: list[str | Path] = [
            folder / "bin" / "python",
            "-m",
            "pip",
            "-qq",
            "install",
            *wanted,
            "-r",
            requirements / "test.txt",
        ]
        for step in (make, fill):
            done = run(step, env=env, capture=True)
            if done.returncode:
                raise SystemExit(
                    f"the environment for ansible-core {core} on Python {version} could not be made:\n{done.stdout}"
                )
        stamp.write_text(key)
    install(tarball, next((folder / "lib").glob("python3*")) / "site-packages", folder / "bin")
    return folder / "bin"


def main() -> None:
    leave_nothing_behind()
    cores = _chosen("CORES", list(CORES), [core for core in CORES if core not in OPTIONAL])
    names = _chosen("SUITES", list(RUNNERS), list(RUNNERS))
    tarball = build()
    results, left_out = [], []
    for core in cores:
        for version in CORES[core][1]:
            pair = f"{core}-py{version}"
            python = find(version)
            if python is None:
                left_out.append(f"{pair}: no Python {version} with venv and ensurepip on PATH or in pyenv")
                continue
            headline(f"ansible-core {CORES[core][0]} on Python {version}: preparing")
            programs = environment(core, version, python, tarball)
            for name in names:
                headline(f"ansible-core {CORES[core][0]} on Python {version}: {name}")
                result = suites.guarded(name, partial(RUNNERS[name], programs))
                results.append(replace(result, suite=f"{pair} {name}"))
    fine = suites.summarize(results)
    for line in left_out:
        print(f"left out {line}")
    sys.exit(0 if fine and results else 1)


if __name__ == "__main__":
    main()
