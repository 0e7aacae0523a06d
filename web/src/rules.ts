/** Rules as people type them, compared with the engine's. */
import { evaluate } from './formula/evaluate';
import { parse, symbols, type Formula, type Role } from './formula/parse';

const LETTERS: [RegExp, string][] = [[/ȧ|ȧ/g, 'da'], [/ā|ā/g, 'ba'], [/a'(?=\d)/g, 'da'], [/[₀-₉]/g, '']];

/** What a person types for a rule, as the engine writes it: ȧ₄ or da4, · or *, 2a5 or 2*a5. */
export function normalise(text: string): string {
  const digits = text.replace(/[₀-₉]/g, (c) => String('₀₁₂₃₄₅₆₇₈₉'.indexOf(c)));
  const letters = LETTERS.slice(0, 3).reduce((t, [from, to]) => t.replace(from, to), digits);
  return letters.replace(/\s+/g, ' ').replace(/_/g, '').replace(/(\d)\s*(?=(?:da|ba|a)\d)/g, (all, d: string, at: number, whole: string) => (/[a-z]\d*$/i.test(whole.slice(0, at)) ? all : `${d}*`)).replace(/=.*$/, '').trim();
}

/** Whether two rules agree wherever they are tried. */
export function sameRule(given: string, right: string): boolean {
  const a = parse(normalise(given));
  const b = parse(right);
  if (!a || !b) return false;
  const names = (f: Formula): Set<string> => { const set = new Set<string>(); symbols(f, (role, id) => set.add(role + id)); return set; };
  const known = new Set([...names(a), ...names(b)]);
  for (let trial = 0; trial < 6; trial++) {
    const values = new Map([...known].map((name, k) => [name, 0.3 + ((k * 7919 + trial * 104729) % 97) / 60]));
    const look = (role: Role, id: number): number => values.get(role + id)!;
    const [x, y] = [evaluate(a, look), evaluate(b, look)];
    if (typeof x !== 'number' || typeof y !== 'number' || !(Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(y)))) return false;
  }
  return true;
}
