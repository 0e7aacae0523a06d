/** The one-file build: the worker's source is a text, the engine lies in the page, gzipped, as base64. */
import worker from 'virtual:worker';

export const spawn = (): Worker => new Worker(URL.createObjectURL(new Blob([worker], { type: 'text/javascript' })), { name: 'engine' });

export async function compile(): Promise<WebAssembly.Module> {
  const packed = document.getElementById('engine')!.textContent!.trim();
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}
