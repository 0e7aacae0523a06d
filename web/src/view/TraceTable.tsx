/** The Wengert list as a table: aᵢ, value, ȧᵢ, āᵢ, each with its rule. Long tables keep only the rows in sight. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { computed, effect } from '@preact/signals';
import { memo } from './memo';
import * as state from '../state';
import type { TraceNode } from '../engine/types';
import { keepClasses, marks } from './marks';
import { html, symbolHtml, type Role } from './typeset';
import { inline } from '../number';
import { numberOf, ruleOf } from '../why';
import { question } from '../quiz';

const ROW = 33;
/** Rows that the browser paints together, and again only when one of them changes. */
const TILE = 5;
/** From how many rows on they know their size, and from how many on only those in sight are there. */
const LONG = 60;
const WINDOWED = 260;
const sweeping = computed(() => state.position.value !== null);

interface RowProps { node: TraceNode; wrt: string | null; output: string | null; forward: boolean; reverse: boolean; pinned: boolean; stop: boolean; names: string; index: number; asks: string }

/** Everything of a node. What the sweep has not reached yet is hidden by a class, which moves nothing. */
const Row = memo(function Row({ node, wrt, output, forward, reverse, pinned, stop, names, index, asks }: RowProps) {
  const columns = { wrt, output };
  const cell = (role: Role, kind: string) => {
    const rule = role === 'a' ? node.formula : ruleOf(node, role, columns);
    const asked = asks.startsWith(`${role}:`);
    const written = asks === `${role}:rule` ? '?' : rule === null ? null : html(rule, role === 'a' ? { times: ' × ' } : {});
    return [
      <td class={`rule ${kind}${asked ? ' asked' : ''}`} key={`${kind}r`} {...(role === 'a' ? { role: 'rowheader' } : {})}>
        {written !== null && <span dangerouslySetInnerHTML={{ __html: `${symbolHtml(role, node.id)}<span class="eq"> = </span>${written}` }} />}
      </td>,
      <td class={`number ${kind}${asked ? ' asked' : ''}`} key={`${kind}v`} data-kind={kind} data-role={role}><span class="shown">{asked ? '?' : inline(numberOf(node, role, columns))}</span></td>,
    ];
  };
  return (
    <tr data-node={node.id} tabIndex={stop ? 0 : -1} aria-rowindex={index + 2} aria-current={pinned ? 'true' : undefined}>
      {cell('a', 'primal')}
      {forward && cell('da', 'tangent')}
      {reverse && cell('ba', 'adjoint')}
      <td class="names">{names && <span dangerouslySetInnerHTML={{ __html: names }} />}<span class="tags"><span class="tag free" title="May be discarded here">free</span><span class="tag held" title="Kept: a rule of the reverse sweep reads it">kept</span></span></td>
    </tr>
  );
});

function Choice({ label, names, value, onChoose, before }: { label: string; names: string[]; value: string | null; onChoose: (name: string) => void; before: string }) {
  if (names.length < 2) return <span>{before}<i>{names[0] ?? ''}</i></span>;
  return (
    <span>{before}<select aria-label={label} value={value ?? ''} onChange={(e) => onChoose((e.currentTarget as HTMLSelectElement).value)}>{names.map((name) => <option key={name} value={name}>{name}</option>)}</select></span>
  );
}

