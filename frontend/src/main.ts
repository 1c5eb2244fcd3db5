// The first load: style, htmx, the frame. Islands come when their element is on the page.
import "./app.css";
import "./parts.css";
import "./pages.css";
import "./list.css";
import htmx from "htmx.org";
import { startFrame, arrive } from "./frame";
import { startKeyboard } from "./keyboard";
import { csrf, word } from "./lib";
import { openPalette } from "./open";
import { startToasts, toast } from "./toasts";

const ISLANDS: Record<string, () => Promise<unknown>> = {
  "pv-board": () => import("./islands/board"),
  "pv-calendar": () => import("./islands/calendar"),
  "pv-grid": () => import("./islands/grid"),
  "pv-cell": () => import("./islands/cell"),
  "pv-date": () => import("./islands/date"),
  "pv-relation": () => import("./islands/relation"),
  "pv-chips": () => import("./islands/chips"),
  "pv-select-rows": () => import("./islands/select-rows"),
  "pv-sort": () => import("./islands/sort"),
  "pv-upload": () => import("./islands/upload"),
  "pv-formula": () => import("./islands/formula"),
  "pv-key": () => import("./islands/key"),
  "pv-drop": () => import("./islands/drop"),
  "[data-money], [data-number]": () => import("./islands/number"),
};
const wanted = new Set(Object.keys(ISLANDS));

function wake(root: ParentNode): void {
  for (const selector of wanted) {
    if (!root.querySelector(selector) && !(root instanceof Element && root.matches(selector))) continue;
    wanted.delete(selector);
    void ISLANDS[selector]?.();
  }
}

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, headers } = (event as CustomEvent<{ verb: string; headers: Record<string, string> }>).detail;
  if (verb !== "get") headers["X-CSRFToken"] = csrf();
});
document.addEventListener("htmx:load", (event) => {
  const root = (event as CustomEvent<{ elt: HTMLElement }>).detail.elt;
  wake(root);
  if (root !== document.body) arrive(root);
});
document.addEventListener("htmx:sendError", () => toast(word("offline"), "", "error"));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  if (xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return; // it has said why itself
  toast(xhr.status === 401 ? word("expired") : word("saveFailed"), "", "error");
});
// What is pressed before the script of its part has come is pressed again when it has; links and fields need none.
document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>(":not(svg, svg *)") : null;
  const part = pressed?.closest(":not(:defined)")?.localName ?? "";
  if (!pressed || !(part in ISLANDS) || pressed.closest("a, input, select, textarea, label, summary, [type=submit]")) return;
  event.stopPropagation();
  void customElements.whenDefined(part).then(() => pressed.click());
}, { capture: true });
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("[data-open-palette]")) openPalette();
  if (event.target.closest("[data-print]")) print();
  if (event.target.closest("[data-close-pop]")) event.target.closest<HTMLElement>("[popover]")?.hidePopover();
});

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
startFrame();
startToasts();
startKeyboard();
wake(document);
arrive(document);

declare global {
  interface Window { htmx: typeof htmx }
}
window.htmx = htmx;
