// The frame: theme, menus, dialogs, phone navigation, forms that send themselves or warn before they are lost.
import { closest, debounce, place, word } from "./lib";

function setTheme(choice: string): void {
  const year = 60 * 60 * 24 * 365;
  document.cookie = `pv_theme=${choice}; path=/; max-age=${year}; SameSite=Lax`;
  const root = document.documentElement;
  if (choice === "system") root.removeAttribute("data-theme");
  else root.dataset["theme"] = choice === "dark" ? "peyvand-dark" : "peyvand";
  for (const button of document.querySelectorAll<HTMLElement>("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset["setTheme"] === choice));
  }
}

let opener: Element | null = null;

function startMenus(): void {
  document.addEventListener("click", (event) => { opener = closest(event, "[popovertarget]") ?? opener; }, true);
  document.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLElement) || !box.matches(".menu-pop")) return;
    const open = (event as ToggleEvent).newState === "open";
    if (open) {
      const own = `[popovertarget="${box.id}"]`;
      const anchor = opener?.matches(own) ? opener : document.querySelector(own);
      if (anchor) place(box, anchor);
      (box.querySelector<HTMLElement>("[autofocus]") ?? box.querySelector<HTMLElement>("a, button, input"))?.focus();
    }
    box.classList.toggle("placed", open);
  }, true);
  // what arrives in an open menu may be wider than what it stands for
  document.addEventListener("htmx:afterSettle", (event) => {
    const box = event.target instanceof Element ? event.target.closest<HTMLElement>(".menu-pop.placed") : null;
    const anchor = box && document.querySelector(`[popovertarget="${box.id}"]:not(.fchip *)`);
    if (anchor) place(box, anchor);
  });
  document.addEventListener("keydown", (event) => {
    const menu = closest(event, ".menu-pop");
    if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || closest(event, "input, select, textarea")) return;
    const items = [...menu.querySelectorAll<HTMLElement>(".item")];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key] ?? 0;
    items.at(to % items.length)?.focus();
    event.preventDefault();
  });
}

export function openDialog(dialog: Element | null): void {
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** The phone's menu is the sidebar itself, carried into a dialog and back. */
function openNav(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#pv-nav");
  const side = document.querySelector(".app > .side");
  if (!dialog || !side) return;
  dialog.append(side);
  dialog.addEventListener("close", () => document.querySelector(".app")?.prepend(side), { once: true });
  dialog.showModal();
}

function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-open-dialog]");
    if (button) openDialog(document.getElementById(button.dataset["openDialog"] ?? ""));
    if (closest(event, "[data-open-nav]")) openNav();
    if (closest(event, "[data-open-keys]")) openDialog(document.querySelector("#pv-keys"));
    if (closest(event, "[data-close-dialog]")) closest(event, "dialog")?.closest("dialog")?.close();
    const theme = closest(event, "[data-set-theme]");
    if (theme) setTheme(theme.dataset["setTheme"] ?? "system");
    // a press on the backdrop reaches the dialog element itself
    if (event.target instanceof HTMLDialogElement && event.target.open && outside(event.target, event)) event.target.close();
  });
}

function outside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

const dirty = new Set<HTMLFormElement>();

function startForms(): void {
  const send = debounce(300, (form: HTMLFormElement) => form.requestSubmit());
  document.addEventListener("input", (event) => {
    const guarded = closest<HTMLFormElement>(event, "form[data-guard]");
    if (guarded) dirty.add(guarded);
    const form = closest<HTMLFormElement>(event, "form[data-autosubmit]");
    if (form && closest(event, "input:not([type=checkbox], [type=radio])")) send(form);
  });
  document.addEventListener("change", (event) => {
    const form = closest<HTMLFormElement>(event, "form[data-autosubmit]");
    if (form && closest(event, "select, [type=checkbox], [type=radio], [type=hidden]")) form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement)) return;
    dirty.delete(event.target);
    const button = event.submitter ?? event.target.querySelector("button[data-busy]");
    if (button?.hasAttribute("data-busy") && !event.defaultPrevented) busy(button);
  });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) {
      event.preventDefault();
      event.returnValue = word("unsaved");
    }
  });
  addEventListener("pageshow", () => document.querySelectorAll("button[data-busy][aria-busy]").forEach(idle));
  document.addEventListener("htmx:afterRequest", () => document.querySelectorAll("button[data-busy][aria-busy]").forEach(idle));
}

function busy(button: Element): void {
  const spinner = document.createElement("span");
  spinner.className = "loading loading-spinner loading-xs";
  spinner.ariaHidden = "true";
  button.prepend(spinner);
  button.setAttribute("aria-busy", "true");
}

function idle(button: Element): void {
  button.removeAttribute("aria-busy");
  button.querySelector(":scope > .loading")?.remove();
}

/** What arrives, with the page or by htmx, and asks for attention. */
export function arrive(root: ParentNode): void {
  if (root instanceof HTMLDialogElement && root.hasAttribute("data-autoshow")) openDialog(root);
  root.querySelectorAll<HTMLDialogElement>("dialog[data-autoshow]").forEach(openDialog);
  root.querySelector<HTMLElement>("[data-autofocus]")?.focus();
  for (const kept of root.querySelectorAll<HTMLDetailsElement>("details[data-keep]")) {
    const key = `pv-${kept.dataset["keep"]}`;
    const saved = localStorage.getItem(key);
    if (saved) kept.open = saved === "open";
    kept.addEventListener("toggle", () => localStorage.setItem(key, kept.open ? "open" : "shut"));
  }
  root.querySelectorAll<HTMLElement>(".tabs-l > [aria-current]").forEach(showTab);
}

/** On a phone the current tab may lie beyond the edge of its row; the page itself is left where it is. */
function showTab(tab: HTMLElement): void {
  const row = tab.parentElement;
  if (!row || row.scrollWidth <= row.clientWidth) return;
  const [here, all] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += here.left + here.width / 2 - all.left - all.width / 2;
}

export function startFrame(): void {
  startMenus();
  startDialogs();
  startForms();
}
