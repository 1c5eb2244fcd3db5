"""What a workspace may be called in its address."""

import re
from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.errors import Problem, Text

MIN, MAX = 3, 40

#: Names people would take for ours, or that other software treats as special.
_NAMES = """
about abuse account accounts admin administrator ads affiliate analytics api app apps assets auth autoconfig
autodiscover backup beta billing blog broadcasthost calendar careers cdn chat client cloud community config console
contact dashboard data dav demo dev developer developers dns docs download downloads email example feedback files
forum ftp git grafana guest health healthz help host hostmaster hosting images imap info internal invoice invoices
isatap jobs kb legal live local localdomain localhost login logout mail mailer marketing media metrics mobile monitor
mta mx nemoone news newsletter noc noreply ns ns1 ns2 ns3 office oauth operator ops owner partner partners pay payment
payments peyvand pop pop3 portal postmaster press preview pricing privacy private prod production proxy public readyz
register root sales sandbox search secure security server service services sftp shop signin signup site sites smtp
sso stage staging static stats status store stripe suggestions support sysadmin system team teams telnet tenant
tenants terms test testing tracking trial uat unsubscribe update upload usenet user users uucp web webhook webhooks
webmail webmaster website welcome widget wiki workspace workspaces wpad www www1 www2 xmpp
"""
RESERVED: Final = frozenset(_NAMES.split())

_ALLOWED = re.compile(r"[a-z0-9-]+")


def normal(raw: str) -> str:
    """As it will stand in the address: capitals and surrounding space do not matter."""
    return raw.strip().lower()


#: Each rule is tried in turn; the first that a name breaks is told.
_RULES: Final[tuple[tuple[str, Callable[[str], bool], Text], ...]] = (
    ("required", lambda name: not name, _("Choose an address for your workspace, such as acme.")),
    ("has_dot", lambda name: "." in name, _("One name without dots is enough: acme, not acme.com.")),
    (
        "idn", lambda name: name.startswith("xn--") or not name.isascii(),
        _("Use Latin letters a–z: addresses in other scripts do not work everywhere yet."),
    ),
    ("underscore", lambda name: "_" in name, _("Host names may not contain an underscore. Use a hyphen instead.")),
    (
        "characters", lambda name: not _ALLOWED.fullmatch(name),
        _("Use only the letters a–z, digits and hyphens."),
    ),
    ("length", lambda name: not MIN <= len(name) <= MAX, _("The address is 3 to 40 characters long.")),
    (
        "edge_hyphen", lambda name: name.startswith("-") or name.endswith("-"),
        _("The address begins and ends with a letter or a digit."),
    ),
    ("double_hyphen", lambda name: "--" in name, _("Two hyphens in a row are not possible here. Use one.")),
    ("digits_only", str.isdigit, _("Add a letter: a name of digits alone is taken for a number.")),
    (
        "reserved", RESERVED.__contains__,
        _("This address is reserved. Choose another, such as your company's name."),
    ),
)  # fmt: skip


def problem_of(subdomain: str) -> Problem | None:
    """The one thing wrong with a name, the most telling first; taken names are the database's to know."""
    return next((Problem(code, message) for code, breaks, message in _RULES if breaks(subdomain)), None)


def taken() -> Problem:
    return Problem("taken", _("This address is taken already. Choose another."))
