# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts from the objects of a SAYMON server."""

from __future__ import annotations

DOCUMENTATION = r"""
name: saymon
short_description: Hosts from the monitored objects of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Each object that fits becomes a host. What SAYMON knows about it is in the variable C(saymon) of the host.
  - The name of the inventory file must end in C(saymon.yml) or C(saymon.yaml), such as C(plant.saymon.yml).
  - Needs access to the objects, classes, states and tags. However many objects there are, all are read with one
    request, with a second one for O(source.search), and with one each for the names of classes, states and tags.
  - With O(saymon_auth_method=session), the session is shared with all tasks of the run that use the same account, and
    it ends with the run.
notes:
  - The variable C(saymon) is a dictionary with C(id), C(name), C(path), C(discovery_id), C(class), C(class_id),
    C(state), C(state_id), C(tags), C(parents), C(parent_ids) and C(properties). C(tags) holds names, C(parents) paths,
    and C(properties) the values by name. All ids are texts.
  - Documents, settings of the monitoring and properties whose name looks like that of a secret, such as V(password),
    are not among the C(properties).
  - What comes from the server is never used as a template.
  - The options may be templates. These can use extra variables and lookups.
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [saymon.platform.saymon]
  source:
    description:
      - Which objects become hosts. An object must fit all filters that are given. Without any, all objects become
        hosts.
    type: dict
    default: {}
    suboptions:
      classes:
        description: Only objects of one of these classes, names or ids.
        type: list
        elements: str
      states:
        description: Only objects in one of these states, names or ids.
        type: list
        elements: str
      tags:
        description: Only objects with one of these tags, names or ids.
        type: list
        elements: str
      under:
        description: Only objects below one of these, at any depth. Give paths such as V(/ROOT/Plant North), names or
          ids.
        type: list
        elements: str
      properties:
        description: Only objects with all these properties, each with its value. With the value V(null), any value
          fits.
        type: dict
      search:
        description:
          - Only objects that the server finds with these criteria, which are sent to C(/objects/search) as they are.
          - Newer servers want the permission C(run-bulks) for it.
        type: dict
  hostnames:
    description:
      - Where the name of a host comes from. The first entry that gives a text counts.
      - An entry is V(name), V(path) (without the root), V(id), V(discovery_id), V(property:NAME) for the value of a
        property, or a Jinja template that uses the variable C(saymon).
      - Slashes, control characters and leading dots or hyphens become underscores, because Ansible uses the names of
        hosts for files and commands.
      - An object for which no entry gives a text is left out with a warning. With O(strict=true), it is an error.
    type: list
    elements: str
    default: [name]
  duplicates:
    description:
      - What to do when several objects would have the same host name. V(error) refuses the inventory and names two of
        them. V(path) names each of them by its path without the root. V(id) appends its id.
    type: str
    choices: [error, path, id]
    default: error
  ansible_host:
    description:
      - Names of properties that hold the address of a host. The first that has a value becomes the variable
        C(ansible_host).
      - A value with blanks or a leading hyphen is no address. It is ignored with a warning.
    type: list
    elements: str
    default: []
  group_by:
    description:
      - What to make groups of. V(class) gives groups such as C(class_Host), V(state) such as C(state_Alarm), and V(tag)
        such as C(tag_production).
      - V(path) gives a group for each object above a host except the root, such as C(path_Plant_North_Rack_1). These
        groups are nested as the objects are.
      - Characters that group names cannot have become underscores. Letters of any alphabet stay. Objects that differ
        in nothing else share a group.
    type: list
    elements: str
    choices: [class, path, state, tag]
    default: []
extends_documentation_fragment:
  - constructed
  - inventory_cache
  - saymon.platform.connection.plugin
"""

