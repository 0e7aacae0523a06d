/** Evaluates a rule with the numbers of a trace, to show each contribution. Not for anything else: the engine computes. */
import type { Formula, Role } from './parse';

export type Tensor = number | number[][];
export type Lookup = (role: Role, id: number) => Tensor | null;

const FUNCTIONS: Record<string, (x: number) => number> = {
  exp: Math.exp, log: Math.log, ln: Math.log, log2: Math.log2, log10: Math.log10, log1p: Math.log1p, expm1: Math.expm1,
  sqrt: Math.sqrt, cbrt: Math.cbrt, sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin, acos: Math.acos, atan: Math.atan,
  sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh,
  abs: Math.abs, sign: Math.sign, floor: Math.floor, ceil: Math.ceil, trunc: Math.trunc, relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)), softplus: (x) => Math.log1p(Math.exp(x)),
};

class Unknown extends Error {}

const isMatrix = (x: Tensor): x is number[][] => typeof x !== 'number';
const map = (x: Tensor, f: (x: number) => number): Tensor => (isMatrix(x) ? x.map((row) => row.map(f)) : f(x));

function zip(a: Tensor, b: Tensor, f: (a: number, b: number) => number): Tensor {
  if (!isMatrix(a)) return map(b, (y) => f(a, y));
  if (!isMatrix(b)) return map(a, (x) => f(x, b));
  const rows = Math.max(a.length, b.length);
  const columns = Math.max(a[0]?.length ?? 0, b[0]?.length ?? 0);
  const at = (m: number[][], i: number, j: number): number => {
    const row = m[m.length === 1 ? 0 : i];
    const x = row?.[row.length === 1 ? 0 : j];
    if (x === undefined) throw new Unknown();
    return x;
  };
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => f(at(a, i, j), at(b, i, j))));
}

function product(a: Tensor, b: Tensor): Tensor {
  if (!isMatrix(a) || !isMatrix(b)) return zip(a, b, (x, y) => x * y);
  if ((a[0]?.length ?? 0) !== b.length) throw new Unknown();
  const result = a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
  return result.length === 1 && result[0]!.length === 1 ? result[0]![0]! : result;
}

function transpose(x: Tensor): Tensor {
  return isMatrix(x) ? (x[0] ?? []).map((_, j) => x.map((row) => row[j]!)) : x;
}

const flat = (x: Tensor): number[] => (isMatrix(x) ? x.flat() : [x]);

function value(f: Formula, look: Lookup): Tensor {
  switch (f.kind) {
    case 'number': return Number(f.text.replaceAll('_', ''));
    case 'symbol': {
      const found = look(f.role, f.id);
      if (found === null) throw new Unknown();
      return found;
    }
    case 'name':
      if (f.text === 'pi' || f.text === 'π') return Math.PI;
      if (f.text === 'inf') return Infinity;
      if (f.text === 'nan') return NaN;
      throw new Unknown();
    case 'prefix': return map(value(f.x, look), f.op === '-' ? (x) => -x : (x) => (x === 0 ? 1 : 0));
    case 'transpose': return transpose(value(f.x, look));
    case 'matrix': return f.rows.map((row) => row.map((x) => { const v = value(x, look); if (isMatrix(v)) throw new Unknown(); return v; }));
    case 'if': return value(f.c, look) ? value(f.a, look) : value(f.b, look);
    case 'binary': {
      const a = value(f.a, look);
      const b = value(f.b, look);
      switch (f.op) {
        case '+': return zip(a, b, (x, y) => x + y);
        case '-': return zip(a, b, (x, y) => x - y);
        case '*': return product(a, b);
        case '.*': return zip(a, b, (x, y) => x * y);
        case '/': case './': return zip(a, b, (x, y) => x / y);
        case '^': case '.^': return zip(a, b, Math.pow);
        case '<': return zip(a, b, (x, y) => Number(x < y));
        case '<=': return zip(a, b, (x, y) => Number(x <= y));
        case '>': return zip(a, b, (x, y) => Number(x > y));
        case '>=': return zip(a, b, (x, y) => Number(x >= y));
        case '==': return zip(a, b, (x, y) => Number(x === y));
        case '!=': return zip(a, b, (x, y) => Number(x !== y));
        default: throw new Unknown();
      }
    }
    case 'call': {
      if (f.primes) throw new Unknown();
      const args = f.args.map((x) => value(x, look));
      const row = FUNCTIONS[f.name];
      if (row && args.length === 1) return map(args[0]!, row);
      if (f.name === 'sum' && args.length === 1) return flat(args[0]!).reduce((s, x) => s + x, 0);
      if (f.name === 'dot' && args.length === 2) return flat(zip(args[0]!, args[1]!, (x, y) => x * y)).reduce((s, x) => s + x, 0);
      if (f.name === 'hypot' && args.length === 2) return zip(args[0]!, args[1]!, Math.hypot);
      if (f.name === 'atan2' && args.length === 2) return zip(args[0]!, args[1]!, Math.atan2);
      if (f.name === 'max' && args.length === 2) return zip(args[0]!, args[1]!, Math.max);
      if (f.name === 'min' && args.length === 2) return zip(args[0]!, args[1]!, Math.min);
      throw new Unknown();
    }
    default: throw new Unknown();
  }
}

/** The value, or null where a part of it is not known here. */
export function evaluate(formula: Formula, look: Lookup): Tensor | null {
  try {
    return value(formula, look);
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}
