"""`scim-wizard status`: what is set up, without a network and without opening a secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from wizard.commands.report import report
from wizard.domain import summary
from wizard.domain.book.here import LEFT_UNFINISHED, NOT_SET_UP
from wizard.domain.models import Profile
from wizard.domain.problems import SetupError
from wizard.domain.words import iso
from wizard.flow.ports import Clock, ProfileStore


def run(name: str, store: Callable[[], ProfileStore], clock: Clock, *, as_json: bool) -> int:
    """Print how a profile stands; return the exit code."""
    try:
        profile = store().load(name)
    except SetupError as error:
        return report(error.problem, as_json=as_json)
    if profile is None or (profile.active is None and profile.draft is None):
        return report(NOT_SET_UP, as_json=as_json)
    if as_json:
        print(json.dumps(_as_json(name, profile, clock())))
    elif profile.active is not None:
        rows = (
            ("Profile", name),
            *summary.facts(profile, f"the {profile.store.value} store", clock()),
        )
        print("\n".join(f"{title:<15}{words}" for title, words in rows))
    if profile.active is None:
        return 3 if as_json else report(LEFT_UNFINISHED)
    return 0


def _as_json(name: str, profile: Profile, now: datetime) -> dict[str, object]:
    last = profile.last_check
    expires_at = profile.expires_at
    state = "missing" if expires_at is None else "expired" if expires_at <= now else "valid"
    return {
        "version": 1,
        "profile": name,
        "client_id": profile.client_id,
        "redirect_url": profile.redirect_url,
        "endpoints": {
            "authorize_url": profile.endpoints.authorize_url,
            "token_url": profile.endpoints.token_url,
            "scim_url": profile.endpoints.scim_url,
        },
        "secrets": {"store": profile.store.value},
        "token": {
            "state": state,
            "expires_at": expires_at and iso(expires_at),
            "refreshable": profile.refreshable,
        },
        "draft": profile.draft is not None,
        "last_check": last
        and {"status": last.status.value, "at": iso(last.at), "users": last.users},
    }
