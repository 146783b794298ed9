"""A measure beside its yardstick, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

HEAD: Final = ("what", "measured", "beside", "figure", "at most", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    what: str
    measured: str
    beside: str = ""
    """The yardstick, and what it measured."""
    figure: str = ""
    """What the bar is for."""
    bar: str = ""
    is_held: bool | None = None
    """None where there is no bar."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns, as HEAD names them."""
        verdict = "" if self.is_held is None else "ok" if self.is_held else "OVER"
        return (self.what, self.measured, self.beside, self.figure, self.bar, verdict)


@dataclass(frozen=True, slots=True)
class Unit:
    """How a number of a measure is written."""

    factor: float
    form: str

    def __call__(self, value: float) -> str:
        return self.form.format(value * self.factor)


MS: Final = Unit(1000, "{:.0f} ms")
MB: Final = Unit(1 / (1 << 20), "{:.1f} MB")


def in_turn(runs: int, *things: Callable[[], float]) -> list[tuple[float, ...]]:
    """Measure things in turn, so that what else the machine does slows all of them.

    One run of each comes before, uncounted: it finds the disk's cache empty.
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
    """Return the row of two measures: the median of how many times the one is the other."""
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
    """Return the row of a measure whose bar is absolute."""
    value = median(values)
    at_most = unit(bar) if bar else ""
    return Row(what, unit(value), "", unit(value), at_most, None if bar is None else value <= bar)


def table(rows: Iterable[Row]) -> str:
    """Return the rows as Markdown, in columns that can be read as they are."""
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
