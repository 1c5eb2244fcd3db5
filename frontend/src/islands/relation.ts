// <pv-relation>: a combobox that finds a record while you type, or offers to make one.
import { debounce, request, shape } from "../lib";

interface Found { id: string; label: string; detail?: string }

class Relation extends HTMLElement {
  private readonly input = this.querySelector<HTMLInputElement>('[role="combobox"]')!;
  private readonly value = this.querySelector<HTMLInputElement>("[data-value]")!;
  private readonly list = this.querySelector<HTMLElement>('[role="listbox"]')!;
  private readonly clearer = this.querySelector<HTMLElement>("[data-clear]");
  private readonly status = this.querySelector<HTMLElement>("[data-status]");
  private running: AbortController | null = null;
  private at = -1;
  private label = this.input.defaultValue;

  connectedCallback(): void {
    const soon = debounce(150, () => void this.look());
    this.input.addEventListener("input", () => {
      if (!this.input.value) this.take({ id: "", label: "" }, false);
      soon();
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("click", () => this.list.hidden && void this.look());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>('[role="option"]');
      if (option) this.pick(option);
    });
    this.clearer?.addEventListener("click", () => {
      this.take({ id: "", label: "" });
      this.input.focus();
    });
    // somebody may have typed before this was here to listen
    if (document.activeElement === this.input && this.input.value !== this.label) soon();
    this.addEventListener("focusout", (event) => {
      if (!this.contains(event.relatedTarget as Node | null)) this.close(true);
    });
  }

  private options(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('[role="option"]')];
  }

  private async look(): Promise<void> {
    this.running?.abort();
    this.running = new AbortController();
    const url = new URL(this.dataset["url"] ?? "", location.href);
    const text = this.input.value === this.label ? "" : this.input.value.trim();
    url.searchParams.set("q", text);
    try {
      const { body } = await request(url.href, { signal: this.running.signal });
      this.draw((JSON.parse(body) as { results: Found[] }).results, text);
    } catch (error) {
      if (!(error instanceof DOMException)) this.draw([], "", this.dataset["failed"]);
    }
  }

  private draw(found: Found[], text: string, failed?: string): void {
    const rows: HTMLElement[] = found.map((record) => this.row(record));
    const create = this.dataset["createLabel"];
    if (create && text && !failed && !found.some((record) => record.label === text)) {
      const row = this.row({ id: `new:${text}`, label: text, detail: create });
      row.prepend(shape("plus"));
      rows.push(row);
    }
    const empty = failed ?? (rows.length ? "" : (this.dataset["none"] ?? ""));
    if (empty) {
      const note = document.createElement("p");
      note.className = "combo-note";
      note.textContent = empty;
      // a listbox may hold options only, so the note replaces its role while it shows
      note.setAttribute("role", "option");
      note.setAttribute("aria-disabled", "true");
      note.setAttribute("aria-selected", "false");
      rows.push(note);
    }
    this.list.replaceChildren(...rows);
    if (this.status) this.status.textContent = empty;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.move(text && found.length ? 0 : -1);
  }

  private row(record: Found): HTMLElement {
    const row = document.createElement("div");
    row.className = "opt-row";
    row.setAttribute("role", "option");
    row.dataset["id"] = record.id;
    row.dataset["label"] = record.label;
    const name = document.createElement("bdi");
    name.className = "cut";
    name.textContent = record.label;
    row.append(name);
    if (record.detail) {
      const detail = document.createElement("bdi");
      detail.className = "detail cut";
      detail.textContent = record.detail;
      row.append(detail);
    }
    return row;
  }

  private move(to: number): void {
    const all = this.options().filter((option) => option.ariaDisabled !== "true");
    this.at = all.length && to !== -1 ? (to + all.length) % all.length : -1;
    all.forEach((option, i) => {
      option.id ||= `${this.list.id}-${i}`;
      option.setAttribute("aria-selected", String(i === this.at));
    });
    const active = all[this.at];
    active?.scrollIntoView({ block: "nearest" });
    if (active) this.input.setAttribute("aria-activedescendant", active.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown") open ? this.move(this.at + 1) : void this.look();
    else if (event.key === "ArrowUp" && open) this.move(this.at < 0 ? -2 : this.at - 1);
    else if (event.key === "Enter" && open && this.at >= 0) this.pick(this.options()[this.at]!);
    else if (event.key === "Escape" && open) this.close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private pick(option: HTMLElement): void {
    if (option.ariaDisabled === "true") return;
    this.take({ id: option.dataset["id"] ?? "", label: option.dataset["label"] ?? "" });
    this.close(false);
  }

  private take(record: Found, write = true): void {
    this.value.value = record.id;
    this.label = record.label;
    if (write) this.input.value = record.label;
    if (this.clearer) this.clearer.hidden = !record.id;
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Text that was typed but not chosen goes back to the record that is really set. */
  private close(restore: boolean): void {
    this.running?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (restore) this.input.value = this.label;
  }
}

customElements.define("pv-relation", Relation);
