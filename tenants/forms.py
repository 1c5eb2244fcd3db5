"""What people type on the public site, kept as they typed it, with what is wrong beside each field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest

from kernel.errors import Invalid, Problem


@dataclass
class Draft:
    """Values and errors by field name; a template reads `draft.values.email` and `draft.errors.email`."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def refuse(self, problems: Mapping[str, list[Problem]]) -> None:
        for name, found in problems.items():
            self.errors[name or "all"] = " ".join(str(problem) for problem in found)

    def refused(self, error: Invalid) -> "Draft":
        self.refuse(error.problems)
        return self


SIGN_UP_FIELDS = ("organization", "subdomain", "name", "email", "password", "language")


def sign_up_draft(request: HttpRequest) -> Draft:
    data = request.POST if request.method == "POST" else request.GET
    values = {name: data.get(name, "") for name in SIGN_UP_FIELDS}
    reader = str(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))[:2]
    values["language"] = values["language"] or reader
    return Draft(values)
