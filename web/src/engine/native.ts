/** The development engine: `dev/native.ts` asks the native program. */
import type { Completions, Diagnostic, Engine, Hover, Line, Run, RunOptions, Token } from './types';

const LEX = /(#[^\n]*)|("(?:[^"\\\n]|\\.)*")|(\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)|([\p{L}_][\p{L}\p{M}\p{N}\p{No}_]*)|([()[\]{}])/giu;
const KEYWORDS = new Set('if then else and or not for in repeat while import assert print input trace compare derive check graph plot wrt along using at with to over from assume rule prove simplify expand factor series sparsity against coloured by'.split(' '));

export class NativeEngine implements Engine {
  readonly name = 'native (development)';
  private script = '';

  async ready(): Promise<void> { /* nothing to load */ }
  private async ask(body: unknown): Promise<string> {
    return (await fetch('/__engine', { method: 'POST', body: JSON.stringify(body) })).text();
  }
  private async lines(text: string): Promise<Line[]> {
    const answer = await this.ask({ text });
    return answer.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line);
  }
  async run(text: string, options?: RunOptions): Promise<Run> {
    const start = performance.now();
    this.script = text;
    const lines = await this.lines(text);
    lines.forEach((line) => options?.onLine?.(line));
    return { lines, milliseconds: performance.now() - start };
  }
  async query(text: string): Promise<Run> {
    const start = performance.now();
    const before = (await this.lines(this.script)).filter((line) => line.kind !== 'error').length;
    const lines = (await this.lines(`${this.script}\n${text}`)).slice(before);
    return { lines, milliseconds: performance.now() - start };
  }
  async tokens(text: string): Promise<Token[]> {
    const tokens: Token[] = [];
    for (const found of text.matchAll(LEX)) {
      const from = found.index;
      const to = from + found[0].length;
      const kind = found[1] ? 'comment' : found[2] ? 'text' : found[3] ? 'number' : found[5] ? 'bracket' : KEYWORDS.has(found[0]) ? 'keyword' : text[to] === '(' ? 'function' : 'name';
      tokens.push({ from, to, class: kind });
    }
    return tokens;
  }
  async complete(): Promise<Completions | null> { return null; }
  async hover(): Promise<Hover | null> { return null; }
  async check(): Promise<Diagnostic[]> { return []; }
  async format(): Promise<string | null> { return null; }
  async latex(text: string): Promise<string> { return this.ask({ text, latex: true }); }
  async html(): Promise<string | null> { return null; }
  async export(): Promise<string> { return 'The program itself exports: wengert export FILE.ad'; }
  stop(): void { /* a run here ends by itself */ }
}
