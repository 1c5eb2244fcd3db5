// Reads the tokens out of src/app.css and works out every WCAG contrast the rules promise.
import { readFileSync } from 'node:fs';
import { parse, wcagContrast, converter, formatHex, interpolate } from 'culori';
const css = readFileSync(new URL('../src/app.css', import.meta.url), 'utf8');
const blocks = [...css.matchAll(/@plugin "daisyui\/theme" \{([\s\S]*?)\n\}/g)].map(m => Object.fromEntries([...m[1].matchAll(/--color-([\w-]+):\s*(oklch\([^)]*\))/g)].map(x => [x[1], x[2]])));
const ld = Object.fromEntries([...css.matchAll(/--([\w-]+): light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)/g)].map(x => [x[1], [x[2], x[3]]]));
let bad = 0; const rows = [];
['light', 'dark'].forEach((name, i) => {
  const c = blocks[i], g = k => parse(k in c ? c[k] : ld[k]?.[i] ?? (() => { throw new Error(k); })());
  const t = (fg, bg, min) => { const r = wcagContrast(g(fg), g(bg)); if (r < min) bad++; rows.push([name, fg, bg, r, min]); };
  for (const bg of ['base-100', 'base-200', 'pv-hover', 'pv-sel', 'pv-grey-bg']) { t('base-content', bg, 4.5); t('pv-muted', bg, 4.5); t('pv-brand', bg, 4.5); }
  for (const k of ['ok', 'bad', 'warn', 'info']) { t('pv-' + k, 'pv-' + k + '-bg', 4.5); t('pv-' + k, 'base-100', 4.5); t('pv-' + k, 'pv-hover', 4.5); t('pv-' + k, 'pv-sel', 4.5); }
  t('pv-muted', 'pv-warn-bg', 4.5); t('pv-brand', 'pv-warn-bg', 4.5); t('base-content', 'pv-warn-bg', 4.5);
  for (const k of ['primary', 'secondary', 'accent', 'neutral', 'info', 'success', 'warning', 'error']) t(k + '-content', k, 4.5);
  for (const bg of ['base-100', 'base-200']) { t('pv-edge', bg, 3); for (const n of [1, 2, 3, 4, 5, 6]) t('ch-' + n, bg, 3); t('primary', bg, 3); }
});
for (const r of rows.sort((a, b) => a[3] / a[4] - b[3] / b[4]).slice(0, process.argv[2] || 16)) console.log(r[0].padEnd(6), r[1].padEnd(18), 'on', r[2].padEnd(12), r[3].toFixed(2), r[3] < r[4] ? 'FAILS ' + r[4] : '≥ ' + r[4]);
console.log(rows.length, 'pairs,', bad, 'fail'); process.exit(bad ? 1 : 0);
