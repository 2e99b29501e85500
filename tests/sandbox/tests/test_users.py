# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, groups, policies, presets and configuration."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import ADMIN, PASSWORD, Api


def by_login(api: Api, login: str) -> Any:
    return next(user for user in api.ok("GET", "/users") if user["login"] == login)


def test_demo_users(api: Api) -> None:
    users = {user["login"]: user for user in api.ok("GET", "/users")}
    assert len(users) == 8
    assert users["former"]["status"] == 3
    assert users["loner"]["group"] is None
    assert {user["displayName"] for user in users.values() if "*" in user["displayName"]} == set()
    assert users["admin"]["objectPermissions"] == {"include": [1], "exclude": []}
    assert "password" not in str(users)


def test_fresh_user(api: Api) -> None:
    made = api.ok("POST", "/users", {"login": "j.doe", "password": "pw"})
    expected = ["id", "login", "displayName", "permissions", "objectPermissions", "contacts", "eventFilter", "status", "entityType"]
    assert list(made) == expected
    assert made["displayName"] == "j.***"
    assert made["status"] == 2
    assert api.ok("GET", f"/users/{made['id']}") == made
    api.ok("GET", "/users/current", auth=("j.doe", "pw"))


def test_login_from_email_and_activation_without_password(api: Api) -> None:
    made = api.ok("POST", "/users", {"email": "new.one@example.org"})
    assert (made["login"], made["status"]) == ("new.one", 1)
    mail = api.control("GET", "/mails")[-1]
    assert (mail["to"], mail["user"]) == ("new.one@example.org", made["id"])
    path = f"/users/{made['id']}/confirm/{mail['token']}"
    assert api.ok("POST", path, {"password": "chosen"}, auth=None) == "Activation successful."
    api.ok("GET", "/users/current", auth=("new.one", "chosen"))
    api.fails(404, "POST", path, {"password": "again"}, auth=None)


def test_missing_and_duplicate_login(api: Api) -> None:
    assert api.fails(400, "POST", "/users", {"password": "x"})["code"] == "BadRequest"
    assert api.fails(400, "POST", "/users", {"login": "operator", "password": "x"})["code"] == "BadRequest"
    api.settings(duplicate_login_status=409, missing_name_status=409)
    assert api.fails(409, "POST", "/users", {"login": "operator", "password": "x"})["code"] == "Conflict"
    assert api.fails(409, "POST", "/users", {"password": "x"})["code"] == "Conflict"
    user = by_login(api, "engineer")
    assert api.fails(409, "PATCH", f"/users/{user['id']}", {"login": "operator"})["code"] == "Conflict"


def test_update_replaces_arrays_and_null_removes(api: Api) -> None:
    user = by_login(api, "operator")
    changed = api.ok("PATCH", f"/users/{user['id']}", {"permissions": ["run-bulks"], "language": None, "id": "x", "password": "x"})
    assert changed["permissions"] == ["run-bulks"]
    assert "language" not in changed
    assert changed["id"] == user["id"]
    assert changed["email"] == user["email"]
    api.ok("GET", "/users/current", auth=("operator", "operator-demo-pass"))
    api.fails(400, "PATCH", f"/users/{user['id']}", {"permissions": "run-bulks"})
    api.fails(400, "PATCH", f"/users/{user['id']}", {"displayName": "operator"})
    assert api.ok("PATCH", f"/users/{user['id']}", {"objectPermissions": {"include": ["1"]}})["objectPermissions"]["include"] == [1]


def test_delete_user_ends_its_session(api: Api) -> None:
    user = by_login(api, "operator")
    headers = {"Cookie": f"sid={api.login('operator', 'operator-demo-pass')}"}
    assert api.ok("DELETE", f"/users/{user['id']}") is None
    api.fails(404, "GET", f"/users/{user['id']}")
    api.fails(401, "GET", "/users/current", auth=None, headers=headers)
    api.fails(404, "DELETE", f"/users/{user['id']}")


