// <pv-upload>: a file goes up as soon as it is chosen; the form then sends its token.
import { post, Refused, word } from "../lib";

class Upload extends HTMLElement {
  connectedCallback(): void {
    const token = this.querySelector<HTMLInputElement>("[data-token]");
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    const name = this.querySelector<HTMLElement>("[data-name]");
    const clear = this.querySelector<HTMLElement>("[data-clear]");
    const error = this.querySelector<HTMLElement>("[data-error]");
    if (!token || !input || !name || !clear || !error) return;
    const show = (value: string, text: string): void => {
      token.value = value;
      name.textContent = text;
      clear.hidden = !value;
      token.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const send = async (): Promise<void> => {
      const file = input.files?.[0];
      if (!file) return;
      error.hidden = true;
      this.ariaBusy = "true";
      try {
        const data = new FormData();
        data.set("file", file);
        const { body } = await post(this.dataset["url"] ?? "", data);
        const kept = JSON.parse(body) as { token: string; name: string };
        show(kept.token, kept.name);
      } catch (refused) {
        error.textContent = refused instanceof Refused ? refused.message : word("saveFailed");
        error.hidden = false;
      } finally {
        this.ariaBusy = null;
        input.value = "";
      }
    };
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      void send();
    });
    void send(); // somebody may have been quicker than this script
    clear.addEventListener("click", () => {
      show("", "");
      input.focus();
    });
  }
}

customElements.define("pv-upload", Upload);

export {};
