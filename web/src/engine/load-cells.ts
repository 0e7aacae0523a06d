/** In the book: the worker is inside the script, the engine beside it. */
import worker from 'virtual:worker';

export const spawn = (): Worker => new Worker(URL.createObjectURL(new Blob([worker], { type: 'text/javascript' })), { name: 'engine' });

export async function compile(): Promise<WebAssembly.Module> {
  const beside: string = import.meta.url;
  const answer = await fetch(new URL('./engine.wasm', beside));
  return WebAssembly.compile(await answer.arrayBuffer());
}
