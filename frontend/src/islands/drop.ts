// <pv-drop>: a file dropped anywhere on the zone goes into its own file input.

class Drop extends HTMLElement {
  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    const zone = this.querySelector<HTMLElement>(".dropzone");
    const name = this.querySelector<HTMLElement>("[data-name]");
    if (!input || !zone) return;
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      if (!event.dataTransfer?.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    const tell = (): void => {
      const file = input.files?.[0];
      if (!name || !file) return;
      const label = document.createElement("bdi");
      label.dir = "ltr";
      label.textContent = `${file.name} · ${size(file.size)}`;
      name.replaceChildren(label);
    };
    input.addEventListener("change", tell);
    tell(); // somebody may have been quicker than this script
  }
}

const size = (bytes: number): string =>
  (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

customElements.define("pv-drop", Drop);

export {};