def test_without_manage_users_only_id_and_display_name(api: Api) -> None:
    auth = ("operator", "operator-demo-pass")
    users = api.ok("GET", "/users", auth=auth)
    assert {tuple(user) for user in users} == {("id", "login")}
    assert {"Sandbox administrator", "Olivia Parker"} <= {user["login"] for user in users}
    assert api.ok("GET", f"/users/{users[0]['id']}", auth=auth) == users[0]
    assert api.ok("GET", "/users/current", auth=auth)["login"] == "operator"
    assert api.fails(403, "POST", "/users", {"login": "x"}, auth=auth)["message"] == "Missing permissions: manage-users"
    api.settings(full_user_list=True)
    assert "permissions" in api.ok("GET", "/users", auth=auth)[0]


def test_what_people_may_change_of_their_own_record(api: Api) -> None:
    """By the reference nothing but the password and the favourites; whether servers are that strict is not known."""
    auth, other = ("operator", "operator-demo-pass"), by_login(api, "manager")
    path = f"/users/{by_login(api, 'operator')['id']}"
    api.fails(403, "PATCH", path, {"language": "ru"}, auth=auth)
    assert api.ok("POST", "/users/favorites", [{"name": "x"}], auth=auth) == [{"name": "x"}]
    api.settings(own_record_patch=True)
    assert api.ok("PATCH", path, {"language": "ru"}, auth=auth)["language"] == "ru"
    refused: list[Any] = [{"permissions": ["manage-users"]}, {"language": "en", "status": 2}, {"group": []}, {"login": "x"}]
    for more in refused:
        api.fails(403, "PATCH", path, more, auth=auth)
    api.fails(403, "PATCH", f"/users/{other['id']}", {"language": "ru"}, auth=auth)
    api.fails(403, "PATCH", "/users/nobody", {"language": "ru"}, auth=auth)


def test_rights_of_groups_count(api: Api) -> None:
    auth = ("manager", "manager-demo-pass")
    assert api.ok("GET", "/users/current", auth=auth)["permissions"] == ["manage-users"]
    api.ok("GET", "/users/security/log", auth=auth)


@pytest.mark.parametrize("verb", ["own", "other"])
def test_change_password(api: Api, verb: str) -> None:
    user = by_login(api, "operator")
    path, old = f"/users/{user['id']}/password", "operator-demo-pass"
    auth = ("operator", old) if verb == "own" else ADMIN
    body = {"newPassword": "fresh", **({"currentPassword": old} if verb == "own" else {})}
    if verb == "own":
        api.fails(400, "PUT", path, {"newPassword": "fresh"}, auth=auth)
        api.fails(400, "PUT", path, {"newPassword": "fresh", "currentPassword": "bad"}, auth=auth)
        api.settings(wrong_password_status=409)
        api.fails(409, "PUT", path, {"newPassword": "fresh", "currentPassword": "bad"}, auth=auth)
    assert api.ok("PUT", path, body, auth=auth) is None
    api.fails(401, "GET", "/users/current", auth=("operator", old))
    api.ok("GET", "/users/current", auth=("operator", "fresh"))


def test_change_password_of_others(api: Api) -> None:
    user = by_login(api, "operator")
    path = f"/users/{user['id']}/password"
    api.fails(403, "PUT", path, {"newPassword": "x"}, auth=("auditor", "auditor-demo-pass"))
    api.settings(current_password_required=True)
    api.fails(400, "PUT", path, {"newPassword": "x"})
    api.ok("PUT", path, {"newPassword": "x", "currentPassword": "operator-demo-pass"})


def test_restore_password(api: Api) -> None:
    mail = api.control("POST", "/mails", {"login": "operator"})
    path = f"/users/{mail['user']}/restore/{mail['token']}"
    assert api.ok("POST", path, {"password": "found"}, auth=None) == "Password recovery successful."
    api.ok("GET", "/users/current", auth=("operator", "found"))


