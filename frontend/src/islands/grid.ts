// <pv-grid>: a list's table as a spreadsheet: arrows, typing, blocks copied and pasted, undo, and widths of columns.
import { csrf, post, Refused, request, rtl } from "../lib";
import { toast } from "../toasts";
import { anyUndo, remember, takeLast } from "../undos";
import { Widths } from "./widths";

type Editor = HTMLElement & { edit(): Promise<void> };
const STEPS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -99], End: [0, 99] };

/** The cell one is on, which is found again when the list is drawn anew around it. */
let last: { row: string; column: string } | null = null;
document.addEventListener("focusin", ({ target }) => {
  if (target instanceof Element && !target.closest("pv-grid, dialog, #pv-toasts")) last = null;
});

class Grid extends HTMLElement {
  private anchor: HTMLElement | null = null;
  private off = new AbortController();
  /** While an editor is fetched, what is typed meanwhile waits here. */
  private opening: HTMLElement | null = null;
  private typed = "";
  private then = "";

  connectedCallback(): void {
    const { signal } = (this.off = new AbortController());
    this.addEventListener("keydown", (event) => this.key(event), { capture: true });
    this.addEventListener("pointerdown", (event) => this.point(event));
    this.addEventListener("click", (event) => this.fold(event));
    document.addEventListener("copy", (event) => this.copy(event), { signal });
    document.addEventListener("paste", (event) => void this.paste(event), { signal });
    this.addEventListener("focusin", () => this.note());
    this.addEventListener("pv:entered", (event) => this.below(event));
    for (const name of ["pv:saved", "toast"]) {
      document.body.addEventListener(name, (event) => {
        const undo = (event as CustomEvent<{ undo?: string }>).detail?.undo;
        if (undo) remember(undo);
      }, { signal });
    }
    new Widths(this);
    // The list before this one is still there: what it held has the focus until it is gone.
    requestAnimationFrame(() => document.activeElement === document.body && this.isConnected && this.back());
  }

  disconnectedCallback(): void {
    this.off.abort();
  }

