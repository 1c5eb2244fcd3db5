"""The map for a phone and for a panel: one column, read downwards, a step to the side for every step away."""

from typing import Final

from crm.drawing.canvas import CARD, Canvas, Card, More, list_urls
from crm.selectors.network import Network, Node

STEP: Final = 22
ROW: Final = CARD + 8
MARGIN: Final = 2


def draw_column(net: Network, *, width: int, most: int = 40) -> Canvas:
    canvas, y, room = Canvas(width), MARGIN, most - 1
    for node in reversed(net.above[:3]):
        canvas.cards.append(Card(node, MARGIN, y, width - 2 * MARGIN))
        canvas.straight(MARGIN + STEP // 2, y + CARD, y + ROW, "up")
        y, room = y + ROW, room - 1
    center = Card(net.center, MARGIN, y, width - 2 * MARGIN, center=True)
    left = sum(net.more.values())
    y += ROW
    for node in [*net.near, *net.below]:
        if room <= 0:
            left += 1
            continue
        y, room = _branch(canvas, center, node, y, room)
    if left:
        urls = list_urls(net.center)
        href = urls.get(next(iter(net.more), "ties"), urls["ties"])
        canvas.mores.append(More(MARGIN + STEP, y, width - 2 * MARGIN - STEP, left, href))
        y += 36
    canvas.cards.append(center)
    canvas.height = y - 8 + MARGIN
    return canvas


def _branch(canvas: Canvas, center: Card, node: Node, y: int, room: int) -> tuple[int, int]:
    card = Card(node, center.x + STEP, y, center.width - STEP)
    canvas.cards.append(card)
    canvas.elbow(center.x + STEP // 2, center.y + CARD, card.x, card.middle, node.group)
    y, room = y + ROW, room - 1
    for far in node.far:
        if room <= 0:
            break
        leaf = Card(far, card.x + STEP, y, card.width - STEP)
        canvas.cards.append(leaf)
        canvas.elbow(card.x + STEP // 2, card.y + CARD, leaf.x, leaf.middle, far.group)
        y, room = y + ROW, room - 1
    return y, room
