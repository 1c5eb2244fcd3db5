// Jalali and Gregorian dates as day numbers. The leap rule is the one that agrees with the equinox for 1178–1501.

export interface Day { y: number; m: number; d: number }
export type Calendar = "jalali" | "gregorian";

const DAY = 86_400_000;
const EPOCH = Date.UTC(2026, 2, 21) / DAY; // 1405/01/01
export const isLeap = (y: number): boolean => (25 * y + 11) % 33 < 8;
const yearLength = (y: number): number => (isLeap(y) ? 366 : 365);

function newYear(y: number): number {
  let day = EPOCH;
  for (let k = 1405; k < y; k += 1) day += yearLength(k);
  for (let k = 1404; k >= y; k -= 1) day -= yearLength(k);
  return day;
}

export function monthLength(calendar: Calendar, y: number, m: number): number {
  if (calendar === "gregorian") return new Date(Date.UTC(y, m, 0)).getUTCDate();
  if (m <= 6) return 31;
  return m <= 11 || isLeap(y) ? 30 : 29;
}

export function toNumber(calendar: Calendar, { y, m, d }: Day): number {
  if (calendar === "gregorian") return Date.UTC(y, m - 1, d) / DAY;
  return newYear(y) + (m <= 7 ? (m - 1) * 31 : 186 + (m - 7) * 30) + d - 1;
}

export function fromNumber(calendar: Calendar, day: number): Day {
  if (calendar === "gregorian") {
    const date = new Date(day * DAY);
    return { y: date.getUTCFullYear(), m: date.getUTCMonth() + 1, d: date.getUTCDate() };
  }
  let y = new Date(day * DAY).getUTCFullYear() - 621;
  if (day < newYear(y)) y -= 1;
  const left = day - newYear(y);
  const m = left < 186 ? Math.floor(left / 31) : 6 + Math.floor((left - 186) / 30);
  return { y, m: m + 1, d: left - (m <= 6 ? m * 31 : 186 + (m - 6) * 30) + 1 };
}

const valid = (calendar: Calendar, { y, m, d }: Day): boolean =>
  (calendar === "jalali" ? y >= 1300 && y <= 1500 : y >= 1800 && y <= 2200) &&
  m >= 1 && m <= 12 && d >= 1 && d <= monthLength(calendar, y, m);

/** Reads 1405/9/2, 2026-11-23, 23/11/2026 …; the year tells which calendar is meant. */
export function parse(text: string, fallback: Calendar, today: number): number | null {
  const parts = text.trim().split(/[^\d]+/).filter(Boolean).map(Number);
  if (parts.length === 2) parts.unshift(fromNumber(fallback, today).y);
  const [a, b, c] = parts;
  if (parts.length !== 3 || a === undefined || b === undefined || c === undefined) return null;
  const day: Day = a > 31 ? { y: a, m: b, d: c } : { y: c, m: b, d: a };
  if (day.y < 100) day.y += fallback === "jalali" ? 1400 : 2000;
  const calendar: Calendar = day.y < 1700 ? "jalali" : "gregorian";
  return valid(calendar, day) ? toNumber(calendar, day) : null;
}

const two = (n: number): string => String(n).padStart(2, "0");
export const iso = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);
export const weekday = (day: number): number => new Date(day * DAY).getUTCDay();

export function shown(calendar: Calendar, day: number): string {
  const { y, m, d } = fromNumber(calendar, day);
  return calendar === "jalali" ? `${y}/${two(m)}/${two(d)}` : `${y}-${two(m)}-${two(d)}`;
}

export function today(): number {
  const now = new Date();
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / DAY;
}