  // ── where one is ──
  private rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("tr[data-row]")].filter((row) => row.offsetParent);
  }

  private cells(row: HTMLElement): HTMLElement[] {
    return [...row.children].slice(1) as HTMLElement[];
  }

  private here(): HTMLElement | null {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || !this.contains(active) || active.closest("pv-cell[open]")) return null;
    const cell = active.closest<HTMLElement>("tr[data-row] > :is(td, th)");
    return cell && !cell.classList.contains("box-c") && !active.matches("input") && !active.matches("tr") ? cell : null;
  }

  private place(cell: HTMLElement): [number, number] {
    const row = cell.closest<HTMLElement>("tr")!;
    return [this.rows().indexOf(row), this.cells(row).indexOf(cell)];
  }

  private at(row: number, column: number): HTMLElement | null {
    const rows = this.rows();
    const line = rows[Math.max(0, Math.min(rows.length - 1, row))];
    const cells = line ? this.cells(line) : [];
    return cells[Math.max(0, Math.min(cells.length - 1, column))] ?? null;
  }

  private go(cell: HTMLElement | null): void {
    if (!cell) return;
    const inner = cell.querySelector<HTMLElement>("pv-cell, a[data-row-link]");
    if (!inner) cell.tabIndex = -1;
    (inner ?? cell).focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private heads(): string[] {
    return [...this.querySelectorAll<HTMLElement>("thead th[data-column]")].map((th) => th.dataset["column"] ?? "");
  }

  private note(): void {
    const cell = document.activeElement?.closest<HTMLElement>("tr[data-row] > :is(td, th)");
    const row = cell?.closest("tr")?.querySelector<HTMLInputElement>("[data-select]")?.value;
    if (cell && row && !cell.classList.contains("box-c")) last = { row, column: this.heads()[this.place(cell)[1]] ?? "" };
  }

  private back(): void {
    if (!last) return;
    const { row, column } = last;
    const line = this.rows().findIndex((one) => one.querySelector<HTMLInputElement>("[data-select]")?.value === row);
    const at = this.heads().indexOf(column);
    if (line >= 0 && at >= 0) this.go(this.at(line, at));
  }

  /** Enter keeps a value and goes on to the cell below, as in a spreadsheet. */
  private below(event: Event): void {
    const cell = (event.target as Element).closest<HTMLElement>("tr[data-row] > :is(td, th)");
    if (!cell) return;
    const [row, column] = this.place(cell);
    this.go(this.at(row + 1, column));
  }

  // ── keys ──
  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const cell = this.here();
    if (!cell) return;
    if (this.waits(event)) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyZ" && !event.shiftKey && anyUndo()) void this.undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key in STEPS) this.move(cell, event);
    else if (event.key === "F2") this.edit(cell);
    else if (event.key === "Escape" && this.picked().length) this.pick([]);
    else if (event.key.length === 1 && event.key !== " " && cell.querySelector("pv-cell")) this.type(cell, event.key);
    else if (event.key === "Delete" || event.key === "Backspace") this.type(cell, "");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private move(cell: HTMLElement, event: KeyboardEvent): void {
    const [down, across] = STEPS[event.key]!;
    const [row, column] = this.place(cell);
    const flipped = event.key.startsWith("Arrow") && rtl() ? -across : across;
    const to = this.at(row + down, column + flipped);
    if (event.shiftKey && to) {
      this.anchor ??= cell;
      this.pick(this.block(this.anchor, to));
    } else {
      this.anchor = null;
      this.pick([]);
    }
    this.go(to);
  }

  private editor(cell: HTMLElement): Editor | null {
    return cell.querySelector<Editor>("pv-cell");
  }

  private edit(cell: HTMLElement): void {
    void this.editor(cell)?.edit();
  }

  /** What is typed replaces what was there, as in a spreadsheet; what is typed before the editor is there, too. */
  private type(cell: HTMLElement, text: string): void {
    const editor = this.editor(cell);
    if (!editor || this.opening) return;
    [this.opening, this.typed, this.then] = [editor, text, ""];
    void editor.edit().finally(() => {
      this.opening = null;
      this.put(editor);
    });
  }

  private waits(event: KeyboardEvent): boolean {
    if (!this.opening || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Enter" || event.key === "Tab") this.then ||= event.key;
    else if (event.key === "Backspace") this.typed = this.typed.slice(0, -1);
    else if (event.key.length === 1 && !this.then) this.typed += event.key;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  private put(editor: HTMLElement): void {
    const input = editor.querySelector<HTMLInputElement>("input:not([type=hidden], [type=checkbox]), textarea");
    const list = editor.querySelector("select");
    if (input) {
      input.value = this.typed;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.setSelectionRange?.(input.value.length, input.value.length);
    } else if (list && this.typed) {
      const wish = this.typed.toLocaleLowerCase();
      const found = [...list.options].find((option) => option.text.trim().toLocaleLowerCase().startsWith(wish));
      if (found) list.value = found.value;
    }
    if (this.then) (input ?? list)?.dispatchEvent(new KeyboardEvent("keydown", { key: this.then, bubbles: true, cancelable: true }));
  }

  private async undo(): Promise<void> {
    const url = takeLast();
    try {
      if (url) await post(url, {});
    } catch (error) {
      if (error instanceof Refused) toast(error.message, "", "error");
    }
  }

  // ── blocks ──
  private point(event: PointerEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>("tr[data-row] > :is(td, th)");
    if (!cell || (event.target as Element).closest("input, pv-cell[open]")) return;
    const from = this.here();
    if (event.shiftKey && from && cell.querySelector("pv-cell")) {
      event.preventDefault();
      this.anchor = from;
      this.pick(this.block(from, cell));
      const swallow = (click: Event): void => { click.preventDefault(); click.stopPropagation(); };
      this.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => this.removeEventListener("click", swallow, { capture: true }), 400);
    } else {
      this.anchor = null;
      this.pick([]);
    }
  }

  private block(one: HTMLElement, other: HTMLElement): HTMLElement[][] {
    const [r1, c1] = this.place(one);
    const [r2, c2] = this.place(other);
    const lines = this.rows().slice(Math.min(r1, r2), Math.max(r1, r2) + 1);
    return lines.map((row) => this.cells(row).slice(Math.min(c1, c2), Math.max(c1, c2) + 1));
  }

  private picked(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".picked")];
  }

  private pick(block: HTMLElement[][]): void {
    for (const cell of this.picked()) cell.classList.remove("picked");
    for (const cell of block.flat()) cell.classList.add("picked");
  }

  private chosen(): HTMLElement[][] {
    const rows = this.rows().map((row) => this.cells(row).filter((cell) => cell.classList.contains("picked")));
    const block = rows.filter((cells) => cells.length);
    const here = this.here();
    return block.length ? block : here ? [[here]] : [];
  }

  private text(cell: HTMLElement): string {
    const shown = cell.querySelector<HTMLElement>(".cellv, .namecell .cut");
    return (shown?.querySelector<HTMLElement>("time")?.textContent ?? shown?.textContent ?? "").replace(/\s+/g, " ").trim();
  }

  private copy(event: ClipboardEvent): void {
    const block = this.chosen();
    if (!block.length || !this.here() || getSelection()?.toString()) return;
    event.clipboardData?.setData("text/plain", block.map((row) => row.map((cell) => this.text(cell)).join("\t")).join("\n"));
    event.preventDefault();
  }

  private async paste(event: ClipboardEvent): Promise<void> {
    const here = this.here();
    const url = this.dataset["pasteUrl"];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!here || !url || !text) return;
    event.preventDefault();
    const table = lines(text);
    const chosen = this.chosen();
    const one = table.length === 1 && table[0]?.length === 1;
    const first = chosen[0]?.[0] ?? here;
    const [row, column] = this.place(first);
    const cells = one ? chosen.map((line) => line.map(() => table[0]![0]!)) : table;
    const width = Math.max(...cells.map((line) => line.length));
    const names = this.heads();
    const data = new FormData();
    const ids = this.rows().slice(row, row + cells.length).map((line) => line.querySelector<HTMLInputElement>("[data-select]")?.value ?? "");
    const fields = names.slice(column, column + width);
    const kept = cells.slice(0, ids.length).map((line) => line.slice(0, fields.length));
    data.set("block", JSON.stringify({ rows: ids, fields, cells: kept }));
    if (one && chosen.flat().length === 1) data.set("do", "act");
    try {
      const { body } = await request(url, { method: "POST", body: data, headers: { "X-CSRFToken": csrf() } });
      this.show(body);
    } catch (error) {
      if (error instanceof Refused && /<dialog/i.test(error.body)) this.show(error.body);
      else if (error instanceof Refused) toast(error.message, "", "error");
    }
  }

  private show(html: string): void {
    const slot = document.querySelector<HTMLElement>("#slot");
    if (slot && /<dialog/i.test(html)) window.htmx.swap(slot, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  }

  // ── groups ──
  private fold(event: MouseEvent): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-fold]");
    const body = button?.closest("tbody");
    if (!button || !body) return;
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    body.classList.toggle("folded", !open);
  }
}

/** Rows of cells as spreadsheets put them on the clipboard: tabs between, quotes around what holds a break. */
export function lines(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let i = 0; i < plain.length; i += 1) {
    const sign = plain.charAt(i);
    if (quoted && sign === '"' && plain.charAt(i + 1) === '"') { cell += '"'; i += 1; }
    else if (sign === '"' && (quoted || cell === "")) quoted = !quoted;
    else if (!quoted && (sign === "\t" || sign === "\n")) {
      rows.at(-1)!.push(cell);
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign;
  }
  rows.at(-1)!.push(cell);
  return rows;
}

customElements.define("pv-grid", Grid);
