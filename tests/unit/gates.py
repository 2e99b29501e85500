# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that the files of the collection keep, as functions from the root of a collection to a list of
complaints."""

from __future__ import annotations

import ast
import io
import itertools
import json
import re
import statistics
import tokenize
from collections.abc import Callable, Iterator, Mapping, Set
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.utils.plugin_docs import get_docstring

ROOT = Path(__file__).resolve().parents[2]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the quick one, where libyaml is there
COLLECTION = "saymon.platform"
_PACKAGE = f"ansible_collections.{COLLECTION}.plugins"
MAX_FUNCTION_LINES = {"plugins": 40, "extensions": 40, "tests": 60}
MAX_MEDIAN_MODULE_LINES = 70

_TWIN = '''"""Runs the module {name} in the controller's worker."""

from __future__ import annotations

from ansible_collections.saymon.platform.plugins.modules import {name}
from ansible_collections.saymon.platform.plugins.plugin_utils.action import SaymonAction


class ActionModule(SaymonAction):
    module = {name}
'''
_LICENCE = (
    "# Copyright (c) 2026 saymon.platform contributors",
    "# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt "
    "or https://www.gnu.org/licenses/gpl-3.0.txt)",
    f"# {'-'.join(('SPDX', 'License', 'Identifier'))}: "
    "GPL-3.0-or-later",  # put together, lest a licence checker reads this line too
)
_SOURCES = ("plugins", "tests", "extensions", "meta", "roles", "playbooks")
_NETWORK = re.compile(
    r"(requests|urllib3|http\.client|httpx|aiohttp|socket|ssl|urllib\.(request|error)|ansible\.module_utils\.urls)(\.|$)"
)
_NETWORK_FILES = tuple(f"module_utils/_api/{name}.py" for name in ("transport", "tls", "sockets"))
_MAY_IMPORT = {
    "module_utils": {"module_utils"},
    "modules": {"module_utils"},
    "plugin_utils": {"module_utils", "plugin_utils"},
    "action": {"modules", "plugin_utils"},
    "inventory": {"module_utils", "plugin_utils"},
    "lookup": {"modules", "plugin_utils"},
    "callback": {"modules", "plugin_utils"},
    "filter": {"module_utils", "plugin_utils"},
    "test": {"module_utils", "plugin_utils"},
}
# Within module_utils: what each room, and each file outside of the rooms, may import of the others.
_ROOMS: dict[str, set[str]] = {
    "_api": set(),
    "_state": {"_api"},
    "_resources": {"_api", "_state", "_run"},
    "_arguments": set(),
    "_run": {"_api", "_arguments"},
    "_chart": set(),
    "_listing": {"_api", "_state", "_run"},
    "_filters": {"_api", "_state", "_resources", "_run"},
    "_module": {"_api", "_state", "_resources", "_arguments", "_run", "_listing"},
    "_acts": {"_api", "_state", "_run", "_module"},
    "_info": {"_api", "_state", "_arguments", "_run", "_filters", "_listing"},
    "_scope": {"_api", "_state", "_resources", "_run"},
}
_SECRET_NAME = re.compile(r"pass(word|phrase)?$|password$|token$|secret$|(^|_)sid$|csrf$")
_WRITE_WORDS = {"POST", "PUT", "PATCH", "DELETE", "ensure", "run_all"}
# Words by which the machinery would betray that it knows a resource.
_RESOURCES = {"user", "user_group", "object", "link", "class", "incident", "configuration", "update_password"}
_MACHINERY = ("planner.py", "engine.py")
# Return values that every module of a desired state has, described in the same words.
_COMMON_VALUES = {
    "action": "What was done, or would be done in check mode. One of "
    "C(created), C(updated), C(deleted) and C(unchanged).",
    "recovered": "Whether the answer to a write was lost, and the module read the present state again and "
    "continued from there.",
    "outcomes": [
        "What became of each item that was changed or failed, or with "
        "O(outcomes=all) of every item, in the order of the list.",
        "C(action) can also be C(failed) and C(skipped), then with C(msg).",
    ],
    "summary": "Number of items with each outcome, and of items whose state was read again after a lost answer.",
}
_PROMISES = ("check_mode", "diff_mode", "idempotent")


# Options of the same name mean the same in these places, each a module and perhaps an option that holds them.
_ALIKE = (("saymon_object", "saymon_link", "saymon_class"), ("saymon_object_info", "saymon_bulk filter"))
# What their texts call an item, by module.
_ITEMS = {
    "saymon_object": ("object", "objects"),
    "saymon_link": ("link", "links"),
    "saymon_class": ("class", "classes"),
}
# The options that are described in words of their own all the same, and why.
_DIFFERENT = {
    "id": "other options find the item otherwise",
    "name": "of an object, it may be a path",
    "class": "a new link has another default",
    "client_data": "each has keys of its own as examples",
    "weight": "objects have a parent that it counts for",
    "monitoring.agent": "an agent is an object",
    "state_conditions": "those of a class hold for its objects and links",
    "state_conditions.state": "a class has no state",
    "state_triggers": "a class has no state",
    "append_state_conditions": "a class does not inherit any",
}

# What breaks a rule today. A line that is no longer needed is a complaint, so the list can only become shorter.
ALLOWED: dict[str, set[str]] = {}


def _without_allowed(gate: str, root: Path, found: Mapping[str, str]) -> list[str]:
    """The complaints, given by what ALLOWED calls them, but for those that are allowed; and what is allowed without
    need."""
    allowed = ALLOWED.get(gate, set()) if root == ROOT else set()
    complaints = [text for name, text in found.items() if name not in allowed]
    return complaints + [
        f"gates.py: ALLOWED[{gate!r}] no longer needs {name!r}" for name in sorted(allowed - set(found))
    ]


# --- reading --------------------------------------------------------------------------------------


def _names_of(path: Path) -> dict[str, Any]:
    """What a file defines. (runpy fails under ansible-test, whose import hooks take every path for a package.)"""
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)  # noqa: S102
    return names


def modules(root: Path) -> list[Path]:
    return sorted(path for path in (root / "plugins" / "modules").glob("*.py") if path.stem != "__init__")


def _files(root: Path, folders: tuple[str, ...], suffixes: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            hidden = any(part.startswith(".") or part.endswith(".egg-info") for part in path.relative_to(root).parts)
            if path.suffix in suffixes and not hidden and path.is_file():
                yield path


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """All statements below a node; much quicker than a walk through every name and number."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(node, name, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            yield from _statements(inner)


def _constant(path: Path, name: str) -> str:
    """The text of a constant such as EXAMPLES, without running the file."""
    for node in _tree(path).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and getattr(node.targets[0], "id", "") == name
        ):
            return str(node.value.value)
    return ""


@cache
def _returned(path: Path) -> dict[str, Any]:
    """The return values that a module documents."""
    return dict(_yaml(_constant(path, "RETURN")) or {})


def _yaml(text: str) -> Any:
    return yaml.load(text, _LOADER)  # noqa: S506 (it is a safe one)


class _Fragments:
    """The doc fragments of one collection, handed to ansible's own merging of documentation."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, name: str) -> Any | None:
        path = self._root / "plugins" / "doc_fragments" / f"{name.rpartition('.')[2]}.py"
        if name.rpartition(".")[0] != COLLECTION or not path.exists():
            return None
        fragment = _names_of(path)["ModuleDocFragment"]()
        fragment.ansible_name = name
        return fragment


@cache
def documentation(root: Path, path: Path) -> dict[str, Any]:
    """The documentation of a module with its fragments merged in, as ansible-doc has it."""
    doc = get_docstring(str(path), _Fragments(root), collection_name=COLLECTION, plugin_type="module")[0]
    return dict(doc)


def code_lines(source: str) -> int:
    """Lines of code: without comments, blank lines, docstrings and the three documentation constants."""
    skipped: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            skipped.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in (
            "DOCUMENTATION",
            "EXAMPLES",
            "RETURN",
        ):
            skipped.update(range(node.lineno, (node.end_lineno or 0) + 1))
    empty = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in empty:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - skipped)


# --- files that belong together -------------------------------------------------------------------


def twins(root: Path) -> list[str]:
    """Each module has an action of its name, in exactly the five-line form, and no action is left without its
    module."""
    names = [path.stem for path in modules(root)]
    found = {path.stem: path for path in (root / "plugins" / "action").glob("*.py") if path.stem != "__init__"}
    complaints = [f"plugins/action/{name}.py is missing" for name in names if name not in found]
    complaints += [f"plugins/action/{name}.py has no module" for name in sorted(set(found) - set(names))]
    for name in sorted(set(found) & set(names)):
        if found[name].read_text(encoding="utf-8") != "\n".join(_LICENCE) + "\n" + _TWIN.format(name=name):
            complaints.append(f"plugins/action/{name}.py is not the usual twin of its module")
    return complaints


def action_group(root: Path) -> list[str]:
    group = yaml.safe_load((root / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]["saymon"]
    names = [path.stem for path in modules(root)]
    complaints = [f"meta/runtime.yml: the group saymon lacks {name}" for name in names if name not in group]
    complaints += [
        f"meta/runtime.yml: the group saymon lists {name}, which is no module" for name in group if name not in names
    ]
    return (
        complaints
        if list(group) == sorted(set(group))
        else [*complaints, "meta/runtime.yml: the group saymon is not sorted"]
    )


def unit_tests(root: Path) -> list[str]:
    names = [path.stem for path in modules(root)]
    tests = [path.stem for path in (root / "tests" / "unit" / "plugins" / "modules").glob("test_*.py")]
    complaints = [
        f"tests/unit/plugins/modules/test_{name}.py is missing" for name in names if f"test_{name}" not in tests
    ]
    return complaints + [
        f"tests/unit/plugins/modules/{test}.py has no module"
        for test in sorted(tests)
        if test[len("test_") :] not in names
    ]


def integration_targets(root: Path) -> list[str]:
    targets = root / "tests" / "integration" / "targets"
    names = [path.stem for path in modules(root)]
    return [
        f"tests/integration/targets/{name} is missing"
        for name in names
        if not (targets / name / "tasks" / "main.yml").exists()
    ]


# --- documentation --------------------------------------------------------------------------------


def samples(root: Path) -> list[str]:
    """Every return value, those inside of others included, has a sample."""

    def look(values: Mapping[str, Any], where: str) -> Iterator[str]:
        for name, value in values.items():
            if "sample" not in value:
                yield f"{where}{name} has no sample"
            yield from look(value.get("contains") or {}, f"{where}{name}.")

    complaints = []
    for path in modules(root):
        values = _returned(path)
        complaints += [f"{path.stem}: RETURN is empty"] if not values else list(look(values, f"{path.stem}: RETURN "))
    return complaints


def common_values(root: Path) -> list[str]:
    """Return values that all modules of a desired state have are described in the same words everywhere."""
    complaints = []
    for path in modules(root):
        values = _returned(path)
        if "summary" in values:
            # A module that takes no list of items has no form for one either, and nothing to say of one.
            takes_lists = "src" in documentation(root, path)["options"]
            needed = _COMMON_VALUES.keys() - (set() if takes_lists else {"action", "recovered"})
            wrong = [
                name
                for name, words in _COMMON_VALUES.items()
                if name in needed and (values.get(name) or {}).get("description") != words
            ]
            complaints += [f"{path.stem}: RETURN {name} is not described as in the other modules" for name in wrong]
    return complaints


def _record_in(root: Path, name: str) -> dict[str, Any]:
    """The documented keys of the record that a module returns, alone or in a list; none if it returns no such
    record."""
    path = root / "plugins" / "modules" / f"{name}.py"
    values = _returned(path) if path.exists() else {}
    stem = name.removesuffix("_info")[len("saymon_") : -1]  # of the singular and the plural
    return next((dict(value.get("contains") or {}) for key, value in values.items() if key.startswith(stem)), {})


def records(root: Path) -> list[str]:
    """Every record that an info module returns is described key by key, in the same words as in the module that manages
    it, and the module knows these keys."""
    complaints = []
    for path in modules(root):
        if not path.stem.endswith("_info"):
            continue
        values = _returned(path)
        complaints += [
            f"{path.stem}: RETURN {name} has no contains"
            for name, value in values.items()
            if "dict" in (value.get("type"), value.get("elements")) and not value.get("contains")
        ]
        found, managed = _record_in(root, path.stem), _record_in(root, path.stem.removesuffix("_info"))
        for key, value in managed.items() if found else ():
            if str(value.get("description")).endswith(f"Only with O({key})."):
                continue  # read for that option alone
            if key not in found:
                complaints.append(f"{path.stem}: RETURN lacks {key}, which the managing module has")
            elif found[key] != value:
                complaints.append(f"{path.stem}: RETURN {key} is not described as in the managing module")
        info = _names_of(path).get("_INFO")
        unknown = sorted({*found} - info.known) if info else []
        complaints += [
            f"{path.stem}: RETURN has {key}, which the module does not know: add it to known" for key in unknown
        ]
    return complaints


def examples(root: Path) -> list[str]:
    """Every module has examples, with names in full, and at least one is of the module itself."""

    def modules_of(tasks: Any) -> Iterator[str]:
        for task in tasks if isinstance(tasks, list) else []:
            for key, value in task.items() if isinstance(task, Mapping) else []:
                if isinstance(value, list) and key in (
                    "tasks",
                    "pre_tasks",
                    "post_tasks",
                    "handlers",
                    "block",
                    "rescue",
                    "always",
                ):
                    yield from modules_of(value)
                elif (
                    key.startswith("saymon_")
                    or key.count(".") >= 2
                    or key in ("assert", "debug", "set_fact", "copy", "uri")
                ):
                    yield key

    complaints = []
    for path in modules(root):
        try:
            used = list(modules_of(_yaml(_constant(path, "EXAMPLES"))))
        except yaml.YAMLError as error:
            complaints.append(f"{path.stem}: EXAMPLES are no YAML ({error})")
            continue
        complaints += [f"{path.stem}: EXAMPLES use the short name {name}" for name in used if "." not in name]
        if f"{COLLECTION}.{path.stem}" not in used:
            complaints.append(f"{path.stem}: EXAMPLES show no use of the module")
    return complaints


def attributes(root: Path) -> list[str]:
    complaints = []
    for path in modules(root):
        found = documentation(root, path).get("attributes") or {}
        complaints += [
            f"{path.stem}: attribute {name} is not documented"
            for name in _PROMISES
            if not (found.get(name) or {}).get("support")
        ]
    return complaints


def documented_options(root: Path) -> list[str]:
    """Documented options and the argument spec are the same, and options with the name of a secret say whether they are
    one."""
    complaints = []
    for path in modules(root):
        spec = _names_of(path)["SPEC"].argument_spec
        options = documentation(root, path).get("options") or {}
        complaints += [f"{path.stem}: {complaint}" for complaint in _differences(options, spec, "")]
    return complaints


def _differences(documented: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[str]:
    for name in sorted(set(documented) ^ set(spec)):
        yield f"{where}{name} is {'documented and does not exist' if name in documented else 'not documented'}"
    for name in sorted(set(documented) & set(spec)):
        doc, option = documented[name], spec[name]
        pairs = {
            "type": (doc.get("type", "str"), option.get("type", "str")),
            "elements": (doc.get("elements"), option.get("elements")),
            "default": (doc.get("default"), option.get("default")),
            "required": (bool(doc.get("required")), bool(option.get("required"))),
            "choices": (sorted(map(str, doc.get("choices") or [])), sorted(map(str, option.get("choices") or []))),
            "aliases": (sorted(doc.get("aliases") or []), sorted(option.get("aliases") or [])),
        }
        for what, (said, real) in pairs.items():
            if said != real:
                yield f"{where}{name}: {what} is documented as {said!r} and is {real!r}"
        text = option.get("type", "str") in ("str", "raw") and not option.get("choices")
        if _SECRET_NAME.search(name) and text and "no_log" not in option:
            yield f"{where}{name} has the name of a secret and no no_log"
        yield from _differences(doc.get("suboptions") or {}, option.get("options") or {}, f"{where}{name}.")


def shared_options(root: Path) -> list[str]:
    """An option is described in the same words for one item and in a list of them, and in the places that are alike."""
    there = {path.stem: documentation(root, path).get("options") or {} for path in modules(root)}
    complaints = []
    for path in modules(root):
        plural, own = _names_of(path)["SPEC"].bulk, there[path.stem]
        listed = own[plural]["suboptions"] if plural else {}
        unlike = _unlike(own, listed, apart={"suboptions", "default"})  # a list does not repeat defaults
        complaints += [f"{path.stem}: {plural}.{name} is not described as {name} is" for name in unlike]
    different = set()
    for places in _ALIKE:
        known = [place for place in places if place.partition(" ")[0] in there]
        for one, other in itertools.combinations(known, 2):
            found = {*_unlike(_options_at(one, there), _options_at(other, there))}
            different |= found
            complaints += [f"{one} and {other}: {name} is described differently" for name in found - _DIFFERENT.keys()]
    if root == ROOT:
        complaints += [
            f"{name} is described alike, and need not be in _DIFFERENT" for name in _DIFFERENT.keys() - different
        ]
    return sorted(complaints)


def _options_at(place: str, there: Mapping[str, Any]) -> Any:
    """The options at a place, in words that do not tell of what kind of item they are."""
    module, _space, holder = place.partition(" ")
    options = there[module][holder]["suboptions"] if holder else there[module]
    singular, plural = _ITEMS.get(module, ("item", "items"))
    words = (
        (rf"\b([Aa])n? {singular}\b", r"\1n item"),
        (rf"\b{singular}\b", "item"),
        (rf"\b{plural}\b(?!/)", "items"),  # but for a folder of that name
        (rf"O\({holder or '-'}\.", "O("),
    )
    text = json.dumps({name: option for name, option in options.items() if name != plural})
    for pattern, word in words:
        text = re.sub(pattern, word, text)
    return json.loads(text)


def _unlike(
    ones: Mapping[str, Any], others: Mapping[str, Any], where: str = "", *, apart: Set[str] = frozenset({"suboptions"})
) -> Iterator[str]:
    """The options that both have and describe differently in more than the keys in `apart`; of nested ones the path."""
    for name in sorted(ones.keys() & others.keys()):
        one, other = ones[name], others[name]
        if any(one.get(key) != other.get(key) for key in (one.keys() | other.keys()) - apart):
            yield f"{where}{name}"
        nested = one.get("suboptions") or {}, other.get("suboptions") or {}
        yield from _unlike(*nested, f"{where}{name}.", apart=apart)


# --- code -----------------------------------------------------------------------------------------


@cache
def _imports(path: Path, root: Path) -> list[str]:
    """Full names of what a file imports; relative imports are resolved."""
    package = [_PACKAGE, *path.relative_to(root / "plugins").parts[:-1]]
    found: list[str] = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
                if node.level
                else str(node.module)
            )
            found += [f"{base}.{alias.name}" for alias in node.names]
    return found


def network(root: Path) -> list[str]:
    """Only transport.py touches the network, with its two helpers below it."""
    complaints = []
    for path in _files(root, ("plugins",), (".py",)):
        name = path.relative_to(root / "plugins").as_posix()
        if name not in _NETWORK_FILES:
            complaints += [
                f"{name} imports {one}, which only transport.py may"
                for one in _imports(path, root)
                if _NETWORK.match(one)
            ]
    return complaints


def ansible_module(root: Path) -> list[str]:
    """Only _run.py touches AnsibleModule."""
    complaints = []
    for path in _files(root, ("plugins",), (".py",)):
        name = path.relative_to(root / "plugins").as_posix()
        if name != "module_utils/_run.py" and any(one.endswith(".AnsibleModule") for one in _imports(path, root)):
            complaints.append(f"{name} imports AnsibleModule, which only _run.py may")
    return complaints


def arrows(root: Path) -> list[str]:
    """Imports go one way: action to modules and plugin_utils, both to module_utils."""
    complaints = []
    for folder, allowed in _MAY_IMPORT.items():
        for path in _files(root, (f"plugins/{folder}",), (".py",)):
            ours = [one for one in _imports(path, root) if one.startswith(f"{_PACKAGE}.")]
            wrong = [one for one in ours if one[len(_PACKAGE) + 1 :].split(".")[0] not in allowed]
            complaints += [f"{folder}/{path.name} imports {one}" for one in wrong]
    return complaints


def rooms(root: Path) -> list[str]:
    """Within module_utils imports go one way too, and every file has its place there."""
    complaints = []
    home = f"{_PACKAGE}.module_utils."
    for path in _files(root, ("plugins/module_utils",), (".py",)):
        name = path.relative_to(root / "plugins" / "module_utils").parts[0].removesuffix(".py")
        if name not in _ROOMS:
            complaints.append(f"module_utils/{name} is in no room: see docs/architecture.md")
            continue
        used = {one[len(home) :].split(".")[0] for one in _imports(path, root) if one.startswith(home)}
        complaints += [
            f"{path.name} imports {one}, which {name} may not" for one in sorted(used - _ROOMS[name] - {name})
        ]
    return complaints


def clients(root: Path) -> list[str]:
    """A module uses the client that it is given: one of its own would not know that check mode must not write."""
    calls = ((path, node) for path in modules(root) for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))
    return [
        f"modules/{path.name} makes a client of its own"
        for path, node in calls
        if getattr(node.func, "id", "") == "Client"
    ]


def info_only_reads(root: Path) -> list[str]:
    """An info module names no verb that writes and nothing of the engine that does."""
    complaints = []
    for path in modules(root):
        if path.stem.endswith("_info"):
            nodes = list(ast.walk(_tree(path)))
            words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
            words |= {node.id for node in nodes if isinstance(node, ast.Name)} | {
                node.attr for node in nodes if isinstance(node, ast.Attribute)
            }
            complaints += [f"modules/{path.name} uses {word}" for word in sorted(words & _WRITE_WORDS)]
    return complaints


def neutral_machinery(root: Path) -> list[str]:
    """Planner and engine name no resource: what is peculiar to one stands in its table."""
    found = {}
    for path in _files(root, ("plugins/module_utils",), (".py",)):
        if path.name in _MACHINERY:
            for node in ast.walk(_tree(path)):
                if isinstance(node, ast.Constant) and node.value in _RESOURCES:
                    found[f"{path.name} {node.value}"] = f"{path.relative_to(root)}:{node.lineno} names {node.value!r}"
    return _without_allowed("neutral_machinery", root, found)


def nested_conditionals(root: Path) -> list[str]:
    """No conditional expression stands within another."""
    found = {}
    for path in _files(root, ("plugins",), (".py",)):
        for function in ast.walk(_tree(path)):
            if isinstance(function, (ast.FunctionDef, ast.Lambda)):
                for outer in (node for node in ast.walk(function) if isinstance(node, ast.IfExp)):
                    if any(isinstance(node, ast.IfExp) and node is not outer for node in ast.walk(outer)):
                        name = f"{path.relative_to(root / 'plugins').as_posix()} {getattr(function, 'name', 'lambda')}"
                        found[name] = (
                            f"{path.relative_to(root)}:{outer.lineno}: a conditional expression within another"
                        )
    return _without_allowed("nested_conditionals", root, found)


def function_lengths(root: Path) -> list[str]:
    """No function is longer than 40 lines in what we ship, and 60 in tests, its docstring left out."""
    found = {}
    for folder, most in MAX_FUNCTION_LINES.items():
        for path in _files(root, (folder,), (".py",)):
            for node in _statements(_tree(path)):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    length = (node.end_lineno or 0) - node.lineno + 1
                    if ast.get_docstring(node, clean=False) is not None:
                        length -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
                    if length > most:
                        name = path.relative_to(root).as_posix()
                        found[f"{name} {node.name}"] = f"{name}:{node.lineno}: {node.name}() has {length} lines"
    return _without_allowed("function_lengths", root, found)


def module_lengths(root: Path) -> list[str]:
    lengths = {path.stem: code_lines(path.read_text(encoding="utf-8")) for path in modules(root)}
    median = statistics.median(lengths.values())
    return [f"the median module has {median} lines of code: {lengths}"] if median > MAX_MEDIAN_MODULE_LINES else []


def licences(root: Path) -> list[str]:
    complaints = []
    for path in _files(root, _SOURCES, (".py", ".yml")):
        head = path.read_text(encoding="utf-8").splitlines()[:6]
        if path.stat().st_size and not all(line in head for line in _LICENCE):
            complaints.append(f"{path.relative_to(root)} does not begin with the three lines of copyright and licence")
    return complaints


GATES: list[Callable[[Path], list[str]]] = [
    twins,
    action_group,
    unit_tests,
    integration_targets,
    samples,
    common_values,
    records,
    examples,
    attributes,
    documented_options,
    shared_options,
    network,
    ansible_module,
    arrows,
    rooms,
    clients,
    info_only_reads,
    neutral_machinery,
    nested_conditionals,
    function_lengths,
    module_lengths,
    licences,
]
