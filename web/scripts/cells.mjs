/** `dist/cells`: the scripts of the book as cells that run, with an engine beside them. */
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, inside, root } from './bundle.mjs';

const { code } = await bundle('src/cells.ts', [inside('load-cells')], 'es');
const folder = join(root, 'dist/cells');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'cells.js'), code);
copyFileSync(join(root, 'src/engine/wasm/engine.wasm'), join(folder, 'engine.wasm'));
console.log(`dist/cells/cells.js  ${(statSync(join(folder, 'cells.js')).size / 1e3).toFixed(1)} kB`);
