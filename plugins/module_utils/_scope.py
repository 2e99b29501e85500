# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects a task is about: those that it names, on request with everything below them, narrowed by class and
tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT, Tree
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Finder

from ._run import TaskContext

# At least one of them is given, except `recursive`; `object` and `objects` are not given together.
SCOPE_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "object": {"type": "str"},
    "objects": {"type": "list", "elements": "str"},
    "recursive": {"type": "bool", "default": False},
    "class": {"type": "str"},
    "tag": {"type": "str"},
}
ONE_OF_SCOPE = [("object", "objects", "class", "tag")]
NOT_BOTH_IN_SCOPE = [("object", "objects")]

_KEYS = ("name", "parent_id", "class_id", "tags")


def objects_in_scope(context: TaskContext, keys: Iterable[str] = ()) -> tuple[Finder, list[Record]]:
    """The objects that the task is about, each once, in the order in which they are named, children after parents; and
    the finder that knows all objects, for their paths (`finder.title("object", id)`).

    One request reads all objects, with `keys` beside what the search itself needs; up to two more translate class and
    tag. Raises BadInput for the name of something that does not exist (in check mode, an earlier task may be about to
    create it: then there is a warning, and the object is left out).
    """
    args = context.args
    refuse_empty(args, SCOPE_OPTIONS)
    finder = Finder(context.client, OBJECT, RESOURCES, context.credentials, check=context.check, cached=True)
    finder.know(context.client.get_list("/objects", cached=True, fields=",".join(sorted({*_KEYS, *keys} - {"id"}))))
    records = in_scope(finder, args)
    context.warnings += finder.warnings
    return finder, records


def in_scope(finder: Finder, args: Mapping[str, Any]) -> list[Record]:
    """The objects that these options mean, of all that the finder knows."""
    found = {str(record["id"]): record for record in _named(finder, args)}
    for option, field in (("class", OBJECT.by_option["class"]), ("tag", OBJECT.by_option["tags"])):
        if args[option] is not None:
            wanted = id_in_scope(finder, option, option, args[option])
            found = {key: record for key, record in found.items() if field.type.holds(field.read(record), wanted)}
    return list(found.values())


def _named(finder: Finder, args: Mapping[str, Any]) -> list[Record]:
    """What `object` or `objects` names, with what is below it if the task says so; everything when none is named."""
    option = "objects" if args["object"] is None else "object"
    named = args["objects"] if args["object"] is None else [args["object"]]
    tree = cast(Tree, finder.index(OBJECT.name))
    if named is None:
        return list(tree.records.values())
    ids = [id_in_scope(finder, option, OBJECT.name, text) for text in named]
    there = [tree.records[identifier] for identifier in ids if identifier in tree.records]
    return _with_descendants(tree, there) if args["recursive"] else there


def _with_descendants(tree: Tree, above: list[Record]) -> list[Record]:
    """These objects and all below them, each once; an object may have several parents."""
    found: dict[str, Record] = {}
    waiting = above
    while waiting:
        new = {str(record["id"]): record for record in waiting if str(record["id"]) not in found}
        found.update(new)
        waiting = [child for identifier in new for child in tree.below(identifier)]
    return list(found.values())


def id_in_scope(finder: Finder, option: str, resource: str, text: str) -> str:
    """The id of what an option names. Raises BadInput for something that does not exist."""
    try:
        return str(finder.find_id(resource, text, False))
    except Invalid as error:
        raise BadInput(f"{option}: {error}.") from None
