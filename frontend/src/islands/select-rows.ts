// <pv-select-rows>: boxes, ranges, and the bar that acts on what is chosen.
import { localDigits } from "../lib";

class SelectRows extends HTMLElement {
  private last: HTMLInputElement | null = null;

  connectedCallback(): void {
    this.addEventListener("click", (event) => this.pressed(event));
    this.addEventListener("change", (event) => this.change(event));
    this.addEventListener("pv:pick", (event) => {
      const box = event.target as HTMLInputElement;
      if ((event as CustomEvent<{ range: boolean }>).detail.range) this.range(box);
      else box.checked = !box.checked;
      this.last = box;
      this.show();
    });
    this.addEventListener("htmx:afterSettle", () => this.show());
    this.addEventListener("formdata", (event) => {
      if ((event.target as Element).closest("[data-bulk]")) for (const value of this.chosen()) event.formData.append("selected", value);
    });
    this.addEventListener("htmx:configRequest", (event) => {
      const detail = (event as CustomEvent<{ elt: Element; parameters: Record<string, unknown> }>).detail;
      if (detail.elt.closest("[data-bulk]") && !detail.elt.closest("form")) detail.parameters["selected"] = this.chosen();
    });
    this.show();
  }

  private boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("input[data-select]")];
  }

  chosen(): string[] {
    return this.boxes().filter((box) => box.checked).map((box) => box.value);
  }

  private pressed(event: MouseEvent): void {
    const target = event.target as Element;
    if (target.closest("[data-bulk] [data-clear]")) {
      for (const box of this.boxes()) box.checked = false;
      this.show();
    } else if (target.matches("input[data-select]")) {
      if (event.shiftKey) this.range(target as HTMLInputElement);
      this.last = target as HTMLInputElement;
    }
  }

  private range(to: HTMLInputElement): void {
    const all = this.boxes();
    const ends = [all.indexOf(this.last ?? to), all.indexOf(to)].sort((a, b) => a - b);
    const state = this.last ? this.last.checked : true;
    for (const box of all.slice(ends[0], (ends[1] ?? 0) + 1)) box.checked = state;
  }

  private change(event: Event): void {
    const target = event.target as HTMLInputElement;
    if (target.matches("[data-select-all]")) for (const box of this.boxes()) box.checked = target.checked;
    if (target.matches("[data-select-all], [data-select]")) this.show();
  }

  private show(): void {
    const all = this.boxes();
    const count = this.chosen().length;
    for (const box of all) box.closest("[data-row], tr")?.setAttribute("aria-selected", String(box.checked));
    const master = this.querySelector<HTMLInputElement>("[data-select-all]");
    if (master) {
      master.checked = count > 0 && count === all.length;
      master.indeterminate = count > 0 && count < all.length;
    }
    const bar = this.querySelector<HTMLElement>("[data-bulk]");
    const text = bar?.querySelector<HTMLElement>("[data-count]");
    if (bar) bar.hidden = count === 0;
    if (text) text.textContent = (text.dataset["text"] ?? "{n}").replace("{n}", localDigits(String(count)));
    this.dispatchEvent(new CustomEvent("pv:selection", { bubbles: true, detail: { ids: this.chosen() } }));
  }
}

customElements.define("pv-select-rows", SelectRows);
