/** Development without the wasm engine: a middleware that asks the native program. Never part of a build. */
import { spawn } from 'node:child_process';
import type { Plugin } from 'vite';

const BINARY = process.env.WENGERT ?? '../target/debug/wengert';

function ask(args: string[], text: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(BINARY, [...args, '-e', text], { timeout: 8000 });
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.on('close', () => resolve(out));
    child.on('error', () => resolve(`{"kind":"error","message":"cannot start ${BINARY}"}\n`));
  });
}

/** The rules stand only in the text of a trace: read from its columns. */
function rules(text: string): { id: number; tangents: string[]; adjoints: string[] }[][] {
  const traces: { id: number; tangents: string[]; adjoints: string[] }[][] = [];
  let current: (typeof traces)[number] | null = null;
  for (const line of text.split('\n')) {
    if (/^ai\s/.test(line)) { traces.push((current = [])); continue; }
    const id = /^a(\d+) = /.exec(line);
    if (!id || !current) { if (!line.trim()) current = null; continue; }
    const cells = line.split(/\s{2,}/);
    const take = (prefix: RegExp): string[] => { const cell = cells.find((c) => prefix.test(c)); return cell ? [cell.replace(prefix, '')] : []; };
    current.push({ id: Number(id[1]), tangents: take(/^da\d+ = /), adjoints: take(/^ba\d+ = /) });
  }
  return traces;
}

async function run(text: string): Promise<string> {
  const [json, table] = await Promise.all([ask(['--format', 'json'], text), ask(['--ascii', '--width', '60000', '--digits', '17'], text)]);
  const found = rules(table);
  const each = (rule: string, names: string[], k: number): string => { const parts = rule.split(', '); return names.length > 1 && parts.length === names.length ? parts[k]! : rule; };
  return json.split('\n').filter(Boolean).map((raw) => {
    const line = JSON.parse(raw);
    if (line.kind !== 'trace') return raw;
    const table = found.shift() ?? [];
    for (const node of line.nodes) {
      const row = table[node.id - 1];
      if (!row) continue;
      node.rules = {
        tangents: Object.fromEntries(row.tangents.length ? line.wrt.map((w: string, k: number) => [w, each(row.tangents[0]!, line.wrt, k)]) : []),
        adjoints: Object.fromEntries(row.adjoints.length ? line.outputs.map((o: string, k: number) => [o, each(row.adjoints[0]!, line.outputs, k)]) : []),
      };
    }
    return JSON.stringify(line);
  }).join('\n');
}

export function native(): Plugin {
  return {
    name: 'native-engine',
    configureServer(server) {
      server.middlewares.use('/__engine', (request, response) => {
        let body = '';
        request.on('data', (chunk) => (body += chunk));
        request.on('end', async () => {
          const { text, latex } = JSON.parse(body);
          response.setHeader('Content-Type', 'text/plain; charset=utf-8');
          response.end(latex ? await ask(['--format', 'latex'], text) : await run(text));
        });
      });
    },
  };
}
