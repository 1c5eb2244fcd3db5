// Thousands separators while an amount is typed; the server receives plain Latin digits.
import { lang, latinDigits, localDigits } from "../lib";

const FIELD = "input[data-money], input[data-number]";
const plain = (text: string): string =>
  latinDigits(text).replace(/[٫]/g, ".").replace(/[−]/g, "-").replace(/[^\d.-]/g, "").replace(/(?!^)-/g, "");

/** Letters are left as they are: who typed them should read why they are refused, not find the field emptied. */
const odd = (text: string): boolean => /[^\d.,٬٫−\-\s]/.test(latinDigits(text));

function pretty(text: string): string {
  const [whole = "", ...rest] = plain(text).split(".");
  const [separator, point] = lang() === "fa" ? ["٬", "٫"] : [",", "."];
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, separator ?? ",");
  return localDigits(rest.length ? `${grouped}${point}${rest.join("")}` : grouped);
}

const digitsBefore = (text: string, at: number): number => plain(text.slice(0, at)).length;

function echo(input: HTMLInputElement): void {
  if (odd(input.value)) return;
  const kept = digitsBefore(input.value, input.selectionStart ?? input.value.length);
  input.value = pretty(input.value);
  let at = 0;
  while (at < input.value.length && digitsBefore(input.value, at) < kept) at += 1;
  if (document.activeElement === input) input.setSelectionRange(at, at);
}

document.addEventListener("input", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.matches(FIELD)) echo(event.target);
});
document.addEventListener("formdata", (event) => {
  const form = event.target as HTMLFormElement;
  for (const input of form.querySelectorAll<HTMLInputElement>(FIELD)) {
    if (input.name && event.formData.has(input.name) && !odd(input.value)) event.formData.set(input.name, plain(input.value));
  }
});
for (const input of document.querySelectorAll<HTMLInputElement>(FIELD)) if (input.value) echo(input);
