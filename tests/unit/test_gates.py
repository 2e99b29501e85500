# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the collection keep its rules, and each rule can be seen to catch who breaks it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.saymon.platform.tests.unit import gates

ROOT = gates.ROOT
HEAD = "\n".join(gates._LICENCE) + "\n"
MODULE = (
    HEAD
    + '''"""Manage a thing."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_thing_info
short_description: Look at a thing
options:
  name: {description: The name., type: str, required: true, aliases: [title]}
  kind: {description: The kind., type: str, choices: [a, b], default: a}
  parts:
    description: The parts.
    type: list
    elements: dict
    suboptions:
      part_token: {description: A token., type: str}
extends_documentation_fragment:
  [saymon.platform.attributes, saymon.platform.attributes.info, saymon.platform.connection]
"""

EXAMPLES = r"""
- name: Look
  saymon.platform.saymon_thing_info: {name: x}
"""

RETURN = r"""
thing: {description: The thing., returned: success, type: dict, sample: {id: 1}, contains: {
  id: {description: Its id., sample: 1}}}
"""

from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main

PARTS = {"part_token": {"type": "str", "no_log": True}}
SPEC = Spec(
    options={
        "name": {"type": "str", "required": True, "aliases": ["title"]},
        "kind": {"type": "str", "choices": ["a", "b"], "default": "a"},
        "parts": {"type": "list", "elements": "dict", "options": PARTS},
    }
)


def run(context: TaskContext) -> dict[str, object]:
    return {"thing": context.client.get("/things")}


if __name__ == "__main__":
    main(SPEC, run)
'''
)

