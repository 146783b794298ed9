"""Journeys that every interface has to support, from stored state to exit code.

Each journey says what a person does and reads; the driver of an interface does it there.
The simulated Twilio responds on a real socket.
"""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from tests.commands.consents import at_sandbox
from tests.commands.stage import now
from tests.second_server import SecondServer
from wizard.domain.credential_fields import FILLED, REFUSED, CredentialField
from wizard.domain.errors import consent, exchange, paste, scim
from wizard.domain.models import (
    CredentialSet,
    Endpoints,
    GrantType,
    Profile,
    RefreshFailure,
    TokenSet,
)
from wizard.domain.oauth.authorization_request import authorize_url, begin
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import PREREQUISITES
from wizard.domain.texts.questions import BARE_CODE, CHANGES, RISK, ROTATED
from wizard.domain.value import replace
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox
from wizard.store.profiles import LocalProfileStore

REDIRECT_URL: Final = "https://scim.example.edu/callback"
TICKED: Final = tuple(p.id for p in PREREQUISITES)
CODE, OF_APP = GrantType.AUTHORIZATION_CODE, GrantType.CLIENT_CREDENTIALS
NEW_SECRET: Final = "another-secret-of-this-app"
WORKS: Final = "Your SCIM credentials work."


class Face(Protocol):
    """A person who uses an interface."""

    async def says(self, *words: str) -> None:
        """Wait until each text can be read; white space doesn't count."""

    async def tick_all(self) -> None:
        """Prerequisites: change nothing, select all seven items, and continue."""

    async def use(self, audience: str, grant_type: GrantType) -> None:
        """Prerequisites: choose who uses the credential, and continue with nothing selected."""

    async def change_use(self, audience: str, grant_type: GrantType) -> None:
        """Credentials, in a change: choose another grant type, which asks for its fields."""

    async def enter(self, field: CredentialField, text: str) -> None:
        """Credentials: paste into the next field."""

    async def hand_out(self) -> str:
        """Authorize: take the link, which leads to Redirect, and return it."""

    async def fresh_link(self) -> None:
        """Redirect: create a new link, which leads to Authorize."""

    async def paste(self, text: str) -> None:
        """Redirect: paste the URL that the browser landed on."""

    async def paste_anywhere(self, text: str) -> None:
        """Paste the URL that the browser landed on, at the current step."""

    async def passed(self) -> None:
        """Check: wait until it has passed, and continue."""

    async def confirm(self) -> None:
        """Check: confirm an approval that the listener received, and continue."""

    async def primary(self) -> None:
        """Do what Enter does."""

    async def back(self) -> None:
        """Go back."""

    async def yes(self) -> None:
        """Answer yes to the question."""

    async def pick(self, id_: str) -> None:
        """Overview: select an action."""

    async def new_secret(self, text: str) -> None:
        """Overview: enter a rotated secret, and have it tested."""

    async def sheet_at_the_end(self, *words: str) -> None:
        """Done: read the sheet that it ends with."""

    async def save_sheet(self) -> None:
        """Overview: save the handoff sheet that is shown."""

    async def leave(self) -> None:
        """Leave the wizard, at any step."""


@dataclass
class Scene:
    """The state in which a journey begins."""

    home: Path
    sandbox: Sandbox
    base: str

    @property
    def endpoints(self) -> Endpoints:
        """The endpoints of the simulated Twilio."""
        base = self.base
        return Endpoints(serve.authorize_url(base), serve.token_url(base), serve.scim_url(base))

    @property
    def credentials(self) -> CredentialSet:
        """The app's values, without tokens."""
        sandbox = self.sandbox
        secret = Secret(sandbox.client_secret)
        return CredentialSet(sandbox.client_id, secret, sandbox.redirect_url, self.endpoints)

    def put(self, profile: Profile, **sets: object) -> None:
        """Store what an earlier run would have left."""
        with LocalProfileStore(self.home).locked("default") as held:
            held.save(profile, **sets)  # type: ignore[arg-type]

    @property
    def stored(self) -> CredentialSet | None:
        """The current active set."""
        with LocalProfileStore(self.home).locked("default") as held:
            return held.active()


