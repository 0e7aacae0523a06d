import { expect, test } from 'vitest';
import { moment, seen, sweepOf } from '../src/sweep';
import { loss } from './trace';

const sweep = sweepOf(loss);

test('forward down the list, then reverse up', () => {
  expect(sweep.steps).toBe(15);
  expect(moment(sweep, 0)).toEqual({ phase: 'start', node: null });
  expect([1, 7].map((p) => moment(sweep, p).node)).toEqual([1, 7]);
  expect([8, 14].map((p) => moment(sweep, p))).toEqual([{ phase: 'reverse', node: 7 }, { phase: 'reverse', node: 1 }]);
  expect(moment(sweep, 15).phase).toBe('end');
});

test('numbers appear one after the other', () => {
  expect(seen(sweep, 4, 4).value).toBe(true);
  expect(seen(sweep, 4, 5).value).toBe(false);
  expect(seen(sweep, 9, 7).adjoint).toBe(true);
  expect(seen(sweep, 9, 5).adjoint).toBe(false);
  expect(seen(sweep, 15, 1)).toMatchObject({ value: true, adjoint: true, spent: false });
});

test('what the reverse sweep reads is kept, the rest may go', () => {
  // a₄ is used by a₅ alone and no rule reads it; a₅ is read by its own rule.
  expect(seen(sweep, 5, 4)).toMatchObject({ spent: true, kept: false });
  expect(seen(sweep, 6, 5)).toMatchObject({ spent: false, kept: true });
  expect(seen(sweep, 11, 5).spent).toBe(true);
  expect(seen(sweep, 7, 7).spent).toBe(false);
});
