/** The editor: the engine's tokens, completion, hover and fixes; numbers that can be dragged; links to the trace. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { forceLinting, linter, lintKeymap, setDiagnostics, type Diagnostic as LintDiagnostic } from '@codemirror/lint';
import { EditorState, StateEffect, StateField, Transaction, type Extension } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers, placeholder, type DecorationSet } from '@codemirror/view';
import { effect } from '@preact/signals';
import { tidy, stepOf } from '../inputs';
import * as state from '../state';
import type { Token } from '../engine/types';
import { inline } from '../number';
import { html, symbolHtml } from '../formula/write';
import { numberOf } from '../why';

const setTokens = StateEffect.define<Token[]>();
const setMarks = StateEffect.define<{ from: number; to: number; class: string }[]>();

const marks = (end: number, items: { from: number; to: number; class: string }[]): DecorationSet =>
  Decoration.set(items.filter((t) => t.from < t.to && t.to <= end).map((t) => Decoration.mark({ class: t.class }).range(t.from, t.to)), true);

const tokenField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const e of transaction.effects) if (e.is(setTokens)) next = marks(transaction.newDoc.length, e.value.map((t) => ({ from: t.from, to: t.to, class: `tok-${t.class}` })));
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
const linkField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const e of transaction.effects) if (e.is(setMarks)) next = marks(transaction.newDoc.length, e.value);
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The node whose text is the smallest around a place. */
export function nodeAt(unit: number): number | null {
  const trace = state.trace.value;
  if (!trace || state.stale.value) return null;
  const byte = state.offsets.value.toBytes(unit);
  const reach = trace.nodes.filter((node) => node.span && node.span[0] <= byte && byte < node.span[1]);
  reach.sort((a, b) => a.span![1] - a.span![0] - (b.span![1] - b.span![0]));
  if (reach[0]) return reach[0].id;
  // A name elsewhere in the text stands for the node of that name.
  const token = state.tokens.value.find((t) => t.from <= unit && unit < t.to && t.class === 'name');
  const name = token && state.text.value.slice(token.from, token.to);
  return (name && trace.nodes.find((node) => node.names.includes(name))?.id) || null;
}

function numberAt(view: EditorView, x: number, y: number): Token | null {
  const at = view.posAtCoords({ x, y }, false);
  const token = state.tokens.value.find((t) => t.class === 'number' && t.from <= at && at <= t.to);
  if (!token) return null;
  const box = view.coordsAtPos(token.from);
  const end = view.coordsAtPos(token.to);
  return box && end && x >= box.left - 2 && x <= end.right + 2 && y >= box.top && y <= box.bottom ? token : null;
}

