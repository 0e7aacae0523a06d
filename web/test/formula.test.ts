import { expect, test } from 'vitest';
import { parse, terms } from '../src/formula/parse';
import { evaluate } from '../src/formula/evaluate';
import { html, plain } from '../src/formula/write';
import { mathml } from '../src/formula/mathml';

const value = (text: string, look: Record<string, number | number[][]> = {}) => evaluate(parse(text)!, (role, id) => look[role + id] ?? null);

test('rules are written as in the lecture', () => {
  expect(plain('da1*a2 + a1*da2')).toBe('ȧ₁·a₂ + a₁·ȧ₂');
  expect(plain('ba6*2*a5')).toBe('ā₆·2a₅');
  expect(plain('-ba5')).toBe('−ā₅');
  expect(plain('a5^2')).toBe('a₅²');
  expect(plain('ba3*a1\'')).toBe('ā₃·a₁ᵀ');
  expect(plain('ba6 .* (1 - a6^2)')).toBe('ā₆ ∘ (1 − a₆²)');
  expect(plain('ba9 .* 2*a8')).toBe('ā₉ ∘ 2a₈');
  expect(plain('ba9*(2*a8)')).toBe('ā₉·2a₈');
  expect(plain('-sin(a5)*da5')).toBe('−sin(a₅)·ȧ₅');
  expect(plain('a1 - (a2 - a3)')).toBe('a₁ − (a₂ − a₃)');
  expect(plain('a1/(a2*a3)')).toBe('a₁/(a₂·a₃)');
  expect(plain('(-a1)^2')).toBe('(−a₁)²');
  expect(html('a12')).toContain('data-ref="12"');
});

test('a text that is no formula stays what it is, and is no markup', () => {
  expect(parse('a <b')).not.toBeNull();
  expect(parse('trace L wrt w')).toBeNull();
  expect(html('<script>alert(1)</script>')).not.toContain('<script');
  expect(html('"<img onerror=1>"')).not.toContain('<img');
  expect(mathml('"<img onerror=1>"')).not.toContain('<img');
});

test('a formula of any size is shown', () => {
  for (const n of [100, 999, 3_000, 30_000]) {
    const sum = Array.from({ length: n }, (_, k) => `a${k + 1}`).join(' + ');
    const nested = `${'sin('.repeat(n)}x${')'.repeat(n)}`;
    for (const text of [sum, nested, `x${"'".repeat(n)}`, `${'-'.repeat(n)}x`, `${'('.repeat(9)}${sum}${` + 1) - (${sum}`.repeat(9)})`]) {
      expect(plain(text).length).toBeGreaterThan(n / 2);
      mathml(text);
      const formula = parse(text);
      if (formula) { expect(terms(formula).length).toBeGreaterThan(0); evaluate(formula, () => 1); }
    }
  }
});

test('what the engine can write is read', () => {
  for (const text of ['sum(exp(X[i,:]*w) for i in 1..n)', "f'(x)", '[a1, a2; a3, a4]', 'if a1 < 0 then -a2 else a3', 'softmax(U, axis=2) - Y', "(softmax(u) - y)*z'", 'W[:, 1..2]', 'not a1', 'a1 and a2', '1/sqrt(2*pi)', 'w₁*ŷ', 'exp(sin(w*x))*(x*cos(w*x) - 2*w/(w^2 + 1))/(w^2 + 1)']) {
    expect(parse(text), text).not.toBeNull();
    expect(mathml(text), text).toContain('<math');
  }
});

test('terms and values', () => {
  expect(value('2*a5*da5', { a5: -5, da5: -2 })).toBe(20);
  expect(value('-2^2')).toBe(-4);
  expect(value('2^3^2')).toBe(512);
  expect(value('1 - 2 - 3')).toBe(-4);
  expect(value('ba2*a1\'', { ba2: [[1], [2]], a1: [[3], [4]] })).toEqual([[3, 4], [6, 8]]);
  expect(value('sum(a1 .* a1)', { a1: [[1, 2], [3, 4]] })).toBe(30);
  expect(value('mystery(a1)', { a1: 1 })).toBeNull();
  expect(terms(parse('ba6*cos(a5) - ba7*sin(a5)')!).map((t) => t.sign)).toEqual([1, -1]);
});
