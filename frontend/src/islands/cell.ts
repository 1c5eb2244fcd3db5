// <pv-cell>: editing in place. Enter saves, Escape leaves, Tab saves and moves on.
import { post, Refused, request, shape, word } from "../lib";

const CONTROL = "input:not([type=hidden]), select, textarea";

class Cell extends HTMLElement {
  private display = "";
  private start = "";
  private saving = false;

  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      if (!this.isOpen && !(event.target as Element).closest("a")) void this.edit();
    });
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("change", (event) => {
      if (this.isOpen && (event.target as Element).matches("select")) void this.save();
    });
    this.addEventListener("focusout", (event) => {
      const to = event.relatedTarget as Node | null;
      if (!this.isOpen || this.saving || this.contains(to) || !document.hasFocus()) return;
      if (this.classList.contains("bad")) return; // a refused value stays in sight
      if (!this.querySelector(":not(:defined)") && this.content() === this.start) this.leave(false);
      else void this.save(false);
    });
  }

  get isOpen(): boolean {
    return this.hasAttribute("open");
  }

  private content(): string {
    const form = this.querySelector("form");
    return form ? new URLSearchParams(new FormData(form) as unknown as Record<string, string>).toString() : "";
  }

  async edit(): Promise<void> {
    if (this.isOpen || this.ariaBusy === "true") return;
    this.ariaBusy = "true";
    try {
      const { body } = await request(this.dataset["editUrl"] ?? "");
      this.display = this.innerHTML;
      this.fill(body);
    } catch (error) {
      this.refuse(error);
    } finally {
      this.ariaBusy = null;
    }
  }

  /** While open the cell is a group around a control; closed it is a button. */
  private fill(html: string): void {
    this.innerHTML = html;
    this.start = this.content();
    this.setAttribute("open", "");
    this.setAttribute("role", "group");
    const control = this.querySelector<HTMLInputElement>(CONTROL);
    if (control && !control.labels?.length && !control.ariaLabel) control.ariaLabel = this.dataset["label"] ?? "";
    window.htmx.process(this);
    // what arrived may be the page's first control of its kind: islands wake on this
    this.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: this } }));
    control?.focus();
    if (control instanceof HTMLInputElement) control.select();
    this.removeAttribute("tabindex"); // only now: taking it from the focused element would blur it
    this.start = this.content();
  }

  private shut(html: string): void {
    this.removeAttribute("open");
    this.classList.remove("bad");
    this.setAttribute("role", "button");
    this.tabIndex = 0;
    this.innerHTML = html;
    window.htmx.process(this);
  }

  private leave(focus = true): void {
    this.shut(this.display);
    if (focus) this.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!this.isOpen) {
      if (plain && event.target === this && (event.key === "Enter" || event.code === "KeyE" || event.code === "Space")) {
        void this.edit();
        event.preventDefault();
      }
      return;
    }
    const multiline = event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey;
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter" && !multiline && !(event.target as Element).closest("button")) void this.enter();
    else if (event.key === "Tab" && this.within(event)) return;
    else if (event.key === "Tab") void this.saveAndMove(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Whether Tab leads to another control of the same value: the boxes of an address, a day and its time. */
  private within(event: KeyboardEvent): boolean {
    const pop = this.querySelector(".cell-pop");
    const all = [...(pop?.querySelectorAll<HTMLElement>("input:not([type=hidden]):not([hidden]), button:not([hidden])") ?? [])];
    const at = all.indexOf(event.target as HTMLElement);
    return at >= 0 && all[at + (event.shiftKey ? -1 : 1)] !== undefined;
  }

  /** A table that listens goes on to the next row. */
  private async enter(): Promise<void> {
    if (await this.save()) this.dispatchEvent(new CustomEvent("pv:entered", { bubbles: true }));
  }

  /** A control that reads what was typed when it is left reads it now. */
  private settle(): void {
    const control = document.activeElement;
    if (control instanceof HTMLInputElement && this.contains(control)) control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** What was typed into a control whose script has not come yet is read when it has. */
  private async ready(): Promise<void> {
    const waiting = [...this.querySelectorAll(":not(:defined)")].map((one) => customElements.whenDefined(one.localName));
    if (waiting.length) await Promise.all(waiting);
  }

  private async saveAndMove(step: number): Promise<void> {
    this.settle();
    if (await this.save(false)) await this.neighbour(step)?.edit();
  }

  private neighbour(step: number): Cell | null {
    const all = [...(this.closest("[data-rows], table, body")?.querySelectorAll<Cell>("pv-cell") ?? [])].filter((cell) => cell.offsetParent);
    return all[all.indexOf(this) + step] ?? null;
  }

  private async save(focus = true): Promise<boolean> {
    const form = this.querySelector("form");
    if (!form || this.saving) return false;
    await this.ready();
    if (this.saving || !form.isConnected) return false;
    if (this.content() === this.start && !this.classList.contains("bad")) {
      this.leave(focus);
      return true;
    }
    this.saving = true;
    try {
      const { body } = await post(form.getAttribute("action") || this.dataset["editUrl"] || "", new FormData(form));
      this.shut(body);
      this.saved();
      if (focus) this.focus();
      return true;
    } catch (error) {
      this.refuse(error);
      return false;
    } finally {
      this.saving = false;
    }
  }

  private saved(): void {
    const mark = document.createElement("span");
    mark.className = "saved";
    mark.role = "status";
    mark.append(shape("check"), word("saved"));
    this.append(mark);
    setTimeout(() => mark.remove(), 2000);
  }

  private refuse(error: unknown): void {
    const refused = error instanceof Refused ? error : new Refused(word("saveFailed"));
    if (/<form[\s>]/i.test(refused.body)) this.fill(refused.body);
    this.classList.add("bad");
    const control = this.querySelector<HTMLElement>(CONTROL);
    this.querySelector(".tip")?.remove();
    const tip = document.createElement("p");
    tip.className = "tip text-bad";
    tip.role = "alert";
    tip.id = `tip-${crypto.randomUUID()}`;
    tip.textContent = refused.message;
    this.querySelectorAll(".err").forEach((err) => err.remove());
    this.append(tip);
    control?.setAttribute("aria-invalid", "true");
    control?.setAttribute("aria-describedby", tip.id);
    control?.focus();
    if (!this.isOpen) setTimeout(() => { tip.remove(); this.classList.remove("bad"); }, 4000);
  }
}

customElements.define("pv-cell", Cell);
