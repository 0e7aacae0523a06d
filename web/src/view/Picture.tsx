/** What a graph is drawn of: boxes, edges, and what travels along the edges that the sweep or the reader is at. */
import type { ComponentChildren } from 'preact';
import * as state from '../state';
import { path, type Direction, type Drawing, type Route, type Size } from '../layout';
import { html, unescape, type Role } from './typeset';
import { inline } from '../number';
import { contribution, lookup, numberOf, type Columns } from '../why';
import { evaluate } from '../formula/evaluate';
import { parse } from '../formula/parse';
import { memo } from './memo';
import type { Sweep } from '../sweep';
import type { Trace, TraceNode, Value } from '../engine/types';

export interface Labelled { from: number; to: number; partial: string | null }

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
        if (dy === undefined && !run.italic && !run.sup && !run.role) return run.text;
        return <tspan key={k} dy={dy} font-style={run.italic ? 'italic' : undefined} font-size={run.sup ? size * 0.72 : undefined} class={run.role ?? undefined}>{run.text}</tspan>;
      })}
    </text>
  );
}

const titleOf = (node: TraceNode): string => (node.op === 'input' ? `${symbolOf('a', node.id)} = ${node.names.map((n) => html(n)).join(', ')}` : `${symbolOf('a', node.id)} = ${html(node.formula, { times: ' × ' })}`);
const symbolOf = (role: Role, id: number): string => html(`${role}${id}`);
const plainOf = (markup: string): string => markup.replace(/<[^>]+>/g, '');

export function measure(node: TraceNode, columns: Columns, has: { forward: boolean; reverse: boolean }): Size {
  const title = textWidth(plainOf(titleOf(node)), 15.5) + (node.op !== 'input' && node.names.length ? textWidth(node.names.join(', '), 14) + 14 : 0);
  const value = textWidth(inline(node.value), 16);
  const d = has.forward ? textWidth(`ȧ₁₀ ${inline(numberOf(node, 'da', columns))}`, 14.5) : 0;
  const b = has.reverse ? textWidth(`ā₁₀ ${inline(numberOf(node, 'ba', columns))}`, 14.5) : 0;
  return { width: Math.min(260, Math.max(92, title + 22, value + 22, d + b + (d && b ? 34 : 22))), height: has.forward || has.reverse ? 66 : 46 };
}

const Box = memo(function Box({ node, x, y, width, height, wrt, output, forward, reverse }: { node: TraceNode; x: number; y: number; width: number; height: number; wrt: string | null; output: string | null; forward: boolean; reverse: boolean }) {
  const columns = { wrt, output };
  const cx = x + width / 2;
  const both = forward && reverse;
  const named = node.op !== 'input' && node.names.length > 0;
  return (
    <g data-node={node.id}>
      <rect x={x} y={y} width={width} height={height} rx="9" />
      <Typeset x={named ? x + 10 : cx} anchor={named ? 'start' : 'middle'} y={y + 19} markup={titleOf(node)} size={15.5} kind="title" />
      {named && <Typeset x={x + width - 9} anchor="end" y={y + 19} markup={node.names.map((n) => html(n)).join(', ')} size={14.5} kind="name" />}
      <g data-kind="primal" class="value-primal"><Typeset x={cx} y={y + 38.5} markup={inline(node.value)} size={16.5} kind="primal strong" /></g>
      {forward && <g data-kind="tangent" class="value-tangent"><Typeset x={both ? x + 10 : cx} anchor={both ? 'start' : 'middle'} y={y + 57.5} markup={`${symbolOf('da', node.id)} ${inline(numberOf(node, 'da', columns))}`} size={14.5} kind="tangent" /></g>}
      {reverse && <g data-kind="adjoint" class="value-adjoint"><Typeset x={both ? x + width - 10 : cx} anchor={both ? 'end' : 'middle'} y={y + 57.5} markup={`${symbolOf('ba', node.id)} ${inline(numberOf(node, 'ba', columns))}`} size={14.5} kind="adjoint" /></g>}
    </g>
  );
});

const Edge = memo(function Edge({ route, direction, partial }: { route: Route; direction: Direction; partial: string | null }) {
  return (
    <g data-edge="" data-from={route.from} data-to={route.to}>
      <path class="line" d={path(route, direction)} marker-end="url(#arrow)" />
      {partial && <EdgeLabel at={route.label} markup={html(partial)} />}
    </g>
  );
});

