/** The seven ways of a visitor. */
import { readFileSync } from 'node:fs';
import { cell, editorText, equal, LOSS, ok, open, test, type, until } from './harness.mjs';

test('1 the loss is on the screen, every number of it', async ({ context, base }) => {
  const page = await open(context, base);
  const rows = await page.locator('[data-testid=trace] tr[data-node]').count();
  equal(rows, 7);
  const all = async (kind) => Promise.all([1, 2, 3, 4, 5, 6, 7].map((k) => cell(page, k, kind)));
  equal(await all('primal'), ['3', '2', '1', '6', '−5', '25', '12.5']);
  equal(await all('tangent'), ['1', '0', '0', '2', '−2', '20', '10']);
  equal(await all('adjoint'), ['10', '15', '−5', '5', '−5', '0.5', '1']);
  equal(await page.locator('[data-testid=graph] g[data-node]').count(), 7);
  equal((await page.locator('tr[data-node="5"] td.rule.adjoint').innerText()).replace(/\s/g, ''), 'ā₅=ā₆·2a₅');
  ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), 'one screen without scrolling');
  equal(page.problems, []);
});

test('1 typing shows the trace; a name without a value gets a field', async ({ context, base }) => {
  const page = await open(context, base);
  await type(page, 'g = 3*u + sin(v)');
  await until(page, () => document.querySelectorAll('.missing input').length === 2, 'two fields');
  equal(await cell(page, 1, 'primal'), '');
  await page.fill('.missing input >> nth=0', '2');
  await page.keyboard.press('Tab');
  await until(page, () => document.querySelectorAll('.missing input').length === 1, 'one field');
  await page.fill('.missing input', '0');
  await page.keyboard.press('Enter');
  await until(page, () => [...document.querySelectorAll('td[data-kind=primal]')].some((c) => c.innerText === '6'), 'the value');
});

test('1 an error stands under its text, and its fix is a button', async ({ context, base }) => {
  const page = await open(context, base);
  await type(page, 'w = 3; x = 2\nL = w*');
  await until(page, () => document.querySelector('[data-testid=diagnostics]')?.innerText.includes('operand'), 'the error');
  ok(await page.locator('.cm-lintRange-error, .cm-lintPoint-error').count() > 0, 'no mark in the text');
  await type(page, 'x = 2\nL = sinn(x)\ntrace L');
  await until(page, () => document.querySelector('[data-testid=diagnostics]')?.innerText.includes('sinn'), 'the unknown function');
  await type(page, 'x = 2\nL = 3x\ntrace L');
  await page.locator('.problem .fix').first().click();
  await until(page, () => document.querySelector('.cm-content').innerText.includes('3*x'), 'the fix');
});

test('1 a number is dragged and everything follows', async ({ context, base }) => {
  const page = await open(context, base);
  const box = await page.locator('.tok-number', { hasText: '3' }).first().boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 44, box.y + 5, { steps: 6 });
  await page.mouse.up();
  await until(page, () => !document.querySelector('.cm-content').innerText.includes('w = 3;'), 'another number');
  await until(page, () => document.querySelector('tr[data-node="1"] td[data-kind=primal]').innerText !== '3', 'another value');
  await page.locator('.input input[type=range]').nth(1).fill('-1');
  await until(page, () => document.querySelector('tr[data-node="2"] td[data-kind=primal]').innerText === '−1', 'the slider');
});

test('1 completion and hover know the language', async ({ context, base }) => {
  const page = await open(context, base);
  await type(page, 'x = 2\nL = sq');
  await page.keyboard.press('Control+Space');
  await page.waitForSelector('.cm-tooltip-autocomplete', { timeout: 5000 });
  ok((await page.locator('.cm-tooltip-autocomplete').innerText()).includes('sqrt'), 'sqrt is proposed');
  await page.keyboard.press('Escape');
  await type(page, 'x = 2\nL = sqrt(x)\n');
  await page.waitForTimeout(500);
  await page.locator('.tok-function', { hasText: 'sqrt' }).hover();
  await page.waitForSelector('.cm-tooltip .tip', { timeout: 5000 });
});

