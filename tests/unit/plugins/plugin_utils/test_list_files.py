# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that come from files: where they are looked for, what each format may hold, and what is said of broken ones."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.plugin_utils import list_formats, list_yaml
from ansible_collections.saymon.platform.plugins.plugin_utils.list_files import ListFiles
from ansible_collections.saymon.platform.tests.unit.support import CREDENTIALS, SID, URL, Exchange, Script, run_action

SECRET = "marker-of-a-secret"
ITEMS: list[dict[str, Any]] = [
    {"name": "Plant Ω", "tags": ["a", "b"]},
    {"name": "db01", "weight": 2.5, "client_data": {"x": {"y": True}}},
]
VAULT_PASSWORD = [("default", VaultSecret(b"open-sesame"))]


@pytest.fixture
def loader(tmp_path: Path) -> DataLoader:
    """A playbook in a folder of its own, and the password of its vaults."""
    loader = DataLoader()
    loader.set_basedir(str(tmp_path))
    loader.set_vault_secrets(VAULT_PASSWORD)
    return loader


# A few lines that stand for billions of values.
LAUGHS = "- &a0 [1, 1]\n" + "".join(f"- &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12))


class Reader:
    """Reads files of a play; keeps the warnings."""

    def __init__(self, loader: DataLoader, folder: Path) -> None:
        self.folder = folder
        self.loader = loader
        self.warnings: list[str] = []

    def __call__(self, *paths: str, search_path: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
        return list(ListFiles("objects", search_path, self.loader, self.warnings).items(paths).pairs)

    def holding(self, name: str, content: str | bytes) -> list[tuple[str, Any]]:
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return self(name)

    def complaint(self, name: str, content: str | bytes) -> str:
        """What is said of a file; never what it holds."""
        with pytest.raises(BadInput) as caught:
            self.holding(name, content)
        said = str(caught.value)
        assert "\n" not in said and said.startswith((name, "src is ")) and said.endswith("."), said
        assert SECRET not in said
        return said


@pytest.fixture
def read(loader: DataLoader, tmp_path: Path) -> Reader:
    return Reader(loader, tmp_path)


def text_of(items: Any, suffix: str) -> str:
    if suffix in ("jsonl", "ndjson"):
        return "".join(json.dumps(item) + "\n" for item in items)
    return json.dumps(items) if suffix == "json" else yaml.safe_dump(items)


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["json", "JSON", "yml", "yaml", "jsonl", "ndjson"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_formats(read: Reader, suffix: str, ending: str, mark: str) -> None:
    found = read.holding(f"list.{suffix}", mark + text_of(ITEMS, suffix.lower()).replace("\n", ending))
    places = (
        [f"list.{suffix}:1", f"list.{suffix}:2"]
        if suffix in ("jsonl", "ndjson")
        else [f"list.{suffix}[0]", f"list.{suffix}[1]"]
    )
    assert found == list(zip(places, ITEMS, strict=True))


@pytest.mark.parametrize("suffix", ["json", "yml"])
def test_a_list_may_stand_under_its_name(read: Reader, suffix: str) -> None:
    assert [item for _place, item in read.holding(f"list.{suffix}", text_of({"objects": ITEMS}, suffix))] == ITEMS
    others: list[dict[str, Any]] = [{"objects": ITEMS, "users": []}, {"users": []}, {}, {"objects": {}}]
    for wrong in others:
        said = read.complaint(f"list.{suffix}", text_of(wrong, suffix))
        assert said.startswith(
            f"list.{suffix} must hold a list of dictionaries, or a dictionary "
            "with the list under its only key objects, got a"
        )


@pytest.mark.parametrize("suffix", ["json", "yml"])
@pytest.mark.parametrize(("value", "kind"), [("text", "str"), (1, "int"), (None, "nothing"), (True, "bool")])
def test_what_is_not_a_list(read: Reader, suffix: str, value: Any, kind: str) -> None:
    assert read.complaint(f"list.{suffix}", text_of(value, suffix)).endswith(f", got {kind}: correct it.")


def test_an_empty_list_is_a_list(read: Reader) -> None:
    assert read.holding("list.json", "[]") == []
    assert read.holding("list.yml", "---\n[]\n") == []
    assert read.holding("list.csv", "name,tags\n") == []


def test_blank_lines_do_not_count(read: Reader) -> None:
    assert read.holding("list.jsonl", '\n{"name": "a"}\n\n \n{"name": "b"}') == [
        ("list.jsonl:2", {"name": "a"}),
        ("list.jsonl:5", {"name": "b"}),
    ]
    assert read.holding("list.csv", "name\n\na\n\n\nb\n") == [
        ("list.csv:3", {"name": "a"}),
        ("list.csv:6", {"name": "b"}),
    ]


def test_keys_are_kept_once(read: Reader) -> None:
    (_first, one), (_second, other) = read.holding("list.jsonl", '{"some_name": 1}\n{"some_name": 2}\n')
    assert next(iter(one)) is next(iter(other))


# --- CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv(read: Reader, delimiter: str) -> None:
    lines = [
        ["name", "client_data.x.y", "client_data.z", "tags[]", "weight", "properties[]"],
        ["a", "1", "", '"p;q ; r"', "", '"[{""name"": ""Owner"", ""value"": ""x; y""}]"'],
        ['"two\nlines"', "", "", "", "2.5", "[]"],
        ['" b ""c"""', "", "2", "one", "", ""],
    ]
    assert read.holding("list.csv", "\n".join(delimiter.join(line) for line in lines)) == [
        (
            "list.csv:2",
            {
                "name": "a",
                "client_data": {"x": {"y": "1"}},
                "tags": ["p", "q", "r"],
                "properties": [{"name": "Owner", "value": "x; y"}],
            },
        ),
        ("list.csv:3", {"name": "two\nlines", "weight": "2.5", "properties": []}),
        ("list.csv:5", {"name": ' b "c"', "client_data": {"z": "2"}, "tags": ["one"]}),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,tags\na\n", "list.csv:2: the row has 1 cells and the header 2: write a cell for each column."),
        ("name\na,b\n", "list.csv:2: the row has 2 cells and the header 1: write a cell for each column."),
        ("name,name\n", "list.csv:1: the column name is a duplicate: give each option once."),
        ("tags,tags[]\n", "list.csv:1: the column tags[] is a duplicate: give each option once."),
        ("a.b,a\n", "list.csv:1: the column a is a duplicate: give each option once."),
        ("a,a.b\n", "list.csv:1: the column a.b is a duplicate: give each option once."),
        ("name,,x\n", "list.csv:1: '' is not the name of a column: "),
        ("name,a..b\n", "list.csv:1: 'a..b' is not the name of a column: "),
        ("name,tags[0]\n", "list.csv:1: 'tags[0]' is not the name of a column: "),
        ("\n", "list.csv:1: the header is missing: "),
        ('name\n"a\n', "list.csv:2: this is not valid CSV (unexpected end of data): check the quotation marks."),
        ('name\n"a"b\n', "list.csv:2: this is not valid CSV ("),
        ("name\n" + "a" * 200_000, "list.csv:2: this is not valid CSV (field larger than field limit (131072)): "),
        ("name,tags[]\na,[1\n", "list.csv:2: tags[]: this is not valid JSON ("),
    ],
)
def test_broken_csv(read: Reader, text: str, said: str) -> None:
    assert read.complaint("list.csv", text).startswith(said)


# --- broken files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"password": "SECRET"', "this is not valid JSON (Expecting ',' delimiter, line 1, column "),
        ('{"password": "SECRET" "x"}', "this is not valid JSON ("),
        ('{"a": 1, "password": "SECRET", "a": 2}', "the key 'a' is a duplicate: "),
        ('{"a": NaN}', "NaN is not a number in JSON: "),
        ('{"a": -Infinity}', "-Infinity is not a number in JSON: "),
        ("[" * 100_000, "this is nested too deeply: "),
        ("SECRET", "this is not valid JSON (Expecting value, line 1, column 1): "),
    ],
)
def test_broken_json(read: Reader, suffix: str, text: str, said: str) -> None:
    place = "list.json: " if suffix == "json" else "list.jsonl:1: "
    assert read.complaint(f"list.{suffix}", text.replace("SECRET", SECRET)).startswith(place + said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- name: a\n  name: SECRET\n", "list.yml:1: this is not valid YAML (the key 'name' is a duplicate): "),
        ("- password: *SECRET\n", "list.yml:1: this is not valid YAML (found undefined alias): "),
        ("- password: !SECRET x\n", "list.yml:1: this is not valid YAML (a tag is not known here): "),
        (
            "- password: !!python/object/apply:os.system [SECRET]\n",
            "list.yml:1: this is not valid YAML (a tag is not known here): ",
        ),
        ("- password: !!binary SECRET\n", "list.yml:1: this is not valid YAML (a tag is not known here): "),
        ("- password: !!int SECRET\n", "list.yml:1: this is not valid YAML (a value does not fit its tag): "),
        ("- weight: .inf\n", "list.yml:1: this is not valid YAML (a number is not finite): "),
        (LAUGHS, "list.yml:7: this is not valid YAML (aliases make it too large): "),
        ("- &a [*a]\n", "list.yml:1: this is not valid YAML (a value holds itself): "),
        ("- <<: SECRET\n", "list.yml:1: this is not valid YAML (only dictionaries can be merged): "),
        ("- ? [SECRET]\n  : 1\n", "list.yml:1: this is not valid YAML (a key is not a text): "),
        ("a:\n\t- SECRET\n", "list.yml:2: this is not valid YAML ("),
        ("- a\n---\n- SECRET\n", "list.yml:2: this is not valid YAML (but found another document): "),
        ("- %SECRET\n", "list.yml:1: this is not valid YAML ("),
        ("- 'SECRET\n", "list.yml:2: this is not valid YAML ("),
        ("- \x07SECRET\n", "list.yml: this is not valid YAML ("),
        ("[\n" * 5_000, "list.yml"),
    ],
)
@pytest.mark.parametrize("loader_class", ["_Loader", "SafeLoader"])
def test_broken_yaml(read: Reader, monkeypatch: pytest.MonkeyPatch, text: str, said: str, loader_class: str) -> None:
    """With libyaml, and without."""
    if loader_class == "SafeLoader":
        monkeypatch.setattr(list_yaml, "_Loader", yaml.SafeLoader)
    assert read.complaint("list.yml", text.replace("SECRET", SECRET)).startswith(said)


