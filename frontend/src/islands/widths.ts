// Widths of a table's columns: dragged at their edge, or by keys on it; kept for the person.
import { debounce, post, rtl } from "../lib";

const LEAST = 60;
const MOST = 800;

export class Widths {
  private readonly soon = debounce(400, () => void this.keep());

  constructor(private readonly grid: HTMLElement) {
    grid.addEventListener("pointerdown", (event) => this.down(event));
    grid.addEventListener("keydown", (event) => this.key(event));
    grid.addEventListener("dblclick", (event) => {
      if (this.grip(event)) void this.reset();
    });
    grid.addEventListener("click", (event) => {
      if (this.grip(event)) event.preventDefault();
    });
  }

  private grip(event: Event): HTMLElement | null {
    return event.target instanceof Element ? event.target.closest<HTMLElement>(".grip") : null;
  }

  private heads(): HTMLTableCellElement[] {
    return [...this.grid.querySelectorAll<HTMLTableCellElement>("thead th[data-column]")];
  }

  /** From widths as they come to widths as they are set, without anything moving. */
  private fix(): HTMLTableElement | null {
    const table = this.grid.querySelector<HTMLTableElement>("table.grid-t");
    if (!table || table.classList.contains("sized")) return table;
    const wide = this.heads().map((head) => Math.round(head.offsetWidth));
    this.heads().forEach((head, n) => head.setAttribute("width", String(wide[n])));
    table.classList.add("sized");
    return table;
  }

  private set(head: HTMLTableCellElement, width: number): void {
    const table = this.fix();
    const kept = Math.max(LEAST, Math.min(MOST, Math.round(width)));
    head.setAttribute("width", String(kept));
    head.querySelector(".grip")?.setAttribute("aria-valuenow", String(kept));
    const total = this.heads().reduce((sum, one) => sum + Number(one.getAttribute("width") ?? 0), 40);
    table?.setAttribute("width", String(total));
  }

  private down(event: PointerEvent): void {
    const grip = this.grip(event);
    const head = grip?.closest<HTMLTableCellElement>("th");
    if (!grip || !head || event.button !== 0) return;
    event.preventDefault();
    const [from, start] = [event.clientX, head.offsetWidth];
    grip.setPointerCapture(event.pointerId);
    grip.classList.add("held");
    const off = new AbortController();
    grip.addEventListener("pointermove", (move) => this.set(head, start + (move.clientX - from) * (rtl() ? -1 : 1)), { signal: off.signal });
    const end = (): void => {
      off.abort();
      grip.classList.remove("held");
      this.soon();
    };
    grip.addEventListener("pointerup", end, { signal: off.signal });
    grip.addEventListener("pointercancel", end, { signal: off.signal });
  }

  private key(event: KeyboardEvent): void {
    const head = this.grip(event)?.closest<HTMLTableCellElement>("th");
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (!head || (!step && event.key !== "Home")) return;
    if (step) this.set(head, head.offsetWidth + step * (rtl() ? -1 : 1));
    event.preventDefault();
    event.stopPropagation();
    if (step) this.soon();
    else void this.reset();
  }

  private async keep(): Promise<void> {
    const data = new FormData();
    data.set("state", this.grid.dataset["state"] ?? "");
    for (const head of this.heads()) {
      data.append("column", head.dataset["column"] ?? "");
      data.append("width", head.getAttribute("width") ?? "");
    }
    await post(this.grid.dataset["widthUrl"] ?? "", data).catch(() => undefined);
  }

  private async reset(): Promise<void> {
    await post(this.grid.dataset["widthUrl"] ?? "", { state: this.grid.dataset["state"] ?? "", reset: "1" });
    document.body.dispatchEvent(new CustomEvent("pv:changed", { bubbles: true }));
  }
}
