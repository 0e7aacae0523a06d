/** Where the engine's bytes and its worker come from. The one-file build has a module of its own for this. */

export const spawn = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' });

export async function compile(): Promise<WebAssembly.Module> {
  const url = new URL('./wasm/engine.wasm', import.meta.url);
  try {
    return await WebAssembly.compileStreaming(fetch(url));
  } catch {
    // A host that does not know the type of .wasm.
    return WebAssembly.compile(await (await fetch(url)).arrayBuffer());
  }
}
