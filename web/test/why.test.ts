import { expect, test } from 'vitest';
import { contribution, why } from '../src/why';
import { normalise, sameRule } from '../src/rules';
import { loss } from './trace';

const text = (markup: string | null): string => (markup ?? '').replace(/<[^>]+>/g, '');
const columns = { wrt: 'w', output: 'L' };

test('a rule, the rule with numbers, the result', () => {
  const found = why(loss, 5, 'ba', columns)!;
  expect(text(found.rule)).toBe('ā₆·2a₅');
  expect(text(found.filled)).toBe('0.5·2·(−5)');
  expect(found.value).toBe('−5');
});

test('a sum shows what each term brings', () => {
  const found = why(loss, 4, 'da', columns)!;
  expect(found.contributions.map((c) => c.value)).toEqual(['2', '0']);
});

test('what travels back along an edge', () => {
  expect(contribution(loss, 4, 5, columns)).toMatchObject({ value: '5' });
  expect(contribution(loss, 1, 5, columns)).toBeNull();
});

test('rules as people type them', () => {
  expect(normalise('ā₆·2a₅')).toBe('ba6·2*a5');
  expect(sameRule('2*a5*ba6', 'ba6*2*a5')).toBe(true);
  expect(sameRule('ȧ₁·a₂ + a₁·ȧ₂', 'da1*a2 + a1*da2')).toBe(true);
  expect(sameRule('da1*a2', 'da1*a2 + a1*da2')).toBe(false);
  expect(sameRule('', 'ba5')).toBe(false);
});
