"""Find what is cut off, covered, or focused on a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList

from tests.driving import text_of
from wizard.ui.widgets.checklist import Checklist
from wizard.ui.widgets.drawing import DETAIL
from wizard.ui.widgets.layout import Yielding
from wizard.ui.widgets.links import LinkView
from wizard.ui.widgets.results import CheckLines


def cut_off(screen: Screen[Any]) -> Iterator[str]:
    """Yield the texts that can't be read in full, even by scrolling down to them."""
    for widget in screen.query("*").results(Widget):
        is_shown = all(
            each.display for each in widget.ancestors_with_self if each is not screen.app
        )
        if is_shown and widget.visible and not any(child.display for child in widget.children):
            yield from _out_of_place(widget)
            yield from _without_room(widget)


def _out_of_place(widget: Widget) -> Iterator[str]:
    region = widget.region
    if not region.area:
        return
    for around in widget.ancestors:
        if not isinstance(around, Widget):
            break
        if not around.region.area:
            # It isn't drawn itself, like the frames of the palette.
            continue
        if isinstance(around, VerticalScroll) and around.max_scroll_y:
            # It can be scrolled to, so only its width must fit now.
            region = Region(region.x, around.region.y, region.width, around.region.height)
        if not around.region.contains_region(region):
            yield f"{widget!r} at {widget.region} sticks out of {around!r} at {around.region}"
            break


def _without_room(widget: Widget) -> Iterator[str]:
    # The text of an input scrolls with its cursor, and a menu with its line. If a link is too long
    # for its rows, the last row says how to see all of it. A long name in the title ends in "…".
    # What matters less is left out if the controls need its space.
    is_left_out = not widget.region.area and widget.classes & DETAIL
    if is_left_out or isinstance(widget, Input | OptionList | LinkView):
        return
    if widget.styles.text_overflow == "ellipsis":
        return
    assert isinstance(widget.parent, Widget)
    around, window, given = widget.parent.content_size, widget.app.size, widget.content_size
    has_text = widget.get_content_width(around, window) > 0
    wanted = widget.get_content_height(around, window, max(given.width, 1)) if has_text else 0
    if isinstance(widget, Yielding) and widget.shrinking is not None:
        wanted = len(widget.shrinking.lines(max(given.width, 1), DETAIL))
    if isinstance(widget, CheckLines):
        # Only lines that were not run are left out.
        wanted -= widget.saved(DETAIL, given.width)
    if wanted > given.height or (wanted and not given.width):
        yield f"{widget!r} wants {wanted} rows of {given}"


def shortened(screen: Screen[Any]) -> set[str]:
    """Return the words that are shortened with "…", except those of the title."""
    found: set[str] = set()
    for frame in screen.query("#page, #dialog").results(Widget):
        at = frame.region
        for row in text_of(screen.app).splitlines()[at.y : at.bottom]:
            found.update(re.findall(r"\S+…(?!\S)", row[at.x : at.right]))
    return found


def hidden_focus(screen: Screen[Any]) -> Iterator[str]:
    """Yield the focused control, or the line of a list's cursor, if it isn't fully visible."""
    widget = screen.focused
    if widget is None:
        return
    place = screen.find_widget(widget)
    region = place.region
    row = _cursor_row(widget)
    if row is not None or region.height > place.clip.height:
        region = Region(region.x, region.y + (row or 0), region.width, 1)
    if not place.clip.contains_region(region) or not _is_on_top(widget, region):
        yield f"{widget!r} has the focus at {region} and is seen in {place.clip} only"


def _cursor_row(widget: Widget) -> int | None:
    if isinstance(widget, Checklist):
        return widget.cursor
    return widget.highlighted if isinstance(widget, OptionList) else None


def hidden_primary(screen: Screen[Any]) -> Iterator[str]:
    """Yield the faults of the primary button, which must exist and be fully visible."""
    found = [button for button in screen.query("Button.-primary") if button.display]
    if len(found) != 1:
        yield f"primary buttons: {found}"
    for button in found:
        place = screen.find_widget(button)
        is_whole = screen.region.contains_region(place.region) and place.clip.contains_region(
            place.region
        )
        if not is_whole or not _is_on_top(button, button.region):
            yield f"{button!r} at {button.region} is not seen whole"
        if any(isinstance(around, VerticalScroll) for around in button.ancestors):
            yield f"{button!r} can be scrolled away"


def _is_on_top(widget: Widget, region: Region) -> bool:
    corners = (region.offset, region.bottom_right - (1, 1))
    return all(widget in widget.screen.get_widget_at(*at)[0].ancestors_with_self for at in corners)


def backwards(before: Widget, after: Widget) -> bool:
    """Whether a move of the focus goes up, or to the left in a row."""
    one, other = before.region, after.region
    return (other.y, other.x) <= (one.y, one.x)
