/** The engine of the page: WebAssembly in workers. Stopping ends the worker; a fresh one takes its place. */
import { Offsets } from '../span';
import { compile, spawn } from './load';
import type { FromWorker, Operation, ToWorker } from './protocol';
import type { Completions, Diagnostic, Engine, Hover, Line, Run, RunOptions, Token, TokenClass, Trace } from './types';

let compiled: Promise<WebAssembly.Module> | null = null;
const theModule = (): Promise<WebAssembly.Module> => (compiled ??= compile());

/** A worker that grew beyond this is replaced: its memory never shrinks. */
const LARGE = 192 << 20;

interface Answer { lines: string[]; milliseconds: number; trap?: string; stopped?: 'deadline' | 'user' }
interface Call { id: number; operation: Operation; text: string; at: number; onLines?: (lines: string[]) => void; onProgress?: (rounds: number, fraction: number) => void; deadline?: number; resolve: (answer: Answer) => void; lines: string[]; timer?: ReturnType<typeof setTimeout>; since: number }

/** One worker and the calls that wait for it, in order. */
export class Channel {
  private worker: Promise<Worker> | null = null;
  private queue: Call[] = [];
  private active: Call | null = null;
  private next = 1;
  constructor(public files: Record<string, string>) {}

  get idle(): boolean { return !this.active && this.queue.length === 0; }

  /** Starts the worker before it is needed. */
  warm(): Promise<unknown> { return (this.worker ??= this.start()); }

  private async start(): Promise<Worker> {
    const module = await theModule();
    const worker = spawn();
    const ready = new Promise<void>((resolve, reject) => {
      worker.onmessage = (event: MessageEvent<FromWorker>) => { if (event.data.kind === 'ready') resolve(); else this.hear(worker, event.data); };
      worker.onerror = (event) => reject(new Error(event.message || 'the worker did not start'));
    });
    const message: ToWorker = { kind: 'start', module, files: this.files };
    worker.postMessage(message);
    await ready;
    return worker;
  }

  call(operation: Operation, text: string, at = 0, options: Partial<Call> = {}): Promise<Answer> {
    return new Promise((resolve) => {
      this.queue.push({ id: this.next++, operation, text, at, resolve, lines: [], since: 0, ...options });
      void this.pump();
    });
  }

  private async pump(): Promise<void> {
    const call = this.queue[0];
    if (this.active || !call) return;
    this.queue.shift();
    this.active = call;
    let worker: Worker;
    try {
      worker = await (this.worker ??= this.start());
    } catch (error) {
      this.worker = null;
      this.finish({ lines: [], milliseconds: 0, trap: String(error) });
      return;
    }
    if (this.active !== call) return;
    call.since = performance.now();
    if (call.deadline !== undefined && call.deadline < Infinity) call.timer = setTimeout(() => { if (this.active === call) this.cut('deadline'); }, call.deadline);
    const message: ToWorker = { kind: 'call', id: call.id, operation: call.operation, text: call.text, at: call.at };
    worker.postMessage(message);
  }

  private hear(worker: Worker, message: FromWorker): void {
    const call = this.active;
    if (!call || message.kind === 'ready' || message.id !== call.id) return;
    if (message.kind === 'lines') { call.lines.push(...message.lines); call.onLines?.(message.lines); }
    else if (message.kind === 'progress') call.onProgress?.(message.rounds, message.fraction);
    else if (message.kind === 'trap') {
      // A trap poisons the instance.
      worker.terminate();
      this.worker = null;
      this.finish({ lines: call.lines, milliseconds: performance.now() - call.since, trap: message.message });
    } else {
      if (message.memory > LARGE && call.operation !== 'run') { worker.terminate(); this.worker = null; }
      this.finish({ lines: call.lines, milliseconds: message.milliseconds });
    }
  }

  private finish(answer: Answer): void {
    const call = this.active;
    this.active = null;
    clearTimeout(call?.timer);
    call?.resolve(answer);
    void this.pump();
  }

  private cut(why: 'deadline' | 'user'): void {
    const call = this.active;
    void this.worker?.then((worker) => worker.terminate(), () => undefined);
    this.worker = null;
    if (call) this.finish({ lines: call.lines, milliseconds: performance.now() - call.since, stopped: why });
  }

  /** Ends the call under way, and drops those that wait. */
  stop(): void {
    const dropped = this.queue;
    this.queue = [];
    for (const call of dropped) call.resolve({ lines: [], milliseconds: 0, stopped: 'user' });
    if (this.active) this.cut('user');
  }
  end(): void { this.stop(); void this.worker?.then((worker) => worker.terminate(), () => undefined); this.worker = null; }
}

interface Rules { kind: 'rules'; nodes: [string[], string[]][] }

