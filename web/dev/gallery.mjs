/** The gallery at build time: docs/lecture.md section by section, and every example, as one module loaded when it is opened. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const escape = (t) => t.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const inline = (t) => escape(t).replace(/`([^`]+)`/g, '<code>$1</code>').replace(/\*\*([^*]+)\*\*/g, '<b>$1</b>').replace(/\*([^*]+)\*/g, '<i>$1</i>').replace(/!\[([^\]]*)\]\([^)]*\)/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');

function lecture() {
  const sections = [];
  const lines = readFileSync(join(ROOT, 'docs/lecture.md'), 'utf8').split('\n');
  let prose = [];
  const flush = () => {
    const paragraphs = prose.join('\n').split(/\n\s*\n/).map((p) => p.trim()).filter(Boolean);
    const html = paragraphs.map((p) => (/^[-*] /.test(p) ? `<ul>${p.split(/\n(?=[-*] )/).map((i) => `<li>${inline(i.slice(2))}</li>`).join('')}</ul>` : inline(p).trim() ? `<p>${inline(p)}</p>` : '')).join('');
    if (html && sections.length) sections[sections.length - 1].cells.push({ kind: 'prose', text: html });
    prose = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const heading = /^## (.*)/.exec(lines[i]);
    const fence = /^```(\w*)/.exec(lines[i]);
    if (heading) { flush(); sections.push({ title: heading[1], cells: [] }); }
    else if (fence) {
      flush();
      const body = [];
      while (!lines[++i].startsWith('```')) body.push(lines[i]);
      if (sections.length) sections[sections.length - 1].cells.push({ kind: fence[1] === 'wengert' ? 'code' : 'output', text: body.join('\n') });
    } else prose.push(lines[i]);
  }
  flush();
  return sections.filter((s) => s.cells.some((c) => c.kind === 'code'));
}

function walk(folder) {
  return readdirSync(folder).sort().flatMap((name) => { const path = join(folder, name); return statSync(path).isDirectory() ? walk(path) : [path]; });
}
function examples() {
  const own = join(import.meta.dirname, 'iris-live.ad');
  return [own, ...walk(join(ROOT, 'examples')).filter((p) => p.endsWith('.ad') && !p.endsWith('.sol.ad'))].map((path) => {
    const text = readFileSync(path, 'utf8');
    const about = [];
    for (const line of text.split('\n')) { if (!line.startsWith('#')) break; about.push(line.replace(/^#\s?/, '')); }
    return { path: path === own ? 'iris-live.ad' : relative(join(ROOT, 'examples'), path), about: about.join(' ').replace(/\s+/g, ' ').trim(), text };
  });
}
/** The data files that scripts read, as they lie beside the examples. */
function files() {
  return Object.fromEntries(walk(join(ROOT, 'examples')).filter((p) => /\.(csv|tsv|txt|json|npy)$/.test(p)).map((p) => [relative(join(ROOT, 'examples'), p), readFileSync(p, 'utf8')]));
}

export function gallery() {
  return {
    name: 'gallery',
    resolveId: (id) => (id === 'virtual:gallery' || id === 'virtual:files' ? `\0${id}` : null),
    load(id) {
      if (id === '\0virtual:gallery') return `export const lecture = ${JSON.stringify(lecture())};\nexport const examples = ${JSON.stringify(examples())};`;
      if (id === '\0virtual:files') return `export const files = ${JSON.stringify(files())};`;
      return null;
    },
  };
}
