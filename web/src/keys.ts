/** Keys of the page, where no field or editor takes them. */
import * as state from './state';

export function installKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.closest('input:not([type=range]), textarea, select, .cm-editor, dialog, [role=tablist], a')) return;
    if (event.key === ' ' && target.closest('button')) return;
    if (target.matches('input[type=range]') && event.key !== ' ') return;
    if (state.quiz.value) return;
    if (event.key === ' ') state.play();
    else if (event.key === 'ArrowRight') state.step(1);
    else if (event.key === 'ArrowLeft') state.step(-1);
    else if (event.key === 'Home') state.goTo(0);
    else if (event.key === 'End') state.goTo(null);
    else if (event.key === 'Escape') { state.pinned.value = null; state.goTo(null); }
    else return;
    event.preventDefault();
  });
}
