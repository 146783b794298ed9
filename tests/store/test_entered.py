"""Every entered or received value is either rejected at once or can be read again."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from tests.store.samples import credentials
from wizard.domain import credential_fields, rules
from wizard.domain.credential_fields import CredentialField
from wizard.domain.models import CredentialSet, Endpoints, Pkce, Profile
from wizard.domain.problems import SetupError
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore

NAME = "default"
CLIENT_ID = "OQ" + "0" * 32
AUTHORIZE = f"https://oauth.twilio.com/v2/authorize?response_type=code&client_id={CLIENT_ID}"
WHITE = [*"\t\n\r\v\f\x1c\x1f\x85\xa0\u2028", "  ", "\r\n"]
ODD = [*WHITE, *'\0\x1b\x7f\x9b\u200b\u202e\ud800"\\', "é"]
SCOPE = "offline_access{}openid"


def read_again(home: Path, draft: CredentialSet) -> CredentialSet | None:
    """Save a draft as a wizard does, and return what the next wizard reads."""
    with LocalProfileStore(home).locked(NAME) as held:
        held.save(held.profile or Profile(), draft=draft)
    with LocalProfileStore(home).locked(NAME) as held:
        return held.draft()


@pytest.mark.parametrize("white", WHITE)
def test_white_space_in_a_scope_is_one_space_wherever_it_is_entered(white: str) -> None:
    entered = SCOPE.format(white)
    parts = rules.from_authorization_url(f"{AUTHORIZE}&scope={quote(entered)}")
    assert parts is not None
    for draft in (
        credential_fields.with_scope(credentials(), parts.scope),
        credential_fields.with_scope(credentials(), entered),
        credential_fields.with_advanced(credentials(), replace(credentials(), scope=entered)),
    ):
        assert draft.scope == "offline_access openid"


@pytest.mark.parametrize("odd", ['"', "\\", "é", "日"])
def test_scope_with_what_no_scope_has_is_refused_in_words(odd: str) -> None:
    scope = SCOPE.format(odd)
    assert rules.scope(scope) is not None
    assert credential_fields.with_scope(credentials(), scope) == credentials()


@pytest.mark.parametrize("scope", ["", "offline_access", "a b", "!#$%&'()*+,-./[]~"])
def test_scope_of_rfc_6749_is_taken_as_it_is(scope: str) -> None:
    assert rules.scope(scope) is None
    assert rules.clean_scope(scope) == scope


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_whatever_a_form_takes_can_be_read_again(tmp_path: Path, odd: str) -> None:
    taken = [credentials()]
    for field, text in (
        (CredentialField.CLIENT_ID, CLIENT_ID[:5] + odd + CLIENT_ID[5:]),
        (CredentialField.CLIENT_SECRET, f"hush{odd}secret"),
        (CredentialField.REDIRECT_URL, f"https://example.org/{odd}cb"),
    ):
        if credential_fields.problem(field, text) is None:
            taken.append(credential_fields.with_field(taken[-1], field, text))
    scope, url = SCOPE.format(odd), f"https://example.org/{odd}token"
    if rules.scope(scope) is None:
        taken.append(credential_fields.with_scope(taken[-1], scope))
    if rules.endpoint(url) is None:
        endpoints = Endpoints(token_url=rules.clean(url))
        changed = replace(taken[-1], endpoints=endpoints, pkce=Pkce.AUTO)
        taken.append(credential_fields.with_advanced(taken[-1], changed))
    for draft in taken:
        assert read_again(tmp_path, draft) == draft


def test_save_of_what_could_not_be_read_again_fails_and_leaves_the_old_set(tmp_path: Path) -> None:
    old = credentials()
    read_again(tmp_path, old)
    with pytest.raises(SetupError, match="internal-error") as caught:
        read_again(tmp_path, replace(old, scope="offline_access\topenid"))
    assert caught.value.problem.detail == ("scope has control characters",)
    assert "hush" not in str(caught.value)
    with LocalProfileStore(tmp_path).locked(NAME) as held:
        assert held.draft() == old


def test_save_of_a_record_that_could_not_be_read_again_leaves_the_old_one(tmp_path: Path) -> None:
    read_again(tmp_path, credentials())
    with LocalProfileStore(tmp_path).locked(NAME) as held:
        before = held.profile
        assert before is not None
        with pytest.raises(SetupError, match="internal-error"):
            held.save(replace(before, organization="OR\x1b"))
    assert LocalProfileStore(tmp_path).load(NAME) == before
