// What every page loads first: the entry's script with what it imports statically, and its style, gzipped. Fonts come apart.
// Some pages add a sheet or a script of their own; `make bench ONLY=weight` weighs whole pages, of which 50 kB are promised.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 45_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));
const seen = new Set(), files = new Set();
function walk(key) {
  if (seen.has(key)) return;
  seen.add(key);
  files.add(manifest[key].file);
  for (const css of manifest[key].css ?? []) files.add(css);
  for (const next of manifest[key].imports ?? []) walk(next);
}
walk("src/main.ts");
let total = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
  total += size;
  console.log(`${String(size).padStart(7)}  ${file}`);
}
console.log(`${String(total).padStart(7)}  first load, gzip (limit ${LIMIT})`);
process.exit(total > LIMIT ? 1 : 0);
