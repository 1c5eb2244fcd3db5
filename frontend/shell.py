"""What the frame around a page (sidebar, top bar, phone bar) shows, and the hooks that fill it.

The toolkit knows no engine. Whoever does (the configuration, a manifest reader) appends a
callable to one of the lists below; each is asked once a request, and only when a page draws the frame.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    icon: str = ""
    key: str = ""
    """Letter pressed after G (for instance "D")."""
    count: int | None = None
    current: bool = False
    phone: bool = False
    """Wanted in the phone's bottom bar (four fit)."""


@dataclass(frozen=True, slots=True)
class NavGroup:
    items: list[NavItem]
    label: str = ""
    """Empty for the customer base, the engine's name otherwise."""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class CreateItem:
    label: str
    url: str
    key: str = ""
    """Letter pressed after C."""
    icon: str = "plus"


@dataclass(frozen=True, slots=True)
class Workspace:
    name: str
    initial: str = ""
    url: str = "/"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    initials: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    label: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A strip above every page: what holds for all of them now, and one thing to do about it."""

    text: str
    kind: str = "info"
    """info or warn."""
    label: str = ""
    url: str = ""


@dataclass(slots=True)
class Shell:
    theme: str = "system"
    language: str = "en"
    languages: list[Language] = field(default_factory=list)
    workspace: Workspace | None = None
    person: Person | None = None
    nav: list[NavGroup] = field(default_factory=list)
    create: list[CreateItem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    settings_url: str = ""
    palette_url: str = "/palette/"
    notifications_url: str = ""
    notifications: int = 0
    help_url: str = ""
    sign_in_url: str = "/accounts/login/"
    sign_up_url: str = "/signup/"
    sign_out_url: str = "/accounts/logout/"
    language_url: str = "/i18n/setlang/"

    @property
    def phone(self) -> list[NavItem]:
        """The four places of the phone's bottom bar (create stands between them)."""
        wanted = [item for group in self.nav for item in group.items if item.phone]
        base = [item for group in self.nav if not group.label for item in group.items]
        # Each engine's first page comes before the base's rarer ones.
        leaders = [group.items[0] for group in self.nav if group.label and group.items]
        return (wanted or [*base[:2], *leaders, *base[2:]])[:4]


NavProvider = Callable[[HttpRequest], list[NavGroup]]
CreateProvider = Callable[[HttpRequest], list[CreateItem]]
ShellProvider = Callable[[HttpRequest, Shell], None]

nav_providers: list[NavProvider] = []
create_providers: list[CreateProvider] = []
shell_providers: list[ShellProvider] = []
"""Set workspace, person and addresses on the Shell they are handed."""
