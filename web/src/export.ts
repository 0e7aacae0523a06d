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

const KEPT = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-family', 'font-style', 'font-weight', 'font-size', 'opacity', 'display', 'fill-opacity'];

/** All of the graph, also what is out of sight. */
async function whole(): ReturnType<typeof drawn> {
  state.drawAll.value = true;
  await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
  const svg = await drawn();
  state.drawAll.value = false;
  return svg;
}

/** The graph as it stands, with its computed style written into it. */
async function drawn(): Promise<{ text: string; width: number; height: number } | null> {
  const live = document.querySelector<SVGSVGElement>('svg.graph');
  if (!live) return null;
  const copy = live.cloneNode(true) as SVGSVGElement;
  const from = [live, ...live.querySelectorAll<SVGElement>('*')];
  const to = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  from.forEach((element, k) => {
    const style = getComputedStyle(element);
    for (const name of KEPT) { const v = style.getPropertyValue(name); if (v) to[k]!.setAttribute(name, v); }
  });
  to.filter((e) => e.getAttribute('display') === 'none' || e.getAttribute('opacity') === '0').forEach((e) => e.remove());
  const inner = live.querySelector<SVGGElement>(':scope > g')!;
  const box = inner.getBBox();
  const margin = 10;
  copy.querySelector(':scope > g')!.removeAttribute('transform');
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `${box.x - margin} ${box.y - margin} ${box.width + 2 * margin} ${box.height + 2 * margin}`);
  copy.setAttribute('width', String(Math.ceil(box.width + 2 * margin)));
  copy.setAttribute('height', String(Math.ceil(box.height + 2 * margin)));
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [k, v] of Object.entries({ x: box.x - margin, y: box.y - margin, width: '100%', height: '100%', fill: getComputedStyle(document.body).getPropertyValue('--paper') || 'white' })) paper.setAttribute(k, String(v));
  copy.insertBefore(paper, copy.firstChild);
  return { text: new XMLSerializer().serializeToString(copy), width: box.width + 2 * margin, height: box.height + 2 * margin };
}

async function png(): Promise<void> {
  const svg = await whole();
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
  if (what === 'svg') { const svg = await whole(); if (svg) download('wengert-graph.svg', svg.text, 'image/svg+xml'); return null; }
  if (what === 'png') { await png(); return null; }
  if (what === 'latex') return { title: 'LaTeX', text: await engine.latex(withTrace()), file: 'wengert.tex' };
  if (what === 'html') { const page = await engine.html(withTrace()); if (page) download('wengert.html', page, 'text/html'); return null; }
  const language = what.replace('code:', '');
  const code = await engine.export(state.text.value, language);
  return { title: `Code for ${language}`, text: code ?? 'This engine does not export code yet.', file: `wengert.${{ julia: 'jl', c: 'c' }[language] ?? 'py'}` };
}
