"""What a workspace may be called in its address."""

import re
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.errors import Problem

MIN, MAX = 3, 40

#: Names people would take for ours, or that other software treats as special.
RESERVED: Final = frozenset("""
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
""".split())  # noqa: SIM905 — a list of two hundred quoted words would be no easier to read

_ALLOWED = re.compile(r"[a-z0-9-]+")


def normal(raw: str) -> str:
    """As it will stand in the address: capitals and surrounding space do not matter."""
    return raw.strip().lower()


def problem_of(subdomain: str, *, allow_reserved: bool = False) -> Problem | None:
    """The one thing wrong with a name, the most telling first; taken names are the database's to know."""
    if not subdomain:
        return Problem("required", _("Choose an address for your workspace, such as acme."))
    if "." in subdomain:
        return Problem("has_dot", _("One name without dots is enough: acme, not acme.com."))
    if subdomain.startswith("xn--") or not subdomain.isascii():
        return Problem("idn", _("Use Latin letters a–z: addresses in other scripts do not work everywhere yet."))
    if "_" in subdomain:
        return Problem("underscore", _("Host names may not contain an underscore. Use a hyphen instead."))
    if not _ALLOWED.fullmatch(subdomain):
        return Problem("characters", _("Use only the letters a–z, digits and hyphens."))
    if len(subdomain) < MIN or len(subdomain) > MAX:
        return Problem("length", _("The address is 3 to 40 characters long."))
    if subdomain.startswith("-") or subdomain.endswith("-"):
        return Problem("edge_hyphen", _("The address begins and ends with a letter or a digit."))
    if "--" in subdomain:
        return Problem("double_hyphen", _("Two hyphens in a row are not possible here. Use one."))
    if subdomain.isdigit():
        return Problem("digits_only", _("Add a letter: a name of digits alone is taken for a number."))
    if subdomain in RESERVED and not allow_reserved:
        return Problem("reserved", _("This address is reserved. Choose another, such as your company's name."))
    return None


def taken() -> Problem:
    return Problem("taken", _("This address is taken already. Choose another."))