EXAMPLES = r"""
---
# All hosts, with the account from SAYMON_URL, SAYMON_LOGIN and SAYMON_PASSWORD
plugin: saymon.platform.saymon
source:
  classes: [Host]
---
# The databases of one plant, in groups that are nested as the objects are
plugin: saymon.platform.saymon
source:
  classes: [Host]
  under: /ROOT/Plant North
  properties:
    Owner: Platform team
hostnames:
  - property:Hostname
  - name
ansible_host:
  - IP address
  - Management IP
group_by: [class, state, tag, path]
---
# What is in alarm, with groups and variables of one's own
plugin: saymon.platform.saymon
source:
  states: [Alarm, Working]
  search:
    name: {$regex: "^north-"}
hostnames:
  - "{{ saymon.name | lower }}.example.org"
duplicates: path
compose:
  owner: saymon.properties.Owner | default('nobody')
groups:
  databases: "'db' in saymon.name"
keyed_groups:
  - key: saymon.tags
    prefix: has
strict: true
---
# The same objects for an hour without asking the server again
plugin: saymon.platform.saymon
source:
  classes: [Host]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/saymon
cache_timeout: 3600
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import ansible.template
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.saymon.platform.plugins.module_utils._state.spelling import near_miss
from ansible_collections.saymon.platform.plugins.plugin_utils.hosts import SOURCE_OPTIONS, SPEC, read_hosts
from ansible_collections.saymon.platform.plugins.plugin_utils.options import Source
from ansible_collections.saymon.platform.plugins.plugin_utils.plugin import run_here

Row = Mapping[str, Any]

_FILE_NAMES = ("saymon.yml", "saymon.yaml")
_FORM = 1  # of the rows in the cache
_PLAIN_NAMES = ("name", "id", "discovery_id")
_PROPERTY = "property:"
_UNFIT_FOR_FILES = re.compile(r"^[.-]+|[/\x00-\x1f\x7f]")
_NO_ADDRESS = re.compile(r"^-|\s")
_MOST_SHOWN = 3
# From 2.19 on, core uses nothing as a template that is not marked for it. Before, it needs the opposite mark.
_MARKS_TEMPLATES = hasattr(ansible.template, "trust_as_template")


def _data(value: Any) -> Any:
    """A value that is never used as a template."""
    return value if _MARKS_TEMPLATES else wrap_var(value)


def _host_name(name: str) -> Any:
    """The same for the name of a host. Only one that could be a template is marked, because ansible-inventory shows the
    mark in its lists of hosts."""
    return _data(name) if "{" in name else name


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads a file with options, and makes hosts and groups of what they mean."""

    NAME = "saymon.platform.saymon"

    def verify_file(self, path: str) -> bool:
        """Whether a file is for this plugin, which its name tells."""
        if not super().verify_file(path):
            return False
        if not path.endswith(_FILE_NAMES):
            self.display.vvv(f"{path} is not read by {self.NAME}: its name does not end in {' or '.join(_FILE_NAMES)}")
            return False
        return True

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add the hosts and groups to the inventory. Raises AnsibleParserError with the file in the message."""
        super().parse(inventory, loader, path, cache)
        try:
            config = self._read_config_data(path)
            self.templar.available_variables = self._vars
            self._refuse_unknown(config)
            found = self._found(path, self._wanted(config), cache)
            self._add(found["hosts"])
            if "path" in self.get_option("group_by"):
                self._nest(found["places"])
        except AnsibleError as error:
            raise AnsibleParserError(f"{path}: {error.message}") from None

    # --- options ----------------------------------------------------------------------------------

    def _refuse_unknown(self, config: Mapping[str, Any]) -> None:
        """Core ignores options that do not exist, and then nobody sees a slip of the pen."""
        for name in config:
            if name not in self._options:
                raise AnsibleParserError(
                    f"there is no option {name!r}{near_miss(str(name), self._options)}: correct it, or leave it out."
                )
        for entry in self.get_option("hostnames"):
            if entry not in (*_PLAIN_NAMES, "path") and "{{" not in entry and not entry.startswith(_PROPERTY):
                raise AnsibleParserError(
                    f"hostnames: {entry!r} does not say where a name comes from: give name, path, id, discovery_id, "
                    f"{_PROPERTY}NAME or a Jinja template."
                )

    def _wanted(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The options of the file that say what is read from where. Core would split a single text at its commas, which
        a path may hold."""
        names = [name for name in config if name == "source" or name.startswith("saymon_")]
        wanted = {name: self.templar.template(config[name]) for name in names}
        source = wanted.get("source")
        if isinstance(source, Mapping):
            wanted["source"] = {name: _listed(name, value) for name, value in source.items()}
        return wanted

    # --- reading ----------------------------------------------------------------------------------

    def _found(self, path: str, wanted: Mapping[str, Any], cache: bool) -> dict[str, Any]:
        """The rows from the cache, where they are fresh, or from the server."""
        if not self.get_option("cache"):
            return self._read(wanted)
        key = f"{self.get_cache_key(path)}_{self._fingerprint(wanted)}"
        if cache:
            try:
                found: dict[str, Any] = self._cache[key]
            except KeyError:  # missing, or too old
                pass
            else:
                return found
        self._cache[key] = found = self._read(wanted)
        return found

    def _fingerprint(self, wanted: Mapping[str, Any]) -> str:
        """What the rows depend on, so that nobody gets those of another server, account or filter. No secret is part of
        it."""
        account = [wanted.get(name) or self.get_option(name) for name in ("saymon_url", "saymon_login")]
        text = json.dumps([_FORM, account, wanted.get("source")], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _read(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        source = Source(wanted, self._vars, None, self.templar.template)
        result = run_here("saymon", SPEC, read_hosts, source)
        return {name: result[name] for name in ("hosts", "places")}

    # --- hosts ------------------------------------------------------------------------------------

    def _add(self, rows: Iterable[Row]) -> None:
        expressions = {name: self.get_option(name) for name in ("compose", "groups", "keyed_groups")}
        groups = _Groups(self.inventory, self._sanitize_group_name, self.get_option("group_by"))
        for name, row in self._distinct(list(self._named(rows))):
            host = self.inventory.add_host(_host_name(name))
            variables = {"saymon": _data(row), **self._address(row)}
            for key, value in variables.items():
                self.inventory.set_variable(host, key, value)
            groups.add(host, row)
            if any(expressions.values()):  # templates take longer than all the rest
                self._construct(host, variables, **expressions)

    def _construct(self, host: str, variables: dict[str, Any], compose: Any, groups: Any, keyed_groups: Any) -> None:
        strict = self.get_option("strict")
        seen = {"inventory_hostname": host, **variables}
        self._set_composite_vars(compose, seen, host, strict=strict)
        self._add_host_to_composed_groups(groups, seen, host, strict=strict)
        self._add_host_to_keyed_groups(keyed_groups, seen, host, strict=strict)

    def _compose(self, *args: Any, **options: Any) -> Any:
        """What an expression makes of data is data too."""
        return _data(super()._compose(*args, **options))

    def _named(self, rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
        """Each row with the name of its host."""
        entries, nameless = self.get_option("hostnames"), []
        for row in rows:
            texts = (self._name(entry, row) for entry in entries)
            name = next((text for text in texts if text), None)
            if name is None:
                nameless.append(_shown(row))
            else:
                yield name, row
        if nameless:
            said = f"hostnames: no entry gives a name to {_some(nameless)}"
            if self.get_option("strict"):
                raise AnsibleParserError(f"{said}: add an entry such as name or id.")
            self.display.warning(f"{said}; these objects are left out. Add an entry such as name or id.")

    def _name(self, entry: str, row: Row) -> str:
        if "{{" in entry:
            text = self._templated(entry, row)
        elif entry.startswith(_PROPERTY):
            text = row["properties"].get(entry[len(_PROPERTY) :])
        else:
            text = _below_root(row) if entry == "path" else row[entry]
        return _fit_for_files(text)

    def _templated(self, entry: str, row: Row) -> Any:
        self.templar.available_variables = {**self._vars, "saymon": _data(row)}
        try:
            return self.templar.template(entry)
        except AnsibleError as error:
            if self.get_option("strict"):
                raise AnsibleParserError(f"hostnames: {entry!r} fails for {_shown(row)}: {error.message}") from None
            return None

    def _distinct(self, named: list[tuple[str, Row]]) -> list[tuple[str, Row]]:
        """The same with names that no two of them share."""
        rule = self.get_option("duplicates")
        shared = _shared(named)
        if shared and rule != "error":
            named = [(_longer(rule, name, row) if name in shared else name, row) for name, row in named]
            shared = _shared(named)
        for name, (first, second, *_more) in shared.items():
            others = " or ".join(one for one in ("path", "id") if one != rule)
            raise AnsibleParserError(
                f"hostnames: {_shown(first)} and {_shown(second)} would both be the host {name!r}: set duplicates to "
                f"{others}, or choose other hostnames."
            )
        return named

    def _address(self, row: Row) -> dict[str, Any]:
        for name in self.get_option("ansible_host"):
            text = row["properties"].get(name, "").strip()
            if text and not _NO_ADDRESS.search(text):
                return {"ansible_host": _data(text)}
            if text:
                self.display.warning(
                    f"ansible_host: the property {name!r} of {_shown(row)} is no address, but {text!r}."
                )
        return {}

    def _nest(self, places: Mapping[str, Iterable[str]]) -> None:
        groups = _Groups(self.inventory, self._sanitize_group_name, ["path"])
        for path, above in places.items():
            below = groups.place(path)
            for one in above:
                self.inventory.add_child(groups.place(one), below)


class _Groups:
    """The groups that are made of what the rows say."""

    def __init__(self, inventory: Any, safe: Callable[[str], str], kinds: Iterable[str]) -> None:
        self._inventory = inventory
        self._safe = safe
        self._kinds = tuple(kinds)
        self._made: dict[str, str] = {}

    def add(self, host: str, row: Row) -> None:
        """Put a host into its groups."""
        for kind in self._kinds:
            for group in getattr(self, f"_of_{kind}")(row):
                self._inventory.add_child(group, host)

    def place(self, path: str) -> str:
        """The group of the object at a path below the root."""
        return self._group(f"path_{_without_root(path)}")

    def _of_class(self, row: Row) -> list[str]:
        return [self._group(f"class_{row['class']}")] if row["class"] else []

    def _of_state(self, row: Row) -> list[str]:
        return [self._group(f"state_{row['state']}")] if row["state"] else []

    def _of_tag(self, row: Row) -> list[str]:
        return [self._group(f"tag_{tag}") for tag in row["tags"]]

    def _of_path(self, row: Row) -> list[str]:
        return [self.place(path) for path in row["parents"] if _without_root(path)]

    def _group(self, text: str) -> str:
        if text not in self._made:
            self._made[text] = self._inventory.add_group(self._safe(text))
        return self._made[text]


def _listed(option: str, value: Any) -> Any:
    single = isinstance(value, str) and SOURCE_OPTIONS.get(option, {}).get("type") == "list"
    return [value] if single else value


def _without_root(path: str) -> str:
    """A path without its first step; empty for the root, and for what is not a path."""
    return [*path.split("/", 2), "", ""][2] if path.startswith("/") else ""


def _below_root(row: Row) -> str:
    return _without_root(row["path"] or "") or row["name"]


def _fit_for_files(text: Any) -> str:
    return _UNFIT_FOR_FILES.sub("_", "" if text is None else str(text).strip())


def _shared(named: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    """The names that several rows have, with these."""
    rows: dict[str, list[Row]] = {}
    for name, row in named:
        rows.setdefault(name, []).append(row)
    return {name: same for name, same in rows.items() if len(same) > 1}


def _longer(rule: str, name: str, row: Row) -> str:
    return f"{name}_{row['id']}" if rule == "id" else _fit_for_files(_below_root(row))


def _shown(row: Row) -> str:
    return f"the object {row['path'] or row['name']} (id {row['id']})"


def _some(texts: list[str]) -> str:
    more = len(texts) - _MOST_SHOWN
    return ", ".join(texts[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
