/**
 * Pictures of every state of the page in both themes at three widths: look at them after a change.
 *
 *     npm run pictures            in `web`: all of them, into web/pictures
 *     npm run pictures -- why     those with this in their name
 *
 * `page.png` and `page-dark.png` here, which the README shows, are made along.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LOSS, open, type } from '../../web/browser/harness.mjs';
import { launch } from '../../web/browser/launch.mjs';
import { serve } from '../../web/browser/serve.mjs';

const root = join(import.meta.dirname, '..', '..');
const out = process.env.OUT ?? join(root, 'web', 'pictures');
mkdirSync(out, { recursive: true });
const server = await serve(join(root, 'web', 'dist'));
const only = process.argv[2];

const position = (k) => (page) => page.locator('[data-testid=sweep-position]').fill(String(k));
const tab = (id) => async (page) => { await page.click(`#tab-${id}`); await page.waitForTimeout(600); };
const NETWORK = 'q = V*x\nz = tanh(q)\nŷ = W*z\nL = 0.5*sum((y - ŷ).^2)\nx = [0.5, -1.5]; y = [1, 2]\nV = [0.4, -0.3; 0.1, 0.6]; W = [0.3, -0.5; 0.2, 0.8]\n\ntrace L wrt W, V using reverse\n';
export const STATES = {
  rest: {},
  why: { act: async (page) => { await page.locator('tr[data-node="5"]').click(); await page.mouse.move(2, 2); } },
  forward: { act: position(5) },
  reverse: { act: position(11) },
  quiz: { act: async (page) => { await page.click('[data-testid=quiz]'); } },
  formula: { act: tab('formula') },
  plot: { act: tab('plot') },
  error: { act: (page) => type(page, 'w = 3; x = 2\nL = sin(w*x\ntrace L wrt w') },
  blank: { act: (page) => type(page, 'L = 0.5*(y - w*x)^2') },
  network: { code: NETWORK, act: position(15) },
  outputs: { code: 'w₀ = 1; w₁ = 2; x = 3\ny₁ = sin(w₁*x + w₀)\ny₂ = cos(w₁*x + w₀)\n\ntrace y₁, y₂ wrt w₁\n' },
  lesson: { act: async (page) => { await page.click('[data-testid=gallery]'); await page.locator('.slides button', { hasText: '7.5' }).click(); } },
  gallery: { act: async (page) => { await page.click('[data-testid=gallery]'); await page.waitForSelector('.slides li'); } },
};
const SIZES = [[1280, 800], [768, 1024], [360, 740]];
for (const theme of ['light', 'dark']) for (const [width, height] of SIZES) {
  const context = await launch({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' });
  for (const [name, { code = LOSS, act }] of Object.entries(STATES)) {
    if (only && !`${name}-${theme}-${width}`.includes(only)) continue;
    const page = await open(context, server.url, { code });
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(400);
    await act?.(page);
    await page.waitForTimeout(900);
    await page.screenshot({ path: join(out, `${name}-${theme}-${width}.png`), fullPage: width < 800 && name !== 'gallery' });
    if (name === 'why' && width === 1280) copyFileSync(join(out, `${name}-${theme}-${width}.png`), join(import.meta.dirname, theme === 'light' ? 'page.png' : 'page-dark.png'));
    await page.close();
  }
  await context.close();
}
server.close();