interface Ends { from: number; to: number }
/** Which edges are told about: those of the sweep's step, and those of the node that the reader points at; subscribes whoever asks. */
export function told(): (edge: Ends) => 'forward' | 'reverse' | 'chosen' | null {
  const [now, chosen] = [state.now.value, state.pinned.value ?? state.hovered.value];
  return ({ from, to }) => (now.phase === 'forward' && now.node === to ? 'forward' : now.phase === 'reverse' && now.node === from ? 'reverse' : chosen !== null && (from === chosen || to === chosen) ? 'chosen' : null);
}

/** What travels: the partial as a number, or on the way back what it carries to the adjoint. */
function Told({ trace, drawing, partials, columns }: { trace: Trace; drawing: Drawing; partials: Map<string, string | null>; columns: Columns }) {
  const is = told();
  return (
    <>
      {drawing.edges.filter((route) => is(route)).map((route) => {
        const how = is(route)!;
        const partial = partials.get(`${route.from} ${route.to}`) ?? null;
        const formula = partial ? parse(partial) : null;
        const worth = formula ? evaluate(formula, lookup(trace, columns)) : null;
        const label = partial === null ? '' : html(partial);
        const number = worth === null || partial === null || /^-?[\d.]+$/.test(partial) ? label : `${label} = ${inline(worth as Value, 5)}`;
        const back = how === 'reverse' ? contribution(trace, route.from, route.to, columns) : null;
        const markup = back?.value ? `<span class="adjoint">${back.html} = ${back.value}</span>` : number;
        return (
          <g key={`${route.from} ${route.to}`} class={`told ${how}`}>
            {how !== 'chosen' && <path class="pulse" d={path(route, drawing.direction)} pathLength={100} />}
            {markup && <EdgeLabel at={route.label} markup={markup} />}
          </g>
        );
      })}
    </>
  );
}

/** A part of the drawing. The browser paints a part again only when something in it changes. */
function Tile({ children }: { children: ComponentChildren }) {
  return <svg class="tile" aria-hidden="true" focusable="false">{children}</svg>;
}
const TILE = 10;
const tiles = (parts: ComponentChildren[]): ComponentChildren[] => Array.from({ length: Math.ceil(parts.length / TILE) }, (_, k) => <Tile key={k}>{parts.slice(k * TILE, (k + 1) * TILE)}</Tile>);

/** The whole drawing: edges, what travels along them, boxes. Boxes and edges are made once. */
export function Picture({ trace, sweep, drawing, edges, visible, columns }: { trace: Trace; sweep: Sweep; drawing: Drawing; edges: Labelled[]; visible: TraceNode[]; columns: Columns }) {
  const partials = new Map(edges.map((e) => [`${e.from} ${e.to}`, e.partial]));
  const routes = [...drawing.edges].sort((a, b) => a.to - b.to);
  return (
    <>
      <svg class="tile" aria-hidden="true" focusable="false"><defs>
        <marker id="arrow" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M1 1.5 9 5 1 8.5z" /></marker>
      </defs></svg>
      {tiles(routes.map((route) => <Edge key={`${route.from} ${route.to}`} route={route} direction={drawing.direction} partial={partials.get(`${route.from} ${route.to}`) ?? null} />))}
      <Tile><Told trace={trace} drawing={drawing} partials={partials} columns={columns} /></Tile>
      {tiles(visible.map((node) => {
        const { x, y, width, height } = drawing.nodes.get(node.id)!;
        return <Box key={node.id} node={node} x={x} y={y} width={width} height={height} wrt={columns.wrt} output={columns.output} forward={sweep.forward} reverse={sweep.reverse} />;
      }))}
    </>
  );
}

function EdgeLabel({ at, markup }: { at: { x: number; y: number }; markup: string }) {
  const width = textWidth(plainOf(markup), 13) + 8;
  return (
    <g class="label">
      <rect x={at.x - width / 2} y={at.y - 9} width={width} height={17} rx="5" />
      <Typeset x={at.x} y={at.y + 4} markup={markup} size={13} />
    </g>
  );
}
