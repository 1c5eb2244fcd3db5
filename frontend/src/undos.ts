// What can be taken back, newest last: Ctrl Z in a table goes through it, a toast's Undo takes its own out.
const urls: string[] = [];

export const remember = (url: string): void => {
  if (!urls.includes(url)) urls.push(url);
};

/** The newest act; the toast that offers the same goes with it. */
export function takeLast(): string {
  const url = urls.pop() ?? "";
  if (url) document.querySelector(`#pv-toasts button[data-undo="${CSS.escape(url)}"]`)?.closest("[data-toast]")?.remove();
  return url;
}

export const forget = (url: string): void => {
  const at = urls.lastIndexOf(url);
  if (at >= 0) urls.splice(at, 1);
};

export const anyUndo = (): boolean => urls.length > 0;
