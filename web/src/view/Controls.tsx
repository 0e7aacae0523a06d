/** Play, step and scrub through the sweeps; the quiz asks in the same place. */
import { useEffect, useRef } from 'preact/hooks';
import * as state from '../state';
import { describe } from '../sweep';
import { answer, begin, end, giveUp, question, score, verdict } from '../quiz';
import { symbolHtml } from './typeset';

export function Controls() {
  const sweep = state.sweep.value;
  const position = state.position.value;
  const disabled = !sweep || state.stale.value;
  const steps = sweep?.steps ?? 1;
  const now = state.now.value;
  return (
    <div class="controls" role="group" aria-label="Sweeps">
      <div class="buttons">
        <button type="button" data-testid="sweep-back" class="icon" aria-label="Step back" title="Step back (←)" disabled={disabled || position === 0} onClick={() => state.step(-1)}><Icon d="M15 6 8 12l7 6z" /></button>
        <button type="button" data-testid="sweep-play" class="icon main" aria-label={state.playing.value ? 'Pause' : 'Play the sweeps'} title="Play (space)" disabled={disabled || state.quiz.value} onClick={() => state.play()}>{state.playing.value ? <Icon d="M8 5h3v14H8zM14 5h3v14h-3z" /> : <Icon d="M8 5v14l11-7z" />}</button>
        <button type="button" data-testid="sweep-forward" class="icon" aria-label="Step forward" title="Step forward (→)" disabled={disabled || position === null || state.quiz.value} onClick={() => state.step(1)}><Icon d="M9 6l7 6-7 6z" /></button>
      </div>
      <div class={`track${sweep?.reverse ? ' both' : ''}`} style={{ '--middle': `${(100 * (sweep?.count ?? 1)) / steps}%` }}>
        <input data-testid="sweep-position" type="range" min={0} max={steps} step={1} value={position ?? steps} disabled={disabled || state.quiz.value} aria-label="Position in the sweeps"
          aria-valuetext={sweep ? describe(sweep, position ?? steps) : ''} onInput={(e) => { state.playing.value = false; state.goTo(Number((e.currentTarget as HTMLInputElement).value)); }} />
        <div class="legs" aria-hidden="true"><span class={now.phase === 'forward' ? 'on' : ''}>forward: values, tangents →</span>{sweep?.reverse && <span class={now.phase === 'reverse' ? 'on' : ''}>reverse: adjoints →</span>}</div>
      </div>
      <label class="speed"><span class="visually-hidden">Speed</span>
        <select value={String(state.speed.value)} onChange={(e) => { state.speed.value = Number((e.currentTarget as HTMLSelectElement).value); }}>
          {[0.5, 1, 2, 4].map((s) => <option key={s} value={String(s)}>{`${s}×`}</option>)}
        </select>
      </label>
      <button type="button" data-testid="quiz" class="quiet" aria-pressed={state.quiz.value} disabled={disabled} onClick={() => (state.quiz.value ? end() : begin())}>Quiz</button>
    </div>
  );
}

export const Icon = ({ d }: { d: string }) => <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"><path d={d} fill="currentColor" /></svg>;

export function QuizBar() {
  const q = question.value;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { if (q && field.current) { field.current.value = ''; field.current.focus(); } }, [q?.node, q?.role]);
  if (!state.quiz.value) return null;
  const { right, asked } = score.value;
  if (!q) return <div class="quiz" role="status"><span>{`Done: ${right} of ${asked} right.`}</span><button type="button" class="quiet" onClick={() => begin()}>Again</button><button type="button" class="quiet" onClick={() => end()}>Close</button></div>;
  return (
    <form class="quiz" onSubmit={(e) => { e.preventDefault(); answer(field.current?.value ?? ''); }}>
      <label>
        <span dangerouslySetInnerHTML={{ __html: q.asks === 'number' ? `What number is ${symbolHtml(q.role, q.node)}?` : `Which rule gives ${symbolHtml(q.role, q.node)}?` }} />
        <input ref={field} type="text" autocomplete="off" spellcheck={false} placeholder={q.asks === 'number' ? 'a number' : q.role === 'ba' ? 'such as ba7*a2' : 'such as da4*a2'} aria-describedby="quiz-verdict" />
      </label>
      <button type="submit" class="quiet">Answer</button>
      <button type="button" class="quiet" onClick={() => giveUp()}>Show</button>
      <span id="quiz-verdict" role="status" class={verdict.value ? (verdict.value.right ? 'good' : 'bad') : ''}>{verdict.value?.text ?? ''}</span>
      <span class="dim">{asked ? `${right}/${asked}` : ''}</span>
    </form>
  );
}
