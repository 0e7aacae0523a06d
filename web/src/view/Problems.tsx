/** Errors, warnings and notes in words, under the editor, with their fix as a button. */
import * as state from '../state';
import type { Diagnostic } from '../engine/types';
import { applyFix, editorView } from './editor';

export function Problems() {
  const problems = state.diagnostics.value.slice(0, 6);
  const kinks = state.trace.value?.nonfinite;
  return (
    <div class="problems" data-testid="diagnostics" role="status" aria-live="polite">
      {problems.map((d, k) => <Problem key={k} problem={d} />)}
      {!problems.length && kinks && !state.stale.value && <div class="problem note"><p>{`${kinks.text} gives ${String(kinks.value)}${kinks.node ? ` at a${kinks.node}` : ''}.`}{kinks.help ? ` ${kinks.help}` : ''}</p></div>}
    </div>
  );
}

const WORD: Record<Diagnostic['kind'], string> = { error: 'Error', warning: 'Warning', note: 'Note' };

function Problem({ problem }: { problem: Diagnostic }) {
  const offsets = state.offsets.value;
  const go = (): void => {
    const view = editorView();
    if (!view || !problem.span) return;
    view.dispatch({ selection: { anchor: Math.min(offsets.toUnits(problem.span[0]), view.state.doc.length), head: Math.min(offsets.toUnits(problem.span[1]), view.state.doc.length) }, scrollIntoView: true });
    view.focus();
  };
  const line = problem.span && !problem.file ? state.text.value.slice(0, offsets.toUnits(problem.span[0])).split('\n').length : null;
  const long = problem.code === 'limit' && problem.message.startsWith('stopped after');
  return (
    <div class={`problem ${problem.kind}`} data-code={problem.code}>
      <p><b>{WORD[problem.kind]}</b>{line && <button type="button" class="link" onClick={go}>{`line ${line}`}</button>} <Words text={sentence(problem.message)} />{problem.help && <span class="help"> <Words text={sentence(problem.help)} /></span>}</p>
      {problem.fix && <button type="button" class="quiet fix" onClick={() => { const view = editorView(); if (view && problem.fix) applyFix(view, problem.fix); }}>{problem.fix.text.trim() ? `Write ${problem.fix.text.length < 28 ? problem.fix.text.trim() : 'the fix'}` : 'Remove it'}</button>}
      {long && <button type="button" class="quiet fix" onClick={() => void state.runNow(true)}>Run to the end</button>}
    </div>
  );
}

const sentence = (text: string): string => { const t = text.trim(); const up = /^[a-z][a-z ]/.test(t) ? t.charAt(0).toUpperCase() + t.slice(1) : t; return /[.!?:]$/.test(up) ? up : `${up}.`; };

/** Code in backquotes is set as code. */
export function Words({ text }: { text: string }) {
  return <>{text.split(/(`[^`]*`)/).map((part, k) => (part.startsWith('`') && part.length > 1 ? <code key={k}>{part.slice(1, -1)}</code> : part))}</>;
}
