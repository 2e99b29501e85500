# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the skeleton of a new resource: `make resource NAME=link`, with PLURAL and API_PATH where the default (links,
/links) is wrong.

No file that exists is overwritten. What the skeleton cannot know is marked TODO.
"""

from __future__ import annotations

import keyword
import os
import re
from pathlib import Path
from string import Template

import yaml

from tests.tools.common import ROOT

SKELETON = Path(__file__).parent / "skeleton"
TARGETS = "tests/integration/targets/saymon_${name}"
# template: where its text goes; "module" in a template is the module of this line
FILES: tuple[tuple[str, str, str], ...] = (
    ("table.py.in", "plugins/module_utils/_resources/$table.py", ""),
    ("module.py.in", "plugins/modules/saymon_$name.py", ""),
    ("info_module.py.in", "plugins/modules/saymon_${name}_info.py", ""),
    ("action.py.in", "plugins/action/saymon_$name.py", "saymon_$name"),
    ("action.py.in", "plugins/action/saymon_${name}_info.py", "saymon_${name}_info"),
    ("unit_test.py.in", "tests/unit/plugins/modules/test_saymon_$name.py", ""),
    ("info_unit_test.py.in", "tests/unit/plugins/modules/test_saymon_${name}_info.py", ""),
    ("target_aliases.in", f"{TARGETS}/aliases", ""),
    ("target_meta.yml.in", f"{TARGETS}/meta/main.yml", ""),
    ("target_tasks.yml.in", f"{TARGETS}/tasks/main.yml", ""),
    ("target_aliases.in", f"{TARGETS}_info/aliases", ""),
    ("target_meta.yml.in", f"{TARGETS}_info/meta/main.yml", ""),
    ("info_target_tasks.yml.in", f"{TARGETS}_info/tasks/main.yml", ""),
)
MODULES = ("saymon_$name", "saymon_${name}_info")
NEXT = """
Next: enter $NAME into RESOURCES in plugins/module_utils/_resources/registry.py, describe its fields in the table, and
replace every TODO. docs/adding-a-resource.md explains the rest."""


def plural_of(name: str) -> str:
    """The regular plural of an English resource."""
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


def create(root: Path, name: str, plural: str = "", path: str = "") -> list[str]:
    """Write the files of a resource below `root`; returns their paths, SystemExit when the name is unfit or one of them
    exists."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise SystemExit(f"NAME is {name!r}: give a name in lower case with underscores, such as user_group.")
    plural = plural or plural_of(name)
    version = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    words = {
        "name": name,
        "table": f"{name}_" if keyword.iskeyword(name) else name,  # which must be a name that can be imported
        "NAME": name.upper(),
        "plural": plural,
        "path": path or f"/{plural.replace('_', '-')}",
        "version": version,
    }
    words.update(label=name.replace("_", " "), label_plural=plural.replace("_", " "))
    texts = {}
    for template, place, module in FILES:
        here = {**words, "module": Template(module).substitute(words)}
        text = Template((SKELETON / template).read_text(encoding="utf-8")).substitute(here)
        shebang = "#!/usr/bin/python\n" if place.startswith("plugins/modules/") else ""
        texts[Template(place).substitute(words)] = shebang + text
    existing = [place for place in texts if (root / place).exists()]
    if existing:
        raise SystemExit(f"Nothing was written, because these exist: {', '.join(existing)}")
    for place, text in texts.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text, encoding="utf-8")
    _enter_into_group(root / "meta" / "runtime.yml", [Template(module).substitute(words) for module in MODULES])
    return [*texts, "meta/runtime.yml"]


def _enter_into_group(runtime: Path, modules: list[str]) -> None:
    """Add modules to the action group, which is the only list of modules in the file, in order."""
    lines = runtime.read_text(encoding="utf-8").splitlines()
    first = lines.index("  saymon:") + 1
    last = first
    while last < len(lines) and lines[last].startswith("    - "):
        last += 1
    lines[first:last] = sorted({*lines[first:last], *(f"    - {module}" for module in modules)})
    runtime.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    name = os.environ.get("NAME", "")
    for place in create(ROOT, name, os.environ.get("PLURAL", ""), os.environ.get("API_PATH", "")):
        print(place)
    print(Template(NEXT).substitute(NAME=name.upper()))


if __name__ == "__main__":
    main()