def test_password_policy_names_the_first_broken_rule(api: Api) -> None:
    rules = {"length": 8, "minLowercase": 1, "minCapital": 1, "minDigits": 1, "minSpecial": 1, "uniquePasswordsNumber": 2}
    api.ok("PATCH", "/password-policies/1", rules)
    for password, text in (
        ("aA1!", "minimum number of characters - 8"),
        ("AAAAAAA1!", "minimum number of lowercase letters - 1"),
        ("aaaaaaa1!", "minimum number of capital letters - 1"),
        ("aaaaaaaA!", "minimum number of digits - 1"),
        ("aaaaaaaA1", "minimum number of special characters - 1"),
    ):
        error = api.fails(500, "POST", "/users", {"login": "weak", "password": password})
        assert error == {"code": "Internal", "message": f"caused by Error: Password does not match policy: {text}"}
    user = api.ok("POST", "/users", {"login": "strong", "password": "aaaaaaaA1!"})
    path = f"/users/{user['id']}/password"
    assert "unique" in api.fails(500, "PUT", path, {"newPassword": "aaaaaaaA1!"})["message"]
    api.ok("PUT", path, {"newPassword": "bbbbbbbA1!"})
    api.ok("PUT", path, {"newPassword": "cccccccA1!"})
    api.ok("PUT", path, {"newPassword": "aaaaaaaA1!"})


def test_policies(api: Api) -> None:
    default = api.ok("GET", "/password-policies", auth=None)[0]
    assert (default["id"], default["length"]) == (1, 0)
    made = [
        api.ok(verb, path, {"name": "Extra", "length": 50})
        for verb, path in (("PATCH", "/password-policies/"), ("POST", "/password-policies"))
    ]
    assert [policy["id"] for policy in api.ok("GET", "/password-policies")] == [1, made[0]["id"], made[1]["id"]]
    api.ok("POST", "/users", {"login": "free", "password": "x"})
    assert api.ok("PATCH", f"/password-policies/{made[0]['id']}", {"minDigits": "3"})["minDigits"] == 3
    assert api.ok("DELETE", f"/password-policies/{made[0]['id']}") is None
    assert api.ok("DELETE", f"/password-policies/{made[0]['id']}") is None
    api.fails(400, "DELETE", "/password-policies/1")
    api.settings(policy_create_verb="patch")
    api.fails(405, "POST", "/password-policies", {"name": "x"})
    api.settings(policy_create_verb="post", open_password_policies=False)
    api.fails(405, "PATCH", "/password-policies", {"name": "x"})
    api.fails(401, "GET", "/password-policies", auth=None)
    api.ok("GET", "/password-policies")


def test_groups(api: Api) -> None:
    made = api.ok("POST", "/user-groups", {"name": "Night", "permissions": ["run-bulks"]})
    assert made == {
        "id": made["id"],
        "name": "Night",
        "permissions": ["run-bulks"],
        "objectPermissions": {"include": [], "exclude": []},
        "eventFilter": [],
    }
    assert api.ok("GET", f"/user-groups/{made['id']}") == made
    assert api.ok("PATCH", f"/user-groups/{made['id']}", {"name": "Nights"})["permissions"] == ["run-bulks"]
    api.fails(400, "POST", "/user-groups", {"permissions": []})
    auth = api.user("guard", [], group=[made["id"]])
    assert [group["name"] for group in api.ok("GET", "/user-groups", auth=auth)] == ["Nights"]
    api.fails(403, "GET", f"/user-groups/{made['id']}", auth=auth)
    assert api.ok("DELETE", f"/user-groups/{made['id']}") is None
    assert by_login(api, "guard")["group"] == [made["id"]]
    assert api.ok("GET", "/user-groups", auth=auth) == []


