/** The computational graph: boxes with value, tangent and adjoint; partials on the edges; everything moves with the sweeps. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { effect } from '@preact/signals';
import * as state from '../state';
import { layout, path, type Direction, type Drawing, type Size } from '../layout';
import { html, plain, symbol, unescape, type Role } from './typeset';
import { inline } from '../number';
import { contribution, lookup, numberOf } from '../why';
import { evaluate } from '../formula/evaluate';
import { parse } from '../formula/parse';
import { flagsOf } from './TraceTable';
import { nodeArgs, type Sweep } from '../sweep';
import type { Trace, TraceNode, Value } from '../engine/types';
import { question } from '../quiz';

const WHOLE = 260;
const FONT = 'EB Garamond, Georgia, serif';
let ruler: CanvasRenderingContext2D | null = null;
function textWidth(text: string, size: number): number {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (!ruler) return text.length * size * 0.5;
  ruler.font = `${size}px ${FONT}`;
  return ruler.measureText(text).width;
}

interface Run { text: string; italic: boolean; sup: boolean; role: string | null }

/** Typeset HTML as runs of text for SVG. */
export function runs(markup: string): Run[] {
  const found: Run[] = [];
  let italic = 0;
  let sup = 0;
  const roles: (string | null)[] = [];
  for (const part of markup.split(/(<[^>]+>)/)) {
    if (!part) continue;
    if (part.startsWith('<')) {
      const closing = part.startsWith('</');
      if (/^<\/?i\b/.test(part)) italic += closing ? -1 : 1;
      else if (/^<\/?sup/.test(part)) sup += closing ? -1 : 1;
      else if (closing) roles.pop();
      else roles.push(/(primal|tangent|adjoint)/.exec(part)?.[1] ?? null);
      continue;
    }
    found.push({ text: unescape(part), italic: italic > 0, sup: sup > 0, role: roles.findLast((r) => r !== null) ?? null });
  }
  return found;
}

function Typeset({ x, y, markup, size, anchor = 'middle', kind = '' }: { x: number; y: number; markup: string; size: number; anchor?: 'start' | 'middle' | 'end'; kind?: string }) {
  let raised = false;
  return (
    <text x={x} y={y} font-size={size} text-anchor={anchor} class={kind}>
      {runs(markup).map((run, k) => {
        const dy = run.sup && !raised ? -size * 0.34 : !run.sup && raised ? size * 0.34 : undefined;
        raised = run.sup;
        return <tspan key={k} dy={dy} font-style={run.italic ? 'italic' : undefined} font-size={run.sup ? size * 0.72 : undefined} class={run.role ?? undefined}>{run.text}</tspan>;
      })}
    </text>
  );
}

const kept = new Map<string, Drawing>();
/** While a number is dragged or partials arrive, boxes of the same size stay where they are. */
function laidOut(sizes: Map<number, Size>, edges: { from: number; to: number }[], options: { direction: Direction; layerGap: number; nodeGap: number }): Drawing {
  const key = `${options.direction} ${[...sizes].map(([id, s]) => `${id}:${Math.round(s.width)}x${s.height}`).join()} ${edges.map((e) => `${e.from}-${e.to}`).sort().join()}`;
  const known = kept.get(key);
  if (known) return known;
  const made = layout(sizes, edges, options);
  if (kept.size > 24) kept.clear();
  kept.set(key, made);
  return made;
}

/** Whether something with these corners or points may be seen. */
type InSight = (points: { x: number; y: number }[]) => boolean;

interface Shown { trace: Trace; visible: TraceNode[]; edges: { from: number; to: number; partial: string | null }[] }