test('2 a row, a node and a place in the source light up together', async ({ context, base }) => {
  const page = await open(context, base);
  const lit = () => page.waitForTimeout(80).then(() => page.evaluate(() => ({ row: document.querySelector('tr.focus')?.dataset.node, node: document.querySelector('g.node.focus')?.dataset.node, source: document.querySelector('.link-own')?.innerText, operands: [...document.querySelectorAll('tr.operand')].map((r) => r.dataset.node), users: [...document.querySelectorAll('g.node.user')].map((r) => r.dataset.node) })));
  const wanted = { row: '4', node: '4', source: 'w*x', operands: ['1', '2'], users: ['5'] };
  await page.hover('tr[data-node="4"] td.primal');
  equal(await lit(), wanted, 'from the row');
  ok((await page.locator('.why').innerText()).includes('comes later') === false, 'why is told');
  await page.mouse.move(5, 5);
  await page.hover('g[data-node="4"]');
  equal(await lit(), wanted, 'from the graph');
  await page.mouse.move(5, 5);
  const box = await page.locator('.tok-name', { hasText: 'w' }).first().boundingBox();
  await page.mouse.move(box.x + box.width + 4, box.y + box.height / 2);
  await page.waitForTimeout(60);
  equal(await lit(), wanted, 'from the source');
  await page.click('tr[data-node="5"]');
  await page.mouse.move(5, 5);
  await page.waitForTimeout(60);
  equal((await lit()).row, '5', 'pinned');
  const why = (await page.locator('.why .line.adjoint').innerText()).replace(/\s/g, '');
  equal(why, 'ā₅=ā₆·2a₅=0.5·2·(−5)=−5');
});

test('3 sweeps: back, forward, scrub, play, discard', async ({ context, base }) => {
  const page = await open(context, base);
  const state = () => page.evaluate(() => ({ values: [...document.querySelectorAll('td[data-kind=primal]')].filter((c) => c.innerText).length, adjoints: [...document.querySelectorAll('td[data-kind=adjoint]')].filter((c) => c.innerText).length, spent: document.querySelectorAll('tr.spent').length }));
  equal(await state(), { values: 7, adjoints: 7, spent: 0 });
  await page.click('[data-testid=sweep-back]');
  equal((await state()).adjoints, 7);
  await page.click('[data-testid=sweep-back]');
  equal((await state()).adjoints, 6);
  await page.locator('[data-testid=sweep-position]').fill('5');
  equal(await state(), { values: 5, adjoints: 0, spent: 2 });
  equal(await page.locator('g.told.forward').count(), 2, 'the edges into a₅');
  await page.click('[data-testid=sweep-forward]');
  equal((await state()).values, 6);
  await page.locator('.speed select').selectOption('4');
  await page.click('[data-testid=sweep-play]');
  await until(page, () => [...document.querySelectorAll('td[data-kind=adjoint]')].every((c) => c.innerText), 'the end of the sweeps');
});

test('3 the quiz hides, asks and counts', async ({ context, base }) => {
  const page = await open(context, base);
  await page.click('[data-testid=quiz]');
  await page.waitForSelector('.quiz input');
  equal(await page.locator('tr[data-node="4"] td[data-kind=tangent]').innerText(), '?');
  const answers = ['da1*a2 + a1*da2', 'ȧ₃ − ȧ₄', '20', '0.5*da6'];
  await page.fill('.quiz input', '17');
  await page.keyboard.press('Enter');
  ok((await page.locator('#quiz-verdict').innerText()).startsWith('Not that'), 'a wrong answer');
  await page.fill('.quiz input', answers[0]);
  await page.keyboard.press('Enter');
  await until(page, () => document.querySelector('tr[data-node="4"] td[data-kind=tangent]').innerText === '2', 'the right answer shows the number');
  await page.click('text=Show');
  await until(page, () => document.querySelector('tr[data-node="5"] td[data-kind=tangent]').innerText === '−2', 'the next number');
});

test('4 four modes, the formula with steps, a formula by hand', async ({ context, base }) => {
  const page = await open(context, base);
  await page.waitForSelector('[data-testid=modes] tr[data-mode=symbolic]');
  const row = async (mode) => page.locator(`[data-testid=modes] tr[data-mode=${mode}] td`).allInnerTexts();
  equal((await row('reverse'))[0], '10');
  ok(/^(10|9\.99|10\.0)/.test((await row('numeric'))[0]), 'numeric');
  await page.click('#tab-formula');
  await page.waitForSelector('[data-testid=formula] math');
  ok((await page.locator('[data-testid=formula] code').first().innerText()).includes('w*x'), 'the formula as typed');
  await page.waitForSelector('.steps li');
  ok(await page.locator('.steps li').count() >= 3, 'steps');
  const check = async (text) => { await page.fill('.own input', text); await page.click('.own button'); await page.waitForFunction((t) => document.querySelector('.own p').innerText !== '' && document.querySelector('.own p').dataset.for === t, text); return page.locator('.own p').innerText(); };
  const right = await check('x*(w*x - y)');
  equal(right, 'Right: proved equal as formulas.');
  const wrong = await check('2*x*(w*x - y)');
  ok(wrong.startsWith('Not yet. It is 2 times the derivative'), wrong);
});

