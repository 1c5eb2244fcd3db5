// <pv-date>: a date typed in either calendar and any digits, or chosen in a grid (ARIA grid pattern).
import { type Calendar, fromNumber, iso, monthLength, parse, shown, today, toNumber, weekday } from "../jalali";
import { lang, latinDigits, localDigits, place, rtl, shape } from "../lib";

const GRID: Record<string, (day: number, self: DateField) => number> = {
  ArrowUp: (day) => day - 7,
  ArrowDown: (day) => day + 7,
  ArrowLeft: (day) => day + (rtl() ? 1 : -1),
  ArrowRight: (day) => day + (rtl() ? -1 : 1),
  Home: (day, self) => day - ((weekday(day) - self.weekStart + 7) % 7),
  End: (day, self) => day + 6 - ((weekday(day) - self.weekStart + 7) % 7),
  PageUp: (day, self) => self.month(day, -1),
  PageDown: (day, self) => self.month(day, 1),
};

class DateField extends HTMLElement {
  private readonly input = this.querySelector<HTMLInputElement>("[data-shown]")!;
  private readonly value = this.querySelector<HTMLInputElement>("[data-value]")!;
  private readonly opener = this.querySelector<HTMLElement>("[data-open]")!;
  private readonly error = this.querySelector<HTMLElement>("[data-error]");
  private readonly calendar: Calendar = this.dataset["calendar"] === "jalali" ? "jalali" : "gregorian";
  readonly weekStart = Number(this.dataset["weekStart"] ?? 1);
  private readonly holidays = new Set((this.dataset["holidays"] ?? "").split(" ").filter(Boolean).map(Number));
  private box: HTMLElement | null = null;
  private focusDay = today();

