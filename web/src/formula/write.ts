/** Typesets a formula as HTML, as the lecture writes it: a₄ = a₁ × a₂, ā₅·2a₅, σ(a₅), a₅². */
import { LEVEL, parse, type Formula, type Role } from './parse';
import { short } from '../number';

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';
export const subscript = (n: number | string): string => String(n).replace(/\d/g, (d) => SUBSCRIPTS[Number(d)]!);
export const LETTER: Record<Role, string> = { a: 'a', da: 'ȧ', ba: 'ā' };
export const symbol = (role: Role, id: number | string): string => LETTER[role] + subscript(id);
export const KIND: Record<Role, string> = { a: 'primal', da: 'tangent', ba: 'adjoint' };

export const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
export const unescape = (html: string): string => html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

const SIGNS: Record<string, string> = { '+': ' + ', '-': ' − ', '.*': ' ∘ ', '/': '/', './': ' ⊘ ', '==': ' = ', '!=': ' ≠ ', '<': ' &lt; ', '<=': ' ≤ ', '>': ' &gt; ', '>=': ' ≥ ', and: ' and ', or: ' or ', '..': '..' };

export interface Style {
  /** How a product is written. */
  times?: string;
  /** Writes a symbol; a number in its place, for one. */
  symbol?: (role: Role, id: number) => string;
}

function level(f: Formula): number {
  // 2a₅ holds together.
  if (f.kind === 'binary' && f.op === '*' && f.a.kind === 'number') return 7.5;
  if (f.kind === 'binary') return LEVEL[f.op] ?? 10;
  if (f.kind === 'prefix') return f.op === '-' ? 6.5 : 3;
  if (f.kind === 'if' || f.kind === 'each') return 0;
  if (f.kind === 'number' && f.text.startsWith('-')) return 6.5;
  return 10;
}

export const symbolHtml = (role: Role, id: number): string => `<span class="sym ${KIND[role]}" data-ref="${id}"><i>${LETTER[role]}</i>${subscript(id)}</span>`;

function name(text: string): string {
  const parts = /^([\p{L}\p{M}]+)(?:_?(\d+)|([₀-₉ₐ-ₜᵢ-ᵥⱼ]+))?$/u.exec(text);
  if (!parts) return `<i>${escape(text)}</i>`;
  const [, stem = '', digits, sub] = parts;
  const body = [...stem.normalize('NFC')].length > 1 && !/\p{M}/u.test(stem) ? `<i class="word">${escape(stem)}</i>` : `<i>${escape(stem)}</i>`;
  return body + (digits !== undefined ? subscript(digits) : (sub ?? ''));
}

function write(f: Formula, style: Style, least: number): string {
  const text = bare(f, style);
  return level(f) < least ? `(${text})` : text;
}

function bare(f: Formula, style: Style): string {
  switch (f.kind) {
    case 'number': return short(Number(f.text.replaceAll('_', '')), 6);
    case 'symbol': return (style.symbol ?? symbolHtml)(f.role, f.id);
    case 'name': return f.text === ':' ? ':' : name(f.text);
    case 'string': return escape(f.text);
    case 'prefix': return f.op === '-' ? `−${write(f.x, style, 7)}` : `not ${write(f.x, style, 3)}`;
    case 'transpose': return `${write(f.x, style, 10)}<sup>T</sup>`;
    case 'binary': return binary(f, style);
    case 'call': return call(f, style);
    case 'named': return `${escape(f.name)} = ${write(f.x, style, 0)}`;
    case 'index': return `${write(f.x, style, 10)}[${f.args.map((x) => write(x, style, 0)).join(', ')}]`;
    case 'matrix': return `[${f.rows.map((row) => row.map((x) => write(x, style, 0)).join(', ')).join('; ')}]`;
    case 'each': return `${write(f.x, style, 1)} for ${f.clauses.map((c) => `${name(c.name)} in ${write(c.range, style, 0)}`).join(', ')}`;
    case 'if': return `if ${write(f.c, style, 0)} then ${write(f.a, style, 0)} else ${write(f.b, style, 0)}`;
  }
}

function binary(f: Formula & { kind: 'binary' }, style: Style): string {
  const own = LEVEL[f.op] ?? 0;
  if (f.op === '^' || f.op === '.^') return `${write(f.a, style, 10)}<sup>${write(f.b, style, 0)}</sup>`;
  if (f.op === '*') {
    // A number stands close to what it multiplies, unless another number follows.
    const last = f.a.kind === 'binary' && f.a.op === '*' ? f.a.b : f.a;
    const close = last.kind === 'number' && f.b.kind === 'symbol' && Number.isInteger(Number(last.text)) && !style.times;
    const sign = close ? '' : (style.times ?? '·');
    return write(f.a, style, f.a.kind === 'prefix' && f.a.op === '-' ? 6.5 : own) + sign + write(f.b, style, own + 0.5);
  }
  return write(f.a, style, f.a.kind === 'prefix' && f.a.op === '-' && own >= 6 ? 6.5 : own) + (SIGNS[f.op] ?? f.op) + write(f.b, style, own + (f.op === '+' ? 0 : f.op === '.*' ? 0.5 : 1));
}

function call(f: Formula & { kind: 'call' }, style: Style): string {
  const args = f.args.map((x) => write(x, style, 0)).join(', ');
  if (f.name === 'sqrt' && f.args.length === 1 && f.args[0]!.kind === 'symbol') return `√${args}`;
  const title = f.name === 'sigmoid' ? 'σ' : escape(f.name);
  return `<span class="fn">${title}</span>${'′'.repeat(f.primes)}(${args})`;
}

/** HTML of a formula as the engine wrote it; a text that is no formula stays what it is. */
export function html(text: string, style: Style = {}): string {
  const formula = parse(text);
  return formula ? write(formula, style, 0) : escape(text);
}
export const htmlOf = (formula: Formula, style: Style = {}, least = 0): string => write(formula, style, least);

/** Plain text, for labels and screen readers. */
export function plain(text: string): string {
  return unescape(html(text, { symbol: symbol }).replace(/<sup>T<\/sup>/g, 'ᵀ').replace(/<sup>2<\/sup>/g, '²').replace(/<sup>3<\/sup>/g, '³').replace(/<sup>(.*?)<\/sup>/g, '^$1').replace(/<[^>]+>/g, ''));
}
