// Toasts: six seconds, waiting while the pointer or the focus is on them, with Undo.
import { closest, post, Refused, shape, word } from "./lib";
import { forget } from "./undos";

const LIFE = 6000;
interface Wanted { message?: string; undo?: string; value?: string; kind?: string }

const list = (): Element | null => document.querySelector("#pv-toasts [data-list]");

export function toast(message: string, undo = "", kind = ""): void {
  const made = shape("toast").firstElementChild as HTMLElement | null;
  if (!made || !message) return;
  const text = made.querySelector("[data-text]");
  if (text) text.textContent = message;
  const button = made.querySelector<HTMLElement>("[data-undo]");
  if (undo && button) button.dataset["undo"] = undo;
  else button?.remove();
  if (kind === "error") {
    made.querySelector("svg")?.replaceWith(shape("alert"));
    made.dataset["kind"] = kind;
  }
  list()?.append(made);
  live(made);
}

function live(element: HTMLElement): void {
  let timer = 0;
  let left = element.dataset["kind"] === "error" ? 2 * LIFE : LIFE;
  let since = 0;
  const go = (): void => {
    since = Date.now();
    timer = window.setTimeout(() => element.remove(), left);
  };
  const wait = (): void => {
    clearTimeout(timer);
    left = Math.max(1500, left - (Date.now() - since));
  };
  element.addEventListener("pointerenter", wait);
  element.addEventListener("focusin", wait);
  element.addEventListener("pointerleave", go);
  element.addEventListener("focusout", go);
  go();
}

async function undo(button: HTMLElement): Promise<void> {
  const url = button.dataset["undo"];
  if (!url) return;
  forget(url);
  button.closest("[data-toast]")?.remove();
  try {
    const { response } = await post(url, {});
    const to = response.headers.get("HX-Redirect");
    if (to) location.assign(to);
    else if (!response.headers.get("HX-Trigger")) location.reload();
  } catch (error) {
    toast(error instanceof Refused && error.body ? error.message : word("undoFailed"));
  }
}

/** Ctrl Z outside a field: take back what the newest toast offers. */
export function undoLast(): boolean {
  const buttons = document.querySelectorAll<HTMLElement>("#pv-toasts button[data-undo]");
  const last = buttons[buttons.length - 1];
  if (last) void undo(last);
  return Boolean(last);
}

export function startToasts(): void {
  document.querySelectorAll<HTMLElement>("[data-toast]").forEach(live);
  document.addEventListener("click", (event) => {
    const button = closest(event, "#pv-toasts button");
    if (button?.hasAttribute("data-undo")) void undo(button);
    else if (button?.hasAttribute("data-close")) button.closest("[data-toast]")?.remove();
  });
  document.body.addEventListener("toast", (event) => {
    const detail = (event as CustomEvent<Wanted>).detail;
    toast(detail.message ?? detail.value ?? "", detail.undo, detail.kind);
  });
}

