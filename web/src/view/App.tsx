import { useEffect, useRef } from 'preact/hooks';
import * as state from '../state';
import { mount } from './editor';
import { TraceTable } from './TraceTable';
import { GraphView } from './GraphView';
import { Controls, QuizBar } from './Controls';
import { WhyPanel } from './Why';
import { Inputs } from './Inputs';
import { Sides } from './Sides';
import { Problems } from './Problems';
import { GalleryDialog, galleryOpen } from './Gallery';
import { ShareButton, ExportButton } from './TakeAway';
import { theme, toggle } from '../theme';

export function App() {
  return (
    <>
      <a class="skip" href="#trace-panel" onClick={(e) => { e.preventDefault(); document.getElementById('trace-panel')?.focus(); }}>Skip to the trace</a>
      <header class="top">
        <h1>Wengert</h1>
        <p class="motto">See differentiation happen</p>
        <nav aria-label="Page">
          <button type="button" data-testid="gallery" class="quiet" onClick={() => { galleryOpen.value = true; }}>Gallery</button>
          <ShareButton />
          <ExportButton />
          <button type="button" data-testid="theme" class="quiet" aria-label={`Switch to the ${theme.value === 'dark' ? 'light' : 'dark'} theme`} onClick={toggle}>{theme.value === 'dark' ? 'Light' : 'Dark'}</button>
        </nav>
      </header>
      <main>
        <div class="left">
          <section class="editor-card" aria-label="Editor">
            <Editor />
            <RunLine />
            <Problems />
            <Inputs />
          </section>
          <Sides />
        </div>
        <div class="right" id="trace-panel" tabIndex={-1}>
          <section class="trace-card" aria-label="Trace"><TraceHead /><TraceTable /></section>
          <section class="sweep-card" aria-label="Sweeps and reasons"><Controls /><QuizBar /><WhyPanel /></section>
          <section class="graph-card" aria-label="Graph"><GraphView /></section>
        </div>
      </main>
      <GalleryDialog />
      <p class="visually-hidden" role="status" aria-live="polite">{state.announcement.value}</p>
    </>
  );
}

function Editor() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => mount(place.current!), []);
  return <div ref={place} class="editor" data-testid="editor" />;
}

/** What the engine is doing; a stop button where it takes long. */
function RunLine() {
  const p = state.progress.value;
  const last = state.lastRun.value;
  return (
    <div class="run-line">
      {!state.engineReady.value ? <span class="dim">The engine is on its way…</span> : p ? (
        <>
          {p.total ? <progress max={p.total} value={p.done} aria-label="Progress" /> : <progress aria-label="Running" />}
          <span class="dim number">{p.total ? `${p.done.toLocaleString('en')} of ${p.total.toLocaleString('en')}` : 'running'}</span>
          <button type="button" class="quiet" data-testid="stop" onClick={() => state.stop()}>Stop</button>
        </>
      ) : <span class="dim number">{last ? `${last.milliseconds < 10 ? last.milliseconds.toFixed(1) : Math.round(last.milliseconds)} ms` : ''}</span>}
      <span class="dim tip-line">drag a number, or <kbd>Alt</kbd> <kbd>↑</kbd></span>
    </div>
  );
}

/** Which trace is shown, where a script has several or none. */
function TraceHead() {
  const traces = state.traces.value;
  const own = state.lines.value.some((l) => l.kind === 'trace');
  if (state.stale.value && traces.length) return <p class="trace-head">The trace of the last text that could be read:</p>;
  if (own && traces.length > 1) {
    return <div class="trace-head"><label>Trace <select aria-label="Which trace" value={String(state.traceIndex.value)} onChange={(e) => void state.selectTrace(Number((e.currentTarget as HTMLSelectElement).value))}>{traces.map((t, k) => <option key={k} value={String(k)}>{`${k + 1}: ${t.outputs.join(', ')}`}</option>)}</select></label></div>;
  }
  if (!own && state.targets.value.length > 1) {
    return <div class="trace-head"><label>Trace of <select aria-label="Trace of" value={state.target.value ?? state.targets.value[0]} onChange={(e) => { state.target.value = (e.currentTarget as HTMLSelectElement).value; void state.runNow(); }}>{state.targets.value.map((t) => <option key={t} value={t}>{t}</option>)}</select></label></div>;
  }
  return null;
}
