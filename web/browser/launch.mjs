import { chromium } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Profiles that are still there. Whatever ends the program, they go with it. */
const profiles = new Set();
function remove(profile) {
  try {
    rmSync(profile, { recursive: true, force: true });
    profiles.delete(profile);
  } catch {
    // A process of the closed browser still writes into it: it stays in the set for another try.
  }
}
process.on('exit', () => {
  for (let tries = 0; profiles.size > 0 && tries < 20; tries++) {
    if (tries > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    profiles.forEach(remove);
  }
});

/** Debian's Chromium with a profile of its own; nothing of it reaches out. */
export async function launch(options = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'wengert-page-'));
  profiles.add(profile);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.on('close', () => remove(profile));
  return context;
}
