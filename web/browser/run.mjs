/** All browser tests over `dist`, served under a prefix: `npm run browser`, or with a part of a name. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { main } from './harness.mjs';
import { serve } from './serve.mjs';
import './ways.mjs';
import './safety.mjs';
import './elsewhere.mjs';

const dist = process.env.DIST ?? join(import.meta.dirname, '..', 'dist');
if (!process.env.BASE && !existsSync(join(dist, 'index.html'))) { console.error('web/dist is not there: sh web/build.sh makes it'); process.exit(2); }
if (!existsSync(process.env.CHROMIUM ?? '/usr/bin/chromium')) { console.error('Chromium is missing: apt-get install chromium, or CHROMIUM=/path/to/it'); process.exit(2); }
const server = process.env.BASE ? { url: process.env.BASE, close() {} } : await serve(dist);
const fine = await main({ base: server.url, dist });
server.close();
process.exit(fine ? 0 : 1);
