/** Typesets a formula as MathML: fractions, powers, roots, e to the something. */
import { LEVEL, parse, type Formula } from './parse';
import { escape, LETTER, subscript } from './write';
import { short } from '../number';

/** A fraction holds together. */
const OWN: Record<string, number> = { ...LEVEL, '/': 10, './': 10 };
const level = (f: Formula): number => (f.kind === 'binary' ? (OWN[f.op] ?? 10) : f.kind === 'prefix' ? 6.5 : f.kind === 'if' || f.kind === 'each' ? 0 : 10);
const mo = (text: string, attributes = ''): string => `<mo${attributes}>${escape(text)}</mo>`;
const row = (...parts: string[]): string => `<mrow>${parts.join('')}</mrow>`;

const OPERATORS: Record<string, string> = { '+': '+', '-': '−', '.*': '∘', '==': '=', '!=': '≠', '<': '<', '<=': '≤', '>': '>', '>=': '≥', '..': '…' };

/** Italic by its font: as a mathematical letter it would need a font for mathematics. */
const italic = (text: string): string => `<mi mathvariant="normal" class="it">${escape(text)}</mi>`;

function identifier(text: string): string {
  const parts = /^(.*?)(?:_?(\d+)|([₀-₉]+))$/u.exec(text);
  if (parts && parts[1]) {
    const sub = parts[2] ?? [...parts[3]!].map((c) => '₀₁₂₃₄₅₆₇₈₉'.indexOf(c)).join('');
    return `<msub>${identifier(parts[1])}<mn>${sub}</mn></msub>`;
  }
  return italic(text);
}

function put(f: Formula, least: number): string {
  const text = bare(f);
  return level(f) < least ? row(mo('('), text, mo(')')) : text;
}

function list(items: Formula[]): string {
  return items.map((x) => put(x, 0)).join(mo(',', ' separator="true"'));
}

function bare(f: Formula): string {
  switch (f.kind) {
    case 'number': return `<mn>${short(Number(f.text.replaceAll('_', '')), 12)}</mn>`;
    case 'symbol': return italic(LETTER[f.role] + subscript(f.id));
    case 'name': return f.text === ':' ? mo(':') : identifier(f.text === 'pi' ? 'π' : f.text);
    case 'string': return `<mtext>${escape(f.text)}</mtext>`;
    case 'prefix': return f.op === '-' ? row(mo('−', ' form="prefix"'), put(f.x, 7)) : row('<mtext>not&#xA0;</mtext>', put(f.x, 3));
    case 'transpose': return `<msup>${put(f.x, 10)}<mi mathvariant="normal">T</mi></msup>`;
    case 'named': return row(`<mi mathvariant="normal">${escape(f.name)}</mi>`, mo('='), put(f.x, 0));
    case 'index': return row(put(f.x, 10), mo('['), list(f.args), mo(']'));
    case 'matrix': return row(mo('['), `<mtable>${f.rows.map((r) => `<mtr>${r.map((x) => `<mtd>${put(x, 0)}</mtd>`).join('')}</mtr>`).join('')}</mtable>`, mo(']'));
    case 'each': return row(put(f.x, 1), '<mtext>&#xA0;for&#xA0;</mtext>', f.clauses.map((c) => row(identifier(c.name), mo('∈'), put(c.range, 0))).join(mo(',')));
    case 'if': return row('<mtext>if&#xA0;</mtext>', put(f.c, 0), '<mtext>&#xA0;then&#xA0;</mtext>', put(f.a, 0), '<mtext>&#xA0;else&#xA0;</mtext>', put(f.b, 0));
    case 'binary': return binary(f);
    case 'call': return call(f);
  }
}

function binary(f: Formula & { kind: 'binary' }): string {
  if (f.op === '/' || f.op === './') return `<mfrac>${put(f.a, 0)}${put(f.b, 0)}</mfrac>`;
  if (f.op === '^' || f.op === '.^') {
    // sin(x)^2 is written sin² x.
    return `<msup>${put(f.a, 10)}${put(f.b, 0)}</msup>`;
  }
  const own = OWN[f.op] ?? 0;
  const a = put(f.a, own);
  const b = put(f.b, own + (f.op === '+' ? 0 : 0.5));
  if (f.op === '*') {
    const number = f.b.kind === 'number' || (f.b.kind === 'binary' && f.b.a.kind === 'number');
    return row(a, number ? mo('·') : '<mspace width="0.17em"></mspace>', b);
  }
  if (f.op === 'and' || f.op === 'or') return row(a, `<mtext>&#xA0;${f.op}&#xA0;</mtext>`, b);
  return row(a, mo(OPERATORS[f.op] ?? f.op), b);
}

function call(f: Formula & { kind: 'call' }): string {
  const [x] = f.args;
  if (f.args.length === 1 && x && !f.primes) {
    if (f.name === 'exp') return `<msup><mi mathvariant="normal">e</mi>${put(x, 0)}</msup>`;
    if (f.name === 'sqrt') return `<msqrt>${put(x, 0)}</msqrt>`;
    if (f.name === 'abs') return row(mo('|'), put(x, 0), mo('|'));
  }
  const title = f.name === 'sigmoid' ? italic('σ') : `<mi mathvariant="normal">${escape(f.name)}</mi>`;
  return row(title, f.primes ? mo('′'.repeat(f.primes)) : '', mo('('), list(f.args), mo(')'));
}

/** `left = formula`, displayed; null for a text that is no formula. */
export function mathml(text: string, left = ''): string | null {
  const formula = parse(text);
  if (!formula) return null;
  return `<math display="block">${row(left, left ? mo('=') : '', bare(formula))}</math>`;
}

/** ∂L/∂w as a fraction. */
export function derivative(output: string, wrt: string): string {
  const name = (text: string): string => { const f = parse(text); return f ? (f.kind === 'name' ? bare(f) : row(mo('('), bare(f), mo(')'))) : `<mtext>${escape(text)}</mtext>`; };
  return `<mfrac>${row(mo('∂'), name(output))}${row(mo('∂'), name(wrt))}</mfrac>`;
}