def test_yaml_values(read: Reader) -> None:
    text = """
- &one {a: 2030-12-31, b: 010, c: yes, d: ~, 1: x, true: y, e: !unsafe '{{ z }}', f: =}
- {<<: *one, a: 1, <<: [{b: 3, g: 4}, {g: 5}]}
"""
    one = {"a": "2030-12-31", "b": 8, "c": True, "d": None, "1": "x", "true": "y", "e": "{{ z }}", "f": "="}
    assert [item for _place, item in read.holding("list.yml", text)] == [one, {**one, "a": 1, "g": 4}]


@pytest.mark.parametrize(
    ("name", "raw", "place"),
    [
        ("list.json", '[{"name":\n"é"}]'.encode("latin-1"), "list.json:2"),
        ("list.jsonl", '{}\n{"name": "é"}\n'.encode("latin-1"), "list.jsonl:2"),
        ("list.csv", "name\n\né\n".encode("latin-1"), "list.csv:3"),
        ("list.yml", "- name: a\n- name: é\n".encode("latin-1"), "list.yml:2"),
        ("list.json", "[]".encode("utf-16"), "list.json:1"),
    ],
)
def test_other_encodings(read: Reader, name: str, raw: bytes, place: str) -> None:
    assert read.complaint(name, raw) == f"{place}: the text is not UTF-8: save the file in this encoding."


