/** What a visitor takes away. Loaded when first asked for. */
import * as state from './state';

export function download(name: string, content: string | Blob, type: string): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const KEPT = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-family', 'font-style', 'font-weight', 'font-size', 'opacity', 'display', 'visibility', 'fill-opacity'];

const made = (name: string, attributes: Record<string, string | number>): SVGElement => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [k, v] of Object.entries(attributes)) element.setAttribute(k, String(v));
  return element;
};

/** The graph as it stands, its parts in one drawing, with its computed style written into it. */
function drawn(): { text: string; width: number; height: number } | null {
  const live = document.querySelector<HTMLElement>('.graph');
  if (!live) return null;
  const svg = made('svg', { 'font-family': getComputedStyle(live).fontFamily });
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const part of live.querySelectorAll<SVGGElement>('.tile > *')) {
    const copy = part.cloneNode(true) as SVGElement;
    const from = [part, ...part.querySelectorAll<SVGElement>('*')];
    const to = [copy, ...copy.querySelectorAll<SVGElement>('*')];
    from.forEach((element, k) => {
      const style = getComputedStyle(element);
      for (const name of KEPT) { const v = style.getPropertyValue(name); if (v) to[k]!.setAttribute(name, v); }
    });
    to.filter((e) => e.getAttribute('display') === 'none' || e.getAttribute('opacity') === '0' || e.getAttribute('visibility') === 'hidden').forEach((e) => e.remove());
    svg.append(copy);
    if (!(part instanceof SVGGElement) || !part.childElementCount) continue;
    const box = part.getBBox();
    [x0, y0, x1, y1] = [Math.min(x0, box.x), Math.min(y0, box.y), Math.max(x1, box.x + box.width), Math.max(y1, box.y + box.height)];
  }
  const margin = 10;
  const [x, y, width, height] = [x0 - margin, y0 - margin, x1 - x0 + 2 * margin, y1 - y0 + 2 * margin];
  svg.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
  svg.setAttribute('width', String(Math.ceil(width)));
  svg.setAttribute('height', String(Math.ceil(height)));
  svg.prepend(made('rect', { x, y, width: '100%', height: '100%', fill: getComputedStyle(document.body).getPropertyValue('--paper') || 'white' }));
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

async function png(): Promise<void> {
  const svg = drawn();
  if (!svg) return;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = svg.width * 2;
  canvas.height = svg.height * 2;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => { if (blob) download('wengert-graph.png', blob, 'image/png'); });
}

const withTrace = (): string => { const own = state.lines.value.some((l) => l.kind === 'trace'); const t = state.trace.value; return own || !t ? state.text.value : `${state.text.value}\ntrace ${t.outputs.join(', ')}\n`; };

export async function take(what: string): Promise<{ title: string; text: string; file: string } | null> {
  const engine = state.currentEngine();
  if (what === 'ad') { download('script.ad', state.text.value, 'text/plain'); return null; }
  if (what === 'svg') { const svg = drawn(); if (svg) download('wengert-graph.svg', svg.text, 'image/svg+xml'); return null; }
  if (what === 'png') { await png(); return null; }
  if (what === 'latex') return { title: 'LaTeX', text: await engine.latex(withTrace()), file: 'wengert.tex' };
  if (what === 'html') { const page = await engine.html(withTrace()); if (page) download('wengert.html', page, 'text/html'); return null; }
  const language = what.replace('code:', '');
  const code = await engine.export(withTrace(), language);
  return { title: `Code for ${language}`, text: code, file: `wengert.${language === 'c' ? 'c' : 'py'}` };
}