/** Everything, or for large graphs what is near the node in focus. */
function visibleOf(trace: Trace, edges: { from: number; to: number; partial: string | null }[], focus: number | null): Shown {
  const all = edges.length ? edges : trace.nodes.flatMap((node) => nodeArgs(node).map((from) => ({ from, to: node.id, partial: null })));
  if (trace.nodes.length <= WHOLE) return { trace, visible: trace.nodes, edges: all };
  const near = new Set<number>([focus ?? trace.nodes.length]);
  const into = new Map<number, number[]>();
  const outOf = new Map<number, number[]>();
  for (const e of all) { into.set(e.to, [...(into.get(e.to) ?? []), e.from]); outOf.set(e.from, [...(outOf.get(e.from) ?? []), e.to]); }
  for (let hop = 0; hop < 3; hop++) for (const id of [...near]) {
    for (const other of [...(into.get(id) ?? []), ...(hop < 2 ? (outOf.get(id) ?? []).slice(0, 6) : [])]) if (near.size < 40) near.add(other);
  }
  return { trace, visible: trace.nodes.filter((node) => near.has(node.id)), edges: all.filter((e) => near.has(e.from) && near.has(e.to)) };
}

const titleOf = (node: TraceNode): string => (node.op === 'input' ? `${symbolOf('a', node.id)} = ${node.names.map((n) => html(n)).join(', ')}` : `${symbolOf('a', node.id)} = ${html(node.formula, { times: ' × ' })}`);
const symbolOf = (role: Role, id: number): string => html(`${role}${id}`);
const plainOf = (markup: string): string => markup.replace(/<[^>]+>/g, '');

function measure(node: TraceNode, columns: { wrt: string | null; output: string | null }, has: { forward: boolean; reverse: boolean }): Size {
  const title = textWidth(plainOf(titleOf(node)), 15.5) + (node.op !== 'input' && node.names.length ? textWidth(node.names.join(', '), 14) + 14 : 0);
  const value = textWidth(inline(node.value), 16);
  const d = has.forward ? textWidth(`ȧ₁₀ ${inline(numberOf(node, 'da', columns))}`, 14.5) : 0;
  const b = has.reverse ? textWidth(`ā₁₀ ${inline(numberOf(node, 'ba', columns))}`, 14.5) : 0;
  return { width: Math.min(260, Math.max(92, title + 22, value + 22, d + b + (d && b ? 34 : 22))), height: has.forward || has.reverse ? 66 : 46 };
}

/** The whole graph where it stays readable, else a part of it at a readable size. */
function placement(drawing: Drawing, room: { width: number; height: number }, view: { zoom: number; x: number; y: number }): { scale: number; x: number; y: number } {
  const fit = Math.min((room.width - 2) / drawing.width, (room.height - 2) / drawing.height);
  const scale = Math.min(1.12, Math.max(fit, Math.min(0.62, Math.max((room.width - 2) / drawing.width, (room.height - 2) / drawing.height)))) * view.zoom;
  const start = (space: number, size: number): number => (size <= space ? (space - size) / 2 : 0);
  return { scale, x: start(room.width, drawing.width * scale) + view.x, y: (drawing.direction === 'up' && drawing.height * scale > room.height ? room.height - drawing.height * scale : start(room.height, drawing.height * scale)) + view.y };
}

