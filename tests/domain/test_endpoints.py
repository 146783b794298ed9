"""Endpoints from outside are checked, and never send a stored secret to another server."""

from __future__ import annotations

import pytest

from wizard.domain.endpoints import LABELS, asked, refuse_others, refuse_tampered
from wizard.domain.models import TWILIO, Endpoints
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.value import replace

ELSEWHERE = Endpoints("https://a.example/x", "https://a.example/y", "https://a.example/z")


def as_given(endpoints: Endpoints) -> dict[str, str]:
    return {name: getattr(endpoints, name) for name in LABELS}


def test_names_are_those_of_the_endpoints() -> None:
    assert list(Endpoints.__struct_fields__) == list(LABELS)


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_was_not_given_is_not_asked_for(nothing: str | None) -> None:
    given = {"authorize_url": nothing, "token_url": " 'https://a.example/t'\n", "scim_url": None}
    assert asked(given, {}) == {"token_url": "https://a.example/t"}


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize(
    "address",
    ["http://a.example/", "ftp://a.example/", "a.example", "https://", "https://u:p@a.example/"],
)
@pytest.mark.parametrize("variables", [{}, {"token_url": "SCIM_WIZARD_TOKEN_URL"}])
def test_address_no_secret_may_be_sent_to_is_refused_by_its_name(
    name: str, address: str, variables: dict[str, str]
) -> None:
    with pytest.raises(SetupError) as caught:
        asked({name: address}, variables)
    problem = caught.value.problem
    assert (problem.id, problem.exit_code) == ("bad-endpoint", ExitCode.USAGE)
    called = variables.get(name, "--" + name.replace("_", "-"))
    assert problem.title == f"{called} can't be used"
    assert "u:p" not in f"{problem.title}{problem.cause}{problem.remedy}"


def test_loopback_may_be_plain_http() -> None:
    given = {"token_url": "http://127.0.0.1:8080/token"}
    assert asked(given, {}) == given


@pytest.mark.parametrize("stored", [[], [TWILIO], [TWILIO, TWILIO]])
def test_stored_endpoints_may_be_named_again(stored: list[Endpoints]) -> None:
    refuse_others(as_given(TWILIO), stored)
    refuse_others({}, [*stored, ELSEWHERE])


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("stored", [[TWILIO], [TWILIO, ELSEWHERE], [ELSEWHERE, TWILIO]])
def test_other_endpoint_is_refused_with_both_named(name: str, stored: list[Endpoints]) -> None:
    given = getattr(ELSEWHERE, name)
    with pytest.raises(SetupError) as caught:
        refuse_others({name: given}, stored)
    problem = caught.value.problem
    assert (problem.id, problem.exit_code) == ("endpoints-conflict", ExitCode.USAGE)
    assert given in problem.cause
    assert getattr(TWILIO, name) in problem.cause


@pytest.mark.parametrize("name", LABELS)
def test_record_that_names_another_server_than_its_secrets_is_refused(name: str) -> None:
    refuse_tampered(TWILIO, TWILIO)
    record = replace(TWILIO, **{name: as_given(ELSEWHERE)[name]})
    with pytest.raises(SetupError) as caught:
        refuse_tampered(record, TWILIO)
    assert caught.value.problem.id == "endpoints-differ"
    assert as_given(ELSEWHERE)[name] in caught.value.problem.cause
