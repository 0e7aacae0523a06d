/** What lights up, as classes of rows and boxes. Classes are set where they differ, so nothing is rendered while one scrubs. */
import { effect } from '@preact/signals';
import * as state from '../state';
import { seen } from '../sweep';
import { question } from '../quiz';

/** What is blank, spent or lit of a node at this moment; subscribes whoever asks. Null without a trace. */
export function marks(): ((id: number) => string) | null {
  const sweep = state.sweep.value;
  if (!sweep) return null;
  const [position, focus, pinned, current, asked] = [state.position.value ?? sweep.steps, state.focus.value, state.pinned.value, state.now.value.node, question.value?.node];
  return (id) => {
    const s = seen(sweep, position, id);
    const near = focus === null ? '' : focus === id ? ' focus' : sweep.args[focus]?.includes(id) ? ' operand' : sweep.users[focus]?.includes(id) ? ' user' : '';
    return `${s.value ? '' : ' no-value'}${s.tangent ? '' : ' no-tangent'}${s.adjoint ? '' : ' no-adjoint'}${s.spent ? ' spent' : ''}${s.kept ? ' kept' : ''}${near}${pinned === id ? ' pinned' : ''}${current === id ? ' current' : ''}${asked === id ? ' asked' : ''}`;
  };
}

/** Keeps the class of each element as `prepare` says, whenever a signal that it reads changes. */
export function keepClasses<T>(items: { element: Element; about: T }[], prepare: () => ((about: T) => string) | null): () => void {
  const set = items.map(({ element }) => element.getAttribute('class'));
  return effect(() => {
    const wanted = prepare();
    if (wanted) items.forEach(({ element, about }, k) => { const name = wanted(about); if (name !== set[k]) element.setAttribute('class', (set[k] = name)); });
  });
}
