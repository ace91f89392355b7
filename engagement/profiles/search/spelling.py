"""How far a misspelt word is from one that is known."""

from collections.abc import Iterable


def slips(one: str, other: str, most: int) -> int:
    """Return how many slips of the finger lie between two words: a letter too many, too few, another one, or two that
    changed places (optimal string alignment); ``most + 1`` where there are more.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, its in enumerate(other, 1):
            best = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != its))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == its:
                best = min(best, before[column - 2] + 1)
            here.append(best)
        if min(here) > most:
            return most + 1
        before, above = above, here
    return above[-1]


def allowed(word: str) -> int:
    """Return how many slips a word of its length may have: who mistypes three letters means another one."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def nearest(word: str, known: Iterable[str], most: int) -> list[str]:
    """Return what a misspelt word may stand for, the nearest first."""
    far = {each: slips(word, each, allowed(word)) for each in set(known)}
    near = [each for each, distance in far.items() if distance <= allowed(word)]
    return sorted(near, key=lambda each: (far[each], each[:1] != word[:1], each))[:most]
