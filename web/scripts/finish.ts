/** At the end of a build: the policy in the page, and a service worker that knows every file. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { csp } from './csp.mjs';

const walk = (folder: string): string[] => readdirSync(folder).flatMap((name) => { const path = join(folder, name); return statSync(path).isDirectory() ? walk(path) : [path]; });

export function finish(): Plugin {
  let out = 'dist';
  return {
    name: 'finish',
    apply: 'build',
    configResolved(config) { out = join(config.root, config.build.outDir); },
    transformIndexHtml: (html) => html.replace('<meta charset="utf-8" />', `<meta charset="utf-8" />\n    <meta http-equiv="Content-Security-Policy" content="${csp("'self'", "'self'")}" />`),
    closeBundle() {
      if (!existsSync(join(out, 'index.html'))) return;
      const files = walk(out).map((path) => relative(out, path).replaceAll('\\', '/')).filter((name) => name !== 'sw.js' && name !== 'wengert.html').sort();
      const hash = createHash('sha256');
      for (const name of files) hash.update(name).update(readFileSync(join(out, name)));
      const source = readFileSync(join(import.meta.dirname, 'sw.template.js'), 'utf8');
      writeFileSync(join(out, 'sw.js'), source.replace('__VERSION__', hash.digest('hex').slice(0, 16)).replace('__FILES__', JSON.stringify(files.map((name) => `./${name}`))));
    },
  };
}
