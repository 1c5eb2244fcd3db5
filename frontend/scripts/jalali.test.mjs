// Our calendar against the equinox rule's known leap years and against ICU, day by day.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { transformWithOxc } from "vite";

const source = readFileSync(new URL("../src/jalali.ts", import.meta.url), "utf8");
const { code } = await transformWithOxc(source, "jalali.ts");
const { fromNumber, isLeap, iso, parse, toNumber } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

test("leap years of the century", () => {
  const leap = [1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420, 1424, 1428, 1432, 1436, 1441];
  for (let y = 1372; y <= 1441; y += 1) assert.equal(isLeap(y), leap.includes(y), String(y));
});

test("every day of 1300 to 1500 there and back, and as ICU says", () => {
  const icu = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", { year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC" });
  const first = toNumber("jalali", { y: 1300, m: 1, d: 1 });
  const last = toNumber("jalali", { y: 1500, m: 12, d: 29 });
  for (let day = first; day <= last; day += 1) {
    const at = fromNumber("jalali", day);
    assert.equal(toNumber("jalali", at), day);
    if (day % 7) continue;
    const said = Object.fromEntries(icu.formatToParts(day * 864e5).map((part) => [part.type, part.value]));
    assert.deepEqual([at.y, at.m, at.d], [+said.year, +said.month, +said.day]);
  }
});

test("what people type", () => {
  const today = toNumber("jalali", { y: 1405, m: 9, d: 2 });
  for (const text of ["1405/9/2", "1405-09-02", "2/9/1405", "2026-11-23", "23/11/2026", "23.11.2026"]) {
    assert.equal(iso(parse(text, "jalali", today)), "2026-11-23", text);
  }
  assert.equal(iso(parse("9/2", "jalali", today)), "2026-11-23");
  assert.equal(iso(parse("1403/12/30", "jalali", today)), "2025-03-20");
  for (const text of ["1404/12/30", "2026-02-30", "word", "1405/13/1", ""]) assert.equal(parse(text, "jalali", today), null, text);
});
