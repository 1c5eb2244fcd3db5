// <pv-chips>: several records, each a chip with its own hidden value; the combobox inside finds one more.
import { say } from "../lib";

class Chips extends HTMLElement {
  private readonly list = this.querySelector<HTMLElement>("[data-chips]")!;
  private readonly kept = this.querySelector<HTMLTemplateElement>("template[data-chip]")!;
  private readonly input = this.querySelector<HTMLInputElement>('[role="combobox"]')!;

  connectedCallback(): void {
    this.addEventListener("change", (event) => {
      const target = event.target as HTMLElement;
      if (target instanceof HTMLInputElement && target.matches("[data-value]") && target.value) {
        this.add(target.value, this.input.value);
        // The combobox is free for the next one; it tells of that by another change, with nothing in it.
        this.querySelector<HTMLElement>("[data-clear]")?.click();
      }
    });
    this.list.addEventListener("click", (event) => {
      const off = (event.target as Element).closest("[data-off]");
      if (off) this.takeOff(off.closest("li")!);
    });
  }

  private add(value: string, text: string): void {
    say(text);
    if ([...this.list.querySelectorAll<HTMLInputElement>("input")].some((one) => one.value === value)) return;
    const chip = this.kept.content.firstElementChild!.cloneNode(true) as HTMLElement;
    chip.querySelector("input")!.value = value;
    chip.querySelector("bdi")!.textContent = text;
    const off = chip.querySelector("[data-off]")!;
    off.setAttribute("aria-label", off.getAttribute("aria-label")!.replace("{name}", text));
    this.list.append(chip);
  }

  private takeOff(chip: HTMLElement): void {
    const near = (chip.nextElementSibling ?? chip.previousElementSibling)?.querySelector<HTMLElement>("[data-off]");
    chip.remove();
    (near ?? this.input).focus();
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("pv-chips", Chips);
