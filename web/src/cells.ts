/** Live cells of the book: its scripts can be run and changed. A cell knows what the cells above it define. */
import { Channel } from './engine/web';
import type { Diagnostic } from './engine/types';

const DEADLINE = 10_000;
let channel: Channel | null = null;
/** The cells that the engine has run, in order, as they stood. */
let ran: string[] = [];

const cells = [...document.querySelectorAll<HTMLElement>('pre > code.language-wengert')];
const textOf = (cell: HTMLElement): string => cell.innerText.replace(/\u00a0/g, ' ').replace(/\n?$/, '\n');

const element = <K extends keyof HTMLElementTagNameMap>(name: K, kind: string, text = ''): HTMLElementTagNameMap[K] => {
  const made = document.createElement(name);
  made.className = kind;
  made.textContent = text;
  return made;
};

/** Runs what stands above anew where it has changed, then the cell. */
async function run(k: number, out: HTMLElement): Promise<void> {
  channel ??= new Channel({});
  const above = cells.slice(0, k).map(textOf);
  out.replaceChildren(element('p', 'live-note', 'running …'));
  if (above.length !== ran.length || above.some((text, i) => text !== ran[i])) {
    await channel.call('run', '', 0, { deadline: DEADLINE });
    for (const text of above) await channel.call('cell', text, 0, { deadline: DEADLINE });
  }
  const text = textOf(cells[k]!);
  const answer = await channel.call('cell', text, 0, { deadline: DEADLINE });
  // An engine that was stopped has forgotten everything.
  ran = answer.stopped || answer.trap ? ['stopped'] : [...above, text];
  out.replaceChildren();
  for (const line of answer.lines) {
    const found = JSON.parse(line) as { html: string } | Diagnostic;
    if ('html' in found) {
      const part = element('div', 'live-result');
      part.innerHTML = found.html;
      out.append(part);
    } else out.append(element('p', `live-${found.kind}`, `${found.kind}[${found.code ?? ''}]: ${found.message}${found.help ? `\n${found.help}` : ''}`));
  }
  if (answer.stopped) out.append(element('p', 'live-error', `stopped after ${DEADLINE / 1000} s`));
  if (answer.trap) out.append(element('p', 'live-error', 'the engine ran out of room and was restarted'));
  if (!out.childElementCount) out.append(element('p', 'live-note', 'defined; nothing is shown'));
}

cells.forEach((cell, k) => {
  const box = cell.parentElement!;
  const out = element('div', 'live-out');
  const button = element('button', 'live-run', 'Run');
  button.type = 'button';
  button.title = 'Run this cell (Ctrl+Enter in it)';
  box.after(out);
  box.classList.add('live');
  box.append(button);
  cell.contentEditable = 'plaintext-only';
  cell.spellcheck = false;
  cell.setAttribute('role', 'textbox');
  cell.setAttribute('aria-multiline', 'true');
  cell.setAttribute('aria-label', 'Script, which may be changed');
  const go = async (): Promise<void> => {
    button.disabled = true;
    try { await run(k, out); } finally { button.disabled = false; }
    // What the book shows below is what it was without changes.
    const printed = out.nextElementSibling;
    if (printed?.matches('pre:has(> code.language-text)')) printed.remove();
  };
  button.addEventListener('click', () => void go());
  cell.addEventListener('keydown', (event) => {
    // The book turns pages with the arrow keys.
    event.stopPropagation();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void go(); }
  });
});
document.documentElement.dataset.live = String(cells.length);
