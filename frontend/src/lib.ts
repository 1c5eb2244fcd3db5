// What every island needs: words and shapes from the page, requests with the CSRF token, digits.

export const rtl = (): boolean => document.documentElement.dir === "rtl";
export const lang = (): string => document.documentElement.lang || "en";

/** A text the server wrote into `#pv-words`, so that no script carries a language. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  const text = document.querySelector<HTMLElement>("#pv-words")?.dataset[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, name: string) => localDigits(String(values[name] ?? "")));
}

/** A copy of a shape kept in a <template>. */
export function shape(id: string): DocumentFragment {
  const kept = document.querySelector<HTMLTemplateElement>(`#pv-${id}`);
  return kept ? (kept.content.cloneNode(true) as DocumentFragment) : document.createDocumentFragment();
}

export function say(text: string): void {
  const live = document.querySelector("#pv-say");
  if (live) live.textContent = text;
}

const ARABIC = /[۰-۹٠-٩]/g;
export const latinDigits = (text: string): string =>
  text.replace(ARABIC, (d) => String((d.charCodeAt(0) & 0xf) % 10));
export const localDigits = (text: string): string =>
  lang() === "fa" ? text.replace(/\d/g, (d) => "۰۱۲۳۴۵۶۷۸۹".charAt(Number(d))) : text;

export const csrf = (): string => document.querySelector<HTMLMetaElement>('meta[name="pv-csrf"]')?.content ?? "";

export class Refused extends Error {
  constructor(
    override readonly message: string,
    readonly response: Response | null = null,
    readonly body = "",
  ) {
    super(message);
  }
}

/** Fires the events a response asks for in HX-Trigger, as htmx would. */
export function honour(response: Response): boolean {
  const header = response.headers.get("HX-Trigger");
  if (!header) return false;
  let events: Record<string, unknown>;
  try {
    events = header.startsWith("{") ? (JSON.parse(header) as Record<string, unknown>) : { [header]: {} };
  } catch {
    return false;
  }
  for (const [name, detail] of Object.entries(events)) {
    document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
  return true;
}

/** A refusal that would be a toast: an island shows it where the work is instead. */
function told(response: Response): string {
  try {
    const events = JSON.parse(response.headers.get("HX-Trigger") ?? "{}") as { toast?: { message?: string } };
    return events.toast?.message ?? "";
  } catch {
    return "";
  }
}

/** The reason inside a refusal: problem+json's detail, an `.err` in a fragment, or plain text. */
function reason(response: Response, body: string): string {
  const kind = response.headers.get("content-type") ?? "";
  if (kind.includes("json")) {
    try {
      const problem = JSON.parse(body) as { detail?: string; title?: string };
      return problem.detail ?? problem.title ?? "";
    } catch {
      return "";
    }
  }
  if (kind.includes("html")) {
    if (/<html/i.test(body)) return "";
    const parsed = new DOMParser().parseFromString(body, "text/html");
    return (parsed.querySelector(".err") ?? parsed.body).textContent?.trim() ?? "";
  }
  return body.length < 300 ? body.trim() : "";
}

export async function request(url: string, init: RequestInit = {}): Promise<{ response: Response; body: string }> {
  const headers = new Headers(init.headers);
  headers.set("HX-Request", "true");
  if (init.method && init.method !== "GET") headers.set("X-CSRFToken", csrf());
  let response: Response, body: string;
  try {
    response = await fetch(url, { credentials: "same-origin", ...init, headers });
    body = await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(word("offline"));
  }
  if (response.status === 401 || (response.redirected && /<html/i.test(body))) {
    throw new Refused(word("expired"), response);
  }
  if (!response.ok) throw new Refused(reason(response, body) || told(response) || word("saveFailed"), response, body);
  honour(response);
  return { response, body };
}

export const post = (url: string, data: FormData | Record<string, string>): ReturnType<typeof request> => {
  const body = data instanceof FormData ? data : new FormData();
  if (!(data instanceof FormData)) for (const [key, value] of Object.entries(data)) body.set(key, value);
  return request(url, { method: "POST", body });
};

export function debounce<A extends unknown[]>(wait: number, run: (...args: A) => void): (...args: A) => void {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => run(...args), wait);
  };
}

export const closest = <T extends Element = HTMLElement>(event: Event, selector: string): T | null =>
  event.target instanceof Element ? event.target.closest<T>(selector) : null;

/** Puts a floating box under (or above) its button, inside the window. */
export function place(box: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = at.bottom + 4 + height <= innerHeight || at.top < height;
  const fromStart = rtl() ? at.right - width : at.left;
  const fits = rtl() ? fromStart >= 8 : fromStart + width <= innerWidth - 8;
  const wanted = fits ? fromStart : rtl() ? at.left : at.right - width;
  box.style.left = `${Math.max(8, Math.min(wanted, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(below ? at.bottom + 4 : at.top - height - 4, innerHeight - height - 8))}px`;
}
