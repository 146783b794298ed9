"""The palette's commands, in the order they are given."""

from __future__ import annotations

from textual.command import DiscoveryHit, Hits
from textual.system_commands import SystemCommandsProvider


class InOrder(SystemCommandsProvider):
    """Textual's own sorts them by name: an Enter too many would do whatever begins with an A."""

    async def discover(self) -> Hits:
        """Give all commands, the first of which is the one that an Enter runs."""
        for command in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(command.title, command.callback, help=command.help)
