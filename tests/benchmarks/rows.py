"""Rows of a measure and its baseline, and the table of all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

HEAD: Final = ("what", "measured", "beside", "figure", "at most", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table."""

    what: str
    measured: str
    beside: str = ""
    """The baseline and its result."""
    figure: str = ""
    """The reason for the bar."""
    bar: str = ""
    is_held: bool | None = None
    """The bar, or None if there is none."""

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the cells in the order of HEAD."""
        verdict = "" if self.is_held is None else "ok" if self.is_held else "OVER"
        return (self.what, self.measured, self.beside, self.figure, self.bar, verdict)


@dataclass(frozen=True, slots=True)
class Unit:
    """How the number of a measure is written."""

    factor: float
    form: str

    def __call__(self, value: float) -> str:
        return self.form.format(value * self.factor)


MS: Final = Unit(1000, "{:.0f} ms")
MB: Final = Unit(1 / (1 << 20), "{:.1f} MB")


def in_turn(runs: int, *things: Callable[[], float]) -> list[tuple[float, ...]]:
    """Measure things in turn, so that other load on the machine slows all of them.

    One uncounted run of each comes first, because the disk cache is still empty.
    """
    for thing in things:
        thing()
    rounds = [[thing() for thing in things] for _ in range(runs)]
    return list(zip(*rounds, strict=True))


def ratio(
    what: str,
    measured: Sequence[Sequence[float]],
    beside: str,
    bar: float | None = None,
    unit: Unit = MS,
) -> Row:
    """Return the row of two measures: the median ratio of one to the other."""
    ours, theirs = measured
    times = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return Row(
        what,
        unit(median(ours)),
        f"{beside}: {unit(median(theirs))}",
        f"{times:.2f} ×",
        f"{bar:g} ×" if bar else "",
        None if bar is None else times <= bar,
    )


def amount(what: str, values: Sequence[float], unit: Unit, bar: float | None = None) -> Row:
    """Return the row of a measure with an absolute bar."""
    value = median(values)
    at_most = unit(bar) if bar else ""
    return Row(what, unit(value), "", unit(value), at_most, None if bar is None else value <= bar)


def table(rows: Iterable[Row]) -> str:
    """Return the rows as Markdown, with aligned columns."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])
