/** Numbers as a person reads them: six significant digits, a true minus sign. */
import type { Num, Value } from './engine/types';

export function short(x: number, digits = 6): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? '∞' : '−∞';
  if (x === 0) return '0';
  const size = Math.abs(x);
  let text: string;
  if (size >= 1e6 && Number.isInteger(x) && size < 1e9) text = String(size);
  else if (size >= 1e6 || size < 1e-4) text = size.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e');
  else text = String(Number(size.toPrecision(digits)));
  const power = /^(.*)e(-?)(\d+)$/.exec(text);
  if (power) text = `${power[1]}e${power[2] ? '−' : ''}${power[3]}`;
  return (x < 0 ? '−' : '') + text;
}

export function toNumber(x: Num): number {
  return x === 'nan' ? NaN : x === 'inf' ? Infinity : x === '-inf' ? -Infinity : x;
}

export const isMatrix = (value: Value): value is Num[][] => Array.isArray(value);

/** A value on one line; large matrices by their corners. */
export function inline(value: Value | null | undefined, digits = 6): string {
  if (value === null || value === undefined) return '';
  if (!isMatrix(value)) return short(toNumber(value), digits);
  const rows = value.length;
  const columns = value[0]?.length ?? 0;
  if (rows * columns > 8) return `${rows}×${columns}`;
  const row = (r: Num[]): string => r.map((x) => short(toNumber(x), Math.min(digits, 4))).join(', ');
  if (columns === 1) return `[${value.map((r) => row(r)).join(', ')}]`;
  return `[${value.map(row).join('; ')}]`;
}

export const shapeOf = (value: Value | null): [number, number] | null => (value !== null && isMatrix(value) ? [value.length, value[0]?.length ?? 0] : null);

/** As tensors for `formula/evaluate`. */
export const tensor = (value: Value): number | number[][] => (isMatrix(value) ? value.map((row) => row.map(toNumber)) : toNumber(value));