@dataclass
class SecondScene(Scene):
    """The same on the second server, which has all that these journeys use."""

    sandbox: SecondServer  # type: ignore[assignment]

    @property
    def endpoints(self) -> Endpoints:
        """The endpoints of the second server."""
        server = self.sandbox
        return Endpoints(server.authorize_url, server.token_url, server.scim_url)


@contextmanager
def second_scene(home: Path, grant_type: GrantType) -> Iterator[SecondScene]:
    """Serve the second server, whose app has one grant type, from an empty store."""
    with SecondServer(redirect_url=REDIRECT_URL, grant_type=grant_type.value) as server:
        yield SecondScene(home, server, server.base_url)


Walk = Callable[[Face, Scene], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """A row: a journey, the state in which it begins, and its exit code."""

    walk: Walk
    code: int = 0
    starts: str = "nothing"
    """The stored state: nothing, active, expired (its access token), refused (its refresh was
    rejected), or draft (its link was given out). Or of app: active, with client credentials."""
    sandbox: dict[str, Any] = field(default_factory=dict)
    """The behavior of the simulated Twilio."""


@contextmanager
def scene(scenario: Scenario, home: Path) -> Iterator[Scene]:
    """Serve the simulated Twilio, and store the state in which the journey begins."""
    sandbox = Sandbox(**{"redirect_url": REDIRECT_URL} | scenario.sandbox)
    sandbox.retry_after = 1
    with serve.serving(sandbox) as base:
        made = Scene(home, sandbox, base)
        if scenario.starts in ("active", "expired", "refused"):
            active = at_sandbox(sandbox, base, is_expired=scenario.starts == "expired")
            failure = RefreshFailure(exchange.WRONG_CLIENT.id, now())
            refused = failure if scenario.starts == "refused" else None
            profile = Profile(ticks=TICKED, set_up_at=now(), refresh_failure=refused)
            made.put(profile, active=active)
        elif scenario.starts == "of app":
            tokens = TokenSet(Secret("issued"), now() + timedelta(hours=1), now())
            active = replace(made.credentials, redirect_url="", tokens=tokens, grant_type=OF_APP)
            made.put(Profile(audience="script", set_up_at=now()), active=active)
        elif scenario.starts == "draft":
            draft = made.credentials
            attempts = (begin(draft, None, now()),)
            profile = Profile(ticks=TICKED, draft_step=Step.REDIRECT, draft_saved_at=now())
            made.put(
                profile,
                draft=CredentialSet(
                    draft.client_id,
                    draft.client_secret,
                    draft.redirect_url,
                    draft.endpoints,
                    attempts=attempts,
                ),
            )
        yield made


# -- the first setup -----------------------------------------------------------------------------


async def to_redirect(face: Face, scene: Scene) -> str:
    """Walk from an empty store to Redirect, and return the link."""
    await face.tick_all()
    await face.enter(CredentialField.CLIENT_ID, scene.sandbox.client_id)
    await face.enter(CredentialField.CLIENT_SECRET, scene.sandbox.client_secret)
    await face.enter(CredentialField.REDIRECT_URL, scene.sandbox.redirect_url)
    return await face.hand_out()


async def back_at_redirect(face: Face, scene: Scene) -> str:
    """Resume a draft whose link was given out, and return the link."""
    await face.pick("resume")
    with LocalProfileStore(scene.home).locked("default") as held:
        draft = held.draft()
    assert draft is not None
    return authorize_url(draft.attempts[-1])


async def to_the_end(face: Face) -> None:
    await face.passed()
    await face.says(WORKS)
    await face.primary()


async def first_setup(face: Face, scene: Scene) -> None:
    link = await to_redirect(face, scene)
    await face.paste(scene.sandbox.approve(link))
    await to_the_end(face)
    assert scene.stored is not None
    assert scene.stored.tokens is not None


async def authorization_url_fills_in(face: Face, scene: Scene) -> None:
    await face.tick_all()
    redirect = REDIRECT_URL.replace(":", "%3A").replace("/", "%2F")
    query = f"client_id={scene.sandbox.client_id}&response_type=code&redirect_uri={redirect}"
    await face.enter(CredentialField.CLIENT_ID, f"{scene.endpoints.authorize_url}?{query}")
    await face.says(FILLED)
    await face.enter(CredentialField.CLIENT_SECRET, scene.sandbox.client_secret)
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await to_the_end(face)


async def another_host_is_asked_about(face: Face, scene: Scene) -> None:
    await face.tick_all()
    query = f"client_id={scene.sandbox.client_id}&response_type=code"
    await face.enter(CredentialField.CLIENT_ID, f"https://oauth.twilio.com/v2/authorize?{query}")
    await face.says("another host", "is for oauth.twilio.com")
    await face.yes()
    await face.says(FILLED)
    await face.leave()


async def wrong_client_id(face: Face, scene: Scene) -> None:
    await face.tick_all()
    await face.enter(CredentialField.CLIENT_ID, "AC" + "0" * 32)
    await face.says("This is an Account SID (AC…). The app's Client ID starts with OQ.")
    await face.leave()


async def wrong_secret(face: Face, scene: Scene) -> None:
    link = await back_at_redirect(face, scene)
    await face.paste(scene.sandbox.approve(link))
    await face.says(exchange.WRONG_CLIENT.title)
    await face.primary()
    await face.says(REFUSED)
    await face.enter(CredentialField.CLIENT_SECRET, NEW_SECRET)
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await to_the_end(face)


async def denied(face: Face, scene: Scene) -> None:
    link = await back_at_redirect(face, scene)
    await face.paste(scene.sandbox.deny(link))
    await face.says(consent.ERRORS["access_denied"].title)
    await face.primary()
    await face.says("in a private window.")
    await face.leave()


async def expired_code(face: Face, scene: Scene) -> None:
    link = await back_at_redirect(face, scene)
    await face.paste(scene.sandbox.approve(link))
    await face.says("State matches your link", exchange.CODE_EXPIRED.title)
    await face.primary()
    await face.says("in a private window.")
    await face.says("click Approve access, and paste the URL right away.")
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await to_the_end(face)


async def mismatch(face: Face, scene: Scene) -> None:
    link = await back_at_redirect(face, scene)
    landed = scene.sandbox.approve(link)
    await face.paste(landed.replace("/callback", "/callbacks").replace("state=", "state=x"))
    await face.says(paste.OTHER_ADDRESS.title, f"pasted {REDIRECT_URL}s", f" {REDIRECT_URL} ")
    await face.paste(landed)
    await to_the_end(face)


async def copied_with_residue(face: Face, scene: Scene) -> None:
    landed = scene.sandbox.approve(await back_at_redirect(face, scene))
    await face.paste(f"0~https://sso.test/login?lang=en&next={quote(landed, safe='')}%0A1~")
    await to_the_end(face)


async def pasted_on_authorize(face: Face, scene: Scene) -> None:
    link = await back_at_redirect(face, scene)
    await face.back()
    await face.says("Open", "link", "Sign in as an Organization Owner or Admin")
    await face.paste_anywhere(scene.sandbox.approve(link))
    await to_the_end(face)


async def unclear_code(face: Face, scene: Scene) -> None:
    landed = scene.sandbox.approve(await back_at_redirect(face, scene))
    await face.paste(landed.replace("code=", "code=x%20"))
    await face.says(paste.CODE_UNCLEAR.title)
    await face.paste(landed)
    await to_the_end(face)


async def response_for_a_redirect_url(face: Face, scene: Scene) -> None:
    await face.tick_all()
    await face.enter(CredentialField.CLIENT_ID, scene.sandbox.client_id)
    await face.enter(CredentialField.CLIENT_SECRET, scene.sandbox.client_secret)
    landed = f"{scene.sandbox.redirect_url}?code=c0de-for-the-record&state=a-state-for-it"
    await face.enter(CredentialField.REDIRECT_URL, landed)
    await face.says("Use the URL without its code?", f"Redirect URL is {REDIRECT_URL}. Use it?")
    await face.yes()
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await to_the_end(face)
    kept = "".join(
        path.read_text(encoding="utf-8") for path in scene.home.rglob("*") if path.is_file()
    )
    assert REDIRECT_URL in kept
    assert "c0de-for-the-record" not in kept


async def authorization_url_is_unwrapped(face: Face, scene: Scene) -> None:
    await face.tick_all()
    query = urlencode(
        {
            "response_type": "code",
            "client_id": scene.sandbox.client_id,
            "redirect_uri": REDIRECT_URL,
        }
    )
    url = f"{scene.endpoints.authorize_url}?{query}".replace("&", "&amp;")
    await face.enter(CredentialField.CLIENT_ID, f"Authorization URL: {url}")
    await face.says(FILLED)
    await face.enter(CredentialField.CLIENT_SECRET, scene.sandbox.client_secret)
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await to_the_end(face)


async def bare_code(face: Face, scene: Scene) -> None:
    link = await back_at_redirect(face, scene)
    landed = scene.sandbox.approve(link)
    await face.paste(parse_qs(urlsplit(landed).query)["code"][0])
    await face.says(BARE_CODE.title)
    await face.yes()
    await to_the_end(face)


async def older_link(face: Face, scene: Scene) -> None:
    first = await back_at_redirect(face, scene)
    await face.fresh_link()
    second = await face.hand_out()
    assert second != first
    await face.paste(scene.sandbox.approve(first))
    await to_the_end(face)


async def caught_by_the_listener(face: Face, scene: Scene) -> None:
    link = await to_redirect(face, scene)
    await face.says("for you to paste the URL, or for the browser to be redirected here")
    landed = scene.sandbox.approve(link)
    await asyncio.to_thread(lambda: urllib.request.urlopen(landed, timeout=20).close())
    problem = scim.APPROVAL_UNCONFIRMED
    await face.says(problem.title, f"organization {scene.sandbox.organization}", problem.remedy)
    assert scene.stored is None
    await face.confirm()
    await face.says(WORKS)
    await face.primary()


async def missing_permission(face: Face, scene: Scene) -> None:
    link = await back_at_redirect(face, scene)
    await face.paste(scene.sandbox.approve(link))
    problem = scim.MISSING_PERMISSION.filled(permission="twilio/iam/managed-users/list")
    await face.says(problem.title, problem.who.value, problem.remedy, "401 (70051)")
    await face.primary()
    await to_the_end(face)


async def not_scim(face: Face, scene: Scene) -> None:
    link = await back_at_redirect(face, scene)
    await face.paste(scene.sandbox.approve(link))
    await face.says(scim.NOT_SCIM.title)
    scene.sandbox.scenario = "happy"
    await face.primary()
    await to_the_end(face)


# -- client credentials ----------------------------------------------------------------------------


async def to_check_of_app(face: Face, scene: Scene, audience: str) -> None:
    """Walk from an empty store to the check of an app with client credentials."""
    await face.use(audience, OF_APP)
    await face.enter(CredentialField.CLIENT_ID, scene.sandbox.client_id)
    await face.enter(CredentialField.CLIENT_SECRET, scene.sandbox.client_secret)


def assert_issued(scene: Scene) -> None:
    """Assert that the active set has a token of the app itself, and nothing else."""
    stored = scene.stored
    assert stored is not None
    assert stored.grant_type is OF_APP
    assert stored.tokens is not None
    assert stored.tokens.refresh_token is None


async def client_credentials(face: Face, scene: Scene) -> None:
    await to_check_of_app(face, scene, "script")
    await face.says("Second token issued")
    await face.passed()
    await face.says(WORKS, "Client credentials", " ".join(RISK))
    await face.primary()
    assert_issued(scene)


async def entra_to_its_sheet(face: Face, scene: Scene) -> None:
    await to_check_of_app(face, scene, "entra")
    await face.passed()
    await face.says(WORKS, "Enter the values on the handoff sheet in Entra ID.")
    await face.sheet_at_the_end("Twilio SCIM in Microsoft Entra ID", scene.sandbox.client_id)
    await face.primary()
    assert_issued(scene)


async def okta_as_before(face: Face, scene: Scene) -> None:
    await face.use("okta", CODE)
    await face.enter(CredentialField.CLIENT_ID, scene.sandbox.client_id)
    await face.enter(CredentialField.CLIENT_SECRET, scene.sandbox.client_secret)
    await face.enter(CredentialField.REDIRECT_URL, scene.sandbox.redirect_url)
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await face.passed()
    await face.says(WORKS, "Okta needs its own authorization.")
    await face.sheet_at_the_end("Twilio SCIM in Okta", scene.sandbox.client_id)
    await face.primary()


async def wrong_grant_type(face: Face, scene: Scene) -> None:
    await to_check_of_app(face, scene, "other")
    await face.says(exchange.WRONG_GRANT.title, exchange.WRONG_GRANT.remedy)
    await face.primary()
    await face.says(
        f"Last attempt: {exchange.WRONG_GRANT.title}",
        "Change the grant type here to Authorization code.",
    )
    await face.leave()


async def change_to_client_credentials(face: Face, scene: Scene) -> None:
    before = scene.stored
    await face.pick("change")
    await face.change_use("script", OF_APP)
    assert scene.stored == before
    await face.enter(CredentialField.CLIENT_SECRET, scene.sandbox.client_secret)
    await face.says(CHANGES.title, "Grant type", "before Authorization code")
    await face.yes()
    await face.passed()
    await face.says(WORKS, "Client credentials")
    await face.primary()
    assert_issued(scene)


async def change_to_authorization_code(face: Face, scene: Scene) -> None:
    await face.says("Client credentials")
    await face.pick("change")
    await face.change_use("script", CODE)
    await face.enter(CredentialField.REDIRECT_URL, scene.sandbox.redirect_url)
    await face.says(CHANGES.title, "before Client credentials")
    await face.yes()
    link = await face.hand_out()
    # Until the check has passed, the set in use is the one with client credentials.
    assert_issued(scene)
    await face.paste(scene.sandbox.approve(link))
    await to_the_end(face)
    assert scene.stored is not None
    assert scene.stored.grant_type is CODE


# -- unfinished setups -----------------------------------------------------------------------------


async def resume(face: Face, scene: Scene) -> None:
    await face.says("Unfinished setup", "resumes at Redirect")
    link = await back_at_redirect(face, scene)
    await face.says("expires 5 minutes after you click Approve access")
    await face.paste(scene.sandbox.approve(link))
    await to_the_end(face)


async def discard(face: Face, scene: Scene) -> None:
    await face.pick("discard")
    await face.says("Discard the unfinished setup?", "Twilio shows the secret only once")
    await face.yes()
    await face.says("7 of 7")
    await face.leave()


# -- existing setups -------------------------------------------------------------------------------


async def check_now(face: Face, scene: Scene) -> None:
    await face.pick("check")
    await face.passed()
    await face.says("Overview", "25 users")
    await face.leave()


async def refused_renewal(face: Face, scene: Scene) -> None:
    words = (exchange.WRONG_CLIENT.title, "refreshing it failed on")
    await face.says("saved; Client Secret rejected", *words, exchange.SECRET_REJECTED_LATER.remedy)
    await face.pick("check")
    await face.says("GET /Users responds", *words)
    await face.passed()
    await face.says("Overview", "25 users", *words)
    await face.leave()


async def rotated_secret(face: Face, scene: Scene) -> None:
    new = scene.sandbox.rotate_secret()
    await face.pick("rotate")
    await face.new_secret("not-the-new-one-by-far")
    await face.says(exchange.WRONG_CLIENT.title, exchange.NEW_SECRET_REJECTED.cause)
    await face.new_secret(new)
    await face.says(ROTATED)
    await face.passed()
    await face.says("Overview", "25 users")
    assert scene.stored is not None
    assert scene.stored.client_secret == Secret(new)
    await face.leave()


async def rotated_secret_of_an_app(face: Face, scene: Scene) -> None:
    await rotated_secret(face, scene)
    assert_issued(scene)


async def rotated_without_a_grant(face: Face, scene: Scene) -> None:
    new = scene.sandbox.rotate_secret()
    scene.sandbox.grants.revoke()
    await face.pick("rotate")
    await face.new_secret(new)
    await face.says("Authorize to verify the new secret?")
    await face.yes()
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await to_the_end(face)


async def authorize_again(face: Face, scene: Scene) -> None:
    before = scene.stored
    await face.pick("authorize")
    await face.says("Authorize again?")
    await face.yes()
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await to_the_end(face)
    assert scene.stored != before


async def change_of_the_redirect_url(face: Face, scene: Scene) -> None:
    other = "https://other.example.edu/landing"
    scene.sandbox.redirect_urls.append(other)
    await face.pick("change")
    await face.enter(CredentialField.REDIRECT_URL, other)
    await face.says(CHANGES.title, f"before {REDIRECT_URL}", f"after {other}")
    await face.yes()
    await face.paste(scene.sandbox.approve(await face.hand_out()))
    await to_the_end(face)
    assert scene.stored is not None
    assert scene.stored.redirect_url == other


async def handed_off(face: Face, scene: Scene) -> None:
    await face.pick("sheet")
    await face.says("Twilio SCIM in a script", "••• (not shown)", "All users.")
    await face.save_sheet()
    await face.says("Saved as", "twilio-scim-default.md")
    await face.leave()
    sheet = await asyncio.to_thread(Path("twilio-scim-default.md").read_text)
    assert sheet.startswith("# Twilio SCIM")


async def forgotten(face: Face, scene: Scene) -> None:
    await face.pick("forget")
    await face.says("Client ID, Client Secret, and tokens of profile default")
    await face.yes()


SCENARIOS: Final = {
    "first setup": Scenario(first_setup),
    "authorization url": Scenario(authorization_url_fills_in),
    "another host": Scenario(another_host_is_asked_about, code=3),
    "wrong client id": Scenario(wrong_client_id, code=3),
    "wrong secret": Scenario(wrong_secret, starts="draft", sandbox={"scenario": "wrong-secret"}),
    "denied": Scenario(denied, code=3, starts="draft"),
    "expired code": Scenario(expired_code, starts="draft", sandbox={"scenario": "expired-code"}),
    "mismatch": Scenario(mismatch, starts="draft"),
    "copied with residue": Scenario(copied_with_residue, starts="draft"),
    "pasted on authorize": Scenario(pasted_on_authorize, starts="draft"),
    "unclear code": Scenario(unclear_code, starts="draft"),
    "response for a redirect url": Scenario(response_for_a_redirect_url),
    "authorization url, wrapped": Scenario(authorization_url_is_unwrapped),
    "bare code": Scenario(bare_code, starts="draft"),
    "older link": Scenario(older_link, starts="draft"),
    "listener": Scenario(
        caught_by_the_listener, sandbox={"scenario": "loopback", "redirect_url": None}
    ),
    "client credentials": Scenario(client_credentials),
    "entra": Scenario(entra_to_its_sheet),
    "okta": Scenario(okta_as_before),
    "wrong grant": Scenario(wrong_grant_type, code=3, sandbox={"grant_types": {CODE.value}}),
    "change to client credentials": Scenario(change_to_client_credentials, starts="active"),
    "change to authorization code": Scenario(change_to_authorization_code, starts="of app"),
    "missing permission": Scenario(
        missing_permission, starts="draft", sandbox={"scenario": "missing-permission"}
    ),
    "throttled": Scenario(resume, starts="draft", sandbox={"scenario": "throttled"}),
    "not scim": Scenario(not_scim, starts="draft", sandbox={"scenario": "not-scim"}),
    "resume": Scenario(resume, starts="draft"),
    "discard": Scenario(discard, code=3, starts="draft"),
    "check now": Scenario(check_now, starts="expired"),
    "refused renewal": Scenario(refused_renewal, starts="refused"),
    "rotated": Scenario(rotated_secret, starts="active"),
    "rotated secret of an app": Scenario(rotated_secret_of_an_app, starts="of app"),
    "rotated without a grant": Scenario(rotated_without_a_grant, starts="active"),
    "authorize again": Scenario(authorize_again, starts="active"),
    "change": Scenario(change_of_the_redirect_url, starts="active"),
    "hand-off": Scenario(handed_off, starts="active"),
    "forget": Scenario(forgotten, starts="active"),
}

AT_SECOND: Final = {
    "first setup": (first_setup, CODE, 0),
    "okta": (okta_as_before, CODE, 0),
    "client credentials": (client_credentials, OF_APP, 0),
    "entra": (entra_to_its_sheet, OF_APP, 0),
    "wrong grant": (wrong_grant_type, CODE, 3),
}
"""Journeys that are made at the second server too: each with its app's grant type and exit code."""
