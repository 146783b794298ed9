"""A component's style with its reverse."""

from __future__ import annotations

from textual.style import Style
from textual.widget import Widget


class Reversing(Widget):
    """Textual leaves the reverse out when it makes a style of a component."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Return the style of components, reversed where the style sheet says so."""
        style = super().get_visual_style(*component_classes, partial=partial)
        styles = map(self.get_component_styles, component_classes)
        is_reversed = any(each.text_style.reverse for each in styles)
        return style + Style(reverse=True) if is_reversed else style