export function GraphView() {
  const trace = state.trace.value;
  const sweep = state.sweep.value;
  const columns = state.columns.value;
  const panel = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const [room, setRoom] = useState({ width: 760, height: 330 });
  const [view, setView] = useState({ zoom: 1, x: 0, y: 0 });
  const large = (trace?.nodes.length ?? 0) > WHOLE;
  const centre = large ? (state.pinned.value ?? state.now.value.node) : null;

  useEffect(() => {
    const element = panel.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => { void document.fonts?.load(`16px "EB Garamond"`).then(() => setRoom((r) => ({ ...r }))); }, []);

  const shown = useMemo(() => (trace ? visibleOf(trace, state.edges.value, centre) : null), [trace, state.edges.value, centre]);
  const drawing = useMemo(() => {
    if (!shown || !sweep) return null;
    const sizes = new Map(shown.visible.map((node) => [node.id, measure(node, columns, sweep)]));
    const of = (direction: Direction): Drawing => laidOut(sizes, shown.edges, direction === 'right' ? { direction, layerGap: 56, nodeGap: 16 } : { direction, layerGap: 46, nodeGap: 22 });
    const scale = (d: Drawing): number => Math.min(room.width / d.width, room.height / d.height);
    const right = of('right');
    const up = of('up');
    return scale(up) * 1.02 > scale(right) ? up : right;
  }, [shown, columns, room.width > 0 ? Math.round(room.width / room.height * 4) : 0, sweep]);

  // Of a large graph only what is near the window is there at all; a short way beyond, so that few moves change it.
  const all = state.drawAll.value || !drawing || drawing.nodes.size <= 60;
  const [gridX, gridY] = [Math.round(view.x / 240), Math.round(view.y / 240)];
  const inSight = useMemo<InSight>(() => {
    if (all || !drawing) return () => true;
    const at = placement(drawing, room, { zoom: view.zoom, x: gridX * 240, y: gridY * 240 });
    const [left, right] = [(-at.x - 280) / at.scale, (room.width - at.x + 280) / at.scale];
    const [top, bottom] = [(-at.y - 280) / at.scale, (room.height - at.y + 280) / at.scale];
    return (points) => {
      let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
      for (const p of points) { x0 = Math.min(x0, p.x); x1 = Math.max(x1, p.x); y0 = Math.min(y0, p.y); y1 = Math.max(y1, p.y); }
      return x1 > left && x0 < right && y1 > top && y0 < bottom;
    };
  }, [all, drawing, room, view.zoom, gridX, gridY]);

  // The sweep only changes classes, and only where they differ: no element is made while one scrubs.
  useEffect(() => {
    const element = svg.current;
    if (!element) return;
    const nodes = [...element.querySelectorAll<SVGGElement>('g[data-node]')].map((group) => ({ group, id: Number(group.dataset.node), set: '' }));
    const lines = [...element.querySelectorAll<SVGGElement>('g[data-edge]')].map((group) => ({ group, from: Number(group.dataset.from), to: Number(group.dataset.to), set: '' }));
    element.classList.toggle('still', nodes.length > 60);
    return effect(() => {
      const s = state.sweep.value;
      const t = state.trace.value;
      if (!s || !t) return;
      const [position, focus, pinned, now, q] = [state.position.value, state.focus.value, state.pinned.value, state.now.value, question.value];
      const chosen = (pinned ?? state.hovered.value) !== null;
      for (const item of nodes) {
        const flags = flagsOf(s, position, focus, pinned, now.node, 0, item.id);
        const wanted = `node${flags.includes('v') ? '' : ' no-value'}${flags.includes('d') ? '' : ' no-tangent'}${flags.includes('b') ? '' : ' no-adjoint'}${flags.includes('s') ? ' spent' : ''}${flags.includes('k') ? ' kept' : ''}${flags.includes('f') ? ' focus' : ''}${flags.includes('o') ? ' operand' : ''}${flags.includes('u') ? ' user' : ''}${flags.includes('p') ? ' pinned' : ''}${flags.includes('c') ? ' current' : ''}${q?.node === item.id ? ' asked' : ''}${s.outputs.has(item.id) ? ' output' : ''}${t.nodes[item.id - 1]?.op === 'input' ? ' input' : ''}`;
        if (wanted !== item.set) item.group.setAttribute('class', (item.set = wanted));
      }
      for (const item of lines) {
        const forward = now.phase === 'forward' && now.node === item.to;
        const reverse = now.phase === 'reverse' && now.node === item.from;
        const near = focus !== null && (item.from === focus || item.to === focus);
        const wanted = `edge${forward ? ' forward' : ''}${reverse ? ' reverse' : ''}${near ? ' near' : focus !== null ? ' far' : ''}${forward || reverse || (chosen && near) ? ' told' : ''}`;
        if (wanted !== item.set) item.group.setAttribute('class', (item.set = wanted));
      }
    });
  }, [drawing, shown, inSight]);

  // What the sweep or a pin is at comes into sight. Only then is anything rendered again.
  const placed = useRef<() => void>(() => undefined);
  placed.current = () => {
    const sought = state.now.peek().node ?? state.pinned.peek();
    const box = sought !== null ? drawing?.nodes.get(sought) : null;
    if (!box || !drawing) return;
    const at = placement(drawing, room, view);
    const [left, top] = [at.x + box.x * at.scale, at.y + box.y * at.scale];
    const dx = left < 8 || left + box.width * at.scale > room.width - 8 ? room.width / 2 - (left + (box.width * at.scale) / 2) : 0;
    const dy = top < 8 || top + box.height * at.scale > room.height - 8 ? room.height / 2 - (top + (box.height * at.scale) / 2) : 0;
    if (dx || dy) setView((v) => ({ ...v, x: v.x + dx, y: v.y + dy }));
  };
  useEffect(() => effect(() => { void state.now.value; void state.pinned.value; queueMicrotask(() => placed.current()); }), []);
  useEffect(() => setView({ zoom: 1, x: 0, y: 0 }), [drawing]);

  // The same elements as long as nothing but the view or the sweep changes: they are not even compared then.
  const content = useMemo(() => (trace && sweep && drawing && shown ? <Boxes trace={trace} sweep={sweep} drawing={drawing} edges={shown.edges} visible={shown.visible} columns={columns} inSight={inSight} /> : null), [drawing, shown, columns, inSight]);

  if (!trace || !sweep || !drawing || !shown) return <div class="graph-panel" ref={panel} data-testid="graph" />;

  const { scale, x: offsetX, y: offsetY } = placement(drawing, room, view);
  const nodeOf = (event: Event): number | null => { const g = (event.target as Element).closest('g[data-node]'); return g ? Number(g.getAttribute('data-node')) : null; };
  const zoomBy = (factor: number): void => setView((v) => ({ ...v, zoom: Math.max(0.4, Math.min(6, v.zoom * factor)) }));

  const drag = (event: PointerEvent): void => {
    if (nodeOf(event) !== null || event.button !== 0) return;
    const start = { x: event.clientX - view.x, y: event.clientY - view.y };
    const move = (e: PointerEvent): void => setView((v) => ({ ...v, x: e.clientX - start.x, y: e.clientY - start.y }));
    const up = (): void => { window.removeEventListener('pointermove', move); window.removeEventListener('pointerup', up); };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
  };

  return (
    <div class={`graph-panel${state.stale.value ? ' stale' : ''}`} ref={panel} data-testid="graph">
      <svg ref={svg} class="graph" width={room.width} height={room.height} role="img" aria-labelledby="graph-title graph-text"
        onMouseOver={(e) => { const id = nodeOf(e); state.hovered.value = id; }} onMouseLeave={() => { state.hovered.value = null; }}
        onClick={(e) => { const id = nodeOf(e); state.pinned.value = id !== null && state.pinned.value !== id ? id : null; }}
        onWheel={(e) => { if (e.ctrlKey || e.metaKey) { e.preventDefault(); zoomBy(e.deltaY < 0 ? 1.12 : 1 / 1.12); } }} onPointerDown={drag} onDblClick={() => setView({ zoom: 1, x: 0, y: 0 })}>
        <title id="graph-title">{`Computational graph of ${trace.outputs.join(', ')}`}</title>
        <desc id="graph-text">{trace.nodes.slice(0, 60).map((node) => `${symbol('a', node.id)} = ${plain(node.formula)}`).join('; ')}</desc>
        <defs>
          <marker id="arrow" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M1 1.5 9 5 1 8.5z" /></marker>
        </defs>
        <g transform={`translate(${offsetX} ${offsetY}) scale(${scale})`}>
          {content}
        </g>
      </svg>
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" onClick={() => zoomBy(1.25)}>+</button>
        <button type="button" aria-label="Zoom out" onClick={() => zoomBy(0.8)}>−</button>
        <button type="button" aria-label="Fit" onClick={() => setView({ zoom: 1, x: 0, y: 0 })}>fit</button>
      </div>
      {large && <p class="hint">{`${trace.nodes.length.toLocaleString('en')} nodes: the graph shows what is near ${symbol('a', centre ?? trace.nodes.length)}. Pin a row to look elsewhere.`}</p>}
    </div>
  );
}

function Boxes({ trace, sweep, drawing, edges, visible, columns, inSight }: { trace: Trace; sweep: Sweep; drawing: Drawing; edges: Shown['edges']; visible: TraceNode[]; columns: { wrt: string | null; output: string | null }; inSight: InSight }) {
  const look = lookup(trace, columns);
  const byEnds = new Map(edges.map((e) => [`${e.from} ${e.to}`, e]));
  return (
    <>
          {drawing.edges.filter((route) => inSight(route.points)).map((route) => {
            const edge = byEnds.get(`${route.from} ${route.to}`);
            const partial = edge?.partial ?? null;
            const formula = partial ? parse(partial) : null;
            const worth = formula ? evaluate(formula, look) : null;
            const number = worth === null || partial === null || /^-?[\d.]+$/.test(partial) ? '' : inline(worth as Value, 5);
            const back = contribution(trace, route.from, route.to, columns);
            const d = path(route, drawing.direction);
            const label = partial === null ? '' : html(partial);
            const told = number ? `${label} = ${number}` : label;
            const carried = back && back.value ? `<span class="adjoint">${back.html} = ${back.value}</span>` : '';
            return (
              <g key={`${route.from} ${route.to}`} data-edge="" data-from={route.from} data-to={route.to}>
                <path class="line" d={d} marker-end="url(#arrow)" />
                <path class="pulse" d={d} pathLength={100} />
                {label && <EdgeLabel at={route.label} markup={label} kind="plain" />}
                {told && <EdgeLabel at={route.label} markup={told} kind="number" />}
                {(carried || told) && <EdgeLabel at={route.label} markup={carried || told} kind="carried" />}
              </g>
            );
          })}
          {visible.filter((node) => { const box = drawing.nodes.get(node.id)!; return inSight([box, { x: box.x + box.width, y: box.y + box.height }]); }).map((node) => {
            const box = drawing.nodes.get(node.id)!;
            const cx = box.x + box.width / 2;
            const tangent = numberOf(node, 'da', columns);
            const adjoint = numberOf(node, 'ba', columns);
            const both = sweep.forward && sweep.reverse;
            return (
              <g key={node.id} data-node={node.id}>
                <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="9" />
                <Typeset x={node.op !== 'input' && node.names.length ? box.x + 10 : cx} anchor={node.op !== 'input' && node.names.length ? 'start' : 'middle'} y={box.y + 19} markup={titleOf(node)} size={15.5} kind="title" />
                {node.op !== 'input' && node.names.length > 0 && <Typeset x={box.x + box.width - 9} anchor="end" y={box.y + 19} markup={node.names.map((n) => html(n)).join(', ')} size={14.5} kind="name" />}
                <g data-kind="primal" class="value-primal"><Typeset x={cx} y={box.y + 38.5} markup={inline(node.value)} size={16.5} kind="primal strong" /></g>
                {sweep.forward && <g data-kind="tangent" class="value-tangent"><Typeset x={both ? box.x + 10 : cx} anchor={both ? 'start' : 'middle'} y={box.y + 57.5} markup={`${symbolOf('da', node.id)} ${inline(tangent)}`} size={14.5} kind="tangent" /></g>}
                {sweep.reverse && <g data-kind="adjoint" class="value-adjoint"><Typeset x={both ? box.x + box.width - 10 : cx} anchor={both ? 'end' : 'middle'} y={box.y + 57.5} markup={`${symbolOf('ba', node.id)} ${inline(adjoint)}`} size={14.5} kind="adjoint" /></g>}
              </g>
            );
          })}
    </>
  );
}

function EdgeLabel({ at, markup, kind }: { at: { x: number; y: number }; markup: string; kind: string }) {
  const width = textWidth(plainOf(markup), 13) + 8;
  return (
    <g class={`label ${kind}`}>
      <rect x={at.x - width / 2} y={at.y - 9} width={width} height={17} rx="5" />
      <Typeset x={at.x} y={at.y + 4} markup={markup} size={13} />
    </g>
  );
}