@pytest.mark.parametrize("name", ["list.json", "list.yml", "list.jsonl", "list.csv"])
def test_empty_files(read: Reader, name: str) -> None:
    assert read.complaint(name, b"").startswith(f"{name} is empty: ")
    read.complaint(name, b" \n\n")
    read.complaint(name, "\ufeff")


@pytest.mark.parametrize("name", ["list.jsonl", "list.csv"])
def test_lines_have_an_end(read: Reader, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(list_formats, "_LONGEST_LINE", 1 << 20)
    assert read.complaint(name, b"x\n" * (name == "list.csv") + b"x" * (3 << 20)).endswith(
        "the line is longer than 1 MiB: write one item a line."
    )


# --- vaults ---------------------------------------------------------------------------------------


def vault(text: str) -> bytes:
    return bytes(VaultLib(VAULT_PASSWORD).encrypt(text))


@pytest.mark.parametrize("suffix", ["json", "yml", "jsonl"])
def test_whole_files_may_be_encrypted(read: Reader, suffix: str) -> None:
    assert [item for _place, item in read.holding(f"list.{suffix}", vault(text_of(ITEMS, suffix)))] == ITEMS


def test_single_values_may_be_encrypted(read: Reader) -> None:
    inline = vault(SECRET).decode().replace("\n", "\n    ")
    assert read.holding("list.yml", f"- login: ann\n  password: !vault |\n    {inline}\n") == [
        ("list.yml[0]", {"login": "ann", "password": SECRET})
    ]


@pytest.mark.parametrize("secrets", [None, [("default", VaultSecret(b"another"))]])
def test_vaults_that_cannot_be_opened(read: Reader, secrets: Any) -> None:
    read.loader.set_vault_secrets(secrets)
    assert read.complaint("list.json", vault("[]")).startswith("list.json: the vault cannot be opened: ")
    inline = vault(SECRET).decode().replace("\n", "\n    ")
    assert read.complaint("list.yml", f"- password: !vault |\n    {inline}\n").startswith(
        "list.yml: the vault cannot be opened: "
    )
    assert read.complaint("list.yml", "- password: !vault x\n").startswith("list.yml: the vault cannot be opened: ")


def test_a_vault_must_hold_text(read: Reader) -> None:
    inline = bytes(VaultLib(VAULT_PASSWORD).encrypt(b"\xff")).decode().replace("\n", "\n    ")
    said = read.complaint("list.yml", f"- password: !vault |\n    {inline}\n")
    assert said == "list.yml: a vault holds something that is not text in UTF-8: encrypt a text."


# --- templates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["{{ x }}", "{% if x %}"])
@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("list.json", '[{"name": "a"}, {"tags": ["SIGN"]}, {"name": "SIGN"}]', "list.json[1]"),
        ("list.yml", "# SIGN\n- name: a\n- name: 'SIGN'\n", "list.yml[1]"),
        ("list.jsonl", '{"name": "a"}\n{"name": "SIGN"}\n{"name": "SIGN"}\n', "list.jsonl:2"),
        ("list.csv", "name\na\nSIGN\nSIGN\n", "list.csv:3"),
    ],
)
def test_templates_are_data_and_one_warning(read: Reader, sign: str, name: str, text: str, place: str) -> None:
    found = read.holding(name, text.replace("SIGN", sign))
    assert sign in json.dumps([item for _place, item in found])
    assert len(read.warnings) == 1
    assert read.warnings[0].startswith(f"{place}: a value holds {{{{ or {{%")
    read("list." + name.partition(".")[2])