  connectedCallback(): void {
    const now = this.read(this.value.value);
    if (this.input.value !== this.input.defaultValue) this.typed(); // somebody was quicker than this script
    else if (now !== null) this.write(now);
    this.input.addEventListener("change", () => this.typed());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && event.altKey) this.open();
      if (event.key === "Enter") this.typed();
    });
    this.opener.addEventListener("click", () => this.open());
  }

  private read(text: string): number | null {
    return parse(latinDigits(text), this.calendar, today());
  }

  private write(day: number): void {
    this.value.value = iso(day);
    this.input.value = localDigits(shown(this.calendar, day));
  }

  private typed(): void {
    const text = this.input.value.trim();
    const day = text ? this.read(text) : null;
    const bad = Boolean(text) && day === null;
    if (day !== null) this.write(day);
    else this.value.value = bad ? text : ""; // the server answers for what could not be read
    this.input.toggleAttribute("aria-invalid", bad);
    if (bad) this.input.setAttribute("aria-invalid", "true");
    if (this.error) {
      this.error.hidden = !bad;
      this.error.textContent = bad ? localDigits(this.dataset["bad"] ?? "") : "";
      if (bad) this.error.prepend(shape("alert"));
    }
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  month(day: number, step: number): number {
    const at = fromNumber(this.calendar, day);
    const index = at.y * 12 + at.m - 1 + step;
    const [y, m] = [Math.floor(index / 12), (index % 12) + 1];
    return toNumber(this.calendar, { y, m, d: Math.min(at.d, monthLength(this.calendar, y, m)) });
  }

  private open(): void {
    this.focusDay = this.read(this.value.value) ?? today();
    this.box = document.createElement("div");
    this.box.className = "cal float";
    this.box.popover = "auto";
    this.box.setAttribute("role", "dialog");
    this.box.setAttribute("aria-label", this.opener.getAttribute("aria-label") ?? "");
    this.box.addEventListener("toggle", (event) => {
      if ((event as ToggleEvent).newState === "closed") this.box?.remove();
    });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.append(this.box);
    this.draw();
    this.box.showPopover();
    place(this.box, this.opener);
    this.focusCell();
  }

  private close(): void {
    this.box?.hidePopover();
    this.input.focus();
  }

  private choose(day: number | null): void {
    if (day === null) this.input.value = "";
    else this.write(day);
    this.typed();
    this.close();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      this.close();
    } else {
      const move = GRID[event.key];
      if (!move || !(event.target as Element).closest("td")) return;
      this.focusDay = event.shiftKey && event.key.startsWith("Page") ? this.month(this.focusDay, event.key === "PageUp" ? -12 : 12) : move(this.focusDay, this);
      this.draw();
      this.focusCell();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private focusCell(): void {
    this.box?.querySelector<HTMLElement>('td button[tabindex="0"]')?.focus();
  }

  private format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const which = this.calendar === "jalali" ? "persian" : "gregory";
    return new Intl.DateTimeFormat(`${lang() === "fa" ? "fa-IR" : "en-GB"}-u-ca-${which}`, { ...options, timeZone: "UTC" });
  }

  private text(day: number, options: Intl.DateTimeFormatOptions): string {
    const parts = this.format(options).formatToParts(new Date(day * 86_400_000));
    if (lang() !== "fa") return parts.filter((part) => part.type !== "era").map((part) => part.value).join("").trim();
    // Intl writes «۱۴۰۵ آذر ۲۰, جمعه»; people write «جمعه ۲۰ آذر ۱۴۰۵»
    const order = ["weekday", "day", "month", "year"];
    return order.map((type) => parts.find((part) => part.type === type)?.value ?? "").filter(Boolean).join(" ");
  }

  private draw(): void {
    if (!this.box) return;
    const at = fromNumber(this.calendar, this.focusDay);
    const first = toNumber(this.calendar, { ...at, d: 1 });
    const head = document.createElement("div");
    head.className = "cal-head";
    const name = document.createElement("b");
    name.textContent = this.text(first, { month: "long", year: "numeric" });
    name.setAttribute("aria-live", "polite");
    head.append(this.turn("prev", -1), name, this.turn("next", 1));
    this.box.replaceChildren(head, this.table(first, at.y, at.m), this.foot());
  }

  private turn(which: "prev" | "next", step: number): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-ghost btn-sm btn-square";
    button.setAttribute("aria-label", this.dataset[which] ?? "");
    button.append(shape(`chev-${which}`));
    button.addEventListener("click", () => {
      this.focusDay = this.month(this.focusDay, step);
      this.draw();
      this.box?.querySelector<HTMLElement>(`.cal-head button:${step < 0 ? "first" : "last"}-of-type`)?.focus();
    });
    return button;
  }

  private table(first: number, y: number, m: number): HTMLElement {
    const table = document.createElement("table");
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", this.text(first, { month: "long", year: "numeric" }));
    const start = first - ((weekday(first) - this.weekStart + 7) % 7);
    const head = table.createTHead().insertRow();
    for (let i = 0; i < 7; i += 1) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.abbr = this.text(start + i, { weekday: "long" });
      cell.textContent = lang() === "fa" ? this.text(start + i, { weekday: "narrow" }) : this.text(start + i, { weekday: "short" }).slice(0, 2);
      head.append(cell);
    }
    const body = table.createTBody();
    const last = first + monthLength(this.calendar, y, m) - 1;
    for (let day = start; day <= last; day += 7) {
      const row = body.insertRow();
      for (let i = 0; i < 7; i += 1) row.append(this.cell(day + i, day + i < first || day + i > last));
    }
    return table;
  }

  private cell(day: number, out: boolean): HTMLElement {
    const cell = document.createElement("td");
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("aria-selected", String(iso(day) === this.value.value));
    cell.classList.toggle("out", out);
    cell.classList.toggle("hol", !out && this.holidays.has(weekday(day)));
    cell.classList.toggle("today", day === today());
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = day === this.focusDay ? 0 : -1;
    button.textContent = localDigits(String(fromNumber(this.calendar, day).d));
    button.setAttribute("aria-label", this.text(day, { weekday: "long", day: "numeric", month: "long", year: "numeric" }));
    button.addEventListener("click", () => this.choose(day));
    cell.append(button);
    return cell;
  }

  private foot(): HTMLElement {
    const foot = document.createElement("div");
    foot.className = "cal-foot";
    for (const [key, day] of [["today", today()], ["clear", null]] as const) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-ghost btn-sm";
      button.textContent = this.dataset[key] ?? "";
      button.addEventListener("click", () => this.choose(day));
      foot.append(button);
    }
    return foot;
  }
}

customElements.define("pv-date", DateField);
