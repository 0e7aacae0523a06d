/** The page's state: signals, and the few actions that change several of them. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { Compare, Derive, Diagnostic, Edge, Engine, GraphLine, Line, Token, Trace } from './engine/types';
import { formulas, outline, type Outline } from './outline';
import type { Shared } from './share';
import { Offsets } from './span';
import { moment, sweepOf, type Sweep } from './sweep';
import type { Role } from './formula/parse';

export type Tab = 'lesson' | 'modes' | 'formula' | 'plot' | 'results';

export const text = signal('');
export const tokens = signal<Token[]>([]);
export const engineReady = signal(false);
export const busy = signal(false);
export const progress = signal<{ done: number; total: number | null } | null>(null);
/** What the last run of the script showed. */
export const lines = signal<Line[]>([]);
export const diagnostics = signal<Diagnostic[]>([]);
export const traces = signal<Trace[]>([]);
export const traceIndex = signal(0);
export const edges = signal<Edge[]>([]);
/** The last trace belongs to an older text that ran. */
export const stale = signal(false);
export const lastRun = signal<{ milliseconds: number; stopped?: string } | null>(null);

/** Formula to trace where the script shows no trace. */
export const target = signal<string | null>(null);
export const wrt = signal<string | null>(null);
export const output = signal<string | null>(null);
export const tab = signal<Tab>('modes');
export const compares = signal<Compare[]>([]);
export const derives = signal<(Derive | Diagnostic)[]>([]);

export const hovered = signal<number | null>(null);
export const pinned = signal<number | null>(null);
export const role = signal<Role | null>(null);
/** null: everything is shown. */
export const position = signal<number | null>(null);
export const playing = signal(false);
export const speed = signal(1);
export const quiz = signal(false);
/** The node that the quiz asks about. */
export const asked = signal<number | null>(null);
export const announcement = signal('');

export const trace = computed<Trace | null>(() => traces.value[traceIndex.value] ?? null);
export const sweep = computed<Sweep | null>(() => (trace.value ? sweepOf(trace.value) : null));
export const found = computed<Outline>(() => outline(text.value, tokens.value));
export const targets = computed(() => formulas(found.value));
export const offsets = computed(() => new Offsets(text.value));
export const now = computed(() => (sweep.value && position.value !== null ? moment(sweep.value, position.value) : { phase: 'end' as const, node: null }));
/** The node that everything lights up for. */
export const focus = computed<number | null>(() => hovered.value ?? pinned.value ?? asked.value ?? now.value.node);
export const columns = computed(() => {
  const t = trace.value;
  return { wrt: t ? (t.wrt.includes(wrt.value ?? '') ? wrt.value : (t.wrt[0] ?? null)) : null, output: t ? (t.outputs.includes(output.value ?? '') ? output.value : (t.outputs[0] ?? null)) : null };
});

let engine: Engine;
export const currentEngine = (): Engine => engine;

let generation = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;
let again = false;

/** How long a run may take while one types. */
export const TYPING_DEADLINE = 4_000;
export const deadline = signal(TYPING_DEADLINE);

export async function start(given: Engine): Promise<void> {
  engine = given;
  await engine.ready();
  engineReady.value = true;
}

/** A new text; runs after a short rest, or at once while a number is dragged. */
export function setText(next: string, immediately = false): void {
  if (next === text.value) return;
  generation++;
  batch(() => { text.value = next; if (engineReady.value) void refreshTokens(next); });
  clearTimeout(timer);
  if (immediately) void runNow();
  // What runs in a moment runs at each keystroke.
  else timer = setTimeout(() => void runNow(), restAfter(lastRun.peek()?.milliseconds ?? 0));
}

const restAfter = (milliseconds: number): number => (milliseconds < 40 ? 0 : Math.min(300, milliseconds));

async function refreshTokens(of: string): Promise<void> {
  const next = await engine.tokens(of);
  if (text.value === of) tokens.value = next;
}

export function runNow(unlimited = false): Promise<void> {
  if (!engineReady.value) return Promise.resolve();
  if (unlimited) deadline.value = Infinity;
  if (running) {
    again = true;
    // Newest wins: what takes long is stopped.
    if (performance.now() - startedAt > 150) engine.stop();
    return running;
  }
  running = (async () => {
    do { again = false; await once(); } while (again);
    running = null;
  })();
  return running;
}
let startedAt = 0;

export function stop(): void {
  again = false;
  engine.stop();
}

