// <pv-formula>: a formula with completion of fields and functions, its mistakes underlined, and its results below.
import { debounce, request, say } from "../lib";

interface Word { insert: string; label: string; detail: string; keys: string }
interface Told { fields: { insert: string; label: string; type_label: string }[]; functions: { name: string; help: string; example: string }[] }

const MOST = 30;
const fold = (text: string): string =>
  text.normalize("NFKC").toLowerCase().replace(/[\u064a\u0649]/g, "ی").replace(/\u0643/g, "ک").replace(/[\u200c\u200e\u200f\s_]/g, "");

class Formula extends HTMLElement {
  private readonly source = this.querySelector<HTMLTextAreaElement>("[data-source]")!;
  private readonly back = this.querySelector<HTMLElement>("[data-back]")!;
  private readonly list = this.querySelector<HTMLElement>("[data-list]")!;
  private readonly out = this.querySelector<HTMLElement>("[data-out]")!;
  private readonly form = this.closest("form")!;
  private words: Word[] | null = null;
  private running: AbortController | null = null;
  private from = 0;
  private at = -1;
  private quiet = false;

  connectedCallback(): void {
    const soon = debounce(300, () => void this.ask());
    this.source.addEventListener("input", () => {
      this.clean();
      if (!this.quiet) void this.suggest(false);
      soon();
    });
    this.source.addEventListener("keydown", (event) => this.key(event));
    this.source.addEventListener("scroll", () => this.back.scrollTo(this.source.scrollLeft, this.source.scrollTop));
    this.source.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (row) this.take(Number(row.dataset["n"]));
    });
    this.addEventListener("click", (event) => this.pressed(event));
    for (const name of ["gives", "places"]) this.form.querySelector(`[name=${name}]`)?.addEventListener("change", soon);
    this.mark();
    if (this.source.value !== this.source.defaultValue) soon(); // somebody was quicker than this script
  }

  // ── trying it ──
  private async ask(): Promise<void> {
    this.running?.abort();
    if (!this.source.value.trim()) {
      this.out.replaceChildren();
      this.clean();
      return;
    }
    this.running = new AbortController();
    const data = new FormData(this.form);
    try {
      const { body } = await request(this.dataset["url"] ?? "", { method: "POST", body: data, signal: this.running.signal });
      this.out.innerHTML = body; // drawn by our own server, escaped there
      this.mark();
      const first = this.out.querySelector("[data-error] span")?.textContent ?? "";
      say(first || (this.dataset["sound"] ?? ""));
    } catch (error) {
      if (!(error instanceof DOMException)) this.out.textContent = (error as Error).message;
    }
  }

  /** Where an issue stands, in the units in which the browser counts. */
  private spot(issue: HTMLElement): [number, number] {
    const signs = [...this.source.value];
    const unit = (n: string | undefined): number => signs.slice(0, Number(n ?? 0)).join("").length;
    return [unit(issue.dataset["start"]), unit(issue.dataset["end"])];
  }

  private mark(): void {
    const text = this.source.value;
    const parts: Node[] = [];
    let at = 0;
    for (const issue of this.out.querySelectorAll<HTMLElement>("[data-error]")) {
      const [start, end] = this.spot(issue);
      if (start < at) continue;
      const wave = document.createElement("mark");
      wave.textContent = text.slice(start, Math.max(end, start + 1)) || " ";
      parts.push(document.createTextNode(text.slice(at, start)), wave);
      at = Math.max(end, start + 1);
    }
    this.back.replaceChildren(...parts, document.createTextNode(`${text.slice(at)}\n`));
    const bad = this.out.querySelector("[data-error]") !== null;
    this.source.setAttribute("aria-invalid", String(bad));
    const kinds = this.out.querySelector<HTMLElement>("[data-kinds]")?.dataset["kinds"]?.split(" ").filter(Boolean) ?? [];
    for (const option of this.form.querySelectorAll<HTMLOptionElement>("select[name=gives] option")) {
      option.hidden = option.disabled = Boolean(kinds.length && option.value && !option.selected && !kinds.includes(option.value));
    }
  }

  private clean(): void {
    this.back.replaceChildren();
  }

  private pressed(event: Event): void {
    const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-put], [data-fix]") : null;
    if (!pressed) return;
    const fix = pressed.dataset["fix"];
    const issue = pressed.closest<HTMLElement>(".f-issue");
    const [start, end] = fix && issue ? this.spot(issue) : [this.source.selectionStart, this.source.selectionEnd];
    this.put(fix ?? pressed.dataset["put"] ?? "", start, end);
  }

  private put(text: string, start: number, end: number): void {
    this.source.focus();
    this.source.setRangeText(text, start, end, "end");
    this.close();
    this.quiet = true;
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
    this.quiet = false;
  }

  // ── completing ──
  private async known(): Promise<Word[]> {
    if (this.words) return this.words;
    const told = JSON.parse((await request(this.dataset["url"] ?? "")).body) as Told;
    const fields = told.fields.map((one) => ({ insert: one.insert, label: one.label, detail: one.type_label, keys: fold(one.label + one.insert) }));
    const functions = told.functions.map((one) => ({ insert: `${one.name}(`, label: one.name, detail: one.help, keys: fold(one.name) }));
    return (this.words = [...fields, ...functions]);
  }

  private async suggest(all: boolean): Promise<void> {
    const before = this.source.value.slice(0, this.source.selectionStart);
    const brace = /\{[^{}\n]*$/.exec(before)?.[0];
    const typed = brace ?? /[\p{L}_][\p{L}\p{M}\p{N}_\u200c]*$/u.exec(before)?.[0] ?? "";
    const quoted = (before.match(/"/g)?.length ?? 0) % 2 === 1;
    if (quoted || (!typed && !all)) return this.close();
    let words: Word[];
    try {
      words = await this.known();
    } catch {
      return;
    }
    if (this.source.value.slice(0, this.source.selectionStart) !== before) return;
    this.from = before.length - typed.length;
    const wanted = fold(typed.replace(/^\{/, ""));
    const fits = words.filter((one) => one.keys.includes(wanted) && (!brace || one.insert.startsWith("{")));
    const starts = (one: Word): number => (fold(one.label).startsWith(wanted) ? 0 : 1);
    this.draw(fits.sort((a, b) => starts(a) - starts(b)).slice(0, MOST), all && !typed);
  }

  private shown: Word[] = [];

  private draw(words: Word[], open: boolean): void {
    this.shown = words;
    if (!words.length) return this.close();
    this.list.replaceChildren(...words.map((word, n) => this.row(word, n)));
    if (this.list.hidden) say((this.dataset["hits"] ?? "").replace("{n}", String(words.length)));
    this.list.hidden = false;
    this.move(open ? -1 : 0);
  }

  private row(word: Word, n: number): HTMLElement {
    const row = document.createElement("div");
    row.className = "opt-row";
    row.id = `f-word-${n}`;
    row.dataset["n"] = String(n);
    row.setAttribute("role", "option");
    for (const [text, style] of [[word.label, "font-medium"], [word.insert.startsWith("{") ? word.insert : "", "detail f-key"], [word.detail, "detail cut"]] as const) {
      if (!text) continue;
      const part = document.createElement("bdi");
      part.className = style;
      part.textContent = text;
      row.append(part);
    }
    return row;
  }

  private move(to: number): void {
    const all = [...this.list.children];
    this.at = to < 0 ? -1 : to % all.length;
    all.forEach((row, n) => row.setAttribute("aria-selected", String(n === this.at)));
    const active = all[this.at];
    active?.scrollIntoView({ block: "nearest" });
    if (active) this.source.setAttribute("aria-activedescendant", active.id);
    else this.source.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    const open = !this.list.hidden;
    if (event.ctrlKey && event.code === "Space") void this.suggest(true);
    else if (event.key === "ArrowDown" && open) this.move(this.at + 1);
    else if (event.key === "ArrowUp" && open) this.move(this.at <= 0 ? this.shown.length - 1 : this.at - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && open && this.at >= 0 && !event.shiftKey) this.take(this.at);
    else if (event.key === "Escape" && open) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private take(n: number): void {
    const word = this.shown[n];
    if (!word) return;
    let end = this.source.selectionStart;
    if (this.source.value[end] === (word.insert.endsWith("}") ? "}" : "(")) end += 1;
    this.put(word.insert, this.from, end);
  }

  private close(): void {
    this.list.hidden = true;
    this.at = -1;
    this.source.removeAttribute("aria-activedescendant");
  }
}

customElements.define("pv-formula", Formula);

export {};