def test_a_comment_is_no_template(read: Reader) -> None:
    read.holding("list.yml", "# {{ x }}\n- name: a\n")
    assert read.warnings == []


# --- finding files --------------------------------------------------------------------------------


def put(path: Path, *names: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([{"name": name} for name in names]))
    return str(path)


def names_of(found: list[tuple[str, Any]]) -> list[str]:
    return [item["name"] for _place, item in found]


def test_where_relative_paths_are_looked_for(read: Reader, tmp_path: Path) -> None:
    role = tmp_path / "roles" / "r"
    put(tmp_path / "list.json", "playbook")
    search_path = (str(role), str(role / "tasks"), str(tmp_path))
    assert names_of(read("list.json", search_path=search_path)) == ["playbook"]
    put(tmp_path / "files" / "list.json", "files of the playbook")
    assert names_of(read("list.json", search_path=search_path)) == ["files of the playbook"]
    put(role / "files" / "list.json", "role")
    for path in ("list.json", "l*.json"):
        found = read(path, search_path=search_path)
        assert (found[0][0], names_of(found)) == ("list.json[0]", ["role"])
    absolute = put(tmp_path / "elsewhere" / "list.json", "elsewhere")
    for path in (absolute, absolute.replace("list", "l*")):
        assert read(path) == [(f"{absolute}[0]", {"name": "elsewhere"})]