test('5 plots: the curve, its tangent line, the value under the pointer; a map', async ({ context, base }) => {
  const page = await open(context, base);
  await page.click('#tab-plot');
  await page.waitForSelector('.plot path');
  ok(await page.locator('.slope-line').count() === 1, 'the tangent line');
  const box = await page.locator('.plot svg').first().boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  ok(/= /.test(await page.locator('.plot figcaption').innerText()), 'the value');
  await type(page, 'f(s, t) = s^2 - t\nplot f(s, t) over s from -1 to 1, t from 0 to 1\nplot sin(t), cos(t) over t from 0 to 6\n');
  await page.click('#tab-results');
  await page.waitForSelector('.map canvas');
  await until(page, () => document.querySelectorAll('.plot').length === 2, 'two plots');
});

test('5 training: progress, newest picture, stop', async ({ context, base }) => {
  const page = await open(context, base, { code: 'data = read("../data/iris.csv")\nX = hcat(data[:, 1..2], ones(rows(data), 1)); Y = onehot(data[:, 5], 3)\nU = sigmoid(X*V)*W\nJ = -mean(sum(U .* Y, axis=2) - logsumexp(U, axis=2))\nV = randn(3, 16, seed=1); W = 0.01*randn(16, 3, seed=2)\ncosts = zeros(4000, 1)\nfor t in 1..4000 {\n  repeat 20 { W, V := W - 0.1*grad(J, W), V - 0.1*grad(J, V) }\n  costs[t] := J\n  if mod(t, 50) == 0 { plot costs[1..t] }\n}\n', wait: false });
  await page.click('#tab-results');
  await page.waitForSelector('[data-testid=stop]', { timeout: 15000 });
  await page.waitForSelector('.results .plot path', { timeout: 15000 });
  await page.click('[data-testid=stop]');
  await until(page, () => document.querySelector('[data-testid=diagnostics]').innerText.toLowerCase().includes('stopped'), 'stopped');
  await type(page, LOSS);
  await until(page, () => document.querySelector('tr[data-node="7"] td[data-kind=primal]')?.innerText === '12.5', 'the page goes on');
});

test('5 Iris is watched while it trains: the cost so far, the regions', async ({ context, base }) => {
  const page = await open(context, base);
  await page.click('[data-testid=gallery]');
  await page.locator('.gallery button', { hasText: 'iris-live' }).click();
  await page.waitForSelector('.map canvas', { timeout: 20_000 });
  const points = () => page.evaluate(() => (document.querySelector('.results .plot path')?.getAttribute('d')?.match(/[ML]/g) ?? []).length);
  const before = await points();
  await page.waitForTimeout(900);
  ok((await points()) > before || before > 55, 'the curve grows');
  await until(page, () => document.querySelector('.results')?.innerText.includes('accuracy'), 'the end', undefined, 60_000);
});

test('6 gallery: the lecture slide by slide, examples', async ({ context, base }) => {
  const page = await open(context, base);
  await page.click('[data-testid=gallery]');
  await page.waitForSelector('.slides li');
  equal(await page.locator('.slides li').count(), 15);
  await page.locator('.slides button', { hasText: '7.5' }).click();
  await until(page, () => document.querySelector('.lesson h2')?.innerText.startsWith('7.5'), 'the slide');
  await until(page, () => document.querySelector('.cm-content').innerText.includes('y₂'), 'its script');
  await page.locator('.lesson .buttons button', { hasText: 'Previous' }).click();
  await until(page, () => document.querySelector('.lesson h2')?.innerText.startsWith('7.4'), 'the slide before');
  await page.click('[data-testid=gallery]');
  await page.locator('.gallery button', { hasText: 'baydin' }).first().click();
  await until(page, () => document.querySelector('.cm-content').innerText.includes('x₁'), 'the example');
});

