"""The token endpoint: codes, PKCE, client authentication, refresh tokens."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.sandbox.world import START, VERIFIER, World, challenge_of, world
from wizard.sandbox.serve import token_url
from wizard.sandbox.twilio import PERMISSIONS

PKCE = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def assert_refused(response: httpx.Response, status: int, code: int, words: str) -> None:
    error = response.json()
    assert (response.status_code, error["code"]) == (status, code)
    assert words in error["message"]
    assert response.headers["cache-control"] == "no-store"


def test_code_gives_tokens(happy: World) -> None:
    response = happy.exchange(happy.code())
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"
    tokens = response.json()
    assert tokens["expires_in"] == 3600
    assert tokens["refresh_token"]


def test_access_token_names_app_organization_and_permissions(happy: World) -> None:
    body = claims(happy.tokens()["access_token"])
    organization = f"trn:us1:iam:organization:{happy.sandbox.organization}"
    assert body["sub"] == f"trn:us1:iam:oauthapp:{happy.sandbox.client_id}"
    assert body["act"] == {"sub": organization}
    assert body["urn:tw:iam_ctx"] == organization
    assert set(body["scope"].split()) == set(PERMISSIONS)
    assert (body["iat"], body["exp"]) == (START, START + 3600)


def test_no_refresh_token_without_offline_access(happy: World) -> None:
    response = happy.exchange(happy.code(scope=None))
    assert response.status_code == 200
    assert response.json()["refresh_token"] is None


def test_code_works_once(happy: World) -> None:
    code = happy.code()
    tokens = happy.exchange(code).json()
    assert_refused(happy.exchange(code), 400, 20001, "already been used")
    assert happy.users(tokens["access_token"]).status_code == 200


def test_code_used_twice_ends_the_grant_where_reuse_is_theft() -> None:
    with world(reuse_is_theft=True) as it:
        code = it.code()
        tokens = it.exchange(code).json()
        assert_refused(it.exchange(code), 400, 20001, "already been used")
        assert it.users(tokens["access_token"]).status_code == 401
        assert_refused(it.refresh(tokens["refresh_token"]), 400, 20001, "invalid")


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (300, 400)])
def test_code_lives_five_minutes(happy: World, seconds: int, status: int) -> None:
    code = happy.code()
    assert claims(code)["exp"] == START + 300
    happy.clock.pass_by(seconds)
    response = happy.exchange(code)
    assert response.status_code == status
    if status == 400:
        assert_refused(response, 400, 20001, "expired")


@pytest.mark.parametrize(
    "uri", ["https://idp.example.invalid/callback/", "https://other.invalid/", None]
)
def test_code_is_bound_to_the_redirect_uri(happy: World, uri: str | None) -> None:
    code = happy.code()
    assert_refused(happy.exchange(code, redirect_uri=uri), 400, 20001, "redirect_uri")
    assert_refused(happy.exchange(code), 400, 20001, "already been used")


def test_code_is_bound_to_the_redirect_uri_it_was_asked_with(happy: World) -> None:
    happy.sandbox.redirect_urls.append("https://second.example.invalid/")
    code = happy.code(redirect_uri="https://second.example.invalid/")
    assert_refused(happy.exchange(code), 400, 20001, "redirect_uri")


@pytest.mark.parametrize("code", ["", "nonsense", "a.b.c", "é"])
def test_unknown_code_is_refused(happy: World, code: str) -> None:
    assert_refused(happy.exchange(code), 400, 20001, "code is invalid")


def test_pkce_verifier_is_checked(happy: World) -> None:
    assert happy.exchange(happy.code(**PKCE), code_verifier=VERIFIER).status_code == 200
    for verifier in (VERIFIER + "x", None, "é" * 43):
        refused = happy.exchange(happy.code(**PKCE), code_verifier=verifier)
        assert_refused(refused, 400, 20001, "code_verifier")


def test_pkce_verifier_without_a_challenge_is_refused(happy: World) -> None:
    refused = happy.exchange(happy.code(), code_verifier=VERIFIER)
    assert_refused(refused, 400, 20001, "code_verifier")


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "not-the-secret"},
        {"client_secret": None},
        {"client_secret": "sécret"},
        {"client_id": "OQ" + "0" * 32},
        {"client_id": None},
    ],
)
def test_wrong_client_is_refused_and_keeps_the_code(
    happy: World, wrong: dict[str, str | None]
) -> None:
    code = happy.code()
    assert_refused(happy.exchange(code, **wrong), 401, 20003, "Invalid credentials")
    assert happy.exchange(code).status_code == 200


def test_basic_authentication_does_not_count(happy: World) -> None:
    response = happy.client.post(
        token_url(happy.base),
        data={
            "grant_type": "authorization_code",
            "code": happy.code(),
            "redirect_uri": happy.sandbox.redirect_url,
        },
        auth=(happy.sandbox.client_id, happy.sandbox.client_secret),
    )
    assert_refused(response, 401, 20003, "Invalid credentials")


@pytest.mark.parametrize("grant", ["password", "", None])
def test_other_grants_are_refused(happy: World, grant: str | None) -> None:
    assert_refused(happy.post_token(grant_type=grant), 400, 20001, "grant_type")


def test_app_itself_gets_an_access_token_alone(happy: World) -> None:
    response = happy.post_token(grant_type="client_credentials")
    assert response.status_code == 200
    tokens = response.json()
    assert tokens["refresh_token"] is None
    assert claims(tokens["access_token"])["act"]["sub"].endswith(happy.sandbox.organization)


def test_app_has_the_grant_types_it_was_created_with(happy: World) -> None:
    happy.sandbox.grant_types.discard("client_credentials")
    response = happy.post_token(grant_type="client_credentials")
    assert_refused(response, 400, 20001, "can't use this grant_type")


def test_json_body_is_not_read(happy: World) -> None:
    sandbox = happy.sandbox
    response = happy.client.post(
        token_url(happy.base),
        json={"client_id": sandbox.client_id, "client_secret": sandbox.client_secret},
    )
    assert_refused(response, 401, 20003, "Invalid credentials")


def test_secret_in_the_query_does_not_count(happy: World) -> None:
    sandbox = happy.sandbox
    query = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    response = happy.client.get(token_url(happy.base), params=query)
    assert_refused(response, 401, 20003, "Invalid credentials")


def test_refresh_token_is_stable_and_not_sent_again(happy: World) -> None:
    first = happy.tokens()
    for _ in range(2):
        response = happy.refresh(first["refresh_token"])
        assert response.status_code == 200
        again = response.json()
        assert again["refresh_token"] is None
        assert again["access_token"] != first["access_token"]
        assert happy.users(again["access_token"]).status_code == 200
    assert happy.users(first["access_token"]).status_code == 200


def test_rotated_refresh_token_is_refused_afterwards() -> None:
    with world(scenario="rotating") as it:
        first = it.tokens()["refresh_token"]
        second = it.refresh(first).json()["refresh_token"]
        assert second not in (None, first)
        assert_refused(it.refresh(first), 400, 20001, "already been used")
        assert it.refresh(second).status_code == 200


def test_rotated_refresh_token_used_again_ends_the_family_where_reuse_is_theft() -> None:
    with world(rotate=True, reuse_is_theft=True) as it:
        first, other = it.tokens(), it.tokens()
        second = it.refresh(first["refresh_token"]).json()
        assert it.refresh(first["refresh_token"]).status_code == 400
        assert_refused(it.refresh(second["refresh_token"]), 400, 20001, "invalid")
        assert it.users(second["access_token"]).status_code == 401
        assert it.users(other["access_token"]).status_code == 200


def test_access_token_is_no_refresh_token(happy: World) -> None:
    tokens = happy.tokens()
    assert_refused(happy.refresh(tokens["access_token"]), 400, 20001, "invalid")
    assert happy.users(tokens["refresh_token"]).status_code == 401


def test_rotated_secret_replaces_the_old_one_and_keeps_the_grant(happy: World) -> None:
    tokens, old = happy.tokens(), happy.sandbox.client_secret
    new = happy.sandbox.rotate_secret()
    assert new == happy.sandbox.client_secret != old
    refused = happy.post_token(
        grant_type="refresh_token", refresh_token=tokens["refresh_token"], client_secret=old
    )
    assert_refused(refused, 401, 20003, "Invalid credentials")
    assert happy.refresh(tokens["refresh_token"]).status_code == 200


def test_revoked_grant_ends_code_refresh_and_access_token(happy: World) -> None:
    tokens, code = happy.tokens(), happy.code()
    happy.sandbox.grants.revoke()
    assert_refused(happy.exchange(code), 400, 20001, "code is invalid")
    assert_refused(happy.refresh(tokens["refresh_token"]), 400, 20001, "refresh token is invalid")
    assert happy.users(tokens["access_token"]).status_code == 401
    assert happy.users(happy.tokens()["access_token"]).status_code == 200


def test_errors_quote_no_secret(happy: World) -> None:
    code = happy.code()
    happy.clock.pass_by(301)
    text = happy.exchange(code).text + happy.exchange(code, client_secret="s3cr3t").text
    assert code not in text
    assert "s3cr3t" not in text
    shown = repr(happy.sandbox.seen) + repr(happy.sandbox)
    assert code not in shown
    assert happy.sandbox.client_secret not in shown
