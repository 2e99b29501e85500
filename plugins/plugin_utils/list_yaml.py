# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads plain YAML data in a fraction of the time that core's loader takes, which tags each value for templates and
messages."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import yaml
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one comes with libyaml
_PREFIX = "tag:yaml.org,2002:"
_TEXTS = (
    f"{_PREFIX}str",
    f"{_PREFIX}timestamp",
    f"{_PREFIX}value",
    "!unsafe",
)  # a date stays as it is written, as in JSON
_VAULTS = ("!vault", "!vault-encrypted")
_MERGE = f"{_PREFIX}merge"
_BUSY = object()
_LARGEST = 10_000_000  # values; a few lines of aliases can stand for more than any memory holds


def read_yaml(name: str, text: str, decrypt: Callable[[str], str]) -> Any:
    """The value of a YAML text, of types that JSON knows too. `decrypt` opens the values tagged as vaults. Raises
    BadInput."""
    try:
        return _value(text, decrypt)
    except yaml.reader.ReaderError:
        said = "it holds a character that YAML does not allow"
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        name = f"{name}:{mark.line + 1}" if mark else name
        said = re.sub(
            r" (alias|anchor|tag|value|document) '.*", r" \1", str(error.problem or error.context), flags=re.DOTALL
        )
    except yaml.YAMLError:
        said = "the syntax is wrong"
    except RecursionError:
        said = "it is nested too deeply"
    raise BadInput(f"{name}: this is not valid YAML ({said}): correct it.")


def _value(text: str, decrypt: Callable[[str], str]) -> Any:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return None if node is None else _Reader(loader, decrypt).value(node)
    finally:
        loader.dispose()


class _Reader:
    """Makes values of the nodes of one document."""

    def __init__(self, loader: Any, decrypt: Callable[[str], str]) -> None:
        self._loader = loader
        self._decrypt = decrypt
        self._constructed: dict[int, Any] = {}  # a node that has an anchor may be met again: its value and size
        self._size = 0  # of everything so far, as if it were written out without aliases
        scalars = {
            kind: yaml.SafeLoader.yaml_constructors[f"{_PREFIX}{kind}"] for kind in ("null", "bool", "int", "float")
        }
        self._scalars = {f"{_PREFIX}{kind}": construct for kind, construct in scalars.items()}

    def value(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        constructed = self._constructed.get(id(node))
        if constructed is _BUSY:
            raise _wrong(node, "a value holds itself")
        before = self._size
        if constructed is None:
            self._constructed[id(node)] = _BUSY
            self._size += len(node.value)
            value = self._collection(node)
            self._constructed[id(node)] = value, self._size - before
            return value
        value, size = constructed
        self._size += size
        if self._size > _LARGEST:
            raise _wrong(node, "aliases make it too large")
        return value

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag in _TEXTS:
            return node.value
        if node.tag in _VAULTS:
            return self._decrypt(node.value)
        if node.tag not in self._scalars:
            raise _wrong(node, "a tag is not known here")
        try:
            value = self._scalars[node.tag](self._loader, node)
        except (ValueError, LookupError):
            raise _wrong(node, "a value does not fit its tag") from None
        if isinstance(value, float) and not math.isfinite(value):
            raise _wrong(node, "a number is not finite")
        return value

    def _collection(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_PREFIX}seq":
            return [self.value(element) for element in node.value]
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_PREFIX}map":
            return self._mapping(node)
        raise _wrong(node, "a tag is not known here")

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        pairs = [pair for pair in node.value if pair[0].tag != _MERGE]
        found = {self._key(key): self.value(value) for key, value in pairs}
        if len(found) < len(pairs):
            keys = [self._key(key) for key, _value in pairs]
            raise _wrong(node, f"the key {next(key for key in keys if keys.count(key) > 1)!r} is a duplicate")
        if len(pairs) < len(node.value):
            for key, value in node.value:
                if key.tag == _MERGE:
                    found = {**self._merged(value), **found}
        return found

    def _merged(self, node: yaml.Node) -> dict[str, Any]:
        """What `<<` stands for: a dictionary, or several, of which the first count most."""
        value = self.value(node)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise _wrong(node, "only dictionaries can be merged")
        merged: dict[str, Any] = {}
        for part in parts:
            merged = {**part, **merged}
        return merged

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise _wrong(node, "a key is not a text")
        return str(node.value)


def _wrong(node: yaml.Node, said: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=said, problem_mark=node.start_mark)
