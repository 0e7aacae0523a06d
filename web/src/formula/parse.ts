/** Reads the formulas that the engine writes (a rule, a partial, a derivative), to typeset and evaluate them. */

export type Role = 'a' | 'da' | 'ba';
export type Formula =
  | { kind: 'number'; text: string }
  | { kind: 'symbol'; role: Role; id: number }
  | { kind: 'name'; text: string }
  | { kind: 'string'; text: string }
  | { kind: 'prefix'; op: string; x: Formula }
  | { kind: 'binary'; op: string; a: Formula; b: Formula }
  | { kind: 'transpose'; x: Formula }
  | { kind: 'call'; name: string; primes: number; args: Formula[] }
  | { kind: 'named'; name: string; x: Formula }
  | { kind: 'index'; x: Formula; args: Formula[] }
  | { kind: 'matrix'; rows: Formula[][] }
  | { kind: 'each'; x: Formula; clauses: { name: string; range: Formula }[] }
  | { kind: 'if'; c: Formula; a: Formula; b: Formula };

const TOKEN = /\s*(?:(\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([\p{L}\p{M}_][\p{L}\p{M}\p{N}\p{No}_]*)|("(?:[^"\\]|\\.)*")|(\.\.|\.\*|\.\/|\.\^|==|!=|<=|>=|[-+*/^<>()[\],;'=:²³×·−∘ᵀ]))/uy;
/** How tightly the operators bind. */
export const LEVEL: Record<string, number> = { or: 1, and: 2, '==': 4, '!=': 4, '<': 4, '<=': 4, '>': 4, '>=': 4, '..': 5, '+': 6, '-': 6, '*': 7, '/': 7, '.*': 7, './': 7, '^': 9, '.^': 9 };
const SAME: Record<string, string> = { '×': '*', '·': '*', '−': '-', '∘': '.*' };
const WORDS = new Set(['if', 'then', 'else', 'and', 'or', 'not', 'for', 'in']);

interface Token { kind: 'number' | 'name' | 'string' | 'op' | 'end'; text: string; spaced: boolean }

function lex(text: string): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/^\s*$/.test(text.slice(at))) break;
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) return null;
    const spaced = /^\s/.test(found[0]);
    const kind = found[1] !== undefined ? 'number' : found[2] !== undefined ? 'name' : found[3] !== undefined ? 'string' : 'op';
    const written = found[1] ?? found[2] ?? found[3] ?? found[4]!;
    tokens.push({ kind, text: SAME[written] ?? written, spaced });
    at = TOKEN.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', spaced: true });
  return tokens;
}

class Stuck extends Error {}

/** What walks a formula recurses, and the stack of a browser is small: one that is nested deeper or has more parts is shown as the engine wrote it. */
const DEEPEST = 300;
const LARGEST = 2000;

class Parser {
  private at = 0;
  private depth = 0;
  private parts = 0;
  constructor(private readonly tokens: Token[]) {}

  whole(): Formula {
    const formula = this.expression(0);
    if (this.peek().kind !== 'end') throw new Stuck();
    return formula;
  }
  private peek(): Token { return this.tokens[this.at]!; }
  private next(): Token { return this.tokens[this.at++]!; }
  private is(text: string): boolean { const t = this.peek(); return t.kind !== 'string' && t.kind !== 'number' && t.text === text; }
  private eat(text: string): boolean { if (!this.is(text)) return false; this.at++; return true; }
  private need(text: string): void { if (!this.eat(text)) throw new Stuck(); }

  private count(): void { if (++this.parts > LARGEST) throw new Stuck(); }