def test_globs_are_sorted_and_each_file_counts_once(read: Reader, tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        put(tmp_path / "parts" / f"{name}.json", name)
    put(tmp_path / "odd[1].json", "odd")
    (tmp_path / "parts" / "folder.json").mkdir()
    assert names_of(read("parts/c.json", "parts/*.json", "odd[1].json")) == ["c", "a", "b", "odd"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("\ud800.json", "src is '\\ud800.json': give the path of a file."),
        ("none.json", "src is 'none.json', and there is no such file (searched in "),
        ("/none/none.json", "src is '/none/none.json', and there is no such file: correct the path."),
        ("none*.json", "src is 'none*.json', and no file matches it (searched in "),
        ("", "src is '': give the path of a file."),
        ("a\0.json", "src is 'a\\x00.json': give the path of a file."),
        (
            "list.txt",
            "src is 'list.txt', whose format is not known: give a file that "
            "ends in .json, .jsonl, .ndjson, .yml, .yaml, .csv.",
        ),
        (
            "folder.json",
            "src is 'folder.json', which is a folder: name the files in "
            "it, for example by the glob folder.json/*.json.",
        ),
        (".", "src is '.', which is a folder: "),
        ("locked.json", "src is 'locked.json', which cannot be read ("),
        (
            "pipe.json",
            "src is 'pipe.json', which cannot be read (it is a device, a pipe or a socket): give a readable file.",
        ),
        (
            "null.json",
            "src is 'null.json', which cannot be read (it is a device, a pipe or a socket): give a readable file.",
        ),
    ],
)
def test_paths_that_lead_nowhere(read: Reader, tmp_path: Path, path: str, said: str) -> None:
    put(tmp_path / "list.txt")
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "null.json").symlink_to("/dev/null")
    (tmp_path / "locked.json").symlink_to("/proc/self/mem")  # even root cannot read its first byte
    with pytest.raises(BadInput) as caught:
        read(path)
    assert str(caught.value).startswith(said)


def test_no_file_at_all(read: Reader) -> None:
    with pytest.raises(BadInput, match="src is an empty list"):
        read()


# --- in a task ------------------------------------------------------------------------------------

VARS: dict[str, Any] = {"saymon_url": URL, **CREDENTIALS}
LOGIN = Exchange("POST", "/users/session", 200, SID, body={"login": "ci", "password": "pass-phrase-1"})


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users.jsonl"
    path.write_text(json.dumps({"login": "ann"}) + "\n" + json.dumps({"login": "eve", "state": "absent"}) + "\n")
    return path


def run(src: Any, **args: Any) -> Any:
    return run_action("saymon_user", {"src": src, **args}, VARS)


def test_items_come_from_files(script: Script, users: Path) -> None:
    there = [
        {"id": identifier, "login": login, "email": "", "status": 2}
        for identifier, login in (("a", "ann"), ("e", "eve"), ("c", "ci"))
    ]
    script(LOGIN, ("GET", "/users", 200, there))
    script(("GET", "/users/current", 200, {"id": "c", "login": "ci"}), ("DELETE", "/users/e", 200))
    result = run(str(users))
    assert result["summary"]["deleted"] == result["summary"]["unchanged"] == 1
    assert [outcome["login"] for outcome in result["outcomes"]] == ["eve"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ['{"login": "ann", "status": "awake"}'],
            ":1 (ann): status is 'awake': give one of active, blocked, invited, need_activation.",
        ),
        (['{"login": "ann"}', '{"logn": "eve"}'], ":2: logn"),
        (['{"login": "ann"}', '"eve"'], ":2: an item must be a dictionary"),
        (['{"login": "ann"}', '{"login": "ann", "groups": [1.5]}'], ":2 (ann): groups is [1.5]: "),
        (['{"login": "ann", "password": {"a": "SECRET"}}'], ":1 (ann): password: give a text that is not empty."),
    ],
)
def test_what_is_wrong_with_an_item(script: Script, users: Path, lines: list[str], said: str) -> None:
    users.write_text("\n".join(lines).replace("SECRET", SECRET))
    result = run(str(users))
    assert result["failed"] is True
    assert result["msg"].startswith(f"{users}{said}")
    assert SECRET not in json.dumps(result)


def test_what_does_not_go_together(script: Script, users: Path) -> None:
    assert run(str(users), users=[])["msg"] == (
        "src and users are given together, in the task or in module_defaults: put everything into one of them."
    )
    said = run(str(users), login="ann", email="x")["msg"]
    assert said == (
        "src and login, email are given together, in the task or in module_defaults: "
        "move login, email into the list, or leave src out."
    )
    assert run([])["msg"].startswith("src is an empty list: ")


def test_options_beside_src_hold_for_all(script: Script, users: Path) -> None:
    script(LOGIN, ("GET", "/users", 200, []))
    assert run(str(users), state="absent")["summary"]["unchanged"] == 2


def test_a_bad_file_costs_no_request(script: Script, users: Path) -> None:
    users.write_text(users.read_text() + '{"login": \n')
    assert run(str(users))["msg"].startswith(f"{users}:3: this is not valid JSON")
