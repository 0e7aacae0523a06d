import { files } from 'virtual:files';
import type { Engine } from './types';
import { WebEngine } from './web';

/** Scripts name the data that lies beside the examples from where they lie: here every such name works. */
function data(): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [path, text] of Object.entries(files)) for (const before of ['', '../', '../examples/', 'examples/']) names[before + path] = text;
  return names;
}

export async function createEngine(): Promise<Engine> {
  if (import.meta.env.DEV && import.meta.env.VITE_ENGINE === 'native') {
    const { NativeEngine } = await import('./native');
    return new NativeEngine();
  }
  return new WebEngine(data());
}