  private expression(least: number): Formula {
    if (++this.depth > DEEPEST) throw new Stuck();
    let left = this.operand();
    for (;;) {
      const op = this.peek();
      const power = op.kind === 'op' || op.text === 'and' || op.text === 'or' ? LEVEL[op.text] : undefined;
      if (power === undefined || power < least) { this.depth--; return left; }
      this.next();
      let right = this.expression(power === 9 ? 8 : power + 1);
      // `ba9 .* 2*a8`: a number goes with what it stands in front of.
      if (power === 7 && right.kind === 'number' && this.is('*')) {
        this.next();
        right = { kind: 'binary', op: '*', a: right, b: this.expression(power + 1) };
      }
      left = { kind: 'binary', op: op.text, a: left, b: right };
    }
  }
  private operand(): Formula {
    this.count();
    if (this.eat('-')) return { kind: 'prefix', op: '-', x: this.expression(8) };
    if (this.eat('not')) return { kind: 'prefix', op: 'not', x: this.expression(3) };
    if (this.eat('if')) {
      const c = this.expression(0);
      this.need('then');
      const a = this.expression(0);
      this.need('else');
      return { kind: 'if', c, a, b: this.expression(0) };
    }
    return this.postfix(this.atom());
  }
  private atom(): Formula {
    const token = this.next();
    if (token.kind === 'number') return { kind: 'number', text: token.text };
    if (token.kind === 'string') return { kind: 'string', text: token.text };
    if (token.kind === 'name') {
      if (WORDS.has(token.text)) throw new Stuck();
      return this.named(token.text);
    }
    if (token.text === '(') {
      const inner = this.expression(0);
      this.need(')');
      return inner;
    }
    if (token.text === '[') return this.matrix();
    throw new Stuck();
  }
  private named(text: string): Formula {
    let primes = 0;
    const before = this.at;
    while (this.is("'")) { primes++; this.at++; }
    if (this.is('(') && !this.peek().spaced) {
      this.next();
      const args = this.list(')');
      return { kind: 'call', name: text, primes, args };
    }
    this.at = before;
    const symbol = /^(a|da|ba)(\d+)$/.exec(text);
    if (symbol) return { kind: 'symbol', role: symbol[1] as Role, id: Number(symbol[2]) };
    return { kind: 'name', text };
  }
  private list(end: string): Formula[] {
    const items: Formula[] = [];
    while (!this.eat(end)) {
      items.push(this.item());
      if (this.eat(end)) break;
      this.need(',');
    }
    return items;
  }
  private item(): Formula {
    const token = this.peek();
    const after = this.tokens[this.at + 1];
    if (token.text === ':' ) { this.next(); return { kind: 'name', text: ':' }; }
    if (token.kind === 'name' && after?.kind === 'op' && after.text === '=') {
      this.at += 2;
      return { kind: 'named', name: token.text, x: this.expression(0) };
    }
    return this.clauses(this.expression(0));
  }
  private clauses(x: Formula): Formula {
    if (!this.eat('for')) return x;
    const clauses: { name: string; range: Formula }[] = [];
    do {
      const name = this.next();
      this.need('in');
      clauses.push({ name: name.text, range: this.expression(0) });
    } while (this.is(',') && this.tokens[this.at + 2]?.text === 'in' && this.eat(','));
    return { kind: 'each', x, clauses };
  }
  private matrix(): Formula {
    const rows: Formula[][] = [[]];
    while (!this.eat(']')) {
      rows[rows.length - 1]!.push(this.clauses(this.expression(0)));
      if (this.eat(';')) rows.push([]);
      else if (!this.eat(',') && !this.is(']')) throw new Stuck();
    }
    return { kind: 'matrix', rows };
  }
  private postfix(x: Formula): Formula {
    for (;;) {
      if (this.eat("'") || this.eat('ᵀ')) x = { kind: 'transpose', x };
      else if (this.is('[') && !this.peek().spaced) { this.next(); x = { kind: 'index', x, args: this.list(']') }; }
      else if (this.eat('²')) x = { kind: 'binary', op: '^', a: x, b: { kind: 'number', text: '2' } };
      else if (this.eat('³')) x = { kind: 'binary', op: '^', a: x, b: { kind: 'number', text: '3' } };
      else return x;
      this.count();
    }
  }
}

const known = new Map<string, Formula | null>();

/** The formula, or null for a text that is none. */
export function parse(text: string): Formula | null {
  const before = known.get(text);
  if (before !== undefined) return before;
  let formula: Formula | null = null;
  const tokens = lex(text);
  if (tokens) {
    try {
      formula = new Parser(tokens).whole();
    } catch (error) {
      if (!(error instanceof Stuck)) throw error;
    }
  }
  if (known.size > 20_000) known.clear();
  known.set(text, formula);
  return formula;
}

/** The terms of a sum, each with its sign. */
export function terms(formula: Formula, sign = 1): { sign: number; term: Formula }[] {
  if (formula.kind === 'binary' && (formula.op === '+' || formula.op === '-')) {
    return [...terms(formula.a, sign), ...terms(formula.b, formula.op === '-' ? -sign : sign)];
  }
  if (formula.kind === 'prefix' && formula.op === '-') return terms(formula.x, -sign);
  return [{ sign, term: formula }];
}

/** Calls `visit` with every symbol of the formula. */
export function symbols(formula: Formula, visit: (role: Role, id: number) => void): void {
  walk(formula, (part) => { if (part.kind === 'symbol') visit(part.role, part.id); });
}

function walk(formula: Formula, visit: (part: Formula) => void): void {
  visit(formula);
  switch (formula.kind) {
    case 'prefix': case 'transpose': case 'named': walk(formula.x, visit); break;
    case 'binary': walk(formula.a, visit); walk(formula.b, visit); break;
    case 'call': formula.args.forEach((x) => walk(x, visit)); break;
    case 'index': walk(formula.x, visit); formula.args.forEach((x) => walk(x, visit)); break;
    case 'matrix': formula.rows.forEach((row) => row.forEach((x) => walk(x, visit))); break;
    case 'each': walk(formula.x, visit); formula.clauses.forEach((clause) => walk(clause.range, visit)); break;
    case 'if': walk(formula.c, visit); walk(formula.a, visit); walk(formula.b, visit); break;
    default: break;
  }
}
