// Runs scripts in WebAssembly and compares the JSON lines with those of the native program:
//     node compare.js ENGINE.wasm NATIVE FILE.ad …
// Numbers may differ by 1e-12 of their size: WebAssembly has no fused multiply-add.
const fs = require("fs");
const { execFileSync } = require("child_process");
const [engine, native, ...files] = process.argv.slice(2);

function different(a, b, path) {
  if (typeof a === "number" && typeof b === "number") {
    const apart = Math.abs(a - b);
    return apart <= 1e-12 * Math.max(1, Math.abs(a), Math.abs(b)) ? null : `${path}: ${a}, here ${b}`;
  }
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") {
    return a === b ? null : `${path}: ${JSON.stringify(a)}, here ${JSON.stringify(b)}`;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = different(a[key] ?? null, b[key] ?? null, `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

WebAssembly.compile(fs.readFileSync(engine)).then((compiled) => {
  for (const file of files) {
    const here = [];
    const take = (start, length) => here.push(JSON.parse(Buffer.from(memory.buffer, start, length).toString()));
    const page = { emit: take, progress() {}, now: () => performance.now() };
    const { memory, allocate, call } = new WebAssembly.Instance(compiled, { page }).exports;
    const script = fs.readFileSync(file);
    const start = allocate(script.length);
    new Uint8Array(memory.buffer, start, script.length).set(script);
    call(0, start, script.length, 0);
    const there = execFileSync(native, ["--format", "json", file], { encoding: "utf8" });
    // The rules of a trace are for the page.
    const shown = here.filter((line) => line.kind !== "rules");
    const found = different(there.trim().split("\n").map(JSON.parse), shown, file);
    if (found) {
      console.error(found);
      process.exitCode = 1;
    } else {
      console.log(`${file}: the same`);
    }
  }
});