export function TraceTable() {
  const trace = state.trace.value;
  const sweep = state.sweep.value;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [rover, setRover] = useState(1);
  const columns = state.columns.value;
  const pinned = state.pinned.value;
  const asked = question.value;
  const windowed = (trace?.nodes.length ?? 0) > WINDOWED;
  // Where the table stands, as events have told it: to ask the page would make it lay itself out.
  const at = useRef({ top: 0, height: 600, sought: null as number | null, moved: false });
  /** Only when other rows come into sight is anything rendered. */
  const look = (): void => setView((old) => { const top = Math.floor(at.current.top / (ROW * TILE)) * ROW * TILE; const height = Math.ceil(at.current.height / (ROW * TILE)) * ROW * TILE; return old.top === top && old.height === height ? old : { top, height }; });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const scrolled = (): void => {
      if (!at.current.moved && at.current.sought === null) { at.current.top = element.scrollTop; look(); }
      at.current.moved = false;
    };
    element.addEventListener('scroll', scrolled, { passive: true });
    const watch = new ResizeObserver(([entry]) => { at.current.height = entry!.contentRect.height; look(); });
    watch.observe(element);
    return () => { element.removeEventListener('scroll', scrolled); watch.disconnect(); };
  }, [trace === null]);

  // What the sweep or a pin is at comes into sight: its rows are rendered first, then the table is moved, once a frame.
  useEffect(() => effect(() => {
    const id = state.now.value.node ?? state.pinned.value;
    const { top, height, sought } = at.current;
    if (id === null) return;
    const y = id * ROW;
    const wanted = y - ROW < top ? y - 2 * ROW : y + ROW > top + height ? y + 2 * ROW - height : null;
    if (wanted === null) return;
    at.current.top = at.current.sought = Math.max(0, wanted);
    look();
    if (sought === null) requestAnimationFrame(() => {
      if (scroller.current) { scroller.current.scrollTop = at.current.sought!; at.current.moved = true; }
      at.current.sought = null;
    });
  }), []);

  const named = useMemo(() => (trace ? trace.nodes.map((node) => (node.op === 'input' ? '' : node.names.map((name) => html(name)).join(', '))) : []), [trace]);
  useLayoutEffect(() => {
    const rows = [...(scroller.current?.querySelectorAll('tr[data-node]') ?? [])];
    return keepClasses(rows.map((element) => ({ element, about: Number(element.getAttribute('data-node')) })), marks);
  }, [trace, columns, view]);
  if (!trace || !sweep) return <p class="empty">{state.busy.value ? 'Computing…' : 'Write a formula, such as L = 0.5*(y - w*x)^2, and its list of operations appears here.'}</p>;

  const first = windowed ? Math.max(0, Math.floor(view.top / ROW / TILE) - 1) : 0;
  const last = Math.min(Math.ceil(trace.nodes.length / TILE), windowed ? Math.ceil((view.top + view.height) / ROW / TILE) + 1 : Infinity);
  const tiles = Array.from({ length: last - first }, (_, k) => trace.nodes.slice((first + k) * TILE, (first + k + 1) * TILE));
  const [above, below] = [first * TILE, Math.max(0, trace.nodes.length - last * TILE)];
  const width = 3 + (sweep.forward ? 2 : 0) + (sweep.reverse ? 2 : 0);

  const rowOf = (event: Event): number | null => {
    const row = (event.target as Element).closest('tr[data-node]');
    return row ? Number(row.getAttribute('data-node')) : null;
  };
  const over = (event: Event): void => {
    const reference = (event.target as Element).closest('.sym')?.getAttribute('data-ref');
    const cell = (event.target as Element).closest('td');
    state.hovered.value = reference ? Number(reference) : rowOf(event);
    state.role.value = cell?.classList.contains('tangent') ? 'da' : cell?.classList.contains('adjoint') ? 'ba' : cell?.classList.contains('primal') ? 'a' : null;
  };
  const key = (event: KeyboardEvent): void => {
    const id = rowOf(event);
    if (id === null) return;
    const go = (to: number): void => {
      const next = Math.max(1, Math.min(trace.nodes.length, to));
      setRover(next);
      if (windowed && scroller.current) scroller.current.scrollTop = Math.max(0, (next - 4) * ROW);
      const row = (): HTMLElement | null | undefined => scroller.current?.querySelector<HTMLElement>(`tr[data-node="${next}"]`);
      if (row()) row()!.focus();
      else requestAnimationFrame(() => row()?.focus());
      event.preventDefault();
    };
    if (event.key === 'ArrowDown') go(id + 1);
    else if (event.key === 'ArrowUp') go(id - 1);
    else if (event.key === 'Home') go(1);
    else if (event.key === 'End') go(trace.nodes.length);
    else if (event.key === 'PageDown') go(id + 12);
    else if (event.key === 'PageUp') go(id - 12);
    else if (event.key === 'Enter') { state.pinned.value = state.pinned.value === id ? null : id; event.preventDefault(); }
    else if (event.key === 'Escape') { state.pinned.value = null; event.preventDefault(); }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp' || event.key === 'Enter' || event.key === 'Escape') event.stopPropagation();
  };
  const tabStop = rover <= trace.nodes.length && (!windowed || (rover > above && rover <= last * TILE)) ? rover : above + 1;

  return (
    <div class={`table-scroll${state.stale.value ? ' stale' : ''}`} ref={scroller} data-testid="trace" tabIndex={-1}>
      <table class={`trace${sweeping.value ? ' sweeping' : ''}${trace.nodes.length > LONG ? ' long' : ''}`} aria-label={`Wengert list of ${trace.outputs.join(', ')}`} aria-rowcount={trace.nodes.length + 1}
        onMouseOver={over} onMouseLeave={() => { state.hovered.value = null; state.role.value = null; }}
        onFocusIn={(e: Event) => { const id = rowOf(e); if (id !== null) { state.hovered.value = id; setRover(id); } }} onFocusOut={() => { state.hovered.value = null; }}
        onClick={(e: Event) => { const id = rowOf(e); if (id !== null && !(e.target as Element).closest('select')) state.pinned.value = state.pinned.value === id ? null : id; }}
        onKeyDown={key}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="primal"><i>a</i>ᵢ</th>
            <th scope="col" class="number primal">value</th>
            {sweep.forward && <th scope="col" class="tangent"><i>ȧ</i>ᵢ = <Choice label="Tangents with respect to" before="∂aᵢ/∂" names={trace.wrt} value={columns.wrt} onChoose={(n) => { state.wrt.value = n; }} /></th>}
            {sweep.forward && <th scope="col" class="number tangent"><span class="wide">tangent</span><span class="narrow"><Choice label="Tangents with respect to" before="∂/∂" names={trace.wrt} value={columns.wrt} onChoose={(n) => { state.wrt.value = n; }} /></span></th>}
            {sweep.reverse && <th scope="col" class="adjoint"><i>ā</i>ᵢ = <Choice label="Adjoints of" before="∂" names={trace.outputs} value={columns.output} onChoose={(n) => { state.output.value = n; }} />/∂aᵢ</th>}
            {sweep.reverse && <th scope="col" class="number adjoint"><span class="wide">adjoint</span><span class="narrow"><Choice label="Adjoints of" before="∂" names={trace.outputs} value={columns.output} onChoose={(n) => { state.output.value = n; }} />/∂aᵢ</span></th>}
            <th scope="col" class="names"><span class="visually-hidden">Names</span></th>
          </tr>
        </thead>
        {above > 0 && <tbody aria-hidden="true"><tr style={{ height: `${above * ROW}px` }}><td colSpan={width} /></tr></tbody>}
        {tiles.map((rows, k) => (
          <tbody key={first + k} class="tile">
            {rows.map((node) => (
              <Row key={node.id} node={node} wrt={columns.wrt} output={columns.output} forward={sweep.forward} reverse={sweep.reverse} names={named[node.id - 1]!} index={node.id - 1}
                pinned={pinned === node.id} stop={tabStop === node.id} asks={asked && asked.node === node.id ? `${asked.role}:${asked.asks}` : ''} />
            ))}
          </tbody>
        ))}
        {below > 0 && <tbody aria-hidden="true"><tr style={{ height: `${below * ROW}px` }}><td colSpan={width} /></tr></tbody>}
      </table>
    </div>
  );
}
