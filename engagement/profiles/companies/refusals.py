"""What cannot be done to a company, and why."""

from django.utils.translation import gettext as _


class CompanyRefused(ValueError):
    """The message says why, to whoever asked for it; ``field`` is the fact that is wrong."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class NameTaken(CompanyRefused):
    """Another company is called so."""

    def __init__(self, name: str) -> None:
        words = _("There is a company called %(name)s already. Add the place, if this is another one.")
        super().__init__(words % {"name": name}, "name")


class DomainTaken(CompanyRefused):
    """The domain is another company's."""

    def __init__(self, domain: str, company: str) -> None:
        words = _("%(domain)s is a domain of %(company)s.") % {"domain": domain, "company": company}
        super().__init__(words, "domains")


class Circle(CompanyRefused):
    """A company would stand above itself."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "parent")
