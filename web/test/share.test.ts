import { expect, test } from 'vitest';
import { decode, encode } from '../src/share';

test('a link reproduces the state', async () => {
  const state = { code: 'ŷ = σ(w₁*x)\ntrace ŷ # 100 % + & = ?', position: 4, wrt: 'w₁', output: 'ŷ', pin: 3, view: 'plot', target: 'ŷ' };
  expect(await decode(await encode(state))).toEqual(state);
});
test('plain text in a link works, too', async () => {
  expect((await decode('#code=x%20%3D%202%3B%20x%5E2'))?.code).toBe('x = 2; x^2');
  expect((await decode('#code=1+1'))?.code).toBe('1+1');
});
test('a damaged or enormous link is none', async () => {
  expect(await decode('#code=~!!!')).toBeNull();
  expect(await decode('#code=~AAAA')).toBeNull();
  expect(await decode('#code=%E0%A4%A')).toBeNull();
  expect(await decode('')).toBeNull();
  const bomb = await encode({ code: 'x'.repeat(3 << 20) });
  expect(await decode(bomb)).toBeNull();
});
