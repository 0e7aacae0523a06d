/** Inputs as numbers a visitor can set: where their literals stand, and how a new one is written. */
import type { Definition, Outline } from './outline';
import { latest } from './outline';

export interface Edit { from: number; to: number; insert: string }

export function literal(text: string, definition: Definition): number {
  return Number(text.slice(definition.valueFrom, definition.valueTo).replace('−', '-').replaceAll('_', ''));
}

/** A number with no more digits than its step has. */
export function tidy(value: number, step: number): string {
  const digits = Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)));
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/** The step of a drag: a tenth of the last digit's place for whole numbers, that place for others. */
export function stepOf(written: string): number {
  const digits = /\.(\d+)/.exec(written)?.[1]?.length ?? 0;
  if (digits) return 10 ** -digits;
  const size = Math.abs(Number(written));
  return size >= 1000 ? 10 : size >= 100 ? 1 : 0.1;
}

/** The range of a slider around a value: wide enough to see something, stable while it moves. */
export function rangeOf(value: number): { min: number; max: number; step: number } {
  const size = Math.max(1, Math.abs(value));
  const decade = 10 ** Math.floor(Math.log10(size));
  const reach = Math.ceil((2 * size) / decade) * decade;
  return { min: -reach, max: reach, step: decade / 20 };
}

/** The edit that gives an input its value: in its definition, or as a new one before anything is shown. */
export function setInput(text: string, found: Outline, name: string, value: string): Edit {
  const definition = latest(found).find((d) => d.name === name && d.kind !== 'function');
  if (definition && definition.kind !== 'formula') return { from: definition.valueFrom, to: definition.valueTo, insert: value };
  if (found.firstShow !== null) {
    const line = text.lastIndexOf('\n', found.firstShow - 1) + 1;
    return { from: line, to: line, insert: `${name} = ${value}\n` };
  }
  const end = text.replace(/\s+$/, '').length;
  return { from: end, to: text.length, insert: `${end ? '\n' : ''}${name} = ${value}\n` };
}
