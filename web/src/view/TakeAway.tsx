/** Share and take away: a link, LaTeX, SVG, PNG, the script, code in other languages, a self-contained page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import * as state from '../state';
import { encode } from '../share';

export function ShareButton() {
  const [done, setDone] = useState('');
  const share = async (): Promise<void> => {
    const fragment = await encode(state.shared());
    history.replaceState(null, '', fragment);
    try { await navigator.clipboard.writeText(location.href); setDone('Link copied'); } catch { setDone('Link in the address bar'); }
    state.announcement.value = 'The link is in the address bar.';
    setTimeout(() => setDone(''), 2500);
  };
  return <button type="button" data-testid="share" class="quiet" onClick={() => void share()}>{done || 'Share'}</button>;
}

const LANGUAGE = { numpy: 'NumPy', jax: 'JAX', torch: 'PyTorch', c: 'C' };

export function ExportButton() {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState<{ title: string; text: string; file: string } | null>(null);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (e: Event): void => { if (!root.current?.contains(e.target as Node)) setOpen(false); };
    const key = (e: KeyboardEvent): void => { if (e.key === 'Escape') { setOpen(false); root.current?.querySelector('button')?.focus(); } };
    document.addEventListener('pointerdown', away);
    document.addEventListener('keydown', key);
    return () => { document.removeEventListener('pointerdown', away); document.removeEventListener('keydown', key); };
  }, [open]);
  const take = async (what: string): Promise<void> => {
    setOpen(false);
    const module = await import('../export');
    const result = await module.take(what);
    if (result) setText(result);
  };
  return (
    <div class="menu" ref={root}>
      <button type="button" data-testid="export" class="quiet" aria-haspopup="true" aria-expanded={open} onClick={() => setOpen(!open)}>Export</button>
      {open && (
        <div class="menu-items" role="group" aria-label="Take away">
          {([['latex', 'LaTeX'], ['svg', 'Graph as SVG'], ['png', 'Graph as PNG'], ['ad', 'Script (.ad)'], ['html', 'Page of its own (HTML)']] as const).map(([id, label]) => <button key={id} type="button" onClick={() => void take(id)}>{label}</button>)}
          <p class="dim">Code</p>
          {(['numpy', 'jax', 'torch', 'c'] as const).map((id) => <button key={id} type="button" onClick={() => void take(`code:${id}`)}>{LANGUAGE[id]}</button>)}
        </div>
      )}
      {text && <TextDialog {...text} close={() => setText(null)} />}
    </div>
  );
}

function TextDialog({ title, text, file, close }: { title: string; text: string; file: string; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => { dialog.current?.showModal(); }, []);
  return (
    <dialog ref={dialog} class="text-dialog" aria-label={title} onClose={close}>
      <header><h2>{title}</h2><div class="buttons">
        <button type="button" class="quiet" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>{copied ? 'Copied' : 'Copy'}</button>
        <button type="button" class="quiet" onClick={() => void import('../export').then((m) => m.download(file, text, 'text/plain'))}>Save</button>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>Close</button>
      </div></header>
      <pre tabIndex={0}>{text}</pre>
    </dialog>
  );
}
