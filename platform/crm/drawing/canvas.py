"""Cards and lines of a map, and how they become SVG. Coordinates are those of a left-to-right page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from crm.models.choices import AccountKind, RoleGroup, Tier
from crm.selectors.network import Node
from frontend.templatetags.pv import hue_of, initials
from kernel.formats import num

CARD: Final = 44
#: Groups in the order of the legend; "up" is the hierarchy.
GROUPS: Final = ("up", "here", *RoleGroup.values)
_NARROW: Final = frozenset("ااآأدذرزژولi.,:;'|!fjltr()[] \u200c")


def width_of(text: str, size: float) -> float:
    """About how wide a text is; a little too much rather than too little."""
    wide = sum(0.3 if c in _NARROW else 0.7 if c.isupper() or c in "mwMWشسصضم" else 0.57 for c in text)
    return wide * size


def fitted(text: str, room: float, size: float) -> str:
    """The text, cut with an ellipsis where it would leave its card."""
    if width_of(text, size) <= room:
        return text
    while text and width_of(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


@dataclass(frozen=True)
class Card:
    node: Node
    x: int
    y: int
    width: int
    center: bool = False

    @property
    def middle(self) -> int:
        return self.y + CARD // 2


@dataclass(frozen=True)
class More:
    """ "and 12 more", with the way to them where there is one."""

    x: int
    y: int
    width: int
    count: int
    href: str = ""


@dataclass
class Canvas:
    width: int
    height: int = 0
    cards: list[Card] = field(default_factory=list)
    mores: list[More] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)  # path, group

    @property
    def groups(self) -> list[tuple[str, str]]:
        """Groups that occur, with their names, for the legend."""
        used = {group for _path, group in self.lines}
        named = {value: str(label) for value, label in RoleGroup.choices}
        labels = {"up": _("Hierarchy"), "here": _("Contact here"), **named}
        return [(group, labels[group]) for group in GROUPS if group in used]

    def x(self, x: float, width: float = 0) -> float:
        """Where it stands on the page: mirrored where lines run from right to left."""
        return self.width - x - width if get_language_bidi() else x

    def curve(self, x1: int, y1: int, x2: int, y2: int, group: str) -> None:
        a, b, half = self.x(x1), self.x(x2), self.x((x1 + x2) / 2)
        self.lines.append((f"M{a:g} {y1}C{half:g} {y1} {half:g} {y2} {b:g} {y2}", group))

    def elbow(self, x1: int, y1: int, x2: int, y2: int, group: str, radius: int = 8) -> None:
        """Down, then to the side, by a rounded corner."""
        a, b = self.x(x1), self.x(x2)
        turn = radius if b > a else -radius
        self.lines.append((f"M{a:g} {y1}V{y2 - radius}Q{a:g} {y2} {a + turn:g} {y2}H{b:g}", group))

    def straight(self, x: int, y1: int, y2: int, group: str) -> None:
        self.lines.append((f"M{self.x(x):g} {y1}V{y2}", group))

    def svg(self, label: str, *, zoom: float = 1) -> SafeString:
        lines = format_html_join("", '<path class="ln g-{}" d="{}"/>', ((g, p) for p, g in self.lines))
        cards = mark_safe("".join(self._card(card) for card in self.cards))  # noqa: S308 — each made by format_html
        mores = mark_safe("".join(self._more(more) for more in self.mores))  # noqa: S308 — each made by format_html
        return format_html(
            '<svg class="rmap" role="group" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}{}{}</svg>',
            label, self.width, self.height, round(self.width * zoom), round(self.height * zoom), lines, cards, mores,
        )  # fmt: skip

    def _card(self, card: Card) -> SafeString:
        node, rtl = card.node, get_language_bidi()
        left = self.x(card.x, card.width)
        pad = card.width - 22 if rtl else 22
        text = card.width - 42 if rtl else 42
        room = card.width - 52 - (18 if node.tier else 0)
        name = fitted(node.name, room, 12.5)
        word = fitted(node.word, card.width - 60, 11)
        said = ", ".join(part for part in (node.name, node.word, _tier(node)) if part)
        body = format_html(
            '<title>{}</title><rect class="cd" width="{}" height="{}" rx="9"/>{}'
            '<text class="in" x="{}" y="{}" text-anchor="middle">{}</text><text class="nm" x="{}" y="{}">{}</text>{}{}',
            said, card.width, CARD, self._mark(node, pad), pad, CARD // 2 + 4, initials(node.name), text,
            19 if word else 27, name,
            format_html('<text class="wd" x="{}" y="35">{}</text>', text, word) if word else "",
            self._tier(node, card.width),
        )  # fmt: skip
        kind = "nd at" if card.center else f"nd g-{node.group}"
        place = f"translate({left:g} {card.y})"
        if card.center:
            return format_html('<g class="{}" transform="{}">{}</g>', kind, place, body)
        href = reverse(f"crm:{node.entity}_map", args=[node.pk])
        return format_html('<a class="{}" href="{}" transform="{}">{}</a>', kind, href, place, body)

    def _mark(self, node: Node, pad: int) -> SafeString:
        """Round for a person, square for an organization, a roof for a household."""
        hue = f"av{hue_of(node.pk)}"
        if node.entity == "contact":
            return format_html('<circle class="{}" cx="{}" cy="{}" r="12"/>', hue, pad, CARD // 2)
        top = CARD // 2 - 12
        if node.kind == AccountKind.HOUSEHOLD:
            roof = (
                f"M{pad - 13} {top + 9}L{pad} {top - 2}L{pad + 13} {top + 9}V{top + 22}Q{pad + 13} {top + 24}"
                f" {pad + 11} {top + 24}H{pad - 11}Q{pad - 13} {top + 24} {pad - 13} {top + 22}Z"
            )
            return format_html('<path class="{}" d="{}"/>', hue, roof)
        return format_html('<rect class="{}" x="{}" y="{}" width="24" height="24" rx="6"/>', hue, pad - 12, top)

    def _tier(self, node: Node, width: int) -> SafeString:
        if not node.tier:
            return SafeString("")
        start = 12 if get_language_bidi() else width - 26
        step = -1 if get_language_bidi() else 1
        origin = start + 10 if step < 0 else start
        bars = (
            (origin + step * i * 4, 19 - h, h, "on" if i < int(node.tier) else "off")
            for i, h in enumerate((3, 5, 7, 9))
        )
        return format_html_join("", '<rect class="tb {3}" x="{0}" y="{1}" width="2.5" height="{2}" rx="1"/>', bars)

    def _more(self, more: More) -> SafeString:
        said = ngettext("and %(n)s more", "and %(n)s more", more.count) % {"n": num(more.count)}
        place = f"translate({self.x(more.x, more.width):g} {more.y})"
        inner = format_html(
            '<rect class="cd" width="{}" height="28" rx="9"/>'
            '<text class="wd" x="{}" y="18" text-anchor="middle">{}</text>',
            more.width, more.width // 2, said,
        )  # fmt: skip
        if more.href:
            return format_html('<a class="nd mo" href="{}" transform="{}">{}</a>', more.href, place, inner)
        return format_html('<g class="nd mo" transform="{}">{}</g>', place, inner)


def _tier(node: Node) -> str:
    return str(Tier(node.tier).label) if node.tier else ""


def list_urls(center: Node) -> dict[str, str]:
    """Where all of what is only counted can be seen."""
    if center.entity != "account":
        return {"ties": reverse("crm:contact_detail", args=[center.pk])}
    return {
        "below": f"{reverse('crm:account_list')}?parent={center.pk}",
        "people": f"{reverse('crm:contact_list')}?account={center.pk}",
        "ties": reverse("crm:account_detail", args=[center.pk]),
    }


def finding(nodes: Sequence[Node], name: str) -> str:
    """What the picture shows, in words."""
    said = ngettext("%(n)s customer around %(name)s", "%(n)s customers around %(name)s", len(nodes))
    return said % {"n": num(len(nodes)), "name": name}
