import { expect, test } from 'vitest';
import { NativeEngine } from '../src/engine/native';
import { formulas, outline } from '../src/outline';
import { literal, rangeOf, setInput, stepOf, tidy } from '../src/inputs';

const of = async (text: string) => outline(text, await new NativeEngine().tokens(text));

test('definitions, functions and statements', async () => {
  const found = await of('L = 0.5*(y -\n  w*x)^2 # loss\nw = 3; x = -2.5\nf(a, b) = a*b\nv = [1, 2]\n\ntrace L wrt w');
  expect(found.definitions.map((d) => [d.name, d.kind])).toEqual([['L', 'formula'], ['w', 'number'], ['x', 'number'], ['f', 'function'], ['v', 'input']]);
  expect([...found.words]).toEqual(['trace']);
  expect(formulas(found)).toEqual(['L']);
});

test('an input is set where it is defined, or before anything is shown', async () => {
  const text = 'L = w*x\nw = 3\ntrace L';
  const found = await of(text);
  expect(setInput(text, found, 'w', '4')).toEqual({ from: 12, to: 13, insert: '4' });
  const edit = setInput(text, found, 'x', '2');
  expect(text.slice(0, edit.from) + edit.insert + text.slice(edit.to)).toBe('L = w*x\nw = 3\nx = 2\ntrace L');
  const alone = await of('L = w*x');
  expect(setInput('L = w*x', alone, 'w', '1')).toEqual({ from: 7, to: 7, insert: '\nw = 1\n' });
  expect(literal(text, found.definitions[1]!)).toBe(3);
});

test('steps and ranges', () => {
  expect(stepOf('3')).toBe(0.1);
  expect(stepOf('0.25')).toBe(0.01);
  expect(tidy(0.30000000000000004, 0.1)).toBe('0.3');
  expect(tidy(-0.04, 0.1)).toBe('0.0');
  expect(rangeOf(3)).toEqual({ min: -6, max: 6, step: 0.05 });
});
