/** Why a number is what it is: the rule, the rule with numbers, every contribution, the sum. */
import type { Trace, TraceNode, Value } from './engine/types';
import { evaluate, type Tensor } from './formula/evaluate';
import { parse, symbols, terms, type Role } from './formula/parse';
import { html, htmlOf, symbolHtml } from './formula/write';
import { inline, isMatrix, tensor } from './number';

export interface Columns { wrt: string | null; output: string | null }
export interface Contribution { html: string; value: string; through: number[] }
export interface Why { symbol: string; rule: string; filled: string | null; value: string; contributions: Contribution[]; reads: number[] }

export function numberOf(node: TraceNode, role: Role, columns: Columns): Value | null {
  if (role === 'a') return node.value;
  if (role === 'da') return columns.wrt === null ? null : (node.tangents?.[columns.wrt] ?? null);
  return columns.output === null ? null : (node.adjoints?.[columns.output] ?? null);
}

export function ruleOf(node: TraceNode, role: Role, columns: Columns): string | null {
  if (role === 'a') return node.formula;
  if (role === 'da') return columns.wrt === null ? null : (node.rules?.tangents[columns.wrt] ?? null);
  return columns.output === null ? null : (node.rules?.adjoints[columns.output] ?? null);
}

export const lookup = (trace: Trace, columns: Columns) => (role: Role, id: number): Tensor | null => {
  const node = trace.nodes[id - 1];
  const found = node ? numberOf(node, role, columns) : null;
  return found === null ? null : tensor(found);
};

function shown(value: Tensor | null): string {
  return value === null ? '' : inline(value as Value, 6);
}

export function why(trace: Trace, id: number, role: Role, columns: Columns): Why | null {
  const node = trace.nodes[id - 1];
  if (!node) return null;
  const rule = ruleOf(node, role, columns);
  if (rule === null) return null;
  const value = numberOf(node, role, columns);
  const look = lookup(trace, columns);
  const formula = parse(rule);
  const own = symbolHtml(role, id);
  const result: Why = { symbol: own, rule: role === 'a' ? html(rule, { times: ' × ' }) : html(rule), filled: null, value: inline(value), contributions: [], reads: [] };
  if (!formula || (role === 'a' && node.op === 'input')) return result;
  const reads = new Set<number>();
  let plain = true;
  symbols(formula, (r, k) => { reads.add(k); const v = look(r, k); if (v === null || isMatrix(v as Value)) plain = false; });
  result.reads = [...reads];
  if (value !== null && plain && reads.size > 0) {
    const put = (r: Role, k: number): string => {
      const v = look(r, k) as number;
      const text = inline(v as Value, 6);
      const colour = r === 'a' ? 'primal' : r === 'da' ? 'tangent' : 'adjoint';
      return `<span class="${colour}">${v < 0 ? `(${text})` : text}</span>`;
    };
    result.filled = htmlOf(formula, { symbol: put, times: '·' });
  }
  const parts = terms(formula);
  if (parts.length > 1 && role !== 'a') {
    for (const { sign, term } of parts) {
      const worth = evaluate(term, look);
      const through = new Set<number>();
      symbols(term, (r, k) => { if (r === role) through.add(k); });
      const signed = worth === null ? null : sign < 0 ? evaluate({ kind: 'prefix', op: '-', x: term }, look) : worth;
      result.contributions.push({ html: (sign < 0 ? '−' : '') + htmlOf(term, {}, 7), value: shown(signed), through: [...through] });
    }
  }
  return result;
}

/** What travels back along an edge: the term of ā of `from` that holds ā of `to`. */
export function contribution(trace: Trace, from: number, to: number, columns: Columns): { html: string; value: string } | null {
  const node = trace.nodes[from - 1];
  const rule = node && ruleOf(node, 'ba', columns);
  const formula = rule ? parse(rule) : null;
  if (!formula) return null;
  for (const { sign, term } of terms(formula)) {
    let found = false;
    symbols(term, (role, id) => { if (role === 'ba' && id === to) found = true; });
    if (!found) continue;
    const signed = sign < 0 ? ({ kind: 'prefix', op: '-', x: term } as const) : term;
    return { html: htmlOf(signed), value: shown(evaluate(signed, lookup(trace, columns))) };
  }
  return null;
}
