/** The Wengert list as a table: aᵢ, value, ȧᵢ, āᵢ, each with its rule. Long tables keep only the rows in sight. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { memo } from './memo';
import * as state from '../state';
import type { TraceNode } from '../engine/types';
import { seen, type Sweep } from '../sweep';
import { html, symbolHtml, type Role } from './typeset';
import { inline } from '../number';
import { numberOf, ruleOf } from '../why';
import { question } from '../quiz';

const ROW = 33;
const WINDOWED = 160;

interface RowProps { node: TraceNode; wrt: string | null; output: string | null; forward: boolean; reverse: boolean; flags: string; names: string; index: number; asks: string }

const Row = memo(function Row({ node, wrt, output, forward, reverse, flags, names, index, asks }: RowProps) {
  const columns = { wrt, output };
  const cell = (role: Role, kind: string, show: boolean) => {
    const rule = role === 'a' ? node.formula : ruleOf(node, role, columns);
    const value = numberOf(node, role, columns);
    const asked = asks.startsWith(`${role}:`);
    const ruleToo = show || role === 'a' || asks === `${role}:number`;
    return [
      <td class={`rule ${kind}`} key={`${kind}r`} {...(role === 'a' ? { role: 'rowheader' } : {})}>
        {rule !== null && ruleToo ? <span dangerouslySetInnerHTML={{ __html: `${symbolHtml(role, node.id)}<span class="eq"> = </span>${html(rule, role === 'a' ? { times: ' × ' } : {})}` }} /> : <span dangerouslySetInnerHTML={{ __html: asked ? `${symbolHtml(role, node.id)}<span class="eq"> = ?</span>` : '' }} />}
      </td>,
      <td class={`number ${kind}`} key={`${kind}v`} data-kind={kind} data-role={role}><span class="shown">{show ? inline(value) : asked ? '?' : ''}</span></td>,
    ];
  };
  const has = (flag: string): boolean => flags.includes(flag);
  return (
    <tr data-node={node.id} class={`${has('f') ? 'focus ' : ''}${has('o') ? 'operand ' : ''}${has('u') ? 'user ' : ''}${has('c') ? 'current ' : ''}${has('p') ? 'pinned ' : ''}${has('s') ? 'spent ' : ''}${has('k') ? 'kept ' : ''}`}
      tabIndex={has('t') ? 0 : -1} aria-rowindex={index + 2} aria-current={has('p') ? 'true' : undefined}>
      {cell('a', 'primal', has('v'))}
      {forward && cell('da', 'tangent', has('d'))}
      {reverse && cell('ba', 'adjoint', has('b'))}
      <td class="names">{names && <span dangerouslySetInnerHTML={{ __html: names }} />}{has('s') && <span class="tag" title="May be discarded here">free</span>}{has('k') && <span class="tag" title="Kept: a rule of the reverse sweep reads it">kept</span>}</td>
    </tr>
  );
});

export function flagsOf(sweep: Sweep, position: number | null, focus: number | null, pinned: number | null, current: number | null, tab: number, id: number): string {
  const s = seen(sweep, position ?? sweep.steps, id);
  let flags = (s.value ? 'v' : '') + (s.tangent ? 'd' : '') + (s.adjoint ? 'b' : '') + (s.spent ? 's' : '') + (s.kept ? 'k' : '');
  if (focus !== null) {
    if (focus === id) flags += 'f';
    else if (sweep.args[focus]?.includes(id)) flags += 'o';
    else if (sweep.users[focus]?.includes(id)) flags += 'u';
  }
  if (pinned === id) flags += 'p';
  if (current === id) flags += 'c';
  if (tab === id) flags += 't';
  return flags;
}

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
  const { position, focus, pinned, now } = { position: state.position.value, focus: state.focus.value, pinned: state.pinned.value, now: state.now.value };
  const asked = question.value;
  const windowed = (trace?.nodes.length ?? 0) > WINDOWED;

  useEffect(() => {
    const element = scroller.current;
    if (!element || !windowed) return;
    // Only when other rows come into sight is anything rendered.
    const measure = (): void => setView((old) => { const top = Math.floor(element.scrollTop / (ROW * 4)) * ROW * 4; const height = Math.ceil(element.clientHeight / (ROW * 4)) * ROW * 4; return old.top === top && old.height === height ? old : { top, height }; });
    measure();
    element.addEventListener('scroll', measure, { passive: true });
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => { element.removeEventListener('scroll', measure); watch.disconnect(); };
  }, [windowed, trace]);

  // What lights up from elsewhere comes into sight.
  useEffect(() => {
    const element = scroller.current;
    const id = now.node ?? (state.pinned.peek() !== null ? state.pinned.peek() : null);
    if (!element || id === null) return undefined;
    const frame = requestAnimationFrame(() => {
      const top = id * ROW;
      if (top - ROW < element.scrollTop) element.scrollTop = top - 2 * ROW;
      else if (top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top + 2 * ROW - element.clientHeight;
    });
    return () => cancelAnimationFrame(frame);
  }, [now.node, pinned]);

  const named = useMemo(() => (trace ? trace.nodes.map((node) => (node.op === 'input' ? '' : node.names.map((name) => html(name)).join(', '))) : []), [trace]);
  if (!trace || !sweep) return <p class="empty">{state.busy.value ? 'Computing…' : 'Write a formula, such as L = 0.5*(y - w*x)^2, and its list of operations appears here.'}</p>;

  const first = windowed ? Math.max(0, Math.floor(view.top / ROW) - 6) : 0;
  const last = windowed ? Math.min(trace.nodes.length, Math.ceil((view.top + view.height) / ROW) + 10) : trace.nodes.length;
  const rows = trace.nodes.slice(first, last);
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
  const tabStop = rover <= trace.nodes.length && (!windowed || (rover > first && rover <= last)) ? rover : first + 1;

  return (
    <div class={`table-scroll${state.stale.value ? ' stale' : ''}`} ref={scroller} data-testid="trace" tabIndex={-1}>
      <table class={`trace${position !== null ? ' sweeping' : ''}${windowed ? ' long' : ''}`} aria-label={`Wengert list of ${trace.outputs.join(', ')}`} aria-rowcount={trace.nodes.length + 1}
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
        <tbody>
          {first > 0 && <tr aria-hidden="true" style={{ height: `${first * ROW}px` }}><td colSpan={width} /></tr>}
          {rows.map((node) => (
            <Row key={node.id} node={node} wrt={columns.wrt} output={columns.output} forward={sweep.forward} reverse={sweep.reverse} names={named[node.id - 1]!} index={node.id - 1}
              flags={flagsOf(sweep, position, focus, pinned, now.node, tabStop, node.id)} asks={asked && asked.node === node.id ? `${asked.role}:${asked.asks}` : ''} />
          ))}
          {last < trace.nodes.length && <tr aria-hidden="true" style={{ height: `${(trace.nodes.length - last) * ROW}px` }}><td colSpan={width} /></tr>}
        </tbody>
      </table>
    </div>
  );
}