const isDiagnostic = (line: Line): line is Diagnostic => line.kind === 'error' || line.kind === 'warning' || line.kind === 'note';

async function once(): Promise<void> {
  const of = text.value;
  startedAt = performance.now();
  busy.value = true;
  const slow = setTimeout(() => { progress.value ??= { done: 0, total: null }; }, 250);
  try {
    if (tokens.value.length === 0 || of !== text.value) await refreshTokens(of);
    const live: Line[] = [];
    let shown = 0;
    const run = await engine.run(of, {
      deadline: deadline.value,
      onLine: (line) => { live.push(line); if (performance.now() - shown > 80 && performance.now() - startedAt > 250) { shown = performance.now(); lines.value = [...live]; } },
      onProgress: (done, total) => { progress.value = { done, total }; },
    });
    if (run.stopped && again) return;
    const own = run.lines.filter((line): line is Trace => line.kind === 'trace');
    const problems = run.lines.filter(isDiagnostic);
    if (run.stopped === 'deadline') problems.push({ kind: 'error', code: 'limit', message: `stopped after ${Math.round(deadline.value / 1000)} s`, help: 'Press “Run to the end” for a script that takes longer.' });
    if (run.stopped === 'user') problems.push({ kind: 'note', message: 'stopped' });
    let shownTraces = own;
    if (!run.stopped) {
      // Of a text that cannot be read nothing ran: the trace before it stays.
      const unread = problems.some((p) => p.kind === 'error' && p.code === 'syntax');
      const wanted = own.length || unread ? null : target.value && targets.value.includes(target.value) ? target.value : (targets.value[0] ?? null);
      if (wanted) {
        const extra = await engine.query(`trace ${wanted}`, { deadline: deadline.value });
        if (extra.stopped && again) return;
        shownTraces = extra.lines.filter((line): line is Trace => line.kind === 'trace');
        // A formula that cannot be traced says why, unless the script itself has said so.
        const error = extra.lines.find((line) => line.kind === 'error') as Diagnostic | undefined;
        if (error && !problems.some((p) => p.kind === 'error')) problems.push(withoutForeignSpan(error, of));
        for (const note of extra.lines.filter((line): line is Diagnostic => line.kind === 'warning' || line.kind === 'note')) if (!problems.some((p) => p.message === note.message)) problems.push(withoutForeignSpan(note, of));
      }
    }
    if (again && performance.now() - startedAt > 400) return;
    batch(() => {
      lines.value = run.lines;
      diagnostics.value = problems;
      lastRun.value = { milliseconds: performance.now() - startedAt, stopped: run.stopped };
      if (shownTraces.length) {
        const same = sameShape(trace.value, shownTraces[Math.min(traceIndex.value, shownTraces.length - 1)]!);
        traces.value = shownTraces;
        traceIndex.value = Math.min(traceIndex.value, shownTraces.length - 1);
        if (!same) edges.value = [];
        stale.value = false;
        if (!performance.getEntriesByName('first-trace').length) performance.mark('first-trace');
        if (!same) { position.value = null; playing.value = false; pinned.value = null; hovered.value = null; quiz.value = false; }
      } else if (problems.some((p) => p.kind === 'error')) stale.value = true;
      else { traces.value = []; edges.value = []; stale.value = false; }
    });
    void labelEdges();
    sidesSoon();
  } finally {
    clearTimeout(slow);
    batch(() => { busy.value = false; progress.value = null; if (deadline.value === Infinity) deadline.value = TYPING_DEADLINE; });
  }
}

const edgesOf = (all: Line[]): Edge[] => (all.find((line): line is GraphLine => line.kind === 'graph')?.edges ?? []);
const oneLine = (x: string): string => x.replace(/\s+/g, ' ');

/** The partials on the edges come after the trace; while only numbers change they stay. */
async function labelEdges(): Promise<void> {
  const t = trace.value;
  if (!t || edges.value.length || stale.value) return;
  const found = await graphOf(t);
  if (trace.value === t || sameShape(trace.value, t)) edges.value = found;
}

async function graphOf(t: Trace): Promise<Edge[]> {
  const names = t.wrt.length ? ` wrt ${t.wrt.join(', ')}` : '';
  const run = await engine.query(`graph ${t.outputs.map(oneLine).join(', ')}${names}`, { deadline: TYPING_DEADLINE });
  return edgesOf(run.lines);
}

function withoutForeignSpan(problem: Diagnostic, of: string): Diagnostic {
  const size = new TextEncoder().encode(of).length;
  const { span, ...rest } = problem;
  return span && span[1] <= size ? problem : rest;
}