/** Drag a number sideways and it changes. A click still puts the cursor there. */
const dragNumbers: Extension = EditorView.domEventHandlers({
  pointerdown(event, view) {
    if (event.button !== 0 || event.shiftKey || event.altKey) return false;
    const token = numberAt(view, event.clientX, event.clientY);
    if (!token) return false;
    const written = view.state.sliceDoc(token.from, token.to).replaceAll('_', '');
    const signed = /[-−]\s*$/.test(view.state.sliceDoc(Math.max(0, token.from - 2), token.from)) && /(^|[=(,;[*/^])\s*[-−]\s*$/m.test(view.state.sliceDoc(Math.max(0, token.from - 12), token.from));
    const from = signed ? token.from - /[-−]\s*$/.exec(view.state.sliceDoc(Math.max(0, token.from - 2), token.from))![0].length : token.from;
    const start = (signed ? -1 : 1) * Number(written);
    // A power or an index is a whole number and stays one.
    const whole = /[\^[]\s*$|\.\.\s*$|,\s*$/.test(view.state.sliceDoc(Math.max(0, token.from - 3), token.from)) && Number.isInteger(start) && /[\^]\s*$/.test(view.state.sliceDoc(Math.max(0, token.from - 3), token.from));
    const step = whole ? 1 : stepOf(written);
    let to = token.to;
    let dragging = false;
    const x0 = event.clientX;
    const move = (e: PointerEvent): void => {
      const dx = e.clientX - x0;
      if (!dragging && Math.abs(dx) < 4) return;
      if (!dragging) { dragging = true; document.body.classList.add('dragging-number'); }
      e.preventDefault();
      const value = start + Math.round(dx / (whole ? 16 : 4)) * step * (e.shiftKey ? 10 : 1);
      let insert = tidy(value, step);
      if (!/[.e]/i.test(written) && step < 1 && Number.isInteger(Number(insert))) insert = String(Number(insert));
      if (view.state.sliceDoc(from, to) === insert) return;
      view.dispatch({ changes: { from, to, insert }, annotations: [Transaction.userEvent.of('input.drag'), Transaction.addToHistory.of(true)] });
      to = from + insert.length;
    };
    const up = (): void => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', up);
      document.body.classList.remove('dragging-number');
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
    return false;
  },
  mousemove(event, view) {
    view.contentDOM.style.cursor = numberAt(view, event.clientX, event.clientY) ? 'ew-resize' : '';
    const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (!document.body.classList.contains('dragging-number')) state.hovered.value = at === null ? null : nodeAt(at);
    return false;
  },
  mouseleave() { state.hovered.value = null; return false; },
});

/** Alt and an arrow change the number at the cursor, as dragging does. */
function nudge(by: number) {
  return (view: EditorView): boolean => {
    const at = view.state.selection.main.head;
    const token = state.tokens.value.find((t) => t.class === 'number' && t.from <= at && at <= t.to);
    if (!token) return false;
    const written = view.state.sliceDoc(token.from, token.to);
    const step = stepOf(written);
    const insert = String(Number(tidy(Math.max(0, Number(written) + by * step), step)));
    view.dispatch({ changes: { from: token.from, to: token.to, insert }, selection: { anchor: token.from + insert.length }, userEvent: 'input.drag' });
    return true;
  };
}

async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  if (!state.engineReady.value) return null;
  const before = context.matchBefore(/\\?[\p{L}\p{M}\p{N}\p{No}_]+|\\/u);
  if (!before && !context.explicit) return null;
  if (before && /^\d/.test(before.text)) return null;
  const found = await state.currentEngine().complete(context.state.doc.toString(), context.pos);
  if (!found || !found.items.length) return null;
  return {
    from: found.from,
    filter: false,
    options: found.items.slice(0, 60).map((item) => ({ label: item.label, apply: item.insert ?? item.label, detail: item.detail, type: item.kind })),
  };
}

const hover = hoverTooltip(async (view, at) => {
  if (!state.engineReady.value) return null;
  const known = nodeAt(at);
  const trace = state.trace.value;
  const help = await state.currentEngine().hover(view.state.doc.toString(), at);
  const node = known && trace ? trace.nodes[known - 1] : null;
  if (!node && !help) return null;
  const columns = state.columns.value;
  const lines: string[] = [];
  if (node) {
    const value = numberOf(node, 'a', columns);
    const shape = node.shape ? ` <span class="dim">${node.shape[0]}×${node.shape[1]}</span>` : '';
    lines.push(`<div class="tip-math">${symbolHtml('a', node.id)} = ${node.op === 'input' ? node.names.join(', ') : html(node.formula, { times: ' × ' })}${value === null ? '' : ` = ${inline(value)}`}${shape}</div>`);
    const d = numberOf(node, 'da', columns);
    const b = numberOf(node, 'ba', columns);
    if (d !== null || b !== null) lines.push(`<div class="tip-math">${d === null ? '' : `${symbolHtml('da', node.id)} = ${inline(d)} `}${b === null ? '' : ` ${symbolHtml('ba', node.id)} = ${inline(b)}`}</div>`);
  }
  const dom = document.createElement('div');
  dom.className = 'tip';
  dom.innerHTML = lines.join('');
  if (help) {
    const add = (name: string, text: string): void => { const p = document.createElement('div'); p.className = name; p.textContent = text; dom.append(p); };
    add('tip-title', help.title);
    if (!node && help.value !== null) add('tip-math', `= ${help.value}`);
    if (!node) for (const [name, value] of help.gradients) add('tip-math', `∂/∂${name} = ${value}`);
    if (help.help) add('tip-help', help.help.split('\n').slice(0, 14).join('\n'));
  }
  const token = state.tokens.value.find((t) => t.from <= at && at < t.to);
  return { pos: token?.from ?? at, end: token?.to ?? at, above: true, create: () => ({ dom }) };
}, { hoverTime: 350 });

function lintOf(view: EditorView): LintDiagnostic[] {
  const length = view.state.doc.length;
  const offsets = state.offsets.value;
  return state.diagnostics.value.filter((d) => d.span && !d.file).map((d) => {
    const from = Math.min(offsets.toUnits(d.span![0]), length);
    const to = Math.min(Math.max(offsets.toUnits(d.span![1]), from), length);
    const fix = d.fix;
    return {
      from, to, severity: d.kind === 'error' ? 'error' : d.kind === 'warning' ? 'warning' : 'info',
      message: d.message + (d.help ? `\n${d.help}` : ''),
      actions: fix ? [{ name: `Write ${fix.text.length > 24 ? 'the fix' : fix.text || 'nothing'}`, apply: (v: EditorView) => applyFix(v, fix) }] : [],
    };
  });
}

export function applyFix(view: EditorView, fix: { span: [number, number]; text: string }): void {
  const offsets = state.offsets.value;
  view.dispatch({ changes: { from: offsets.toUnits(fix.span[0]), to: offsets.toUnits(fix.span[1]), insert: fix.text }, userEvent: 'input.fix' });
  view.focus();
}

let current: EditorView | null = null;
export const editorView = (): EditorView | null => current;

export function replaceRange(from: number, to: number, insert: string, immediately = true): void {
  if (!current) return;
  current.dispatch({ changes: { from, to, insert }, userEvent: immediately ? 'input.drag' : 'input' });
}

export function mount(parent: HTMLElement): () => void {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: state.text.peek(),
      extensions: [
        lineNumbers(), history(), drawSelection(), highlightActiveLine(), closeBrackets(), tokenField, linkField, dragNumbers, hover,
        autocompletion({ override: [complete], activateOnTyping: true, icons: false }),
        linter(null), EditorView.lineWrapping, placeholder('L = 0.5*(y - w*x)^2'),
        EditorView.contentAttributes.of({ 'aria-label': 'Script', spellcheck: 'false', autocapitalize: 'off' }),
        keymap.of([
          { key: 'Alt-ArrowUp', run: nudge(1) }, { key: 'Alt-ArrowDown', run: nudge(-1) },
          { key: 'Mod-Enter', run: () => { void state.runNow(true); return true; } },
          { key: 'Escape', run: (v) => { v.contentDOM.blur(); return true; } },
          ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            const dragged = update.transactions.some((t) => t.isUserEvent('input.drag'));
            state.setText(update.state.doc.toString(), dragged);
          }
        }),
      ],
    }),
  });
  current = view;
  let later: ReturnType<typeof setTimeout> | undefined;
  const stops = [
    effect(() => {
      const next = state.text.value;
      if (view.state.doc.toString() !== next) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    }),
    effect(() => { const tokens = state.tokens.value; view.dispatch({ effects: setTokens.of(tokens) }); }),
    effect(() => { void state.diagnostics.value; view.dispatch(setDiagnostics(view.state, lintOf(view))); forceLinting(view); }),
    effect(() => {
      const trace = state.trace.value;
      const id = state.focus.value;
      const node = id && trace && !state.stale.value ? trace.nodes[id - 1] : null;
      const items: { from: number; to: number; class: string }[] = [];
      if (node) {
        const add = (span: [number, number] | undefined, name: string): void => { if (span) items.push({ from: state.offsets.value.toUnits(span[0]), to: state.offsets.value.toUnits(span[1]), class: name }); };
        add(node.via, 'link-via');
        add(node.span, 'link-own');
      }
      // While one scrubs the editor follows at a distance: it measures the page, which is dear.
      clearTimeout(later);
      later = setTimeout(() => view.dispatch({ effects: setMarks.of(items) }), state.position.peek() === null ? 0 : 90);
    }),
  ];
  return () => { clearTimeout(later); stops.forEach((stop) => stop()); view.destroy(); current = null; };
}
