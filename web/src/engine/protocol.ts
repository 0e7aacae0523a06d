/** What the page and its workers say to each other, and the numbers of the operations of `crates/wasm`. */

export const OPERATION = { run: 0, query: 1, tokens: 2, complete: 3, hover: 4, check: 5, format: 6, latex: 7, file: 8, export: 9, html: 10, cell: 11 } as const;
export type Operation = keyof typeof OPERATION;

export type ToWorker =
  | { kind: 'start'; module: WebAssembly.Module; files: Record<string, string> }
  | { kind: 'call'; id: number; operation: Operation; text: string; at: number };
export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'lines'; id: number; lines: string[] }
  | { kind: 'progress'; id: number; rounds: number; fraction: number }
  | { kind: 'done'; id: number; milliseconds: number; memory: number }
  | { kind: 'trap'; id: number; message: string };
