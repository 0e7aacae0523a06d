/** The folder that `wengert serve` shows: its script opens, its data can be read, and both follow the files on the disk. */
import { announcement, currentEngine, runNow, setText, text } from './state';

interface Served { script: string | null; files: Record<string, string> }

/** Whether the program serves this page. */
export const served = (): boolean => document.querySelector('meta[name=wengert-served]') !== null;

let version: string | null = null;
let known: Served | null = null;

/** What changed since it was asked last; null where nothing did, or the program has ended. */
async function ask(): Promise<Served | null> {
  try {
    const answer = await fetch('./served.json', { cache: 'no-store', headers: version ? { 'If-None-Match': version } : {} });
    if (!answer.ok) return null;
    version = answer.headers.get('ETag');
    return (await answer.json()) as Served;
  } catch { return null; }
}

const scriptOf = (from: Served | null): string | null => (from?.script ? (from.files[from.script] ?? null) : null);

/** The script that the program was given, once the engine has the files beside it. */
export async function openServed(): Promise<string | null> {
  known = await ask();
  if (known) currentEngine().provide?.(known.files);
  setInterval(() => void follow(), 1000);
  return scriptOf(known);
}

async function follow(): Promise<void> {
  if (document.hidden) return;
  const next = await ask();
  if (!next) return;
  const [before, after] = [scriptOf(known), scriptOf(next)];
  known = next;
  currentEngine().provide?.(next.files);
  // What was typed here is not thrown away.
  if (after !== null && after !== before && (text.peek() === before || text.peek() === '')) setText(after, true);
  else { if (after !== before) announcement.value = 'The script on the disk has changed; what you typed stays.'; await runNow(); }
}
