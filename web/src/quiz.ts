/** The quiz: the sweep stops before each number and asks for it, or for the rule that gives it. */
import { computed, effect, signal } from '@preact/signals';
import type { Role } from './formula/parse';
import { isMatrix, toNumber } from './number';
import { sameRule } from './rules';
import { numberOf, ruleOf } from './why';
import * as state from './state';

export interface Question { node: number; role: Role; asks: 'number' | 'rule'; next: number }
export const score = signal({ right: 0, asked: 0 });
export const verdict = signal<{ right: boolean; text: string } | null>(null);

/** Which question stands before the next position: tangents on the way up, adjoints on the way back. */
export function questionAt(position: number): Question | null {
  const t = state.trace.peek();
  const s = state.sweep.peek();
  if (!t || !s) return null;
  for (let next = position + 1; next <= s.steps - 1; next++) {
    const reverse = next > s.count;
    const id = reverse ? 2 * s.count - next + 1 : next;
    const node = t.nodes[id - 1]!;
    const role: Role = reverse ? 'ba' : s.forward ? 'da' : 'a';
    if (!reverse && node.op === 'input') continue;
    if (reverse && s.outputs.has(id) && s.users[id]!.length === 0) continue;
    const value = numberOf(node, role, state.columns.peek());
    const rule = ruleOf(node, role, state.columns.peek());
    if (rule === null) continue;
    const asks = value === null || isMatrix(value) ? 'rule' : next % 2 ? 'number' : 'rule';
    return { node: id, role, asks, next };
  }
  return null;
}

export const question = computed<Question | null>(() => (state.quiz.value && state.trace.value && state.sweep.value ? questionAt(state.position.value ?? state.sweep.value.steps) : null));

effect(() => { state.asked.value = question.value?.node ?? null; });

export function begin(): void {
  score.value = { right: 0, asked: 0 };
  verdict.value = null;
  state.playing.value = false;
  state.quiz.value = true;
  state.goTo(0);
  const first = questionAt(0);
  if (first) state.goTo(first.next - 1);
}
export function end(): void { state.quiz.value = false; verdict.value = null; state.goTo(null); }

function reveal(q: Question): void {
  const after = questionAt(q.next);
  if (after) state.goTo(after.next - 1);
  else state.goTo(null);
  // The page keeps the verdict until the next answer.
}

export function answer(text: string): void {
  const q = question.value;
  const t = state.trace.value;
  if (!q || !t) return;
  const node = t.nodes[q.node - 1]!;
  const rule = ruleOf(node, q.role, state.columns.value)!;
  const value = numberOf(node, q.role, state.columns.value);
  let right = false;
  if (q.asks === 'rule') right = sameRule(text, rule);
  if (!right && value !== null && !isMatrix(value)) {
    const x = toNumber(value);
    const given = Number(text.replace('−', '-').replace(',', '.'));
    right = q.asks === 'number' && text.trim() !== '' && Math.abs(given - x) <= 5e-3 * Math.max(1e-9, Math.abs(x)) + 1e-9;
    // A rule is a right answer to the question for its number, too.
    if (!right && q.asks === 'number') right = sameRule(text, rule) && text.trim() !== '';
  }
  if (right) {
    score.value = { right: score.value.right + 1, asked: score.value.asked + 1 };
    verdict.value = { right: true, text: 'Right.' };
    reveal(q);
  } else {
    verdict.value = { right: false, text: q.asks === 'number' ? 'Not that number. Look at the rule and its operands.' : 'Not that rule.' };
  }
}
export function giveUp(): void {
  const q = question.value;
  if (!q) return;
  score.value = { ...score.value, asked: score.value.asked + 1 };
  verdict.value = { right: false, text: 'Shown.' };
  reveal(q);
}
