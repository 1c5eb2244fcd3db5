// <pv-board>: cards between lanes by pointer and by keyboard. The move shows at once and is taken back when refused.
import { post, Refused, rtl, say, word } from "../lib";
import { toast } from "../toasts";
import { Carry } from "./carry";

interface Spot { list: HTMLElement; next: Element | null }
interface Answer { lanes?: Record<string, { count?: string; sum?: string }> }

export class Board extends HTMLElement {
  private lifted: HTMLElement | null = null;
  private origin: Spot | null = null;

  connectedCallback(): void {
    const carry = new Carry(this);
    this.addEventListener("pointerdown", (event) => carry.down(event));
    this.addEventListener("dragstart", (event) => event.preventDefault());
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => {
      if (this.lifted && !this.moving && event.target === this.lifted) this.putBack();
    });
  }

  private moving = false;

  lanes(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-lane]")];
  }

  cards(list: Element): HTMLElement[] {
    return [...list.querySelectorAll<HTMLElement>(":scope > [data-card]")];
  }

  spot(card: HTMLElement): Spot {
    return { list: card.parentElement as HTMLElement, next: card.nextElementSibling };
  }

  /** After the last card, but before whatever loads more of them. */
  put(card: HTMLElement, list: Element, before: Element | null): void {
    this.moving = true;
    list.insertBefore(card, before ?? list.querySelector(":scope > [data-more]"));
    this.moving = false;
  }

  async commit(card: HTMLElement, from: Spot): Promise<void> {
    const list = card.parentElement;
    const lane = card.closest<HTMLElement>("[data-lane]");
    if (!list || !lane || (list === from.list && card.nextElementSibling === from.next)) return;
    const beside = (element: Element | null): string => (element as HTMLElement | null)?.dataset?.["card"] ?? "";
    card.ariaBusy = "true";
    try {
      const { response, body } = await post(this.dataset["moveUrl"] ?? "", {
        record: card.dataset["card"] ?? "",
        lane: lane.dataset["lane"] ?? "",
        // where this page believes the card to be: the server tells when somebody else has moved it
        from: from.list.closest<HTMLElement>("[data-lane]")?.dataset["lane"] ?? "",
        before: beside(card.nextElementSibling),
        after: beside(card.previousElementSibling),
      });
      if (response.headers.get("content-type")?.includes("json") && body) this.update(JSON.parse(body) as Answer);
      this.dispatchEvent(new CustomEvent("pv:moved", { bubbles: true, detail: { card: card.dataset["card"], lane: lane.dataset["lane"] } }));
    } catch (error) {
      const why = error instanceof Refused ? error.message : word("saveFailed");
      this.put(card, from.list, from.next);
      this.refuse(card, word("moveFailed", { reason: why }));
    } finally {
      card.ariaBusy = null;
    }
  }

  /** The reason stays on the card until it is moved again, and is said aloud. */
  private refuse(card: HTMLElement, text: string): void {
    card.querySelector(".refused")?.remove();
    const note = document.createElement("p");
    note.className = "refused";
    note.role = "alert";
    note.textContent = text;
    card.append(note);
    toast(text, "", "error");
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private update(answer: Answer): void {
    for (const [id, values] of Object.entries(answer.lanes ?? {})) {
      const lane = this.lanes().find((element) => element.dataset["lane"] === id);
      for (const key of ["count", "sum"] as const) {
        const target = lane?.querySelector(`[data-${key}]`);
        if (target && values[key] !== undefined) target.textContent = values[key] ?? "";
      }
    }
  }

  private key(event: KeyboardEvent): void {
    const card = event.target as HTMLElement;
    if (!card.matches?.("[data-card]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const held = this.lifted === card;
    if (event.code === "Space") held ? this.drop(card) : this.lift(card);
    else if (held && event.key === "Enter") this.drop(card);
    else if (held && event.key === "Escape") this.putBack();
    else if (!held && event.key === "Enter") card.querySelector<HTMLElement>("a[href]")?.click();
    else if (event.key.startsWith("Arrow")) held ? this.step(card, event.key) : this.walk(card, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private lift(card: HTMLElement): void {
    this.lifted = card;
    this.origin = this.spot(card);
    card.classList.add("lifted");
    card.querySelector(".refused")?.remove();
    say(word("lifted"));
  }

  private drop(card: HTMLElement): void {
    const from = this.origin;
    this.release();
    say(word("dropped", { lane: this.name(card) }));
    if (from) void this.commit(card, from);
  }

  private putBack(): void {
    const card = this.lifted;
    const from = this.origin;
    this.release();
    if (card && from) {
      this.put(card, from.list, from.next);
      card.focus();
    }
    say(word("cancelled"));
  }

  private release(): void {
    this.lifted?.classList.remove("lifted");
    this.lifted = null;
    this.origin = null;
  }

  private name(card: HTMLElement): string {
    return card.closest<HTMLElement>("[data-lane]")?.dataset["label"] ?? "";
  }

  private target(card: HTMLElement, key: string): { list: Element; index: number } | null {
    const lanes = this.lanes();
    const lane = lanes.indexOf(card.closest<HTMLElement>("[data-lane]")!);
    const list = card.parentElement!;
    const index = this.cards(list).indexOf(card);
    if (key === "ArrowUp" || key === "ArrowDown") return { list, index: index + (key === "ArrowUp" ? -1 : 1) };
    const step = (key === "ArrowRight") === !rtl() ? 1 : -1;
    const next = lanes[lane + step]?.querySelector("ol");
    return next ? { list: next, index } : null;
  }

  private step(card: HTMLElement, key: string): void {
    const to = this.target(card, key);
    if (!to || to.index < 0) return;
    const others = this.cards(to.list).filter((other) => other !== card);
    const index = Math.min(to.index, others.length);
    this.put(card, to.list, others[index] ?? null);
    this.moving = true;
    card.focus();
    this.moving = false;
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(word("moved", { lane: this.name(card), n: index + 1, total: others.length + 1 }));
  }

  private walk(card: HTMLElement, key: string): void {
    const to = this.target(card, key);
    if (!to) return;
    const cards = this.cards(to.list);
    cards[Math.max(0, Math.min(to.index, cards.length - 1))]?.focus();
  }
}

customElements.define("pv-board", Board);
