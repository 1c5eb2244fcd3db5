// <pv-key>: shows the key that a field's label suggests, until somebody writes one.
import { debounce, request } from "../lib";

class Key extends HTMLElement {
  connectedCallback(): void {
    const key = this.querySelector<HTMLInputElement>("input");
    const labels = [...(this.closest("form")?.querySelectorAll<HTMLInputElement>("[name=label_fa], [name=label_en]") ?? [])];
    if (!key) return;
    const ask = debounce(250, async () => {
      const query = new URLSearchParams(labels.map((one) => [one.name, one.value]));
      try {
        key.placeholder = (await request(`${this.dataset["url"] ?? ""}?${query}`)).body;
      } catch {
        key.placeholder = "";
      }
    });
    for (const label of labels) label.addEventListener("input", () => { if (!key.value) ask(); });
    if (!key.value && labels.some((one) => one.value !== one.defaultValue)) ask(); // somebody was quicker than this script
  }
}

customElements.define("pv-key", Key);

export {};
