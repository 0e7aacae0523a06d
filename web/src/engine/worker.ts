/** The worker: one instance of the engine; texts in, lines out. */
import { OPERATION, type FromWorker, type ToWorker } from './protocol';

interface Exports {
  memory: WebAssembly.Memory;
  allocate(length: number): number;
  call(operation: number, start: number, length: number, at: number): void;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
let engine: Exports | null = null;
let current = 0;
let waiting: string[] = [];
let flushed = 0;

const post = (message: FromWorker): void => self.postMessage(message);

function flush(): void {
  if (waiting.length) post({ kind: 'lines', id: current, lines: waiting });
  waiting = [];
  flushed = performance.now();
}

const page = {
  emit(start: number, length: number): void {
    waiting.push(decoder.decode(new Uint8Array(engine!.memory.buffer, start, length)));
    // A run that takes long is seen while it runs.
    if (performance.now() - flushed > 60) flush();
  },
  progress(rounds: number, fraction: number): void {
    flush();
    post({ kind: 'progress', id: current, rounds, fraction });
  },
  now: (): number => performance.now(),
};

function send(operation: number, text: string, at: number): void {
  const bytes = encoder.encode(text);
  const start = engine!.allocate(bytes.length);
  new Uint8Array(engine!.memory.buffer, start, bytes.length).set(bytes);
  engine!.call(operation, start, bytes.length, at);
}

self.onmessage = async (event: MessageEvent<ToWorker>): Promise<void> => {
  const message = event.data;
  if (message.kind === 'start') {
    const instance = await WebAssembly.instantiate(message.module, { page, env: page });
    engine = instance.exports as unknown as Exports;
    for (const [name, content] of Object.entries(message.files)) send(OPERATION.file, `${name}\n${content}`, 0);
    post({ kind: 'ready' });
    return;
  }
  current = message.id;
  flushed = performance.now();
  const start = flushed;
  try {
    send(OPERATION[message.operation], message.text, message.at);
    flush();
    post({ kind: 'done', id: message.id, milliseconds: performance.now() - start, memory: engine!.memory.buffer.byteLength });
  } catch (error) {
    flush();
    post({ kind: 'trap', id: message.id, message: String(error) });
  }
};
