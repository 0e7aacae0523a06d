/** The engine's answers, as `--format json` writes them, and what the page asks of an engine. */

/** A number of JSON, or one that JSON lacks. */
export type Num = number | 'nan' | 'inf' | '-inf';
/** A scalar, or a matrix as a list of rows. */
export type Value = Num | Num[][];
/** UTF-8 byte offsets, end-exclusive. */
export type ByteSpan = [number, number];

export interface TraceNode {
  id: number;
  names: string[];
  op: string;
  args: (number | { literal: Value | string })[];
  formula: string;
  span?: ByteSpan;
  via?: ByteSpan;
  value: Value | null;
  shape?: [number, number];
  tangents: Record<string, Value | null> | null;
  adjoints: Record<string, Value | null> | null;
  life?: { last_use: number | null; kept: boolean };
  /** How each derivative came about; the page's engines add it. */
  rules?: { tangents: Record<string, string>; adjoints: Record<string, string> };
}

export interface Kink { node: number; taken: Num; left: Num; right: Num; at?: Num; text?: string }
export interface Trace {
  kind: 'trace';
  outputs: string[];
  wrt: string[];
  nodes: TraceNode[];
  missing?: string[];
  left_out?: string[];
  kinks?: Kink[];
  nonfinite?: { node?: number; value: Num; text: string; help?: string };
}
export interface Edge { from: number; to: number; partial: string | null }
export interface GraphLine { kind: 'graph'; file: string | null; nodes?: unknown[]; edges?: Edge[]; svg?: string }

export type Mode = 'forward' | 'reverse' | 'numeric' | 'symbolic';
export const MODES: Mode[] = ['forward', 'reverse', 'numeric', 'symbolic'];
export interface Cost { passes: number; ops: number; products?: number; sums?: number; calls?: number; live: number; tree?: number; dag?: number }
export interface CompareRow { name: string; forward: Value | null; reverse: Value | null; numeric: Value | null; symbolic: Value | null; reason?: Partial<Record<Mode, string>> }
export interface Compare {
  kind: 'compare';
  output: string;
  value: Value;
  wrt: CompareRow[];
  max_rel_diff: Num | null;
  cost: Record<Mode, Cost | null>;
  advice?: string;
}
/** A line of a derivation: its sides, the rule, the rule in general, and what its letters stand for. */
export interface Step { of: string; rule: string; formula: string; law?: string; let?: Record<string, string> }
export interface Derive {
  kind: 'derive';
  output: string;
  wrt: string;
  formula: string | null;
  tree?: number;
  dag?: number;
  before?: { tree: number; dag: number };
  steps?: Step[];
  reason?: string;
  by?: string;
  recurrences?: Recurrence[];
}
/** An equation of a loop that is too long to be written out; the rounds that it holds for, or adds up. */
export interface Recurrence { name: string; formula: string; rounds?: [number, number]; sum?: [number, number] }
export interface Against { ok: boolean | null; proved?: boolean; points?: number; slip?: string | null; factor?: Num; worst?: { entry: string; given: Num; right: Num } }
export interface Check { kind: 'check'; output: string; ok: boolean | null; max_rel_diff: Num | null; against?: Against | Against[]; worst?: Record<string, unknown> }
export interface Series { name: string; x: Num[]; y: Num[] }
export interface Plot { kind: 'plot'; file: string | null; series?: Series[]; svg?: string; map?: unknown; [more: string]: unknown }
export interface Diagnostic {
  kind: 'error' | 'warning' | 'note';
  code?: string;
  message: string;
  span?: ByteSpan;
  help?: string;
  file?: string;
  fix?: { span: ByteSpan; text: string };
}
export interface ValueLine { kind: 'value'; text: string; value: Value; shape?: [number, number] }
export interface PrintLine { kind: 'print'; items: (string | Value)[] }
export interface OtherLine { kind: 'prove' | 'simplify' | 'series' | 'sparsity'; [more: string]: unknown }
export type Line = Trace | GraphLine | Compare | Derive | Check | Plot | Diagnostic | ValueLine | PrintLine | OtherLine;

export type TokenClass = 'keyword' | 'function' | 'name' | 'number' | 'text' | 'comment' | 'bracket' | 'error';
export interface Token { from: number; to: number; class: TokenClass }
export interface Completion { label: string; insert?: string; detail?: string; kind?: string }
export interface Completions { from: number; items: Completion[] }
export interface Hover { span: ByteSpan; title: string; value: string | null; gradients: [string, string][]; help: string | null }

export interface RunOptions {
  /** Stop after so many milliseconds. */
  deadline?: number;
  /** Is told every line as it comes. */
  onLine?: (line: Line) => void;
  /** Is told how far a loop has come. */
  onProgress?: (done: number, total: number | null) => void;
}
export interface Run { lines: Line[]; milliseconds: number; stopped?: 'deadline' | 'user' | 'newer' }

/** Everything the page asks. All offsets are UTF-16, as the editor's; spans inside lines are bytes. */
export interface Engine {
  readonly name: string;
  /** Resolves when the first run can start. */
  ready(): Promise<void>;
  /** Runs a script in a fresh session. */
  run(text: string, options?: RunOptions): Promise<Run>;
  /** Runs more in the session that the last script left. */
  query(text: string, options?: RunOptions): Promise<Run>;
  tokens(text: string): Promise<Token[]>;
  complete(text: string, offset: number): Promise<Completions | null>;
  hover(text: string, offset: number): Promise<Hover | null>;
  check(text: string): Promise<Diagnostic[]>;
  format(text: string): Promise<string | null>;
  latex(text: string): Promise<string>;
  /** What the script shows, as a page of its own. */
  html(text: string): Promise<string | null>;
  /** The script in another language; null where this engine cannot. */
  export(text: string, target: string): Promise<string>;
  /** Files beside the scripts, from now on. */
  provide?(files: Record<string, string>): void;
  /** Ends what is running. */
  stop(): void;
  /** Ends the engine itself. */
  end?(): void;
}
