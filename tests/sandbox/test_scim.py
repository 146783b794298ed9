"""The SCIM API: tokens, permissions, and that it writes nothing."""

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
    for name in ("id", "userName"):
        assert len({user[name] for user in listing["Resources"]}) == 25


def test_organization_without_users_is_listed_too() -> None:
    with world(users=0) as it:
        listing = it.users(it.tokens()["access_token"]).json()
        assert (listing["totalResults"], listing["Resources"]) == (0, [])


@pytest.mark.parametrize("path", ["/Groups", "/", "/Users/a", "/users"])
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
    happy.clock.pass_by(tokens["expires_in"])
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


def test_missing_permission_is_named(happy: World) -> None:
    happy.sandbox.permissions.discard("managed-users/list")
    response = happy.users(happy.tokens()["access_token"])
    assert (response.status_code, response.json()["code"]) == (401, 70051)
    assert "twilio/iam/managed-users/list is missing" in response.json()["message"]


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
