import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin } from "vite";

/** htmx holds one eval, switched off by its configuration; we don't ship it at all. */
const withoutEval: Plugin = {
  name: "without-eval",
  transform(code, id) {
    if (!id.includes("htmx.org")) return null;
    const clean = code.replace("return eval(str)", "throw new Error('eval is off: ' + str)");
    if (clean === code) this.error("htmx changed: its eval is no longer where it was");
    return { code: clean, map: null };
  },
};

// base "./" keeps every address relative, so STATIC_URL may be anything (a path or another host).
export default defineConfig({
  base: "./",
  logLevel: "warn",
  plugins: [withoutEval, tailwindcss()],
  build: {
    outDir: "dist",
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    // the first browsers with popover, which every menu needs: fallbacks for older ones would help nobody
    cssTarget: ["chrome114", "firefox125", "safari17"],
    rollupOptions: { input: ["src/main.ts", "src/views.css", "src/settings.css"] },
  },
});
