/** `dist/wengert.html`: the whole page in one file that opens from a folder. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { gallery } from '../dev/gallery.mjs';
import { bundle, inside, root } from './bundle.mjs';
import { csp } from './csp.mjs';

const page = await bundle('src/main.tsx', [inside('load-single'), gallery()]);
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
