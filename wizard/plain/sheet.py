"""The handoff sheet in plain mode: read out, then saved or copied on request."""

from __future__ import annotations

from functools import partial

from wizard.domain.texts.handoff_formats import markdown
from wizard.plain.dialogue import Prompt, offered
from wizard.plain.stage import Stage


async def read_sheet(stage: Stage) -> None:
    """Read out the sheet; copy and save it when asked to. Raises SetupError and Left."""
    talk, sheet = stage.talk, stage.upkeep.sheet()
    stage.paper.sheet(sheet)
    answers = {"": "go back", "save": "save the sheet as a new file in this folder"}
    prompt = Prompt(
        f"End of the sheet. {offered({**answers, 'copy': 'copy the sheet'})}",
        answers=answers,
        acts={"copy": partial(stage.copy, markdown(sheet), "Sheet")},
    )
    if await talk.choose(prompt) == "save":
        talk.say("Saved as", await stage.upkeep.save_sheet())