/** Parses lines; the rules that follow a trace go into it. */
export class Lines {
  readonly lines: Line[] = [];
  private trace: Trace | null = null;
  add(raw: string): Line | null {
    const line = JSON.parse(raw) as Line | Rules;
    if (line.kind === 'rules') {
      const trace = this.trace;
      const rules = line as Rules;
      trace?.nodes.forEach((node, k) => {
        const [tangents, adjoints] = rules.nodes[k] ?? [[], []];
        node.rules = { tangents: Object.fromEntries(trace.wrt.map((name, i) => [name, tangents[i] ?? ''])), adjoints: Object.fromEntries(trace.outputs.map((name, i) => [name, adjoints[i] ?? ''])) };
      });
      return null;
    }
    if ((line as { kind: string }).kind === 'file') {
      // A picture that the script wrote belongs to the line that says so.
      const written = line as unknown as { name: string; text: string };
      for (const shown of this.lines) if ((shown.kind === 'plot' || shown.kind === 'graph') && shown.file === written.name && written.text.startsWith('<svg')) shown.svg = written.text;
      return null;
    }
    const known = line as Line;
    if (known.kind === 'trace') this.trace = known;
    this.lines.push(known);
    return known;
  }
}

const CLASSES: Record<string, TokenClass> = { keyword: 'keyword', function: 'function', name: 'name', number: 'number', text: 'text', comment: 'comment', bracket: 'bracket', error: 'error' };

export class WebEngine implements Engine {
  readonly name = 'wasm';
  private readonly main: Channel;
  private readonly side: Channel;

  constructor(files: Record<string, string> = {}) {
    this.main = new Channel(files);
    this.side = new Channel(files);
  }

  async ready(): Promise<void> { await this.main.warm(); }

  private async lines(operation: 'run' | 'query', text: string, options: RunOptions = {}): Promise<Run> {
    const parsed = new Lines();
    const answer = await this.main.call(operation, text, 0, {
      deadline: options.deadline,
      onLines: (raw) => { for (const line of raw) { const known = parsed.add(line); if (known) options.onLine?.(known); } },
      onProgress: (rounds, fraction) => options.onProgress?.(rounds, fraction > 0 ? Math.round(rounds / fraction) : null),
    });
    const run: Run = { lines: parsed.lines, milliseconds: answer.milliseconds, stopped: answer.stopped };
    if (answer.trap) {
      const deep = /stack|recursion/i.test(answer.trap);
      run.lines.push({ kind: 'error', code: 'limit', message: deep ? 'this is nested too deeply for a browser' : 'the engine ran out of room and was restarted', help: deep ? 'Name the inner parts.' : 'Use smaller arrays here, or the program on your machine.' });
    }
    return run;
  }
  run(text: string, options?: RunOptions): Promise<Run> { return this.lines('run', text, options); }
  query(text: string, options?: RunOptions): Promise<Run> { return this.lines('query', text, options); }

  private async first<T>(operation: Operation, text: string, at = 0, channel = this.side): Promise<T | null> {
    const answer = await channel.call(operation, text, at, { deadline: 3000 });
    const raw = answer.lines[0];
    return raw === undefined ? null : (JSON.parse(raw) as T);
  }
  async tokens(text: string): Promise<Token[]> {
    const found = (await this.first<[number, number, string][]>('tokens', text)) ?? [];
    const offsets = new Offsets(text);
    return found.map(([from, to, kind]) => ({ from: offsets.toUnits(from), to: offsets.toUnits(to), class: CLASSES[kind] ?? 'name' }));
  }
  /** Names are known where the script ran; while it runs, at least the language is. */
  private get knowing(): Channel { return this.main.idle ? this.main : this.side; }
  async complete(text: string, offset: number): Promise<Completions | null> {
    const offsets = new Offsets(text);
    const found = await this.first<{ from: number; items: Completions['items'] }>('complete', text, offsets.toBytes(offset), this.knowing);
    return found && { from: offsets.toUnits(found.from), items: found.items };
  }
  async hover(text: string, offset: number): Promise<Hover | null> {
    return this.first<Hover>('hover', text, new Offsets(text).toBytes(offset), this.knowing);
  }
  async check(text: string): Promise<Diagnostic[]> {
    const answer = await this.side.call('check', text, 0, { deadline: 3000 });
    return answer.lines.map((line) => JSON.parse(line) as Diagnostic);
  }
  format(text: string): Promise<string | null> { return this.first<string>('format', text); }
  async latex(text: string): Promise<string> { return (await this.side.call('latex', text, 0, { deadline: 8000 })).lines.join(''); }
  async html(text: string): Promise<string | null> { return (await this.side.call('html', text, 0, { deadline: 8000 })).lines.at(-1) ?? null; }
  async export(text: string, target: string): Promise<string> {
    const found = await this.first<{ code: string } | Diagnostic>('export', `${target}\n${text}`);
    if (!found) return 'The script takes too long for this.';
    return 'message' in found ? `${found.message}\n${found.help ?? ''}` : found.code;
  }
  stop(): void { this.main.stop(); }
  end(): void { this.main.end(); this.side.end(); }
  provide(files: Record<string, string>): void {
    for (const channel of [this.main, this.side]) { channel.end(); channel.files = { ...channel.files, ...files }; }
  }
}
