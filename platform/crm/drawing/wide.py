"""The map for a desk: hierarchy up and down the middle, organizations at the start side, people at the end side."""

from collections.abc import Sequence
from typing import Final

from crm.drawing.canvas import CARD, Canvas, Card, More, list_urls
from crm.selectors.network import Network, Node

CARD_WIDTH: Final = 176
GAP: Final = 48
ROW: Final = CARD + 12
MARGIN: Final = 12


def draw_wide(net: Network) -> Canvas:
    """Sides that are empty take no room; a map of people alone stands beside its centre."""
    sides = {-1: [n for n in net.near if n.entity == "account"], 1: [n for n in net.near if n.entity == "contact"]}
    if net.center.entity == "contact" and not sides[-1]:
        sides = {-1: sides[1][1::2], 1: sides[1][0::2]}
    steps = {way: _depth(nodes) for way, nodes in sides.items()}
    columns = steps[-1] + 1 + steps[1]
    canvas = Canvas(width=2 * MARGIN + columns * CARD_WIDTH + (columns - 1) * GAP)
    heights = {way: _height(nodes, _more_of(net, way)) for way, nodes in sides.items()}
    up = len(net.above) * (CARD + 24)
    down = len(net.below) * ROW + (40 if "below" in net.more else 0) + 12
    middle = max(up, max(heights.values()) / 2 - CARD / 2)
    top = MARGIN + round(middle)
    canvas.height = round(top + CARD + max(down, max(heights.values()) / 2 - CARD / 2) + MARGIN)
    x = MARGIN + steps[-1] * (CARD_WIDTH + GAP)
    center = Card(net.center, x, top, CARD_WIDTH, center=True)
    for way, nodes in sides.items():
        _side(canvas, center, nodes, way, round(top + CARD / 2 - heights[way] / 2), net)
    _trunk(canvas, net, center)
    canvas.cards.append(center)
    return canvas


def _depth(nodes: Sequence[Node]) -> int:
    return 0 if not nodes else 2 if any(node.far for node in nodes) else 1


def _more_of(net: Network, way: int) -> int:
    """People that are only counted stand below the people; ties below whatever side there is."""
    names = ("people", "ties") if way > 0 else ()
    return sum(net.more.get(name, 0) for name in names)


def _height(nodes: Sequence[Node], more: int) -> int:
    rows = sum(max(1, len(node.far)) for node in nodes)
    return rows * ROW - 12 + (40 if more else 0) if rows or more else 0


def _side(canvas: Canvas, center: Card, nodes: Sequence[Node], way: int, y: int, net: Network) -> None:
    x = center.x + way * (CARD_WIDTH + GAP)
    for node in nodes:
        rows = max(1, len(node.far))
        card = Card(node, x, round(y + (rows * ROW - 12 - CARD) / 2), CARD_WIDTH)
        canvas.cards.append(card)
        _join(canvas, center, card, way)
        for number, far in enumerate(node.far):
            leaf = Card(far, x + way * (CARD_WIDTH + GAP), y + number * ROW, CARD_WIDTH)
            canvas.cards.append(leaf)
            _join(canvas, card, leaf, way)
        y += rows * ROW
    if count := _more_of(net, way):
        name = "people" if "people" in net.more else "ties"
        canvas.mores.append(More(x, y, CARD_WIDTH, count, list_urls(net.center)[name]))


def _join(canvas: Canvas, near: Card, far: Card, way: int) -> None:
    start, end = (near.x + CARD_WIDTH, far.x) if way > 0 else (near.x, far.x + CARD_WIDTH)
    canvas.curve(start, near.middle, end, far.middle, far.node.group)


def _trunk(canvas: Canvas, net: Network, center: Card) -> None:
    """Accounts above in a stack, those below as a tree that hangs from the centre's start."""
    y, middle = center.y, center.x + CARD_WIDTH // 2
    for node in net.above:
        y -= CARD + 24
        canvas.cards.append(Card(node, center.x, y, CARD_WIDTH))
        canvas.straight(middle, y + CARD, y + CARD + 24, "up")
    y = center.y + CARD + 12
    for node in net.below:
        canvas.cards.append(Card(node, center.x + 20, y, CARD_WIDTH - 20))
        canvas.elbow(center.x + 10, center.y + CARD, center.x + 20, y + CARD // 2, "up")
        y += ROW
    if count := net.more.get("below"):
        canvas.mores.append(More(center.x + 20, y, CARD_WIDTH - 20, count, list_urls(net.center)["below"]))
        canvas.elbow(center.x + 10, center.y + CARD, center.x + 20, y + 14, "up")
