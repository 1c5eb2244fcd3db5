// Search-or-command (Ctrl K): a combobox over fragments the server draws.
import { debounce, request } from "./lib";

const dialog = document.querySelector<HTMLDialogElement>("#pv-palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector<HTMLElement>('[role="listbox"]');
const status = dialog?.querySelector<HTMLElement>("[data-status]");
let running: AbortController | null = null;

const options = (): HTMLElement[] => [...(list?.querySelectorAll<HTMLElement>('[role="option"]') ?? [])];

function choose(index: number): void {
  const all = options();
  const at = all.length ? (index + all.length) % all.length : -1;
  all.forEach((option, i) => {
    option.id ||= `pv-option-${i}`;
    option.setAttribute("aria-selected", String(i === at));
  });
  const chosen = all[at];
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) input?.setAttribute("aria-activedescendant", chosen.id);
  else input?.removeAttribute("aria-activedescendant");
}

const chosen = (): number => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

async function look(): Promise<void> {
  if (!dialog || !input || !list || !status) return;
  running?.abort();
  running = new AbortController();
  const url = new URL(dialog.dataset["url"] ?? "/palette/", location.href);
  url.searchParams.set("q", input.value);
  url.searchParams.set("from", location.pathname);
  try {
    const { body } = await request(url.href, { signal: running.signal });
    list.innerHTML = body;
    choose(0);
    status.textContent = options().length ? "" : (status.dataset["none"] ?? "");
  } catch (error) {
    if (error instanceof DOMException) return;
    status.textContent = status.dataset["failed"] ?? "";
    list.replaceChildren();
  }
  note(status.textContent ?? "");
}

function note(text: string): void {
  if (!text || !list) return;
  const line = document.createElement("p");
  line.className = "combo-note";
  line.textContent = text;
  list.replaceChildren(line);
}

const soon = debounce(120, () => void look());

input?.addEventListener("input", soon);
input?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") choose(chosen() + 1);
  else if (event.key === "ArrowUp") choose(chosen() - 1);
  else if (event.key === "Enter") options()[chosen()]?.click();
  else return;
  event.preventDefault();
});
list?.addEventListener("click", (event) => {
  // an option may be a command that opens a dialog on this page: the palette leaves first
  if (event.target instanceof Element && event.target.closest('[role="option"]')) dialog?.close();
});

export function show(): void {
  if (!dialog || !input || dialog.open) return;
  dialog.showModal();
  input.select();
  void look();
}
