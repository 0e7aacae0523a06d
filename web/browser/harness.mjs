/** Tests one after the other, each with a page of its own, a failed one twice; a line a try, a closing line that counts. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from './launch.mjs';

export const LOSS = 'L = 0.5*(y - w*x)^2\nw = 3; x = 2; y = 1\n\ntrace L wrt w\n';
const tests = [];
export const test = (name, run, options = {}) => tests.push({ name, run, options });

export function equal(got, wanted, about = '') {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${about} expected ${b}, got ${a}`);
}
export function ok(condition, about) { if (!condition) throw new Error(about); }

export async function until(page, condition, about, arg, timeout = 8000) {
  try { await page.waitForFunction(condition, arg, { timeout }); } catch { throw new Error(`in vain: ${about}`); }
}

/** The page with a script, its trace on the screen. */
export async function open(context, base, { code = LOSS, hash, wait = true } = {}) {
  const page = await context.newPage();
  page.problems = [];
  page.requests = [];
  page.on('pageerror', (e) => page.problems.push(String(e.stack ?? e)));
  page.on('console', (m) => { if (m.type() === 'error') page.problems.push(m.text()); });
  page.on('request', (r) => page.requests.push(r.url()));
  await page.goto(`${base}index.html${hash ?? `#code=${encodeURIComponent(code)}`}`);
  if (wait) await page.waitForSelector('[data-testid=trace] tr[data-node]', { timeout: 20_000 });
  return page;
}

export const type = async (page, text) => {
  await page.click('[data-testid=editor] .cm-content');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
};
export const cell = (page, node, kind) => page.locator(`[data-testid=trace] tr[data-node="${node}"] td[data-kind=${kind}]`).innerText();
export const editorText = (page) => page.evaluate(() => document.querySelector('.cm-content').innerText.replace(/\n\n/g, '\n'));

export async function main(setup) {
  const only = process.argv.slice(2).find((a) => !a.startsWith('-'));
  let [passed, again, failed] = [0, 0, 0];
  for (const { name, run, options } of tests.filter((t) => !only || t.name.includes(only))) {
    // A browser on a busy machine sometimes misses a beat: what fails is tried once more. The last line counts such tests apart.
    for (const last of [false, true]) {
      const context = await launch(options);
      const start = performance.now();
      try {
        await run({ ...setup, context });
        passed++;
        if (last) again++;
        console.log(`ok      ${name}  (${Math.round(performance.now() - start)} ms)`);
        break;
      } catch (error) {
        if (last) failed++;
        console.log(`${last ? 'FAILED' : 'again '}  ${name}\n        ${String(error.message).split('\n').slice(0, 6).join('\n        ')}`);
        const page = context.pages().at(-1);
        await page?.screenshot({ path: join(tmpdir(), `wengert-page-${name.replace(/\W+/g, '-').slice(0, 40)}.png`) }).catch(() => undefined);
      } finally {
        await context.close();
      }
    }
  }
  console.log(`\n${passed} passed${again ? `, ${again} of them only when tried again` : ''}, ${failed} failed`);
  return failed === 0;
}