test('6 a link reproduces the state', async ({ context, base }) => {
  const page = await open(context, base);
  await page.locator('[data-testid=sweep-position]').fill('9');
  await page.click('#tab-formula');
  await page.click('[data-testid=share]');
  await until(page, () => location.hash.startsWith('#code=~'), 'the link');
  const link = await page.evaluate(() => location.hash);
  const other = await open(context, base, { hash: link });
  await until(other, () => [...document.querySelectorAll('td[data-kind=adjoint]')].filter((c) => c.innerText).length === 2, 'the position');
  equal(await other.locator('#tab-formula').getAttribute('aria-selected'), 'true');
  ok((await editorText(other)).includes('L = 0.5*(y - w*x)^2'), 'the script');
});

test('6 take away: LaTeX, SVG, PNG, script, code, a page', async ({ context, base }) => {
  const page = await open(context, base);
  const item = async (label) => { await page.click('[data-testid=export]'); await page.locator('.menu-items button', { hasText: label }).first().click(); };
  const saved = async (label) => { const [d] = await Promise.all([page.waitForEvent('download'), item(label)]); return readFileSync(await d.path()); };
  ok((await saved('Graph as SVG')).toString().includes('<svg'), 'SVG');
  equal((await saved('Graph as PNG')).subarray(1, 4).toString(), 'PNG');
  equal((await saved('Script')).toString(), LOSS);
  ok((await saved('Page of its own')).toString().includes('<table'), 'HTML');
  await item('LaTeX');
  await until(page, () => document.querySelector('.text-dialog pre')?.innerText.includes('\\bar{a}'), 'LaTeX');
  await page.locator('.text-dialog button', { hasText: 'Close' }).click();
  for (const [label, part] of [['NumPy', 'import numpy as np'], ['JAX', 'import jax'], ['PyTorch', 'import torch'], ['C', '#include <math.h>']]) {
    await page.click('[data-testid=export]');
    await page.locator('.menu-items').getByText(label, { exact: true }).click();
    await until(page, (text) => document.querySelector('.text-dialog pre')?.innerText.includes(text), `code for ${label}`, part);
    await page.locator('.text-dialog button', { hasText: 'Close' }).click();
  }
});

test('7 by keyboard alone', async ({ context, base }) => {
  const page = await open(context, base);
  await page.keyboard.press('Tab');
  equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  equal(await page.evaluate(() => [...document.querySelectorAll('td[data-kind=adjoint]')].filter((c) => c.innerText).length), 6, 'arrows step');
  await page.keyboard.press('End');
  await page.keyboard.press('Tab');
  const seen = new Set();
  for (let k = 0; k < 40; k++) {
    const at = await page.evaluate(() => { const e = document.activeElement; return e.dataset.testid ?? e.id ?? e.tagName + (e.dataset.node ?? ''); });
    seen.add(at || (await page.evaluate(() => document.activeElement.tagName)));
    await page.keyboard.press('Tab');
  }
  for (const id of ['sweep-back', 'sweep-play', 'sweep-position', 'quiz', 'gallery', 'share', 'export', 'theme']) ok(seen.has(id), `${id} is not reached by Tab: ${[...seen].join(' ')}`);
  await page.locator('tr[data-node="1"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  equal(await page.evaluate(() => document.querySelector('tr.pinned')?.dataset.node), '3');
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Escape');
  ok(await page.evaluate(() => !document.activeElement.closest('.cm-editor')), 'Escape leaves the editor');
});

test('7 a phone: 360 px wide, nothing sticks out', async ({ context, base }) => {
  const page = await open(context, base);
  ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360), 'a horizontal scroll bar');
  await page.locator('[data-testid=graph] g[data-node="7"]').scrollIntoViewIfNeeded();
  equal(await cell(page, 7, 'adjoint'), '1');
}, { viewport: { width: 360, height: 740 } });

test('7 reduced motion: no animation, the same states', async ({ context, base }) => {
  const page = await open(context, base);
  await page.locator('[data-testid=sweep-position]').fill('5');
  equal(await page.evaluate(() => document.getAnimations().length), 0);
}, { reducedMotion: 'reduce' });

test('7 the theme is the system’s until one chooses', async ({ context, base }) => {
  const page = await open(context, base);
  equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.click('[data-testid=theme]');
  equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await page.reload();
  equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
}, { colorScheme: 'dark' });
