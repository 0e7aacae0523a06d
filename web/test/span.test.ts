import { expect, test } from 'vitest';
import { Offsets } from '../src/span';

const texts = ['L = 0.5*(y - w*x)^2', 'ŷ = σ(w₁·x) − 1', '𝛼 = 1; 𝛽 = 2', '', 'é'.repeat(200), '𝛼'.repeat(130) + 'x', `${'a'.repeat(63)}𝛼${'b'.repeat(70)}`];

test('every boundary goes to bytes and back', () => {
  for (const text of texts) {
    const offsets = new Offsets(text);
    let bytes = 0;
    for (let i = 0; i <= text.length; ) {
      expect(offsets.toBytes(i)).toBe(bytes);
      expect(offsets.toUnits(bytes)).toBe(i);
      if (i === text.length) break;
      const code = text.codePointAt(i)!;
      bytes += new TextEncoder().encode(String.fromCodePoint(code)).length;
      i += code > 0xffff ? 2 : 1;
    }
  }
});

test('an offset inside a character or beyond the end is its start or the end', () => {
  const offsets = new Offsets('aσb');
  expect(offsets.toUnits(2)).toBe(1);
  expect(offsets.toUnits(99)).toBe(3);
  expect(offsets.toBytes(99)).toBe(4);
});
