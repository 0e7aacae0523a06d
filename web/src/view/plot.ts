/** Curves and maps from the numbers of a plot, as SVG with the value under the pointer. */
import { short, toNumber } from '../number';
import type { Num, Plot, Series } from '../engine/types';

export interface Marker { x: number; y: number; slope?: number }
export interface Frame { width: number; height: number; left: number; right: number; top: number; bottom: number }
export interface Axis { min: number; max: number; log: boolean; ticks: { at: number; text: string }[] }

/** Round numbers, about so many. */
export function ticks(min: number, max: number, about = 5, log = false): { at: number; text: string }[] {
  if (log) {
    const found = [];
    const [a, b] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
    const every = Math.max(1, Math.ceil((b - a) / about));
    for (let k = a; k <= b; k += every) found.push({ at: 10 ** k, text: k >= -3 && k <= 3 ? short(10 ** k) : `10${[...String(k)].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)])).join('')}` });
    return found;
  }
  const raw = (max - min) / about;
  if (!(raw > 0)) return [{ at: min, text: short(min, 4) }];
  const decade = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * decade).find((s) => s >= raw * 0.999)!;
  const found = [];
  for (let k = Math.ceil(min / step - 1e-9); k * step <= max + step * 1e-9; k++) found.push({ at: k * step, text: short(Number((k * step).toPrecision(10)), 4) });
  return found;
}

const finite = (values: Num[]): number[] => values.map(toNumber).filter(Number.isFinite);

export function axis(values: number[], log: boolean, pad: number): Axis {
  const usable = log ? values.filter((x) => x > 0) : values;
  let min = Math.min(...usable);
  let max = Math.max(...usable);
  if (!usable.length) { min = log ? 0.1 : 0; max = 1; }
  if (min === max) { const d = Math.abs(min) || 1; min -= d / 2; max += d / 2; }
  if (!log) { const d = (max - min) * pad; min -= d; max += d; }
  return { min, max, log, ticks: ticks(min, max, 5, log) };
}

export const at = (a: Axis, x: number, from: number, to: number): number => {
  const [v, lo, hi] = a.log ? [Math.log10(x), Math.log10(a.min), Math.log10(a.max)] : [x, a.min, a.max];
  return from + ((v - lo) / (hi - lo)) * (to - from);
};

const isLog = (xs: number[]): boolean => {
  if (xs.length < 4 || xs.some((x) => x <= 0)) return false;
  const ratio = xs[1]! / xs[0]!;
  return Math.abs(xs[2]! / xs[1]! - ratio) < 1e-6 * ratio && Math.abs(xs[xs.length - 1]! / xs[xs.length - 2]! - ratio) < 1e-6 * ratio && ratio > 1.0001 && Math.abs(xs[2]! - xs[1]! - (xs[1]! - xs[0]!)) > 1e-9 * xs[1]!;
};

export interface Curves { frame: Frame; x: Axis; y: Axis; paths: { name: string; d: string; dash: string; colour: string }[]; series: Series[] }

export const COLOURS = ['var(--tangent)', 'var(--adjoint)', 'var(--third)', 'var(--primal)', 'var(--fifth)'];
const DASHES = ['', '7 4', '2 3', '10 3 2 3', '4 4'];

/** The drawing of curves; points far outside what most of them need are cut off. */
export function curves(plot: Plot, width: number, height: number, logY = false): Curves {
  const series = plot.series ?? [];
  const frame = { width, height, left: 52, right: 12, top: 12, bottom: 30 };
  const xs = series.flatMap((s) => finite(s.x));
  const x = axis(xs, series[0] ? isLog(series[0].x.map(toNumber)) : false, 0);
  const ys = series.flatMap((s) => finite(s.y)).sort((a, b) => a - b);
  const wide = ys.length > 40 ? ys.slice(Math.floor(ys.length * 0.01), Math.ceil(ys.length * 0.99)) : ys;
  const range = (v: number[]): number => (v.length ? v[v.length - 1]! - v[0]! : 0);
  const y = axis(range(ys) > 20 * range(wide) && range(wide) > 0 ? wide : ys, logY || (x.log && ys[0]! > 0 && ys[ys.length - 1]! / ys[0]! > 1000), 0.05);
  const paths = series.map((s, k) => {
    let d = '';
    let pen = false;
    s.x.forEach((raw, i) => {
      const px = toNumber(raw);
      const py = toNumber(s.y[i] ?? 'nan');
      if (!Number.isFinite(px) || !Number.isFinite(py) || (y.log && py <= 0)) { pen = false; return; }
      const v = Math.max(-4 * height, Math.min(5 * height, at(y, py, height - frame.bottom, frame.top)));
      d += `${pen ? 'L' : 'M'}${at(x, px, frame.left, width - frame.right).toFixed(1)} ${v.toFixed(1)}`;
      pen = true;
    });
    return { name: s.name, d, dash: DASHES[k % DASHES.length]!, colour: COLOURS[k % COLOURS.length]! };
  });
  return { frame, x, y, paths, series };
}
