// <pv-calendar>: records carried to another day, by pointer or by keys.
import { localDigits, post, Refused, rtl, say } from "../lib";
import { toast } from "../toasts";

const SLACK = 5;

/** Which record was put down by keys: when the month is drawn anew, the focus is on it again. */
let put = "";

class Calendar extends HTMLElement {
  private lifted: HTMLElement | null = null;
  private home: HTMLElement | null = null;

  connectedCallback(): void {
    if (!this.dataset["moveUrl"]) return;
    const again = put && this.querySelector<HTMLElement>(`[data-event="${CSS.escape(put)}"]`);
    put = "";
    // The month before this one is still there, and has the focus until it is gone.
    if (again) requestAnimationFrame(() => document.activeElement === document.body && again.focus());
    this.addEventListener("pointerdown", (event) => this.down(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => {
      if (this.lifted && event.relatedTarget && event.relatedTarget !== this.lifted) this.leave();
    });
  }

  private words(name: string, day = ""): string {
    return (this.querySelector<HTMLElement>("[data-words]")?.dataset[name] ?? "").replace("{day}", localDigits(day));
  }

  private days(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-day]")];
  }

  private day(of: Element): HTMLElement | null {
    return of.closest<HTMLElement>("[data-day]");
  }

  private put(event: HTMLElement, day: HTMLElement): void {
    const item = event.closest("li");
    if (item) day.querySelector("ul")?.prepend(item);
    for (const one of this.days()) one.classList.toggle("target", one === day && day !== this.home);
  }

  private async commit(event: HTMLElement, from: HTMLElement, to: HTMLElement): Promise<void> {
    for (const one of this.days()) one.classList.remove("target");
    if (from === to) return;
    try {
      await post(this.dataset["moveUrl"] ?? "", { record: event.dataset["event"] ?? "", day: to.dataset["day"] ?? "" });
    } catch (error) {
      this.put(event, from);
      for (const one of this.days()) one.classList.remove("target");
      toast(error instanceof Refused ? error.message : "", "", "error");
    }
  }

  // ── pointer ──
  private down(event: PointerEvent): void {
    const link = (event.target as Element).closest<HTMLElement>("[data-event]");
    const from = link ? this.day(link) : null;
    if (!link || !from || event.button !== 0 || event.pointerType === "touch") return;
    const [startX, startY] = [event.clientX, event.clientY];
    let copy: HTMLElement | null = null;
    let over: HTMLElement = from;
    const off = new AbortController();
    const { signal } = off;
    addEventListener("pointermove", (move) => {
      if (!copy && Math.hypot(move.clientX - startX, move.clientY - startY) < SLACK) return;
      if (!copy) {
        copy = link.cloneNode(true) as HTMLElement;
        copy.classList.add("cal-carry");
        copy.removeAttribute("data-event");
        copy.ariaHidden = "true";
        copy.style.width = `${link.offsetWidth}px`;
        document.body.append(copy);
        document.body.classList.add("dragging");
        link.classList.add("ghosted");
      }
      copy.style.translate = `${move.clientX + 8}px ${move.clientY + 8}px`;
      const under = document.elementFromPoint(move.clientX, move.clientY)?.closest<HTMLElement>("[data-day]");
      over = under && this.contains(under) ? under : from;
      for (const one of this.days()) one.classList.toggle("target", one === over && over !== from);
    }, { signal });
    const end = (drop: boolean): void => {
      off.abort();
      document.body.classList.remove("dragging");
      link.classList.remove("ghosted");
      for (const one of this.days()) one.classList.remove("target");
      if (!copy) return;
      copy.remove();
      // the press that ends a drag is not a press on the link under it, also where Escape has ended it before
      const still = new AbortController();
      const done = (): void => void setTimeout(() => still.abort(), 0);
      addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, signal: still.signal });
      if (drop) done();
      else addEventListener("pointerup", done, { signal: still.signal });
      if (!drop || over === from) return;
      this.put(link, over);
      void this.commit(link, from, over);
    };
    addEventListener("pointerup", () => end(true), { signal });
    addEventListener("pointercancel", () => end(false), { signal });
    addEventListener("dragstart", (drag) => drag.preventDefault(), { signal });
    addEventListener("keydown", (key) => { if (key.key === "Escape") end(false); }, { signal, capture: true });
  }

  // ── keys ──
  private key(event: KeyboardEvent): void {
    const link = (event.target as Element).closest<HTMLElement>("[data-event]");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = this.day(link);
    if (!here) return;
    if (event.code === "Space") this.lifted ? this.drop() : this.lift(link, here);
    else if (!this.lifted) return;
    else if (event.key === "Escape") this.leave();
    else if (event.key === "Enter") this.drop();
    else if (!this.carry(event.key, here)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private lift(link: HTMLElement, here: HTMLElement): void {
    this.lifted = link;
    this.home = here;
    link.classList.add("lifted");
    say(this.words("lifted"));
  }

  private carry(key: string, here: HTMLElement): boolean {
    const side = rtl() ? -1 : 1;
    const step = { ArrowLeft: -side, ArrowRight: side, ArrowUp: -7, ArrowDown: 7 }[key];
    if (!step || !this.lifted) return false;
    const all = this.days();
    const to = all[all.indexOf(here) + step];
    if (!to) return true;
    const link = this.lifted;
    this.lifted = null; // moving the node blurs it: that is no leaving
    this.put(link, to);
    this.lifted = link;
    link.focus();
    say(this.words("over", to.dataset["label"] ?? ""));
    return true;
  }

  private drop(): void {
    const { lifted, home } = this;
    this.lifted = this.home = null;
    if (!lifted || !home) return;
    lifted.classList.remove("lifted");
    const to = this.day(lifted);
    if (to !== home) put = lifted.dataset["event"] ?? "";
    if (to) void this.commit(lifted, home, to);
  }

  private leave(): void {
    const { lifted, home } = this;
    this.lifted = this.home = null;
    if (!lifted || !home) return;
    lifted.classList.remove("lifted");
    this.put(lifted, home);
    for (const one of this.days()) one.classList.remove("target");
    say(this.words("left"));
    lifted.focus();
  }
}

customElements.define("pv-calendar", Calendar);
