/** The page where others serve it: `wengert serve` with a folder, and cells in the book. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { equal, editorText, ok, open, test, type, until } from './harness.mjs';
import { serve } from './serve.mjs';

const root = join(import.meta.dirname, '..', '..');
const native = [process.env.WENGERT, join(root, 'target/release/wengert'), join(root, 'target/debug/wengert')].find((p) => p && existsSync(p));

test('wengert serve: the script, the data beside it, and both when they change', async ({ context, dist }) => {
  ok(native, 'the native program: cargo build');
  const folder = mkdtempSync(join(tmpdir(), 'wengert-serve-'));
  const script = join(folder, 'own.ad');
  writeFileSync(join(folder, 'data.csv'), '1\n2\n3\n');
  writeFileSync(script, 'X = read("data.csv"); w = 2\nL = sum((w*X).^2)\ntrace L wrt w\n');
  const child = spawn(native, ['serve', script, '--page', dist], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const address = await new Promise((resolve, reject) => { child.stdout.on('data', (text) => resolve(String(text).trim())); child.on('exit', () => reject(new Error('it ended'))); });
    const page = await open(context, address, { hash: '' });
    equal(await page.locator('tr[data-node]').last().locator('td[data-kind=primal]').innerText(), '56');
    ok((await editorText(page)).includes('read("data.csv")'), 'the script');
    ok(page.requests.every((url) => url.startsWith(address)), 'nothing is asked of anyone else');
    writeFileSync(join(folder, 'data.csv'), '1\n1\n1\n');
    await until(page, () => [...document.querySelectorAll('tr[data-node] td[data-kind=primal]')].at(-1).innerText === '12', 'the changed data');
    writeFileSync(script, readFileSync(script, 'utf8').replace('w = 2', 'w = 3'));
    await until(page, () => [...document.querySelectorAll('tr[data-node] td[data-kind=primal]')].at(-1).innerText === '27', 'the changed script');
    await type(page, 'L = 2*w; w = 4\ntrace L wrt w\n');
    writeFileSync(script, 'w = 1\n');
    await page.waitForTimeout(2500);
    ok((await editorText(page)).includes('L = 2*w'), 'what was typed stays');
    equal(page.problems, []);
  } finally { child.kill(); rmSync(folder, { recursive: true }); }
});

const BOOK = `<!doctype html><html><head><meta charset="utf-8"></head><body>
<pre><code class="language-wengert">w = 3; x = 2; y = 1
L = 0.5*(y - w*x)^2
</code></pre>
<pre><code class="language-wengert">trace L wrt w
grad(L, w)
</code></pre>
<pre><code class="language-text">what the book printed</code></pre>
<pre><code class="language-wengert">grad(M, w)
</code></pre>
<script src="live.js"></script></body></html>`;
test('the book: its scripts run, change, and know those above', async ({ context, dist }) => {
  const folder = mkdtempSync(join(tmpdir(), 'wengert-book-'));
  writeFileSync(join(folder, 'index.html'), BOOK);
  cpSync(join(root, 'docs/live.js'), join(folder, 'live.js'));
  const server = await serve(folder, '/');
  try {
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (e) => errors.push(String(e)));
    await page.goto(server.url);
    await page.waitForTimeout(300);
    equal(await page.locator('.live-run').count(), 0, 'without the engine the page is as it was');
    cpSync(join(dist, 'cells'), join(folder, 'live'), { recursive: true });
    await page.goto(server.url);
    await page.waitForSelector('.live-run');
    const out = (k) => page.locator('.live-out').nth(k);
    await page.locator('.live-run').nth(1).click();
    await until(page, () => document.querySelectorAll('.live-out')[1].innerText.includes('grad(L, w)'), 'the cell with those above');
    ok((await out(1).locator('table').count()) > 0 && (await out(1).innerText()).includes('12.5'), 'the trace');
    ok(!(await page.locator('body').innerText()).includes('what the book printed'), 'the printed answer gives way');
    await page.locator('code.language-wengert').first().fill('w = 1; x = 1; y = 0\nL = 5*w*x - y\n');
    await page.locator('code.language-wengert').nth(1).press('Control+Enter');
    await until(page, () => /= 5/.test(document.querySelectorAll('.live-out')[1].innerText), 'the changed cell above');
    await page.locator('.live-run').nth(2).click();
    await until(page, () => document.querySelectorAll('.live-out')[2].querySelector('.live-error')?.innerText.includes('M'), 'an error');
    equal(errors, []);
  } finally { server.close(); rmSync(folder, { recursive: true }); }
});
