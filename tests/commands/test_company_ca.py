"""A company proxy that re-signs traffic: its CA is trusted once it is configured."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import trustme

from tests import system
from tests.book.wire import Wire
from tests.commands.stage import ACTIVE, issued, put, stored, wizard
from wizard.domain.value import replace

OF_OPENSSL = sys.platform == "linux"
"""Whether the reason is in OpenSSL's words; other systems have their own."""

requires_complete_chains = pytest.mark.skipif(
    system.IS_WINE, reason="wine 8 trusts every chain that lacks its root"
)

SECRETS = ("client-secret-1", "access-1", "refresh-1", "access-2", "refresh-2")


@dataclass(frozen=True)
class Company:
    """A home with a credential set whose server has a certificate from the company's CA."""

    home: Path
    ca: Path
    host: str

    def run(self, *args: str, **variables: str) -> CompletedProcess[str]:
        run = wizard(self.home, *args, env=variables)
        assert not [secret for secret in SECRETS if secret in run.stderr]
        return run


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Example Corp")


@pytest.fixture
def company(
    authority: trustme.CA, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Company]:
    """Serve https at `localhost`, or at the host that a test is parametrized with."""
    name = getattr(request, "param", "localhost")
    ca, certificate = tmp_path / "ca.pem", tmp_path / "server.pem"
    authority.cert_pem.write_to_path(ca)
    issuing = authority.issue_cert(name)
    issuing.private_key_and_cert_chain_pem.write_to_path(certificate)
    with Wire(certificate) as wire:
        host = f"{'localhost' if name == 'elsewhere.example' else name}:{wire.port}"
        home = tmp_path / "home"
        endpoints = replace(
            ACTIVE.endpoints,
            token_url=f"https://{host}/v2/token",
            scim_url=f"https://{host}/scim/v2",
        )
        put(home, active=replace(ACTIVE, endpoints=endpoints, tokens=issued(hours=1)))
        yield Company(home, ca, host)


@requires_complete_chains
@pytest.mark.parametrize("company", ["localhost", "127.0.0.1"], indirect=True)
def test_without_it_the_words_name_the_host_the_reason_and_the_way_out(company: Company) -> None:
    run = company.run("check")
    assert run.returncode == 5, run.stdout
    reason = "unable to get local issuer certificate" if OF_OPENSSL else ""
    for words in (company.host, reason, "--ca-file"):
        assert words in run.stderr
    run = company.run("check", "--ca-file", str(company.ca))
    assert run.returncode == 0, run.stderr
    assert "25" in run.stdout


def test_the_usual_variable_names_it_as_well(company: Company) -> None:
    run = company.run("check", SSL_CERT_FILE=str(company.ca))
    assert run.returncode == 0, run.stderr


@requires_complete_chains
def test_a_token_is_refreshed_through_it(company: Company) -> None:
    run = company.run("token", "--force")
    assert (run.returncode, run.stdout) == (5, "")
    assert "--ca-file" in run.stderr
    run = company.run("token", "--force", "--ca-file", str(company.ca))
    assert (run.returncode, run.stdout) == (0, "access-2\n"), run.stderr
    tokens = stored(company.home).tokens
    assert tokens is not None
    assert tokens.refresh_token is not None
    assert tokens.refresh_token.reveal() == "refresh-2"


@system.requires_ca_files
@pytest.mark.parametrize("company", ["elsewhere.example"], indirect=True)
def test_its_certificate_of_another_host_is_still_refused(company: Company) -> None:
    run = company.run("check", "--ca-file", str(company.ca))
    assert run.returncode == 5, run.stdout
    assert f"The certificate isn't for {company.host}." in run.stderr
    reason = "Hostname mismatch, certificate is not valid for 'localhost'. " if OF_OPENSSL else ""
    assert reason in run.stderr


def test_a_file_that_holds_no_certificate_is_named(company: Company) -> None:
    company.ca.write_text(
        "-----BEGIN CERTIFICATE-----\nno base64 !\n-----END CERTIFICATE-----\n", encoding="utf-8"
    )
    run = company.run("check", "--ca-file", str(company.ca))
    assert (run.returncode, run.stdout) == (6, "")
    for words in ("--ca-file", str(company.ca), "CA certificates (PEM)"):
        assert words in run.stderr
