/** One entry of the page as one text, with the worker inside: for the page in one file, and for the book. */
import { join } from 'node:path';
import { build } from 'vite';

export const root = join(import.meta.dirname, '..');

export async function bundle(entry, plugins = [], format = 'iife') {
  const result = await build({
    root, configFile: false, logLevel: 'warn', publicDir: false, plugins,
    define: { __SINGLE__: 'true', 'process.env.NODE_ENV': '"production"' },
    build: { target: 'es2022', write: false, assetsInlineLimit: 1 << 24, cssCodeSplit: false, modulePreload: false, rollupOptions: { input: join(root, entry), output: { format, entryFileNames: 'out.js' } } },
  });
  const outputs = (Array.isArray(result) ? result[0] : result).output;
  return { code: outputs.find((o) => o.type === 'chunk').code, css: outputs.filter((o) => o.fileName.endsWith('.css')).map((o) => String(o.source)).join('\n') };
}

const worker = (await bundle('src/engine/worker.ts')).code;

/** Puts the worker inside, and has the engine loaded as the module `load` says. */
export const inside = (load) => ({
  name: 'inside',
  enforce: 'pre',
  resolveId(id, importer) {
    if (id === 'virtual:worker') return '\0virtual:worker';
    if (id === './load' && importer?.endsWith('web.ts')) return join(root, `src/engine/${load}.ts`);
    return null;
  },
  load: (id) => (id === '\0virtual:worker' ? `export default ${JSON.stringify(worker)};` : null),
});
