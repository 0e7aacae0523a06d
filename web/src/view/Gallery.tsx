/** The gallery: the lecture slide by slide, examples, and links that open them. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import * as state from '../state';
import { lesson, openLecture, scriptOf, type Section } from '../lesson';

export const galleryOpen = signal(false);

const GROUPS: [string, RegExp][] = [
  ['For a first look', /^(iris-live|baydin|kinks|powers|plots|logistic-map)/],
  ['The lecture’s scripts', /^lecture\//],
  ['Networks and data', /(network|logistic-regression|stochastic|gaussian|iris)/],
  ['Numerical methods', /(newton|line-search|ode|numeric|nan)/],
  ['More', /./],
];

export function GalleryDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [content, setContent] = useState<typeof import('virtual:gallery') | null>(null);
  useEffect(() => {
    if (!galleryOpen.value) return;
    void import('virtual:gallery').then(setContent);
    dialog.current?.showModal();
  }, [galleryOpen.value]);
  const close = (): void => { dialog.current?.close(); galleryOpen.value = false; };
  if (!galleryOpen.value) return null;
  const taken = new Set<string>();
  return (
    <dialog ref={dialog} class="gallery" aria-labelledby="gallery-title" onClose={() => { galleryOpen.value = false; }} onClick={(e) => { if (e.target === dialog.current) close(); }}>
      <header><h2 id="gallery-title">Gallery</h2><button type="button" class="quiet" onClick={close}>Close</button></header>
      {!content ? <p>Loading…</p> : (
        <div class="gallery-body">
          <section aria-label="The lecture">
            <h3>The lecture, slide by slide</h3>
            <ol class="slides">{content.lecture.map((s, k) => <li key={s.title}><button type="button" onClick={() => { void openLecture(k).then(() => { openSection(s); close(); }); }}>{s.title}</button></li>)}</ol>
          </section>
          <section aria-label="Examples">
            {GROUPS.map(([title, pattern]) => {
              const inside = content.examples.filter((e) => !taken.has(e.path) && pattern.test(e.path));
              inside.forEach((e) => taken.add(e.path));
              return inside.length ? (
                <div key={title}><h3>{title}</h3><ul>{inside.map((e) => <li key={e.path}><button type="button" onClick={() => { open(e.text, e.path); close(); }}><b>{e.path.replace(/\.ad$/, '').replace('lecture/', '')}</b> <span class="dim">{firstSentence(e.about)}</span></button></li>)}</ul></div>
              ) : null;
            })}
          </section>
        </div>
      )}
    </dialog>
  );
}

const firstSentence = (text: string): string => { const s = (text.split(/(?<=\.)\s/)[0] ?? '').replace(/^Slides? [\d.]+(?:-[\d.]+)?(?:(?:,| and) [\d.]+(?:-[\d.]+)?)*: ?/, ''); return s.charAt(0).toUpperCase() + (s.length > 96 ? `${s.slice(1, 94).replace(/\s\S*$/, '')}…` : s.slice(1)); };

function open(code: string, path: string): void {
  lesson.value = null;
  const trains = /repeat|while|for /.test(code);
  // What trains takes as long as it takes: it has a stop button.
  if (trains) state.deadline.value = Infinity;
  void state.restore({ code, view: /\b(plot|print)\b/.test(code) && !/^trace/m.test(code) ? 'results' : undefined });
  if (trains) state.announcement.value = `${path} is open`;
}
function openSection(section: Section): void {
  const first = section.cells.findIndex((c) => c.kind === 'code');
  if (first >= 0) void state.restore({ code: scriptOf(section, first), view: 'lesson' });
}

/** The slide that is open, in the place of the side tabs. */
export function Lesson() {
  const open = lesson.value;
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => { if (top.current) top.current.scrollTop = 0; }, [open?.index]);
  if (!open) return null;
  const section = open.sections[open.index]!;
  const go = (by: number): void => { const next = open.index + by; if (open.sections[next]) { lesson.value = { ...open, index: next }; openSection(open.sections[next]!); } };
  return (
    <div class="lesson">
      <header>
        <h2>{section.title}</h2>
        <div class="buttons"><button type="button" class="quiet" disabled={open.index === 0} onClick={() => go(-1)}>Previous</button><button type="button" class="quiet" disabled={open.index === open.sections.length - 1} onClick={() => go(1)}>Next</button><button type="button" class="quiet" onClick={() => { lesson.value = null; }}>Close</button></div>
      </header>
      <div class="lesson-body" ref={top} tabIndex={0}>
        {section.cells.map((cell, k) => {
          if (cell.kind === 'prose') return <div key={k} dangerouslySetInnerHTML={{ __html: cell.text }} />;
          if (cell.kind === 'output') return null;
          const script = scriptOf(section, k);
          const active = state.text.value.trim() === script.trim();
          return <div key={k} class={`cell${active ? ' active' : ''}`}><pre tabIndex={0}>{cell.text}</pre><button type="button" class="quiet" onClick={() => void state.restore({ code: script, view: state.tab.value })}>{active ? 'Run' : 'Try it'}</button></div>;
        })}
      </div>
    </div>
  );
}