function sameShape(a: Trace | null, b: Trace): boolean {
  return a !== null && a.nodes.length === b.nodes.length && a.nodes.every((node, k) => node.formula === b.nodes[k]!.formula);
}

export async function selectTrace(index: number): Promise<void> {
  const t = traces.value[index];
  if (!t) return;
  batch(() => { traceIndex.value = index; position.value = null; pinned.value = null; hovered.value = null; });
  edges.value = [];
  await labelEdges();
}

/** The four modes and the symbolic formula of what is traced; only for the tab that shows them. */
let sidesFor = '';
export async function refreshSides(): Promise<void> {
  const t = trace.value;
  if (!t || stale.value || busy.value) { if (!t) { compares.value = []; derives.value = []; } return; }
  const outputs = t.outputs.map(oneLine);
  const key = `${generation} ${tab.value} ${outputs.join()} ${columns.value.wrt} ${columns.value.output}`;
  if (key === sidesFor && (compares.value.length || derives.value.length)) return;
  sidesFor = key;
  const at = generation;
  const out = columns.value.output ?? outputs[0]!;
  if (tab.value !== 'modes' && tab.value !== 'formula') return;
  const by = columns.value.wrt;
  if (tab.value === 'modes') {
    const run = t.missing?.length ? null : await engine.query(`compare ${oneLine(out)}`, { deadline: TYPING_DEADLINE });
    if (at !== generation) return;
    compares.value = run?.lines.filter((line): line is Compare => line.kind === 'compare') ?? [];
  }
  if (!by) { derives.value = []; return; }
  const ask = `derive ${oneLine(out)} wrt ${by}`;
  let run = await engine.query(tab.value === 'formula' ? `${ask} with steps` : ask, { deadline: TYPING_DEADLINE });
  if (tab.value === 'formula' && !run.lines.some((line) => line.kind === 'derive')) run = await engine.query(ask, { deadline: TYPING_DEADLINE });
  if (at === generation) derives.value = run.lines.filter((line): line is Derive => line.kind === 'derive' || line.kind === 'error');
}
/** After a short rest: while a number is dragged, the next trace comes first. */
let rest: ReturnType<typeof setTimeout> | undefined;
function sidesSoon(): void { clearTimeout(rest); rest = setTimeout(() => void refreshSides(), 80); }
effect(() => { void tab.value; void columns.value; void trace.value; sidesSoon(); });

/* Sweeps */

export function goTo(next: number | null): void {
  const s = sweep.value;
  if (!s) return;
  position.value = next === null ? null : Math.max(0, Math.min(next, s.steps));
  if (position.value === s.steps) position.value = null;
}
export function step(by: 1 | -1): void {
  const s = sweep.value;
  if (!s) return;
  playing.value = false;
  if (position.value === null) goTo(by === 1 ? 0 : s.steps - 1);
  else goTo(position.value + by);
}
let clock: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  clearTimeout(clock);
  if (!playing.value) return;
  const s = sweep.peek();
  const at = position.value;
  if (!s || at === null) { playing.value = false; return; }
  const pause = Math.max(16, Math.min(900, 9000 / s.steps) / speed.value);
  clock = setTimeout(() => { goTo(at + 1); if (position.peek() === null) playing.value = false; }, pause);
});
export function play(): void {
  if (playing.value) { playing.value = false; return; }
  batch(() => { if (position.value === null) goTo(0); playing.value = true; });
}

/* Sharing */

export const shared = (): Shared => ({
  code: text.value,
  position: position.value ?? undefined,
  wrt: wrt.value ?? undefined,
  output: output.value ?? undefined,
  pin: pinned.value ?? undefined,
  view: tab.value === 'modes' || tab.value === 'lesson' ? undefined : tab.value,
  target: target.value ?? undefined,
});

/** Sets everything that a link holds; the run that follows shows it. */
export async function restore(state: Shared): Promise<void> {
  batch(() => {
    target.value = state.target ?? null;
    wrt.value = state.wrt ?? null;
    output.value = state.output ?? null;
    tab.value = (['lesson', 'modes', 'formula', 'plot', 'results'] as const).find((t) => t === state.view) ?? 'modes';
    traceIndex.value = 0;
  });
  generation++;
  text.value = state.code;
  tokens.value = [];
  await runNow();
  if (state.position !== undefined) goTo(state.position);
  if (state.pin !== undefined && trace.value?.nodes[state.pin - 1]) pinned.value = state.pin;
}