def test_group_delete_can_clear_members(api: Api) -> None:
    api.settings(group_delete_clears_members=True)
    group = api.ok("GET", "/user-groups")[0]
    api.ok("DELETE", f"/user-groups/{group['id']}")
    assert by_login(api, "operator")["group"] == []


def test_old_version_preset(api: Api) -> None:
    api.settings(old_version=True)
    assert api.control("GET", "/settings")["old_version"] is True
    engineer, loner = by_login(api, "engineer"), by_login(api, "loner")
    assert isinstance(engineer["group"], str)
    assert loner["group"] is None
    assert not {"displayName", "favorites", "entityType"} & set(engineer)
    assert "permissions" in api.ok("GET", "/users", auth=("operator", "operator-demo-pass"))[0]
    api.fails(404, "GET", "/users/favorites")
    made = api.ok("POST", "/objects", {"name": "old"})
    assert list(made)[-1] == "id"
    assert made[list(made)[-2]] == []  # what cut the id out of the text in those days looked for an array before it
    assert made["parent_id"] == 1
    assert "entityType" not in made
    api.settings(old_version=False)
    assert isinstance(by_login(api, "engineer")["group"], list)


def test_signup(api: Api) -> None:
    error = api.fails(404, "GET", "/users/captcha", auth=None)
    assert error["message"] == "/api/users/captcha does not exist"
    api.settings(signup_enabled=True)
    puzzle = api.ok("GET", "/users/captcha", auth=None)
    text = re.findall(r"<text[^>]*>(\w+)<", puzzle["captcha"])[0]
    body = {"token": puzzle["token"], "captcha": text, "email": "me@example.org", "login": "me", "password": "mine"}
    api.fails(400, "POST", "/users/signup", {**body, "token": "other"}, auth=None)
    user = api.ok("POST", "/users/signup", body, auth=None)
    assert user["status"] == 0
    api.fails(401, "GET", "/users/current", auth=("me", "mine"))
    token = api.control("GET", "/mails")[-1]["token"]
    assert api.ok("POST", f"/users/{user['id']}/confirm/{token}", {"password": None}, auth=None) == "Activation successful."
    api.ok("GET", "/users/current", auth=("me", "mine"))


def test_favorites(api: Api) -> None:
    assert api.ok("GET", "/users/favorites") == []
    value = [{"name": "mine", "objects": ["1"]}]
    assert api.ok("POST", "/users/favorites", value) == value
    assert api.ok("GET", "/users/favorites") == value
    assert api.ok("GET", "/users/current")["favorites"] == value


def test_presets(api: Api) -> None:
    made = api.ok("POST", "/presets", {"name": "n", "key": "k", "data": {"a": 1}})
    assert api.ok("GET", "/presets?key=other") == []
    assert api.ok("GET", "/presets?key=k") == [made]
    assert api.ok("PUT", f"/presets/{made['id']}", {"name": "m"}) == {**made, "name": "m"}
    assert api.ok("DELETE", f"/presets/{made['id']}") is None
    api.fails(404, "GET", f"/presets/{made['id']}")


def test_configuration(api: Api) -> None:
    before = api.ok("GET", "/configuration")
    after = api.ok("PATCH", "/configuration", {"server": {"incident_timeout": 5}})
    assert after["server"]["incident_timeout"] == 5
    assert after["server"]["email"] == before["server"]["email"]
    assert api.ok("GET", "/configuration") == after
    api.settings(configuration_readable=False)
    api.fails(405, "GET", "/configuration")


def test_reset_gives_the_password_back(api: Api) -> None:
    user = api.ok("GET", "/users/current")
    api.ok("PUT", f"/users/{user['id']}/password", {"newPassword": "other", "currentPassword": PASSWORD})
    api.fails(401, "GET", "/users/current")
    api.control("POST", "/reset", {"seed": "empty"})
    assert [item["login"] for item in api.ok("GET", "/users")] == ["admin"]