# One whose list describes a name in other words.
LISTED = MODULE.replace("part_token: {description: A token.", "name: {description: Another.").replace(
    "    options={\n", '    bulk="parts",\n    options={\n'
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small collection that keeps all rules."""
    module = "saymon_thing_info"
    files = {
        f"plugins/modules/{module}.py": MODULE,
        f"plugins/action/{module}.py": HEAD + gates._TWIN.format(name=module),
        "plugins/module_utils/_api/transport.py": HEAD + "import requests\n",
        "plugins/module_utils/_api/client.py": HEAD + "from .transport import x\n",
        "plugins/module_utils/_run.py": HEAD
        + "from ansible.module_utils.basic import AnsibleModule\nfrom ._api.client import x\n",
        "plugins/plugin_utils/action.py": HEAD
        + "from ansible_collections.saymon.platform.plugins.module_utils._api.client import x\n",
        "meta/runtime.yml": HEAD + f"action_groups: {{saymon: [{module}]}}\n",
        f"tests/unit/plugins/modules/test_{module}.py": HEAD,
        f"tests/integration/targets/{module}/tasks/main.yml": HEAD,
        "tests/sandbox/.venv/bad.py": "no licence\n",
    }
    for fragment in ("attributes", "connection"):
        files[f"plugins/doc_fragments/{fragment}.py"] = (
            ROOT / "plugins" / "doc_fragments" / f"{fragment}.py"
        ).read_text()
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("gate", gates.GATES, ids=lambda gate: gate.__name__)
def test_the_collection_keeps_the_rule(gate: Callable[[Path], list[str]]) -> None:
    assert gate(ROOT) == []


@pytest.mark.parametrize("gate", gates.GATES, ids=lambda gate: gate.__name__)
def test_the_sample_keeps_the_rule(tree: Path, gate: Callable[[Path], list[str]]) -> None:
    assert gate(tree) == []


THING = "plugins/modules/saymon_thing_info.py"
TWIN = "plugins/action/saymon_thing_info.py"
TARGET = "tests/integration/targets/saymon_thing_info/tasks/main.yml"
MANAGER = "plugins/modules/saymon_thing.py"
RECORD = 'RETURN = r"""\nthing: {{description: The thing., type: dict, contains: {{{}}}}}\n"""\n'
LONG = "def long():\n" + "    x = 1\n" * 60

# gate, file, text to replace ('' appends, None removes the file), new text, complaint
BREAKS: list[tuple[str, str, object, str, str]] = [
    ("twins", TWIN, None, "", "saymon_thing_info.py is missing"),
    ("twins", TWIN, "module = ", "other = ", "not the usual twin"),
    ("twins", TWIN, "", "\n    extra = 1\n", "not the usual twin"),
    ("twins", "plugins/action/saymon_gone.py", "", "x", "saymon_gone.py has no module"),
    ("action_group", "meta/runtime.yml", "saymon_thing_info", "", "lacks saymon_thing_info"),
    (
        "action_group",
        "meta/runtime.yml",
        "[saymon_thing_info]",
        "[saymon_gone, saymon_thing_info]",
        "saymon_gone, which is no module",
    ),
    ("action_group", "meta/runtime.yml", "[saymon_thing_info]", "[saymon_thing_info, saymon_thing_info]", "not sorted"),
    (
        "unit_tests",
        "tests/unit/plugins/modules/test_saymon_thing_info.py",
        None,
        "",
        "test_saymon_thing_info.py is missing",
    ),
    ("unit_tests", "tests/unit/plugins/modules/test_saymon_gone.py", "", "x", "test_saymon_gone.py has no module"),
    ("integration_targets", TARGET, None, "", "targets/saymon_thing_info is missing"),
    ("samples", THING, "sample: {id: 1}, ", "", "RETURN thing has no sample"),
    ("samples", THING, "id., sample: 1", "id.", "RETURN thing.id has no sample"),
    ("samples", THING, "RETURN", "RETURNS", "RETURN is empty"),
    ("examples", THING, "saymon.platform.saymon_thing_info: ", "saymon_thing_info: ", "short name saymon_thing_info"),
    (
        "examples",
        THING,
        "saymon.platform.saymon_thing_info: ",
        "saymon.platform.saymon_other: ",
        "show no use of the module",
    ),
    ("examples", THING, "- name: Look", "- name: [Look", "are no YAML"),
    ("attributes", THING, "saymon.platform.attributes.info, ", "", "attribute idempotent is not documented"),
    ("documented_options", THING, "  name: {", "  nam: {", "nam is documented and does not exist"),
    ("documented_options", THING, "  name: {", "  nam: {", "name is not documented"),
    (
        "documented_options",
        THING,
        "The kind., type: str",
        "The kind., type: int",
        "kind: type is documented as 'int' and is 'str'",
    ),
    ("documented_options", THING, "[a, b], default: a", "[a, c], default: a", "kind: choices"),
    ("documented_options", THING, ", default: a}", ", default: b}", "kind: default is documented as 'b' and is 'a'"),
    ("documented_options", THING, "required: true, ", "", "name: required is documented as False and is True"),
    ("documented_options", THING, ", aliases: [title]", "", "name: aliases"),
    ("documented_options", THING, "elements: dict", "elements: str", "parts: elements"),
    ("documented_options", THING, "      part_token:", "      part_key:", "parts.part_token is not documented"),
    ("documented_options", THING, ', "no_log": True', "", "parts.part_token has the name of a secret and no no_log"),
    ("documented_options", THING, ", saymon.platform.connection", "", "saymon_url is not documented"),
    ("network", THING, "import Spec", "import Spec\nimport requests.adapters", "imports requests.adapters"),
    ("network", THING, "import Spec", "import Spec\nfrom urllib import request", "imports urllib.request"),
    ("network", THING, "import Spec", "import Spec\nfrom http import client", "imports http.client"),
    ("network", THING, "import Spec", "import Spec\nimport socket", "imports socket"),
    (
        "network",
        "plugins/module_utils/_run.py",
        "",
        "from ansible.module_utils.urls import open_url\n",
        "imports ansible.module_utils.urls",
    ),
    (
        "ansible_module",
        THING,
        "import Spec",
        "import Spec\nfrom ansible.module_utils.basic import AnsibleModule",
        "imports AnsibleModule",
    ),
    (
        "arrows",
        "plugins/module_utils/_run.py",
        "",
        "from ..plugin_utils import action\n",
        "module_utils/_run.py imports",
    ),
    ("rooms", "plugins/module_utils/_run.py", "._api.client", "._resources.user", "_run.py imports _resources"),
    ("rooms", "plugins/module_utils/odd.py", "", HEAD, "module_utils/odd is in no room"),
    ("arrows", "plugins/module_utils/_run.py", "", "from .. import modules\n", "plugins.modules"),
    (
        "arrows",
        "plugins/plugin_utils/action.py",
        "module_utils._api.client",
        "modules.saymon_thing_info",
        "plugin_utils/action.py imports",
    ),
    ("arrows", THING, "module_utils._run", "plugin_utils.run_store", "modules/saymon_thing_info.py imports"),
    ("arrows", TWIN, "plugin_utils.action", "module_utils._run", "action/saymon_thing_info.py imports"),
    ("clients", THING, "context.client.get", "Client(context.connection).get", "makes a client of its own"),
    (
        "info_only_reads",
        THING,
        'context.client.get("/things")',
        'context.client.send(Request("PUT", "/things"))',
        "uses PUT",
    ),
    ("info_only_reads", THING, "context.client.get", "ensure", "uses ensure"),
    (
        "common_values",
        THING,
        "\nthing: {",
        "\nsummary: {description: Other words., sample: {}}\nthing: {",
        "RETURN summary is not described",
    ),
    (
        "records",
        THING,
        "contains: {",
        "comprises: {",
        "saymon_thing_info: RETURN thing has no contains",
    ),
    ("records", MANAGER, "", RECORD.format("id: {description: The id., sample: 1}"), "RETURN id is not described as"),
    ("records", MANAGER, "", RECORD.format("id: {description: Its id., sample: 2}"), "RETURN id is not described as"),
    (
        "records",
        MANAGER,
        "",
        RECORD.format("name: {description: Its name., sample: x}"),
        "RETURN lacks name, which the",
    ),
    (
        "records",
        THING,
        "PARTS = {",
        'class _INFO:\n    known = {"name"}\n\n\nPARTS = {',
        "RETURN has id, which the module does not know: add it to known",
    ),
    ("shared_options", "plugins/modules/saymon_things.py", "", LISTED, "parts.name is not described as name is"),
    (
        "neutral_machinery",
        "plugins/module_utils/_state/engine.py",
        "",
        'x = y["user_group"]\n',
        "engine.py:1 names 'user_group'",
    ),
    (
        "neutral_machinery",
        "plugins/module_utils/_state/planner.py",
        "",
        'x = "object"\n',
        "planner.py:1 names 'object'",
    ),
    (
        "nested_conditionals",
        "plugins/nested.py",
        "",
        "def f():\n    return 1 if a else 2 if b else 3\n",
        "nested.py:2: a conditional",
    ),
    ("function_lengths", "tests/tools/long.py", "", LONG, "long.py:1: long() has 61 lines"),
    ("function_lengths", "plugins/module_utils/_run.py", "", LONG[: -20 * len("    x = 1\n")], "long() has 41 lines"),
    ("module_lengths", THING, "    return {", "    x = 1\n" * 70 + "    return {", "the median module has"),
    (
        "licences",
        "tests/unit/plugins/modules/test_saymon_thing_info.py",
        "SPDX",
        "",
        "does not begin with the three lines",
    ),
    ("licences", "roles/thing/tasks/main.yml", "", "- name: x\n", "roles/thing/tasks/main.yml does not begin"),
]


@pytest.mark.parametrize(("gate", "name", "old", "new", "complaint"), BREAKS)
def test_who_breaks_the_rule_is_caught(tree: Path, gate: str, name: str, old: object, new: str, complaint: str) -> None:
    path = tree / name
    if old is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text() if path.exists() else ""
        assert str(old) in text
        path.write_text(text.replace(str(old), new) if old else text + new)
    found = getattr(gates, gate)(tree)
    assert any(complaint in one for one in found), found


@pytest.mark.parametrize(
    ("one", "other", "caught"),
    [
        ("{description: The kind of the object.}", "{description: The kind of the link.}", []),
        ("{description: An object has it.}", "{description: A link has it.}", []),
        ("{description: Needs C(manage-objects).}", "{description: Needs C(manage-links).}", []),
        ("{description: The kind of the object.}", "{description: Its kind.}", ["kind"]),
        ("{description: The kind., type: str}", "{description: The kind., type: raw}", ["kind"]),
        ("{description: The kind., default: a}", "{description: The kind.}", ["kind"]),
        ("{suboptions: {a: {description: One.}}}", "{suboptions: {a: {description: Two.}, b: {}}}", ["kind.a"]),
        ("{suboptions: {a: {choices: [x]}, c: {}}}", "{suboptions: {a: {choices: [x, y]}}}", ["kind.a"]),
    ],
)
def test_options_of_the_same_name(tree: Path, one: str, other: str, caught: list[str]) -> None:
    """What an option means is said in the same words of objects and links."""
    for name, option in {"saymon_object": one, "saymon_link": other}.items():
        text = MODULE.replace("{description: The kind., type: str, choices: [a, b], default: a}", option)
        (tree / "plugins" / "modules" / f"{name}.py").write_text(text)
    said = [f"saymon_object and saymon_link: {option} is described differently" for option in caught]
    assert gates.shared_options(tree) == said


def test_every_gate_is_shown_to_catch_something() -> None:
    assert {gate.__name__ for gate in gates.GATES} == {row[0] for row in BREAKS}


def test_a_docstring_is_no_part_of_a_functions_length(tree: Path) -> None:
    text = '"""' + "Words.\n" * 20 + '"""\n'
    (tree / "plugins" / "long.py").write_text("def long():\n    " + text + "    x = 1\n" * 39)
    assert gates.function_lengths(tree) == []


def test_lines_of_code() -> None:
    words = '"""Doc\nstring."""\n\n# comment\nDOCUMENTATION = r"""\na\n"""\n'
    code = 'x = [\n    1,\n]\n\n\ndef f():\n    """Doc."""\n    return x  # why\n'
    assert gates.code_lines(words + code) == 5
