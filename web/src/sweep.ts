/** The order in which numbers appear: down the list with values and tangents, then up with adjoints. */
import type { Trace, TraceNode } from './engine/types';
import { parse, symbols } from './formula/parse';

export interface Sweep {
  /** How many nodes. */
  count: number;
  /** Whether there is a forward derivative, a reverse one. */
  forward: boolean;
  reverse: boolean;
  /** Number of positions; position 0 shows nothing, the last one everything. */
  steps: number;
  /** What a node is computed from, by index. */
  args: number[][];
  /** Who uses a node, by index. */
  users: number[][];
  /** The last node that uses the value in the forward pass. */
  lastUse: number[];
  /** Whether a rule of the reverse pass reads the value, and the smallest node whose rule does. */
  keptUntil: (number | null)[];
  outputs: Set<number>;
}

export type Phase = 'start' | 'forward' | 'reverse' | 'end';
export interface Moment { phase: Phase; node: number | null }

export function nodeArgs(node: TraceNode): number[] {
  return [...new Set(node.args.filter((arg): arg is number => typeof arg === 'number'))];
}

export function sweepOf(trace: Trace): Sweep {
  const count = trace.nodes.length;
  const users: number[][] = Array.from({ length: count + 1 }, () => []);
  const args: number[][] = [[], ...trace.nodes.map(nodeArgs)];
  const lastUse = new Array<number>(count + 1).fill(0);
  const keptUntil = new Array<number | null>(count + 1).fill(null);
  for (const node of trace.nodes) {
    for (const arg of args[node.id]!) {
      users[arg]!.push(node.id);
      lastUse[arg] = node.id;
    }
    for (const rule of Object.values(node.rules?.adjoints ?? {})) {
      const formula = parse(rule);
      if (formula) symbols(formula, (role, id) => { if (role === 'a' && id <= count) keptUntil[id] = Math.min(keptUntil[id] ?? Infinity, node.id); });
    }
  }
  const named = new Set(trace.outputs);
  const outputs = new Set(trace.nodes.filter((node) => users[node.id]!.length === 0 || node.names.some((n) => named.has(n))).map((node) => node.id));
  const forward = trace.nodes.some((node) => node.tangents !== null);
  const reverse = trace.nodes.some((node) => node.adjoints !== null);
  return { count, forward, reverse, steps: count + (reverse ? count : 0) + 1, args, users, lastUse, keptUntil, outputs };
}

/** What happens at a position. */
export function moment(sweep: Sweep, position: number): Moment {
  if (position <= 0) return { phase: 'start', node: null };
  if (position <= sweep.count) return { phase: 'forward', node: position };
  if (position < sweep.steps) return { phase: 'reverse', node: 2 * sweep.count - position + 1 };
  return { phase: 'end', node: null };
}

export interface Seen { value: boolean; tangent: boolean; adjoint: boolean; /** The value may be discarded. */ spent: boolean; /** It is only kept for the reverse pass. */ kept: boolean }

/** What of a node can be seen at a position. */
export function seen(sweep: Sweep, position: number, id: number): Seen {
  const at = moment(sweep, position);
  if (at.phase === 'end') return { value: true, tangent: true, adjoint: true, spent: false, kept: false };
  const value = at.phase === 'reverse' || (at.phase === 'forward' && id <= at.node!);
  const adjoint = at.phase === 'reverse' && id >= at.node!;
  let spent = false;
  let kept = false;
  if (value && !sweep.outputs.has(id)) {
    const used = at.phase === 'reverse' || sweep.lastUse[id]! <= at.node!;
    const needed = sweep.reverse && sweep.keptUntil[id] !== null;
    if (used && at.phase === 'forward') { spent = !needed; kept = needed; }
    if (used && at.phase === 'reverse') { kept = needed && sweep.keptUntil[id]! < at.node!; spent = !kept && !(needed && sweep.keptUntil[id]! === at.node!); }
  }
  return { value, tangent: value, adjoint, spent, kept };
}

/** In words, for the panel and for screen readers. */
export function describe(sweep: Sweep, position: number): string {
  const at = moment(sweep, position);
  if (at.phase === 'start') return 'Nothing is computed yet.';
  if (at.phase === 'forward') return `Forward sweep, node ${at.node} of ${sweep.count}`;
  if (at.phase === 'reverse') return `Reverse sweep, node ${at.node}`;
  return 'Both sweeps are complete.';
}
