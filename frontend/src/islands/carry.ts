// Carrying a card with the pointer: the card moves along in its lane, a copy follows the hand.
import type { Board } from "./board";

const SLACK = 5;
const HOLD = 260; // a finger must rest before it carries, or the board could not be scrolled
const EDGE = 48;

export class Carry {
  private card: HTMLElement | null = null;
  private copy: HTMLElement | null = null;
  private from: { list: HTMLElement; next: Element | null } | null = null;
  private x = 0;
  private y = 0;
  private dx = 0;
  private dy = 0;
  private timer = 0;
  private frame = 0;
  private off: AbortController | null = null;

  constructor(private readonly board: Board) {}

  down(event: PointerEvent): void {
    const card = (event.target as Element).closest<HTMLElement>("[data-card]");
    if (!card || event.button !== 0 || this.off || (event.target as Element).closest("button, input, select, textarea, label")) return;
    this.card = card;
    const box = card.getBoundingClientRect();
    [this.x, this.y, this.dx, this.dy] = [event.clientX, event.clientY, event.clientX - box.left, event.clientY - box.top];
    const [startX, startY, touch] = [event.clientX, event.clientY, event.pointerType === "touch"];
    this.off = new AbortController();
    const signal = this.off.signal;
    if (touch) this.timer = window.setTimeout(() => this.start(), HOLD);
    addEventListener("pointermove", (move) => {
      [this.x, this.y] = [move.clientX, move.clientY];
      const far = Math.hypot(this.x - startX, this.y - startY) > SLACK;
      if (this.copy) this.follow();
      else if (far && touch) this.end(false);
      else if (far) this.start();
    }, { signal });
    addEventListener("pointerup", () => this.end(true), { signal });
    addEventListener("pointercancel", () => this.end(false), { signal });
    addEventListener("keydown", (key) => {
      if (key.key === "Escape" && this.copy) {
        key.preventDefault();
        key.stopPropagation();
        this.end(false);
      }
    }, { signal, capture: true });
    addEventListener("touchmove", (move) => this.copy && move.preventDefault(), { signal, passive: false });
    addEventListener("contextmenu", (menu) => touch && menu.preventDefault(), { signal });
  }

  private start(): void {
    const card = this.card;
    if (!card) return;
    this.from = this.board.spot(card);
    this.copy = card.cloneNode(true) as HTMLElement;
    this.copy.removeAttribute("data-card");
    this.copy.classList.add("carry", "held");
    this.copy.ariaHidden = "true";
    this.copy.style.width = `${card.offsetWidth}px`;
    document.body.append(this.copy);
    document.body.classList.add("dragging");
    card.classList.add("ghosted");
    card.querySelector(".refused")?.remove();
    this.follow();
    this.scroll();
  }

  private follow(): void {
    const { card, copy } = this;
    if (!card || !copy) return;
    copy.style.translate = `${this.x - this.dx}px ${this.y - this.dy}px`;
    const under = document.elementFromPoint(this.x, this.y)?.closest<HTMLElement>("[data-lane]");
    for (const lane of this.board.lanes()) lane.classList.toggle("target", lane === under);
    const list = under && this.board.contains(under) ? under.querySelector("ol") : null;
    if (!list) return;
    const before = this.board.cards(list).filter((other) => other !== card).find((other) => {
      const box = other.getBoundingClientRect();
      return this.y < box.top + box.height / 2;
    });
    if (card.parentElement !== list || card.nextElementSibling !== (before ?? null)) this.board.put(card, list, before ?? null);
  }

  /** Near an edge the board (and the lane) scrolls under the hand. */
  private scroll(): void {
    // <pv-board> and what is around it draw no box of their own: the one that scrolls is measured
    const board = this.board.closest<HTMLElement>(".board") ?? this.board.querySelector<HTMLElement>(".board");
    const { left, right } = (board ?? document.body).getBoundingClientRect();
    const was = board?.scrollLeft;
    const list = this.card?.parentElement;
    if (board) board.scrollLeft += this.x < Math.max(left, 0) + EDGE ? -8 : this.x > Math.min(right, innerWidth) - EDGE ? 8 : 0;
    if (list) {
      const box = list.getBoundingClientRect();
      list.scrollTop += this.y < box.top + EDGE ? -8 : this.y > box.bottom - EDGE ? 8 : 0;
    }
    if (board && board.scrollLeft !== was) this.follow();
    if (this.copy) this.frame = requestAnimationFrame(() => this.scroll());
  }

  private end(drop: boolean): void {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.off?.abort();
    this.off = null;
    const { card, copy, from } = this;
    this.card = this.copy = this.from = null;
    if (!card || !copy || !from) return;
    copy.remove();
    document.body.classList.remove("dragging");
    card.classList.remove("ghosted");
    for (const lane of this.board.lanes()) lane.classList.remove("target");
    // the press that ends a drag is not a press on the link under it
    const still = new AbortController();
    addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, signal: still.signal });
    setTimeout(() => still.abort(), 0);
    if (drop) void this.board.commit(card, from);
    else this.board.put(card, from.list, from.next);
  }
}
