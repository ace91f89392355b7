"""What the editor of a segment shows: how many, who for example, and the rules as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.segments.asking import Sampled, count, sample
from campaigns.segments.compiling import compile_rules
from campaigns.segments.rules import BadRules, read
from campaigns.segments.sentences import sentence


@dataclass(frozen=True, slots=True)
class Estimate:
    """``error`` is a sentence for people, and then the rest is empty."""

    count: int = 0
    sample: Sequence[Sampled] = ()
    sentence: str = ""
    error: str = ""


def estimate(tree: object, *, now: datetime) -> Estimate:
    """Count the people of some rules and take a few of them. Three queries."""
    try:
        root = read(tree)
    except BadRules as error:
        return Estimate(error=str(error))
    asked = compile_rules(root, now=now)
    return Estimate(count(asked), sample(asked), sentence(root))
