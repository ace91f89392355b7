"""The rules that a text can touch. Each is a function of one reading; see ``registry``."""

from content.rules import formal, wording
from content.rules.registry import Reading, register, rules_for

register(*formal.RULES, *wording.RULES)

__all__ = ["Reading", "register", "rules_for"]
