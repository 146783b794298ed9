"""The Credentials form: the rules of each field, and how an entered value changes a draft."""

from __future__ import annotations

import pytest

from tests.fakes import NOW, tokens
from wizard.domain import credential_fields
from wizard.domain.credential_fields import CredentialField, with_grant_type
from wizard.domain.models import CredentialSet, GrantType
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.rules import TEXT_LIMIT
from wizard.domain.secret import Secret
from wizard.domain.value import replace

ID, SECRET, REDIRECT = CredentialField
GOOD = {ID: "OQ" + "0" * 32, SECRET: "s3cret", REDIRECT: "https://a.example.org/callback"}
BAD = {ID: "AC" + "0" * 32, SECRET: "two words", REDIRECT: "http://a.example.org/"}
DRAFT = CredentialSet(GOOD[ID], Secret(GOOD[SECRET]), GOOD[REDIRECT], tokens=tokens())
WHOLE = replace(DRAFT, attempts=(begin(DRAFT, None, NOW),))


def test_fields_are_called_as_at_twilio() -> None:
    labels = [field.label for field in CredentialField]
    assert labels == ["Client ID", "Client Secret", "Redirect URL"]
    assert len({field.value for field in CredentialField}) == 3


@pytest.mark.parametrize("field", CredentialField)
def test_each_field_has_a_rule_of_its_own(field: CredentialField) -> None:
    assert credential_fields.problem(field, GOOD[field]) is None
    said = credential_fields.problem(field, BAD[field])
    assert said
    assert (
        said
        != credential_fields.problem(field, "")
        != credential_fields.problem(field, GOOD[field])
    )
    others = [other for other in CredentialField if other is not field]
    assert all(
        credential_fields.problem(other, "") != credential_fields.problem(field, "")
        for other in others
    )


@pytest.mark.parametrize("field", CredentialField)
def test_entered_field_is_kept(field: CredentialField) -> None:
    assert not credential_fields.is_kept(CredentialSet(), field)
    draft = credential_fields.with_field(CredentialSet(), field, GOOD[field])
    assert [credential_fields.is_kept(draft, other) for other in CredentialField] == [
        other is field for other in CredentialField
    ]
    assert not credential_fields.has_changed(draft, field, GOOD[field])


@pytest.mark.parametrize("field", CredentialField)
def test_what_only_came_along_with_a_paste_changes_nothing(field: CredentialField) -> None:
    for text in (GOOD[field], f'  "{GOOD[field]}"\n', f"\u200b{GOOD[field]}\ufeff"):
        assert not credential_fields.has_changed(WHOLE, field, text)
        assert credential_fields.with_field(WHOLE, field, text) is WHOLE


@pytest.mark.parametrize("field", CredentialField)
def test_other_text_is_a_change(field: CredentialField) -> None:
    assert credential_fields.has_changed(WHOLE, field, GOOD[field] + "x")
    assert credential_fields.has_changed(WHOLE, field, "")
    assert credential_fields.has_changed(CredentialSet(), field, GOOD[field])
    assert not credential_fields.has_changed(CredentialSet(), field, " ")


def test_entered_text_is_kept_without_what_came_along() -> None:
    draft = CredentialSet()
    for field in CredentialField:
        draft = credential_fields.with_field(draft, field, f" {GOOD[field]}\n")
    assert draft == replace(DRAFT, tokens=None)
    assert draft.is_complete


def test_another_client_ends_what_the_old_one_was_granted() -> None:
    other = "OQ" + "1" * 32
    changed = replace(WHOLE, client_id=other, client_secret=None, tokens=None, attempts=())
    assert credential_fields.with_field(WHOLE, ID, other) == changed


def test_a_secret_goes_with_its_client_id() -> None:
    slip = WHOLE.client_id[:-2] + "zz"
    assert credential_fields.with_field(WHOLE, ID, slip).client_secret == WHOLE.client_secret
    other = credential_fields.with_field(WHOLE, ID, "OQ" + "1" * 32)
    assert credential_fields.with_field(other, ID, WHOLE.client_id).client_secret is None
    assert (
        credential_fields.with_field(other, ID, WHOLE.client_id, WHOLE).client_secret
        == WHOLE.client_secret
    )
    early = replace(WHOLE, client_id="")
    assert (
        credential_fields.with_field(early, ID, WHOLE.client_id).client_secret
        == WHOLE.client_secret
    )


def test_another_secret_ends_nothing() -> None:
    changed = replace(WHOLE, client_secret=Secret("rotated"))
    assert credential_fields.with_field(WHOLE, SECRET, "rotated") == changed


def test_another_redirect_url_ends_the_links_made_for_the_old_one() -> None:
    other = GOOD[REDIRECT] + "/"
    changed = replace(WHOLE, redirect_url=other, tokens=None, attempts=())
    assert credential_fields.with_field(WHOLE, REDIRECT, other) == changed


@pytest.mark.parametrize(
    ("pasted", "redirect_url"),
    [
        ("https://a.test/cb?code=abc&state=123", "https://a.test/cb"),
        ("https://a.test/cb?tenant=7&code=abc&state=123&iss=x", "https://a.test/cb?tenant=7"),
        ("https://a.test/cb#code=abc&state=123", "https://a.test/cb"),
        (
            "https://safe.test/?url=https%3A%2F%2Fa.test%2Fcb%3Fcode%3Dabc%26state%3D1",
            "https://a.test/cb",
        ),
        ("https://a.test/cb", None),
        ("https://a.test/cb?tenant=7", None),
        ("code=abc&state=123", None),
    ],
)
def test_redirect_url_in_a_response_url(pasted: str, redirect_url: str | None) -> None:
    assert credential_fields.redirect_url_of(pasted) == redirect_url


def test_text_that_is_too_long_is_no_response() -> None:
    pasted = f"{GOOD[REDIRECT]}?code=a&state=b"
    assert credential_fields.redirect_url_of(pasted) == GOOD[REDIRECT]
    assert credential_fields.redirect_url_of(pasted + "b" * TEXT_LIMIT) is None


def test_other_grant_type_ends_links_and_tokens_and_the_same_one_changes_nothing() -> None:
    draft = CredentialSet("OQ-1", attempts=(begin(CredentialSet("OQ-1"), None, NOW),))
    assert with_grant_type(draft, GrantType.AUTHORIZATION_CODE) is draft
    other = with_grant_type(draft, GrantType.CLIENT_CREDENTIALS)
    assert other == CredentialSet("OQ-1", grant_type=GrantType.CLIENT_CREDENTIALS)
