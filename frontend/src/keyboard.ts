// The keyboard, by physical key (event.code), so a Persian layout works as well.
import { openPalette } from "./open";
import { openDialog } from "./frame";
import { moveRow, onRow } from "./rows";
import { undoLast } from "./toasts";

const OFF = "pv-keys-off";
const HOT: Record<string, string> = { Slash: "/", KeyF: "f", BracketLeft: "[", BracketRight: "]" };
let pending: "go" | "create" | null = null;
let timer = 0;

const typing = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  Boolean(target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], pv-cell[open], [role=grid]"));

function sequence(start: "go" | "create"): void {
  pending = start;
  clearTimeout(timer);
  timer = window.setTimeout(() => (pending = null), 1500);
}

function follow(code: string): boolean {
  if (!pending) return false;
  const attribute = pending === "go" ? "data-go-key" : "data-create-key";
  pending = null;
  const letter = code.replace(/^(Key|Digit)/, "");
  const link = document.querySelector<HTMLElement>(`[${attribute}="${CSS.escape(letter)}" i]`);
  link?.click();
  return Boolean(link);
}

function hotkey(code: string): boolean {
  const key = HOT[code];
  const all = key ? [...document.querySelectorAll<HTMLElement>(`[data-hotkey="${key}"]`)] : [];
  const target = all.find((element) => element.offsetParent);
  if (!target) return false;
  if (target.matches("input, select, textarea")) {
    target.focus();
    (target as HTMLInputElement).select?.();
  } else target.click();
  return true;
}

function withModifier(event: KeyboardEvent): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  if (event.code === "KeyK") {
    openPalette();
    return true;
  }
  if (event.code === "Enter") {
    const form = (event.target as Element).closest("form");
    form?.requestSubmit();
    return Boolean(form);
  }
  return event.code === "KeyZ" && !event.shiftKey && !typing(event.target) && undoLast();
}

function single(event: KeyboardEvent): boolean {
  if (follow(event.code)) return true;
  if (event.shiftKey) {
    if (event.code === "Slash") {
      openDialog(document.querySelector("#pv-keys"));
      return true;
    }
    return event.code === "KeyX" && onRow("range");
  }
  switch (event.code) {
    case "KeyG": sequence("go"); return true;
    case "KeyC": sequence("create"); return Boolean(document.querySelector("[data-create-key]"));
    case "KeyJ": return moveRow(1);
    case "KeyK": return moveRow(-1);
    case "KeyX": return onRow("select");
    case "KeyE": return onRow("edit");
    case "Enter": return document.activeElement?.matches("[data-row]") === true && onRow("open");
    case "Space": return document.activeElement?.matches("[data-row]") === true && onRow("peek");
    default: return hotkey(event.code);
  }
}

export function startKeyboard(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    let done = withModifier(event);
    if (!done && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      const shut = localStorage.getItem(OFF) === "1" || document.querySelector("dialog[open]") !== null;
      done = !shut && single(event);
    }
    if (done) event.preventDefault();
  });
  // single keys can be switched off (WCAG 2.1.4): speech input would press them by accident
  const box = document.querySelector<HTMLInputElement>("[data-keys-switch]");
  if (!box) return;
  box.checked = localStorage.getItem(OFF) !== "1";
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
}
