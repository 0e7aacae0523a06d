/** The computational graph: boxes with value, tangent and adjoint; partials on the edges; everything moves with the sweeps. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { effect } from '@preact/signals';
import * as state from '../state';
import { layout, type Direction, type Drawing, type Size } from '../layout';
import { plain, symbol } from './typeset';
import { nodeArgs } from '../sweep';
import type { Trace, TraceNode } from '../engine/types';
import { keepClasses, marks } from './marks';
import { measure, Picture, told, type Labelled } from './Picture';

const WHOLE = 260;
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

interface Shown { trace: Trace; visible: TraceNode[]; edges: Labelled[] }

/** Everything, or for large graphs what is near the node in focus. */
function visibleOf(trace: Trace, edges: Labelled[], focus: number | null): Shown {
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

interface Room { width: number; height: number }
interface View { zoom: number; x: number; y: number }
const AT_FIRST: View = { zoom: 1, x: 0, y: 0 };
/** Smaller than this hardly anything can be read; up to `COMFORTABLE` a larger drawing that fits one way need not be moved both ways. */
const READABLE = 0.55;
const COMFORTABLE = 0.62;
const fits = (drawing: Drawing, room: Room): [number, number] => [(room.width - 2) / drawing.width, (room.height - 2) / drawing.height];

/** The whole graph where it stays readable, else the part around the first node at a readable size. */
function placement(drawing: Drawing, room: Room, view: View): { scale: number; x: number; y: number } {
  const [wide, high] = fits(drawing, room);
  const fit = Math.min(wide, high);
  const scale = Math.min(1.12, fit >= READABLE ? fit : Math.min(COMFORTABLE, Math.max(READABLE, wide, high))) * view.zoom;
  const [first] = drawing.nodes.values();
  const start = (space: number, size: number, centre: number): number => (size <= space ? (space - size) / 2 : Math.max(space - size, Math.min(0, space / 2 - centre)));
  return {
    scale,
    x: start(room.width, drawing.width * scale, (first!.x + first!.width / 2) * scale) + view.x,
    y: start(room.height, drawing.height * scale, (first!.y + first!.height / 2) * scale) + view.y,
  };
}

/** The view that shows all of the graph, readable or not. */
const whole = (drawing: Drawing, room: Room): View => ({ ...AT_FIRST, zoom: Math.min(1, Math.min(...fits(drawing, room)) / placement(drawing, room, AT_FIRST).scale) });

/** A view nearer by a factor; what is in the middle stays there. */
function zoomed(drawing: Drawing, room: Room, view: View, factor: number): View {
  const zoom = Math.max(Math.min(0.4, whole(drawing, room).zoom), Math.min(6, view.zoom * factor));
  const [old, next] = [placement(drawing, room, view), placement(drawing, room, { ...AT_FIRST, zoom })];
  const by = next.scale / old.scale;
  const moved = (middle: number, from: number, to: number): number => middle - (middle - from) * by - to;
  return { zoom, x: moved(room.width / 2, old.x, next.x), y: moved(room.height / 2, old.y, next.y) };
}

export function GraphView() {
  const trace = state.trace.value;
  const sweep = state.sweep.value;
  const columns = state.columns.value;
  const panel = useRef<HTMLDivElement>(null);
  const graph = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: 760, height: 330 });
  const [view, setView] = useState(AT_FIRST);
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

  // The sweep only changes classes, and draws what travels along the few edges in question.
  useLayoutEffect(() => {
    const element = graph.current;
    if (!element || !trace || !sweep) return undefined;
    const number = (group: Element, name: string): number => Number(group.getAttribute(name));
    const nodes = [...element.querySelectorAll('g[data-node]')].map((group) => ({ element: group, about: number(group, 'data-node') }));
    const lines = [...element.querySelectorAll('g[data-edge]')].map((group) => ({ element: group, about: { from: number(group, 'data-from'), to: number(group, 'data-to') } }));
    element.classList.toggle('still', nodes.length > 60);
    const kind = (id: number): string => `${sweep.outputs.has(id) ? ' output' : ''}${trace.nodes[id - 1]?.op === 'input' ? ' input' : ''}`;
    const stops = [
      keepClasses(nodes, () => { const of = marks(); return of && ((id) => `node${of(id)}${kind(id)}`); }),
      keepClasses(lines, () => { const [focus, is] = [state.focus.value, told()]; return (edge) => `edge${edge.from === focus || edge.to === focus ? ' near' : ''}${is(edge) ? ' told' : ''}`; }),
      effect(() => { element.classList.toggle('focused', state.focus.value !== null); }),
    ];
    return () => stops.forEach((stop) => stop());
  }, [drawing, shown, columns]);

  // What the sweep or a pin is at comes into sight. Only then is anything rendered again.
  const placed = useRef<() => void>(() => undefined);
  placed.current = () => {
    const sought = state.now.peek().node ?? state.pinned.peek();
    const box = sought !== null ? drawing?.nodes.get(sought) : null;
    if (!box || !drawing) return;
    const at = placement(drawing, room, view);
    const [left, top] = [at.x + box.x * at.scale, at.y + box.y * at.scale];
    const out = (from: number, size: number, space: number): boolean => from < 8 || from + size > space - 8;
    if (!out(left, box.width * at.scale, room.width) && !out(top, box.height * at.scale, room.height)) return;
    // What is larger than the panel is moved so that the box is in the middle.
    const dx = drawing.width * at.scale > room.width ? room.width / 2 - (left + (box.width * at.scale) / 2) : 0;
    const dy = drawing.height * at.scale > room.height ? room.height / 2 - (top + (box.height * at.scale) / 2) : 0;
    if (dx || dy) setView((v) => ({ ...v, x: v.x + dx, y: v.y + dy }));
  };
  useEffect(() => effect(() => { void state.now.value; void state.pinned.value; queueMicrotask(() => placed.current()); }), []);
  useEffect(() => setView(AT_FIRST), [drawing]);

  // The same elements as long as nothing but the view or the sweep changes: they are not even compared then.
  const content = useMemo(() => (trace && sweep && drawing && shown ? <Picture trace={trace} sweep={sweep} drawing={drawing} edges={shown.edges} visible={shown.visible} columns={columns} /> : null), [drawing, shown, columns]);
  const inWords = useMemo(() => trace?.nodes.slice(0, 60).map((node) => `${symbol('a', node.id)} = ${plain(node.formula)}`).join('; '), [trace]);

  if (!trace || !sweep || !drawing || !shown) return <div class="graph-panel" ref={panel} data-testid="graph" />;

  const { scale, x: offsetX, y: offsetY } = placement(drawing, room, view);
  const nodeOf = (event: Event): number | null => { const g = (event.target as Element).closest('g[data-node]'); return g ? Number(g.getAttribute('data-node')) : null; };
  const zoomBy = (factor: number): void => setView((v) => zoomed(drawing, room, v, factor));

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
      <div class="graph-view"
        onMouseOver={(e) => { const id = nodeOf(e); state.hovered.value = id; }} onMouseLeave={() => { state.hovered.value = null; }}
        onClick={(e) => { const id = nodeOf(e); state.pinned.value = id !== null && state.pinned.value !== id ? id : null; }}
        onWheel={(e) => { if (e.ctrlKey || e.metaKey) { e.preventDefault(); zoomBy(e.deltaY < 0 ? 1.12 : 1 / 1.12); } }} onPointerDown={drag} onDblClick={() => setView(AT_FIRST)}>
        {/* No layer of its own: the browser would paint what lies far outside the panel, too. */}
        <div ref={graph} class="graph" style={{ transform: `translate(${offsetX}px, ${offsetY}px)`, width: `${drawing.width * scale}px`, height: `${drawing.height * scale}px` }}
          role="img" aria-label={`Computational graph of ${trace.outputs.join(', ')}`} aria-description={inWords}>
          <div class="scaled" style={{ transform: `scale(${scale})`, width: `${drawing.width}px`, height: `${drawing.height}px` }}>{content}</div>
        </div>
      </div>
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" onClick={() => zoomBy(1.25)}>+</button>
        <button type="button" aria-label="Zoom out" onClick={() => zoomBy(0.8)}>−</button>
        <button type="button" aria-label="Fit" onClick={() => setView(whole(drawing, room))}>fit</button>
      </div>
      {large && <p class="hint">{`${trace.nodes.length.toLocaleString('en')} nodes: the graph shows what is near ${symbol('a', centre ?? trace.nodes.length)}. Pin a row to look elsewhere.`}</p>}
    </div>
  );
}
