"""The SCIM API: tokens, permissions, filters, and that nothing is written."""

from __future__ import annotations

import pytest

from tests.sandbox.world import World, world
from wizard.sandbox.serve import scim_url


def test_list_has_every_user_and_no_paging(happy: World) -> None:
    response = happy.users(happy.tokens()["access_token"])
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/scim+json"
    listing = response.json()
    assert listing["totalResults"] == len(listing["Resources"]) == 25
    for user in listing["Resources"]:
        assert user["emails"][0] == {"primary": True, "value": user["userName"], "type": "work"}
    for name in ("id", "userName", "externalId"):
        assert len({user[name] for user in listing["Resources"]}) == 25


def test_organization_without_users_is_listed_too() -> None:
    with world(users=0) as it:
        listing = it.users(it.tokens()["access_token"]).json()
        assert (listing["totalResults"], listing["Resources"]) == (0, [])


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('userName eq "person00003@example.com"', 1),
        ('username EQ "PERSON00003@example.com"', 1),
        ('userName eq "nobody@example.com"', 0),
        ('externalId eq "idp-000003"', 1),
        ('externalId eq "IDP-000003"', 0),
        ('externalId eq "\\u0069dp-000003"', 1),
    ],
)
def test_filter_finds(happy: World, expression: str, found: int) -> None:
    listing = happy.users(happy.tokens()["access_token"], filter=expression).json()
    assert listing["totalResults"] == len(listing["Resources"]) == found


@pytest.mark.parametrize(
    "expression",
    [
        'userName co "person"',
        'userName eq "a" or userName eq "b"',
        "userName eq person",
        'displayName eq "Ada"',
        'userName eq "\\x"',
    ],
)
def test_other_filters_are_refused(happy: World, expression: str) -> None:
    response = happy.users(happy.tokens()["access_token"], filter=expression)
    error = response.json()
    assert (response.status_code, error["code"]) == (400, 25001)
    assert error["scimType"] == "invalidFilter"


def test_one_user_is_shown(happy: World) -> None:
    token = happy.tokens()["access_token"]
    user = happy.users(token).json()["Resources"][7]
    assert happy.users(token, f"/Users/{user['id']}").json() == user
    missing = happy.users(token, "/Users/US" + "0" * 32)
    assert (missing.status_code, missing.json()["code"]) == (404, 25008)


@pytest.mark.parametrize("path", ["/Groups", "/", "/Users/a/b", "/users"])
def test_other_resources_are_not_found(happy: World, path: str) -> None:
    assert happy.users(happy.tokens()["access_token"], path).status_code == 404


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 401)])
def test_access_token_lives_as_long_as_it_says(seconds: int, status: int) -> None:
    with world(token_seconds=60) as it:
        tokens = it.tokens()
        assert tokens["expires_in"] == 60
        it.clock.pass_by(seconds)
        assert it.users(tokens["access_token"]).status_code == status


def test_expired_token_is_said_to_be_expired_and_can_be_refreshed(happy: World) -> None:
    tokens = happy.tokens()
    happy.sandbox.expire_access_tokens()
    response = happy.users(tokens["access_token"])
    assert response.status_code == 401
    assert "expired" in response.json()["detail"]
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    again = happy.refresh(tokens["refresh_token"]).json()["access_token"]
    assert happy.users(again).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic {token}", "{token}"])
def test_anything_but_a_bearer_token_is_refused(happy: World, header: str) -> None:
    value = header.format(token=happy.tokens()["access_token"])
    headers = {"Authorization": value} if value else {}
    response = happy.client.get(scim_url(happy.base) + "/Users", headers=headers)
    assert response.status_code == 401
    assert "invalid" in response.json()["detail"]


def test_bearer_is_read_in_any_case(happy: World) -> None:
    headers = {"Authorization": f"bearer {happy.tokens()['access_token']}"}
    response = happy.client.get(scim_url(happy.base) + "/Users", headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("unticked", "path"), [("managed-users/list", "/Users"), ("managed-users/read", "/Users/x")]
)
def test_missing_permission_is_named(happy: World, unticked: str, path: str) -> None:
    happy.sandbox.permissions.discard(unticked)
    token = happy.tokens()["access_token"]
    response = happy.users(token, path)
    assert (response.status_code, response.json()["code"]) == (401, 70051)
    assert f"twilio/iam/{unticked} is missing" in response.json()["message"]


def test_permissions_are_those_of_the_consent(happy: World) -> None:
    happy.sandbox.permissions.discard("managed-users/list")
    before = happy.tokens()["access_token"]
    happy.sandbox.permissions.add("managed-users/list")
    assert happy.users(before).status_code == 401
    assert happy.users(happy.tokens()["access_token"]).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_writing_is_refused_and_seen(happy: World, method: str) -> None:
    response = happy.users(happy.tokens()["access_token"], method=method)
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    last = happy.sandbox.seen[-1]
    assert (last.method, last.path) == (method, "/scim/v2/Users")
