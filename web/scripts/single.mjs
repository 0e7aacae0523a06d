/** `dist/wengert.html`: the whole page in one file that opens from a folder. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { gallery } from '../dev/gallery.mjs';
import { csp } from './csp.mjs';

const root = join(import.meta.dirname, '..');

async function bundle(entry, plugins = []) {
  const result = await build({
    root, configFile: false, logLevel: 'warn', publicDir: false, plugins,
    define: { __SINGLE__: 'true', 'process.env.NODE_ENV': '"production"' },
    build: { target: 'es2022', write: false, assetsInlineLimit: 1 << 24, cssCodeSplit: false, modulePreload: false, rollupOptions: { input: join(root, entry), output: { format: 'iife', entryFileNames: 'out.js' } } },
  });
  const outputs = (Array.isArray(result) ? result[0] : result).output;
  return { code: outputs.find((o) => o.type === 'chunk').code, css: outputs.filter((o) => o.fileName.endsWith('.css')).map((o) => String(o.source)).join('\n') };
}

const worker = (await bundle('src/engine/worker.ts')).code;
const inside = {
  name: 'single',
  enforce: 'pre',
  resolveId(id, importer) {
    if (id === 'virtual:worker') return '\0virtual:worker';
    if (id === './load' && importer?.endsWith('web.ts')) return join(root, 'src/engine/load-single.ts');
    return null;
  },
  load: (id) => (id === '\0virtual:worker' ? `export default ${JSON.stringify(worker)};` : null),
};
const page = await bundle('src/main.tsx', [inside, gallery()]);
const script = page.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const hash = createHash('sha256').update(script).digest('base64');
const engine = gzipSync(readFileSync(join(root, 'src/engine/wasm/engine.wasm')), { level: 9 }).toString('base64');
const icon = readFileSync(join(root, 'public/icon.svg'), 'utf8');
const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp(`'sha256-${hash}' blob:`, 'blob:')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wengert: see differentiation happen</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${page.css.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<div id="app"></div>
<script type="application/octet-stream" id="engine">${engine}</script>
<script>${script}</script>
</body>
</html>
`;
writeFileSync(join(root, 'dist/wengert.html'), html);
console.log(`dist/wengert.html  ${(statSync(join(root, 'dist/wengert.html')).size / 1e6).toFixed(2)} MB`);
