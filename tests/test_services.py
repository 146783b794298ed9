"""The services of commands and wizards, which are created on first use."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from wizard.domain.models import Profile
from wizard.domain.problems import SetupError
from wizard.flow.services import Network
from wizard.wiring import Connection, clock, store


def test_clock_tells_utc() -> None:
    assert clock().tzinfo is UTC


def test_store_is_where_the_environment_says(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with store().locked("default") as held:
        held.save(Profile())
    assert (home / "profiles" / "default.json").is_file()
    assert store({"SCIM_WIZARD_HOME": str(home / "other")}).load("default") is None


async def test_services_share_a_client_that_is_closed_in_the_end() -> None:
    async with Connection() as connect:
        first, second = await connect(), await connect()
        assert isinstance(first, Network)
        assert connect._opened is not None
        client, _ = connect._opened
        assert second is first
        assert not client.is_closed
    assert client.is_closed


async def test_connection_that_was_never_used_has_nothing_to_close() -> None:
    async with Connection():
        pass


async def test_client_that_cannot_be_made_is_told_and_tried_again(tmp_path: Path) -> None:
    async with Connection(tmp_path / "none.pem") as connect:
        for _ in range(2):
            with pytest.raises(SetupError, match="ca-file-unusable"):
                await connect()
