"""What Credentials does with what is entered, beside the rules: keep it, compare it, refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wizard.domain import form, rules
from wizard.domain.book.exchange import WRONG_CLIENT
from wizard.domain.book.here import CLIENT_ID_ELSEWHERE
from wizard.domain.change import Difference, differences
from wizard.domain.form import CredentialField
from wizard.domain.questions import Question, another_host, landed_on
from wizard.domain.value import Value
from wizard.domain.words import plain
from wizard.flow.standing import standing

if TYPE_CHECKING:
    from wizard.domain.models import CredentialSet
    from wizard.domain.problems import Problem
    from wizard.domain.secret import Secret
    from wizard.flow.journey import Journey


class Entries:
    """The fields of a journey's draft."""

    def __init__(self, journey: Journey) -> None:
        self._session = session = journey.session
        self._demo = journey.demo
        self._program = journey.program
        self._store = journey.services.store
        ids = self._store.client_ids()
        self.twins = {id_: name for name, id_ in ids.items() if name != session.name}
        """Which other profile has which Client ID."""

    def about_store(self) -> tuple[str, ...]:
        """Say what is wrong with where a secret will be kept, before it is typed."""
        return tuple(f"{problem.title}. {problem.cause}" for problem in standing(self._store))

    async def save_field(self, field: CredentialField, value: Secret) -> None:
        """Put a field that is right into the draft. Raises SetupError."""
        session = self._session
        draft = session.working_draft()
        await session.save_draft(form.with_field(draft, field, value.reveal(), *session.others))

    def changes(self) -> tuple[Difference, ...] | None:
        """What the draft changes of the active set; None when there is none."""
        active = self._session.active
        return differences(active, self._session.working_draft()) if active else None

    def refuse(self, field: CredentialField, value: Secret) -> str | None:
        """Say why a value that is right is not taken, or None."""
        if self._demo is None or not form.has_changed(self._demo.values, field, value.reveal()):
            return None
        command = self._program.command()
        return f"The demo saves nothing. To use your own values, run: {command}"


class Pair(Value):
    """A Client ID and the stored Client Secret that goes with it."""

    client_id: str
    client_secret: Secret | None


def refused(because: Problem | None, draft: CredentialSet) -> Pair | None:
    """Return the pair of a draft where the server's refusal of it led back to Credentials.

    As long as the two stay together the stored secret is not good enough to be kept.
    """
    is_refused = because is not None and because.id == WRONG_CLIENT.id
    return Pair(draft.client_id, draft.client_secret) if is_refused else None


def about_host(url: rules.AuthorizationUrlParts, draft: CredentialSet) -> Question | None:
    """Return what to ask before an Authorization URL is believed: None where it is the server's."""
    own = rules.split(draft.endpoints.authorize_url)
    ours = (own.hostname if own else None) or ""
    return another_host(url.host, ours) if url.host != ours else None


def about_scope(url: rules.AuthorizationUrlParts) -> str | None:
    """Say that the scope of an Authorization URL isn't used; None where it is."""
    is_valid = rules.scope(url.scope or "") is None
    return None if is_valid else "The URL's scope isn't valid, so it isn't used."


class Offer(Value):
    """A Redirect URL to be used only after a question."""

    question: Question
    redirect_url: str


def about_response(pasted: str) -> Offer | None:
    """Return what to ask about a pasted response URL, whose code must not be saved."""
    url = form.redirect_url_of(pasted)
    return None if url is None else Offer(landed_on(plain(url)), url)


def warnings(field: CredentialField, text: str, twins: Mapping[str, str]) -> tuple[str, ...]:
    """Return what to look at in a value that is right.

    Args:
        twins: which other profile has which Client ID.
    """
    found = form.warnings(field, text)
    twin = twins.get(rules.clean(text))
    if field is not CredentialField.CLIENT_ID or twin is None:
        return found
    problem = CLIENT_ID_ELSEWHERE.filled(profile=twin)
    return (*found, f"{problem.title}. {problem.remedy}")
