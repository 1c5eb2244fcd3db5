// Writes dist/icons.json: the shapes of every Lucide icon that a template or manifest names, and those in icons.txt.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = join(dirname(fileURLToPath(import.meta.url)), "..");
const root = join(here, "..");
const shapes = join(here, "node_modules/lucide-static/icons");
const sources = ["frontend", "platform", "tenants", "modules", "billing", "api", "tests/outside"];
const named = [/\{%\s*icon\s+["']([a-z0-9-]+)["']/g, /[\s"'({](?:[a-z_]*icon)["']?\s*[=:]\s*["']([a-z0-9-]+)["']/g];

const wanted = new Map();
for (const line of readFileSync(join(here, "icons.txt"), "utf8").split("\n")) {
  for (const name of line.replace(/#.*/, "").split(/\s+/)) if (name) wanted.set(name, "icons.txt");
}
function* files(dir) {
  for (const entry of existsSync(dir) ? readdirSync(dir, { withFileTypes: true }) : []) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      if (!["node_modules", "dist", "__pycache__"].includes(entry.name)) yield* files(path);
    } else if (/\.(html|py)$/.test(entry.name)) yield path;
  }
}
for (const source of sources) {
  for (const path of files(join(root, source))) {
    const text = readFileSync(path, "utf8");
    for (const pattern of named) for (const hit of text.matchAll(pattern)) wanted.set(hit[1], path);
  }
}
const map = {}, missing = [];
for (const [name, where] of [...wanted].sort()) {
  const file = join(shapes, `${name}.svg`);
  if (!existsSync(file)) missing.push(`${name} (${where.replace(root + "/", "")})`);
  else map[name] = readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/g, "").replace(/<\/?svg[^>]*>/g, "").replace(/\s+/g, " ").trim();
}
mkdirSync(join(here, "dist"), { recursive: true });
writeFileSync(join(here, "dist/icons.json"), JSON.stringify(map));
console.log(`${Object.keys(map).length} icons`);
if (missing.length) {
  console.error(`Lucide has no icon ${missing.join(", ")}`);
  process.exit(1);
}
