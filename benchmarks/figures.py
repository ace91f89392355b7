"""What a bench reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One number beside its reference, which was measured in the same run (or is the limit it must keep to).

    ``ratio`` is ``value / reference``; ``work`` says how much was done to get it.
    """

    name: str
    value: float
    unit: str
    reference: float
    ratio: float
    work: str


def figure(name: str, value: float, unit: str, *, reference: float, work: str) -> Figure:
    """Return a Figure with its ratio."""
    return Figure(name, round(value, 3), unit, round(reference, 3), round(value / reference, 3), work)


class WorkNotDone(RuntimeError):
    """The bench could not do its work: there is no figure. The message says what is missing."""
