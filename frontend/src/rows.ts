// Rows of a list by keyboard: J and K walk, the rest acts on the row that has the focus.

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-rows] [data-row]")].filter((row) => row.offsetParent);
const current = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>("[data-row]") ?? null;

export function moveRow(step: 1 | -1): boolean {
  const all = rows();
  const here = current();
  const at = here ? all.indexOf(here) + step : step > 0 ? 0 : all.length - 1;
  const row = all[Math.max(0, Math.min(all.length - 1, at))];
  if (!row) return false;
  row.tabIndex = -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}

export type RowAct = "select" | "range" | "open" | "peek" | "edit";

export function onRow(act: RowAct): boolean {
  const row = current();
  if (!row) return false;
  if (act === "select" || act === "range") {
    const box = row.querySelector<HTMLInputElement>("[data-select]");
    box?.dispatchEvent(new CustomEvent("pv:pick", { bubbles: true, detail: { range: act === "range" } }));
    return Boolean(box);
  }
  const wanted = { open: "a[data-row-link]", peek: "a[data-peek]", edit: "pv-cell" }[act];
  const target = row.querySelector<HTMLElement>(wanted);
  target?.click();
  return Boolean(target);
}
