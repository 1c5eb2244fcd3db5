// <pv-sort>: things in one list or several, put in order by pointer and by keyboard; rows added and removed.
// A list is [data-list], a thing [data-item], what moves it [data-handle]. With data-url each new order is kept at once.
import { post, Refused, say, word } from "../lib";
import { toast } from "../toasts";

interface Spot { list: Element; next: Element | null }

class Sort extends HTMLElement {
  private held: HTMLElement | null = null;
  private origin: Spot | null = null;
  private dragging = false;

  connectedCallback(): void {
    this.addEventListener("pointerdown", (event) => this.down(event));
    this.addEventListener("pointermove", (event) => this.drag(event));
    this.addEventListener("pointerup", () => this.up());
    this.addEventListener("pointercancel", () => this.putBack());
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("click", (event) => this.pressed(event));
    this.addEventListener("change", (event) => this.tint(event));
  }

  private lists(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-list]")];
  }

  private items(list: Element): HTMLElement[] {
    return [...list.querySelectorAll<HTMLElement>(":scope > [data-item]")];
  }

  private item(event: Event): HTMLElement | null {
    const handle = event.target instanceof Element ? event.target.closest("[data-handle]") : null;
    return handle?.closest<HTMLElement>("[data-item]") ?? null;
  }

  private lift(item: HTMLElement): void {
    if (this.held) this.drop();
    this.held = item;
    this.origin = { list: item.parentElement as Element, next: item.nextElementSibling };
    item.classList.add("lifted");
  }

  // ── pointer ──
  private down(event: PointerEvent): void {
    const item = this.item(event);
    if (!item || event.button !== 0 || this.held) return;
    event.preventDefault();
    (event.target as Element).closest<HTMLElement>("[data-handle]")?.focus();
    this.setPointerCapture(event.pointerId);
    this.lift(item);
    this.dragging = true;
  }

  private drag(event: PointerEvent): void {
    if (!this.dragging || !this.held) return;
    const list = this.lists().find((one) => inside(one, event.clientX, event.clientY));
    if (!list) return;
    const next = this.items(list).find((one) => one !== this.held && event.clientY < middle(one));
    if (this.held.parentElement !== list || this.held.nextElementSibling !== (next ?? null)) list.insertBefore(this.held, next ?? null);
  }

  private up(): void {
    if (this.dragging) this.drop();
  }

  // ── keyboard ──
  private key(event: KeyboardEvent): void {
    const item = this.item(event);
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const mine = this.held === item;
    if (event.code === "Space" || (mine && event.key === "Enter")) {
      if (mine) {
        this.drop();
        say(word("dropped", { lane: label(item) }));
      } else {
        this.lift(item);
        say(word("lifted"));
      }
    } else if (mine && event.key === "Escape") {
      this.putBack();
      say(word("cancelled"));
    } else if (mine && (event.key === "ArrowUp" || event.key === "ArrowDown")) this.step(item, event.key === "ArrowUp" ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A step up or down; past a list's edge into the one before or behind. */
  private step(item: HTMLElement, by: number): void {
    const list = item.parentElement as HTMLElement;
    const beside = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (beside) list.insertBefore(item, by < 0 ? beside : beside.nextElementSibling);
    else {
      const lists = this.lists();
      const other = lists[lists.indexOf(list) + by];
      if (other) other.insertBefore(item, by < 0 ? null : other.firstElementChild);
    }
    item.querySelector<HTMLElement>("[data-handle]")?.focus();
    item.scrollIntoView({ block: "nearest" });
    const now = item.parentElement as HTMLElement;
    const all = this.items(now);
    say(word("moved", { lane: label(item), n: all.indexOf(item) + 1, total: all.length }));
  }

  private drop(): void {
    const moved = this.held && this.origin && (this.held.parentElement !== this.origin.list || this.held.nextElementSibling !== this.origin.next);
    const from = this.origin;
    const item = this.held;
    this.release();
    if (moved && from && item) void this.changed(item, from);
  }

  private putBack(): void {
    if (this.held && this.origin) {
      this.origin.list.insertBefore(this.held, this.origin.next);
      this.held.querySelector<HTMLElement>("[data-handle]")?.focus();
    }
    this.release();
  }

  private release(): void {
    this.held?.classList.remove("lifted");
    this.held = null;
    this.origin = null;
    this.dragging = false;
  }

  private async changed(item: HTMLElement | null, from: Spot | null): Promise<void> {
    this.dispatchEvent(new CustomEvent("pv:sorted", { bubbles: true }));
    this.closest("form")?.dispatchEvent(new Event("input", { bubbles: true }));
    const url = this.dataset["url"];
    if (!url) return;
    const data = new FormData();
    for (const input of this.querySelectorAll<HTMLInputElement>("input[name=item]")) data.append("item", input.value);
    try {
      await post(url, data);
    } catch (error) {
      if (item && from) from.list.insertBefore(item, from.next);
      toast(error instanceof Refused ? error.message : word("saveFailed"), "", "error");
    }
  }

  // ── rows ──
  private pressed(event: Event): void {
    const on = (selector: string): HTMLElement | null => (event.target as Element).closest<HTMLElement>(selector);
    if (on("[data-add]")) this.add("template[data-row]", this.lists()[0] ?? this, null);
    else if (on("[data-add-section]")) this.add("template[data-section-row]", this, on("[data-add-section]"));
    else if (on("[data-remove]")) this.removeRow(on("[data-item]"));
    else if (on("[data-unretire]")) this.offer(on("[data-item]"));
    else if (on("[data-up]")) this.raise(on("[data-section]"));
    else if (on("[data-remove-section]")) this.dissolve(on("[data-section]"));
  }

  private add(template: string, into: Element, before: Element | null): void {
    const kept = this.querySelector<HTMLTemplateElement>(template);
    if (!kept) return;
    const made = kept.content.cloneNode(true) as DocumentFragment;
    const first = made.querySelector<HTMLElement>(document.documentElement.lang === "fa" ? "[name$=_fa]" : "[name$=_en]");
    into.insertBefore(made, before);
    first?.focus();
    void this.changed(null, null);
  }

  private removeRow(item: HTMLElement | null): void {
    const beside = (item?.nextElementSibling ?? item?.previousElementSibling)?.querySelector<HTMLElement>("[data-remove]");
    item?.remove();
    (beside ?? this.querySelector<HTMLElement>("[data-add]"))?.focus();
    void this.changed(null, null);
  }

  private offer(item: HTMLElement | null): void {
    const kept = item?.querySelector<HTMLInputElement>("[name=choice_retired]");
    if (kept) kept.value = "";
    item?.querySelector("[data-unretire]")?.remove();
    void this.changed(null, null);
  }

  private raise(section: HTMLElement | null): void {
    const before = section?.previousElementSibling;
    if (section && before?.matches("[data-section]")) before.before(section);
    section?.querySelector<HTMLElement>("[data-up]")?.focus();
    void this.changed(null, null);
  }

  /** Its fields are not lost: they go into the section before, or out of the form. */
  private dissolve(section: HTMLElement | null): void {
    if (!section) return;
    const before = section.previousElementSibling?.querySelector("[data-list]") ?? this.querySelector("[data-hidden]");
    for (const item of this.items(section.querySelector("[data-list]") ?? section)) before?.append(item);
    section.remove();
    this.querySelector<HTMLElement>("[data-add-section]")?.focus();
    void this.changed(null, null);
  }

  private tint(event: Event): void {
    const select = event.target;
    if (!(select instanceof HTMLSelectElement) || !select.matches("[data-tint]")) return;
    for (const name of [...select.classList]) if (name.startsWith("tint-") && name !== "tint-pick") select.classList.remove(name);
    select.classList.add(`tint-${select.value || "grey"}`);
  }
}

const label = (item: HTMLElement): string => (item.parentElement as HTMLElement).dataset["label"] ?? "";
const middle = (item: Element): number => {
  const box = item.getBoundingClientRect();
  return box.top + box.height / 2;
};
const inside = (list: Element, x: number, y: number): boolean => {
  const box = (list.closest("[data-section], section") ?? list).getBoundingClientRect();
  return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
};

customElements.define("pv-sort", Sort);
