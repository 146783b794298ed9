"""A rotated Client Secret: proven by a refresh of the active grant, and kept only then."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import TYPE_CHECKING

from wizard.domain.book.exchange import (
    NEW_SECRET_REJECTED,
    REFRESH_LOST,
    REFRESH_REFUSED,
    WRONG_CLIENT,
)
from wizard.domain.book.here import NOT_SET_UP
from wizard.domain.problems import SetupError
from wizard.domain.value import replace
from wizard.flow.uninterrupted import to_its_end

if TYPE_CHECKING:
    from wizard.domain.secret import Secret
    from wizard.flow.ports import ProfileStore, TokenEndpoint
    from wizard.flow.refresh import RefreshRequest


class Rotation(Enum):
    """What came of a new secret."""

    KEPT = "kept"
    """It worked and is stored; no new consent was needed."""
    NEEDS_CONSENT = "needs consent"
    """There is no live refresh token to prove it with; nothing has been changed."""


async def rotate_secret(
    name: str, store: ProfileStore, endpoint: TokenEndpoint, client_secret: Secret
) -> Rotation:
    """Refresh the active grant with a new secret; keep both when that succeeds.

    Raises:
        SetupError: not set up; the secret was refused, or the server not reached (then nothing
            has been changed); the store cannot be written to.
    """
    # Here, because Overview should not pay for the import.
    from wizard.flow.refresh import RefreshRequest

    async with store.locked_async(name) as held:
        profile, active = held.profile, await asyncio.to_thread(held.active)
        if profile is None or active is None:
            raise SetupError(NOT_SET_UP)
        if active.tokens is None or active.tokens.refresh_token is None:
            return Rotation.NEEDS_CONSENT
        candidate = replace(active, client_secret=client_secret)
        request = RefreshRequest(held, profile, candidate, endpoint)
        return await to_its_end(_prove(request), request.drop)


async def _prove(request: RefreshRequest) -> Rotation:
    try:
        tokens = await request.send()
    except SetupError as error:
        if error.problem.id in (REFRESH_REFUSED.id, REFRESH_LOST.id):
            return Rotation.NEEDS_CONSENT
        if error.problem.id == WRONG_CLIENT.id:
            problem = NEW_SECRET_REJECTED.with_response_of(error.problem)
            raise SetupError(problem) from error
        raise
    await request.keep(tokens)
    return Rotation.KEPT
