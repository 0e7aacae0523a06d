/** What stands beside the trace: the four modes, the formula with steps and the visitor's own check, a plot, the script's results. */
import { useEffect, useRef, useState } from 'preact/hooks';
import * as state from '../state';
import type { Check, Compare, Derive, Recurrence, Diagnostic, Line, Mode, Plot, Step, Value } from '../engine/types';
import { MODES } from '../engine/types';
import { inline, isMatrix, short, toNumber } from '../number';
import { derivative, mathml } from '../formula/mathml';
import { html, plain } from './typeset';
import { escape } from '../formula/write';
import { CurvePlot, MapPlot } from './PlotView';
import { latest } from '../outline';
import { literal, rangeOf, setInput, tidy } from '../inputs';
import { replaceRange } from './editor';
import { lesson } from '../lesson';
import { Lesson } from './Gallery';

const ALL: [state.Tab, string][] = [['lesson', 'Lecture'], ['modes', 'Four modes'], ['formula', 'Formula'], ['plot', 'Plot'], ['results', 'Results']];

export function Sides() {
  const TABS = lesson.value ? ALL : ALL.slice(1);
  const tab = lesson.value || state.tab.value !== 'lesson' ? state.tab.value : 'modes';
  const results = shownResults(state.lines.value);
  const key = (e: KeyboardEvent): void => {
    const k = TABS.findIndex(([id]) => id === tab);
    const next = e.key === 'ArrowRight' ? k + 1 : e.key === 'ArrowLeft' ? k - 1 : -1;
    const chosen = TABS[(next + TABS.length) % TABS.length];
    if (next === -1 && e.key !== 'ArrowLeft') return;
    if (!chosen || (e.key !== 'ArrowRight' && e.key !== 'ArrowLeft')) return;
    state.tab.value = chosen[0];
    (e.currentTarget as Element).querySelector<HTMLElement>(`#tab-${chosen[0]}`)?.focus();
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <section class="sides" aria-label="Side by side">
      <div role="tablist" aria-label="Side by side" onKeyDown={key}>
        {TABS.map(([id, label]) => <button key={id} type="button" role="tab" id={`tab-${id}`} aria-controls="tab-panel" aria-selected={tab === id} tabIndex={tab === id ? 0 : -1} onClick={() => { state.tab.value = id; }}>{label}{id === 'results' && results.length ? <span class="count">{results.length}</span> : null}</button>)}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`} tabIndex={0} class={`panel ${tab}`}>
        {tab === 'lesson' && <Lesson />}
        {tab === 'modes' && <Modes />}
        {tab === 'formula' && <FormulaPanel />}
        {tab === 'plot' && <PlotPanel />}
        {tab === 'results' && <Results lines={results} />}
      </div>
    </section>
  );
}

const NAMES: Record<Mode, string> = { forward: 'Forward', reverse: 'Reverse', numeric: 'Numeric', symbolic: 'Symbolic' };

function difference(a: Value | null, b: Value | null): string {
  if (a === null || b === null) return '';
  const x = isMatrix(a) ? a.flat().map(toNumber) : [toNumber(a)];
  const y = isMatrix(b) ? b.flat().map(toNumber) : [toNumber(b)];
  const size = Math.max(...x.map(Math.abs), ...y.map(Math.abs), 1e-300);
  const d = Math.max(...x.map((v, k) => Math.abs(v - (y[k] ?? NaN)))) / size;
  if (Number.isNaN(d)) return 'nan';
  return d === 0 ? '0' : short(d, 2);
}

export function Modes() {
  const compare = state.compares.value[0];
  const trace = state.trace.value;
  if (!trace) return <p class="empty">The four modes appear with the trace.</p>;
  const formula = state.derives.value.find((d): d is Derive => d.kind === 'derive');
  return (
    <>
      {trace.missing?.length ? <p class="empty" data-testid="modes">{`Give ${trace.missing.slice(0, 4).join(', ')} a value to compare the modes.`}</p>
        : compare ? <ModesTable compare={compare} /> : <p class="empty" data-testid="modes">{state.busy.value ? 'Computing…' : 'Nothing to compare.'}</p>}
      <div data-testid="formula">{formula && <Display derive={formula} />}</div>
    </>
  );
}

export function ModesTable({ compare }: { compare: Compare }) {
  const rows = compare.wrt;
  const chosen = rows.some((r) => isMatrix((r.reverse ?? r.forward ?? 0) as Value)) || rows.length > 3 ? rows.filter((r) => r.name === (state.columns.value.wrt ?? rows[0]?.name)).slice(0, 1) : rows;
  const shown = chosen.length ? chosen : rows.slice(0, 1);
  const most = Math.max(1, ...MODES.map((m) => compare.cost[m]?.ops ?? 0));
  const out = compare.output.length > 14 ? 'L' : compare.output;
  return (
    <div data-testid="modes" class="modes">
      <table>
        <caption class="visually-hidden">{`The derivative of ${compare.output} by each mode, with its cost`}</caption>
        <thead><tr><th scope="col">mode</th>{shown.map((r) => <th key={r.name} scope="col" class="number" dangerouslySetInnerHTML={{ __html: `∂${html(out)}/∂${html(r.name)}` }} />)}<th scope="col" class="number" title="Relative difference from reverse">differs</th><th scope="col" class="number">passes</th><th scope="col" class="more">operations</th><th scope="col" class="number more" title="Values kept alive at once">kept</th></tr></thead>
        <tbody>
          {MODES.map((mode) => {
            const cost = compare.cost[mode];
            const reference: Mode = compare.wrt[0]?.reverse !== null ? 'reverse' : 'forward';
            const worst = shown.map((r) => difference(r[mode], r[reference])).sort((a, b) => Number(b.replace('−', '-')) - Number(a.replace('−', '-')))[0] ?? '';
            const reason = shown.map((r) => r.reason?.[mode]).find(Boolean);
            return (
              <tr key={mode} data-mode={mode}>
                <th scope="row">{NAMES[mode]}</th>
                {shown.map((r) => <td key={r.name} class="number" title={reason ?? ''}>{r[mode] === null ? '–' : brief(r[mode])}</td>)}
                <td class={`number dim`}>{mode === reference ? '' : worst}</td>
                <td class="number">{cost?.passes ?? ''}</td>
                <td class="more">{cost && <span class="bar"><span style={{ width: `${Math.max(3, (26 * cost.ops) / most)}px` }} /> <span class="number">{cost.ops}</span></span>}</td>
                <td class="number more">{cost?.live ?? ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {compare.advice && <p class="advice">{sentence(compare.advice)}</p>}
    </div>
  );
}
/** A derivative in a narrow column: a number, a short vector, or a shape. */
const brief = (value: Value): string => (isMatrix(value) ? (value.flat().length <= 2 ? inline(value, 4) : `${value.length}×${value[0]?.length ?? 0}`) : inline(value));
const sentence = (text: string): string => { const t = text.trim(); const up = t.charAt(0).toUpperCase() + t.slice(1); return /[.!?]$/.test(up) ? up : `${up}.`; };

function FormulaPanel() {
  const columns = state.columns.value;
  const found = state.derives.value;
  const trace = state.trace.value;
  if (!trace) return <p class="empty" data-testid="formula">The formula appears with the trace.</p>;
  return (
    <div data-testid="formula">
      {trace.wrt.length > 1 && <label class="choose">with respect to <select value={columns.wrt ?? ''} onChange={(e) => { state.wrt.value = (e.currentTarget as HTMLSelectElement).value; }}>{trace.wrt.map((w) => <option key={w} value={w}>{w}</option>)}</select></label>}
      {found.map((d, k) => (d.kind === 'derive' ? <Derivation key={k} derive={d} /> : <p key={k} class="bad">{(d as Diagnostic).message}</p>))}
      {columns.wrt && columns.output && <OwnFormula output={columns.output} wrt={columns.wrt} />}
    </div>
  );
}

/** An equation of a loop, with its rounds. */
const equation = ({ name, formula, rounds, sum }: Recurrence): string =>
  sum ? `  ${name} = sum(${formula} for k in ${sum[0]}..${sum[1]})` : `  ${name} = ${formula}${rounds ? `   for k = ${rounds[0]}, …, ${rounds[1]}` : ''}`;

/** The symbolic derivative, displayed. */
function Display({ derive }: { derive: Derive }) {
  if (derive.recurrences) return <pre tabIndex={0}>{[`∂${derive.output}/∂${derive.wrt} = ${derive.by}`, ...derive.recurrences.map(equation)].join('\n')}</pre>;
  const math = mathml(derive.formula ?? '', `<mrow>${derivative(derive.output, derive.wrt)}</mrow>`);
  return math ? <div class="display" tabIndex={0} role="group" aria-label={`The derivative of ${derive.output} with respect to ${derive.wrt}`} dangerouslySetInnerHTML={{ __html: math }} /> : <pre tabIndex={0}>{derive.formula ?? derive.reason}</pre>;
}

/** A rule, the rule in general, and what its letters stand for. */
function stated(step: Step): string {
  const letters = Object.entries(step.let ?? {}).map(([letter, of]) => `${letter} = ${of}`);
  const said = [...(step.law ? [step.law] : []), ...letters];
  return said.length > 0 ? `${step.rule}: ${said.join(', ')}` : step.rule;
}

function Derivation({ derive }: { derive: Derive }) {
  const text = derive.formula ?? '';
  return (
    <div class="derivation">
      <Display derive={derive} />
      <p class="dim"><code>{text}</code>{derive.dag !== undefined && ` — ${derive.dag} operations${derive.before && derive.before.dag !== derive.dag ? ` (${derive.before.dag} before simplifying)` : ''}`}</p>
      {derive.steps && derive.steps.length > 0 && (
        <details open class="steps"><summary>{derive.steps.length} steps</summary>
          <ol>{derive.steps.map((s, k, all) => { const head = all[k - 1]?.of === s.of ? '' : s.of; const m = mathml(s.formula, `<mtext>${escape(head)}</mtext>`); return <li key={k}>{m ? <span dangerouslySetInnerHTML={{ __html: m.replace('display="block"', 'display="inline"') }} /> : <code>{head} = {s.formula}</code>} <span class="step-rule">{stated(s)}</span></li>; })}</ol>
        </details>
      )}
    </div>
  );
}

/** The visitor's own derivative, checked against the right one. */
function OwnFormula({ output, wrt }: { output: string; wrt: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [answer, setAnswer] = useState<{ ok: boolean | null; text: string } | null>(null);
  const [asked, setAsked] = useState('');
  useEffect(() => setAnswer(null), [output, wrt, state.text.value]);
  const ask = async (): Promise<void> => {
    const given = field.current?.value.trim();
    if (!given) return;
    setAnswer(null);
    setAsked(given);
    const run = await state.currentEngine().query(`check ${output} wrt ${wrt} against ${given}`, { deadline: state.TYPING_DEADLINE });
    const check = run.lines.find((l): l is Check => l.kind === 'check');
    const error = run.lines.find((l): l is Diagnostic => l.kind === 'error');
    if (check?.against) {
      const a = Array.isArray(check.against) ? check.against[0]! : check.against;
      const worst = a.worst ? ` At ${a.worst.entry}: yours gives ${inline(a.worst.given)}, right is ${inline(a.worst.right)}.` : '';
      setAnswer({ ok: a.ok, text: a.ok ? (a.proved ? 'Right: proved equal as formulas.' : `Right: it agrees at ${a.points ?? 'all'} points.`) : `Not yet.${a.slip ? ` ${sentence(a.slip)}` : ''}${worst}` });
    }
    else setAnswer({ ok: false, text: error ? error.message + (error.help ? ` ${error.help}` : '') : 'No answer in time.' });
  };
  return (
    <form class="own" onSubmit={(e) => { e.preventDefault(); void ask(); }}>
      <label><span>Your own: <span dangerouslySetInnerHTML={{ __html: `∂${html(output)}/∂${html(wrt)}` }} /> =</span> <input ref={field} type="text" class="code" spellcheck={false} autocomplete="off" aria-label={`Your derivative of ${output} with respect to ${wrt}`} /></label>
      <button type="submit" class="quiet">Check</button>
      <p role="status" data-for={asked} class={answer ? (answer.ok ? 'good' : 'bad') : ''}>{answer?.text ?? ''}</p>
    </form>
  );
}

function useWidth(): [import('preact').RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(380);
  useEffect(() => {
    if (!element.current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(220, Math.floor(entry!.contentRect.width))));
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  return [element, width];
}

/** The output against one scalar input, with the point where one stands and its tangent line. */
function PlotPanel() {
  const [element, width] = useWidth();
  const columns = state.columns.value;
  const trace = state.trace.value;
  const numbers = latest(state.found.value).filter((d) => d.kind === 'number' && trace?.nodes.some((n) => n.op === 'input' && n.names.includes(d.name)));
  const definition = numbers.find((d) => d.name === columns.wrt) ?? numbers[0];
  const value = definition ? literal(state.text.value, definition) : 0;
  const reach = useRef({ name: '', min: -1, max: 1 });
  if (definition && (reach.current.name !== definition.name || value < reach.current.min || value > reach.current.max)) { const r = rangeOf(value); reach.current = { name: definition.name, min: r.min, max: r.max }; }
  const [plot, setPlot] = useState<Plot | null>(null);
  const { min, max } = reach.current;
  useEffect(() => {
    if (!definition || !columns.output || trace?.missing?.length) { setPlot(null); return; }
    let gone = false;
    void state.currentEngine().query(`plot ${columns.output.replace(/\s+/g, ' ')} over ${definition.name} from ${min} to ${max}`, { deadline: state.TYPING_DEADLINE }).then((run) => {
      if (!gone) setPlot(run.lines.find((l): l is Plot => l.kind === 'plot') ?? null);
    });
    return () => { gone = true; };
  }, [definition?.name, columns.output, state.trace.value, min, max]);
  const node = trace?.nodes.find((n) => n.op === 'input' && n.names.includes(definition?.name ?? ''));
  const out = trace?.nodes.find((n) => n.names.includes(columns.output ?? '')) ?? trace?.nodes[trace.nodes.length - 1];
  const slope = node && columns.output ? node.adjoints?.[columns.output] : null;
  const marker = definition && out?.value !== null && out?.value !== undefined && !isMatrix(out.value) ? { x: value, y: toNumber(out.value), slope: slope !== null && slope !== undefined && !isMatrix(slope) ? toNumber(slope) : undefined } : null;
  const set = (x: number): void => {
    if (!definition) return;
    const edit = setInput(state.text.value, state.found.value, definition.name, String(Number(tidy(x, (max - min) / 200))));
    replaceRange(edit.from, edit.to, edit.insert);
  };
  return (
    <div ref={element}>
      {plot?.series ? (
        <>
          <CurvePlot plot={plot} width={width} height={240} marker={marker} onPick={set} />
          {marker?.slope !== undefined && definition && <p class="dim">The line has the slope <span class="adjoint">∂{plain(columns.output ?? '')}/∂{definition.name} = {short(marker.slope)}</span>. Drag along the curve.</p>}
          {numbers.length > 1 && <label class="choose">over <select value={definition?.name} onChange={(e) => { state.wrt.value = (e.currentTarget as HTMLSelectElement).value; }}>{numbers.map((d) => <option key={d.name} value={d.name}>{d.name}</option>)}</select></label>}
        </>
      ) : <p class="empty">{definition ? 'Nothing to plot.' : 'A scalar input with a number is needed to plot over.'}</p>}
    </div>
  );
}

/** Everything the script shows itself; of plots of one kind in a loop only the newest. */
export function shownResults(all: Line[]): Line[] {
  const shown = all.filter((l) => !['error', 'warning', 'note', 'trace', 'graph'].includes(l.kind) || (l.kind === 'graph' && l.svg));
  const keyOf = (l: Line): string | null => (l.kind === 'plot' ? JSON.stringify([(l.series ?? []).map((s) => s.name), (l.map as { name?: string } | undefined)?.name ?? '', l.file]) : null);
  // A picture stays where it first stood.
  const kept: Line[] = [];
  const places = new Map<string, number>();
  for (const line of shown) {
    const key = keyOf(line);
    const place = key === null ? undefined : places.get(key);
    if (place !== undefined) { kept[place] = line; continue; }
    if (key !== null) places.set(key, kept.length);
    kept.push(line);
  }
  return kept.slice(-200);
}

function Results({ lines }: { lines: Line[] }) {
  const [element, width] = useWidth();
  if (!lines.length) return <div ref={element}><p class="empty">A formula on a line of its own, print, plot, check, derive: what they show stands here.</p></div>;
  return <div ref={element} class="results">{lines.map((line, k) => <Result key={k} line={line} width={width} />)}</div>;
}

function Result({ line, width }: { line: Line; width: number }) {
  switch (line.kind) {
    case 'value': return <div class="result-line"><span class="what" dangerouslySetInnerHTML={{ __html: html(line.text) }} /> = <Matrix value={line.value} /></div>;
    case 'print': return <div class="result-line">{line.items.map((item, k) => (typeof item === 'string' && !['nan', 'inf', '-inf'].includes(item) ? <span key={k}>{item} </span> : <Matrix key={k} value={item as Value} />))}</div>;
    case 'check': return <div class={`result-line ${line.ok ? 'good' : line.ok === null ? '' : 'bad'}`}>check {line.output}: {line.ok ? 'the four modes agree' : line.ok === null ? 'no answer' : 'the modes disagree'}</div>;
    case 'derive': return <Derivation derive={line} />;
    case 'compare': return <ModesTable compare={line} />;
    case 'plot':
      if (line.series) return <CurvePlot plot={line} width={width} />;
      if (line.map) return <MapPlot plot={line} width={width} />;
      if (line.svg) return <Picture svg={line.svg} name={line.file ?? 'plot'} />;
      return <div class="result-line dim">plot written to {line.file}</div>;
    case 'graph': return line.svg ? <Picture svg={line.svg} name={line.file ?? 'graph'} /> : null;
    case 'prove': case 'simplify': case 'series': case 'sparsity': {
      const formula = typeof line['formula'] === 'string' ? mathml(line['formula']) : null;
      return <div class="result-line">{line.kind === 'prove' ? (line['proved'] ? 'proved' : line['ok'] ? `holds at ${String(line['points'])} points, not proved` : 'does not hold') : formula ? <span dangerouslySetInnerHTML={{ __html: formula }} /> : <code>{JSON.stringify(line).slice(0, 300)}</code>}</div>;
    }
    default: return null;
  }
}

/** What the engine drew; as an image nothing in it can run. */
function Picture({ svg, name }: { svg: string; name: string }) {
  return <figure class="plot picture"><img src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`} alt={`Picture ${name}`} /><figcaption class="dim">{name}</figcaption></figure>;
}

export function Matrix({ value }: { value: Value }) {
  if (!isMatrix(value)) return <span class="number">{inline(value)}</span>;
  const rows = value.slice(0, 12);
  const wide = (value[0]?.length ?? 0) > 8;
  return (
    <span class="matrix"><table><tbody>{rows.map((row, i) => <tr key={i}>{row.slice(0, 8).map((x, j) => <td key={j} class="number">{short(toNumber(x), 4)}</td>)}{wide && <td>…</td>}</tr>)}{value.length > 12 && <tr><td>⋮</td></tr>}</tbody></table>{(value.length > 12 || wide) && <span class="dim">{`${value.length}×${value[0]?.length ?? 0}`}</span>}</span>
  );
}
