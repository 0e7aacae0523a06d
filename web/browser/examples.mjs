/** Every example through WebAssembly, here in Node, against the native program: within 1e-12. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const native = [process.env.WENGERT, join(root, 'target/release/wengert'), join(root, 'target/debug/wengert')].find((p) => p && existsSync(p));
if (!native) { console.error('The native program is missing: cargo build, or WENGERT=/path/to/wengert'); process.exit(2); }
const wasm = readFileSync(join(root, 'web/src/engine/wasm/engine.wasm'));
const walk = (folder) => readdirSync(folder).sort().flatMap((name) => { const path = join(folder, name); return statSync(path).isDirectory() ? walk(path) : [path]; });
const module = await WebAssembly.compile(wasm);

/** The lines of a script whose folder is `folder`, with the files beside it. */
async function run(text, folder, files) {
  const lines = [];
  let exports;
  const page = { emit: (start, length) => lines.push(new TextDecoder().decode(new Uint8Array(exports.memory.buffer, start, length))), progress() {}, now: () => performance.now() };
  exports = (await WebAssembly.instantiate(module, { page, env: page })).exports;
  const send = (operation, string) => {
    const bytes = new TextEncoder().encode(string);
    const start = exports.allocate(bytes.length);
    new Uint8Array(exports.memory.buffer, start, bytes.length).set(bytes);
    exports.call(operation, start, bytes.length, 0);
  };
  for (const file of files) send(8, `${relative(folder, file)}\n${readFileSync(file, 'utf8')}`);
  send(0, text);
  return lines.map((l) => JSON.parse(l)).filter((l) => l.kind !== 'rules' && l.kind !== 'file');
}

/** What is a measure of rounding, or a finite difference, is not the same to the last digits. */
const LOOSE = { max_rel_diff: Infinity, worst: Infinity, numeric: 1e-4, doubtful: Infinity, error: 1e-3 };
let worst = { size: 0, where: '' };
function compare(a, b, where, loose) {
  if (typeof a === 'number' && typeof b === 'number') {
    const size = Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
    if (size > worst.size && !loose) worst = { size, where };
    return size <= (loose ?? 1e-12) ? [] : [`${where}: ${a} and ${b}`];
  }
  if (a && b && typeof a === 'object' && typeof b === 'object') {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((k) => compare(a[k], b[k], `${where}.${k}`, loose === Infinity ? loose : (LOOSE[k] ?? loose)));
  }
  return a === b || loose === Infinity ? [] : [`${where}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`];
}

const all = walk(join(root, 'examples'));
const scripts = all.filter((f) => f.endsWith('.ad') && !f.endsWith('.sol.ad'));
let [same, passed, failed] = [0, 0, 0];
for (const file of scripts) {
  const name = relative(join(root, 'examples'), file);
  let expected;
  try { expected = execFileSync(native, ['--format', 'json', file], { encoding: 'utf8', maxBuffer: 1 << 28, cwd: dirname(file), stdio: ['ignore', 'pipe', 'ignore'] }); } catch (error) { expected = error.stdout; }
  const wanted = expected.split('\n').filter(Boolean).map((l) => JSON.parse(l));
  const notes = (l) => l.kind !== 'note' && l.kind !== 'warning';
  let problems;
  try {
    const got = await run(readFileSync(file, 'utf8'), dirname(file), all.filter((f) => !f.endsWith('.out')));
    if (JSON.stringify(got.filter(notes)) === JSON.stringify(wanted.filter(notes))) same++;
    problems = compare(wanted.filter(notes), got.filter(notes), name);
  } catch (error) { problems = [String(error)]; }
  if (problems.length) { failed++; console.log(`FAILED  ${name}\n        ${problems.slice(0, 4).join('\n        ')}`); } else passed++;
}
console.log(`${same} of ${scripts.length} examples give the same JSON to the last bit; the largest difference of the others is ${worst.size.toExponential(1)} (${worst.where})`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
