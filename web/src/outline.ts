/** What a script defines and shows, found from the engine's own tokens. */
import type { Token } from './engine/types';

export interface Definition { name: string; from: number; to: number; valueFrom: number; valueTo: number; kind: 'number' | 'input' | 'formula' | 'function' }
export interface Outline { definitions: Definition[]; /** Where the first statement that shows something starts. */ firstShow: number | null; words: Set<string>; /** Names that a statement or `grad` is about, in order. */ about: string[] }

interface Piece { from: number; to: number; tokens: Token[] }

/** Splits at newlines and semicolons outside brackets, keeping a line that ends in an operator with the next. */
function statements(text: string, tokens: Token[]): Piece[] {
  const pieces: Piece[] = [];
  let depth = 0;
  let current: Piece | null = null;
  let at = 0;
  const close = (end: number): void => { if (current) { current.to = Math.max(current.from, trimEnd(text, current.from, end)); pieces.push(current); current = null; } };
  const gap = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const c = text[i]!;
      if (depth <= 0 && (c === ';' || (c === '\n' && !continues(text, i)))) close(i);
    }
  };
  for (const token of tokens) {
    gap(at, token.from);
    at = Math.max(at, token.to);
    if (token.class === 'comment') continue;
    current ??= { from: token.from, to: token.to, tokens: [] };
    (current as Piece).tokens.push(token);
    if (token.class === 'bracket') depth += '([{'.includes(text[token.from]!) ? 1 : -1;
  }
  gap(at, text.length);
  close(text.length);
  return pieces;
}
const trimEnd = (text: string, from: number, to: number): number => from + text.slice(from, to).replace(/\s*(#.*)?$/, '').length;
const continues = (text: string, newline: number): boolean => /[=+\-*/^,(<>]\s*$/.test(text.slice(Math.max(0, newline - 8), newline));

const ABOUT = new Set(['trace', 'graph', 'derive', 'compare', 'check']);

export function outline(text: string, tokens: Token[]): Outline {
  const definitions: Definition[] = [];
  const words = new Set<string>();
  const about: string[] = [];
  let firstShow: number | null = null;
  tokens.forEach((token, k) => {
    const next = tokens[k + 1]?.class === 'bracket' ? tokens[k + 2] : tokens[k + 1];
    const word = text.slice(token.from, token.to);
    if (next?.class === 'name' && ((token.class === 'keyword' && ABOUT.has(word)) || (token.class === 'function' && word === 'grad'))) about.push(text.slice(next.from, next.to));
  });
  for (const piece of statements(text, tokens)) {
    const [first, second] = piece.tokens;
    if (!first) continue;
    const word = text.slice(first.from, first.to);
    if (first.class === 'keyword' && word !== 'input' && word !== 'assume' && word !== 'rule') {
      words.add(word);
      firstShow ??= piece.from;
      continue;
    }
    if (first.class === 'name') {
      const rest = text.slice(first.to, piece.to);
      const equals = /^\s*=(?!=)\s*/.exec(rest);
      if (equals) {
        const valueFrom = first.to + equals[0].length;
        const inside = piece.tokens.filter((token) => token.from >= valueFrom);
        const kind = /^[-−]?\s*[\d.][\d_.]*(e[+-]?\d+)?$/i.test(text.slice(valueFrom, piece.to)) ? 'number' : inside.some((t) => t.class === 'name' && !/^(pi|π|inf|nan)$/.test(text.slice(t.from, t.to))) ? 'formula' : 'input';
        definitions.push({ name: word, from: first.from, to: piece.to, valueFrom, valueTo: piece.to, kind });
        continue;
      }
    }
    if (first.class === 'function' && second) {
      const head = /^[^=]*\)\s*=(?!=)/.exec(text.slice(first.to, piece.to));
      if (head && !text.slice(first.to, first.to + head[0].length - 1).includes('==')) {
        definitions.push({ name: word, from: first.from, to: piece.to, valueFrom: first.to + head[0].length, valueTo: piece.to, kind: 'function' });
        continue;
      }
    }
    if (word !== 'input' && word !== 'assume' && word !== 'rule') firstShow ??= piece.from;
  }
  return { definitions, firstShow, words, about };
}

/** The last definition of each name, in order. */
export function latest(found: Outline): Definition[] {
  const last = new Map(found.definitions.map((d) => [`${d.kind === 'function' ? 'f' : 'v'} ${d.name}`, d]));
  return found.definitions.filter((d) => last.get(`${d.kind === 'function' ? 'f' : 'v'} ${d.name}`) === d);
}
/** The formulas that a trace can be of: what the script differentiates first, then the last one. */
export function formulas(found: Outline): string[] {
  const names = latest(found).filter((d) => d.kind === 'formula').map((d) => d.name).reverse();
  const first = found.about.find((name) => names.includes(name));
  return first === undefined ? names : [first, ...names.filter((name) => name !== first)];
}
