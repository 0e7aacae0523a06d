/** A field and a slider for every scalar input; a bare field for names that have no value yet. */
import { useRef } from 'preact/hooks';
import * as state from '../state';
import { latest } from '../outline';
import { literal, rangeOf, setInput, tidy } from '../inputs';
import { replaceRange } from './editor';
import { html } from './typeset';
import { inline } from '../number';

function set(name: string, value: string): void {
  const edit = setInput(state.text.value, state.found.value, name, value);
  replaceRange(edit.from, edit.to, edit.insert);
}

function Slider({ name, value, slope }: { name: string; value: number; slope: string }) {
  // The range stays while the value moves inside it.
  const range = useRef(rangeOf(value));
  if (value < range.current.min || value > range.current.max || Math.abs(value) * 20 < range.current.max && range.current.max > 2) range.current = rangeOf(value);
  const { min, max, step } = range.current;
  const id = `input-${name}`;
  return (
    <div class="input">
      <label for={id} dangerouslySetInnerHTML={{ __html: html(name) }} />
      <input id={id} class="field" type="text" inputMode="decimal" aria-label={`Value of ${name}`} value={String(value)} onChange={(e) => { const v = (e.currentTarget as HTMLInputElement).value.trim().replace(',', '.'); if (v !== '' && Number.isFinite(Number(v))) set(name, v); }} />
      <input type="range" aria-label={`Slider for ${name}`} min={min} max={max} step={step} value={value} onInput={(e) => { const v = Number((e.currentTarget as HTMLInputElement).value); set(name, String(Number(tidy(v, step)))); }} />
      <span class="slope adjoint" title={slope ? `∂${state.columns.value.output}/∂${name}` : ''}>{slope && <><span class="dim">∂ </span>{slope}</>}</span>
    </div>
  );
}

export function Inputs() {
  const trace = state.trace.value;
  const numbers = latest(state.found.value).filter((d) => d.kind === 'number');
  const missing = (trace?.missing ?? []).filter((name) => !numbers.some((d) => d.name === name));
  const used = new Set(trace?.nodes.filter((n) => n.op === 'input').flatMap((n) => n.names) ?? []);
  const shown = numbers.filter((d) => used.size === 0 || used.has(d.name)).slice(0, 8);
  if (!shown.length && !missing.length) return null;
  const slopeOf = (name: string): string => { if (state.quiz.value) return ''; const node = trace?.nodes.find((n) => n.op === 'input' && n.names.includes(name)); const out = state.columns.value.output; return node && out ? inline(node.adjoints?.[out] ?? null) : ''; };
  return (
    <section class="inputs" aria-label="Inputs">
      {missing.length > 0 && (
        <div class="missing">
          <p>{missing.length === 1 ? 'One name has no value yet.' : `${missing.length} names have no value yet.`} Give {missing.length === 1 ? 'it' : 'them'} numbers to see numbers.</p>
          <div class="fields">
            {missing.slice(0, 8).map((name) => (
              <label key={name}><span dangerouslySetInnerHTML={{ __html: html(name) }} /> = <input type="text" class="field" inputMode="decimal" aria-label={`Value of ${name}`} onChange={(e) => { const v = (e.currentTarget as HTMLInputElement).value.trim(); if (v !== '' && Number.isFinite(Number(v))) set(name, v); }} /></label>
            ))}
            {missing.length > 1 && <button type="button" class="quiet" onClick={() => { const found = state.found.value; const edit = setInput(state.text.value, found, missing[0]!, '1'); const all = missing.map((name, k) => `${name} = ${k + 1}`).join('; '); replaceRange(edit.from, edit.to, edit.insert.replace(`${missing[0]} = 1`, all)); }}>1, 2, 3…</button>}
          </div>
        </div>
      )}
      {shown.map((d) => <Slider key={d.name} name={d.name} value={literal(state.text.value, d)} slope={slopeOf(d.name)} />)}
    </section>
  );
}
