/** The state in the link: the script and a few choices, deflated, base64url. Nothing in it is ever run but the language. */

export interface Shared { code: string; position?: number; wrt?: string; output?: string; pin?: number; view?: string; target?: string }

const TO: Record<string, string> = { '+': '-', '/': '_', '=': '' };

async function pipe(bytes: Uint8Array, through: CompressionStream | DecompressionStream, most: number): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(through as unknown as ReadableWritablePair<Uint8Array, Uint8Array>);
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) { await reader.cancel(); throw new Error('the link holds too much'); }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

const base64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary).replace(/[+/=]/g, (c) => TO[c]!);
};
const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

/** `#code=…`, where `…` starts with `~` if it is deflated and is percent-encoded text otherwise. */
export async function encode(shared: Shared): Promise<string> {
  const { code, ...rest } = shared;
  const deflated = await pipe(new TextEncoder().encode(code), new CompressionStream('deflate-raw'), Infinity);
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) parameters.set(key, String(value));
  const tail = parameters.toString();
  return `#code=~${base64(deflated)}${tail ? `&${tail}` : ''}`;
}

const LONGEST = 1 << 20;

/** The state in a fragment; null where there is none or it is damaged. Plain text works as well: `#code=x%20=%202`. */
export async function decode(fragment: string): Promise<Shared | null> {
  const parameters = new Map<string, string>();
  for (const part of fragment.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at > 0) parameters.set(part.slice(0, at), part.slice(at + 1));
  }
  const raw = parameters.get('code');
  if (raw === undefined) return null;
  try {
    const code = raw.startsWith('~')
      ? new TextDecoder('utf-8', { fatal: true }).decode(await pipe(bytesOf(raw.slice(1)), new DecompressionStream('deflate-raw'), LONGEST))
      : decodeURIComponent(raw.replaceAll('+', '%2B')).slice(0, LONGEST);
    const text = (key: string): string | undefined => { const v = parameters.get(key); return v === undefined ? undefined : decodeURIComponent(v.replaceAll('+', ' ')); };
    const whole = (key: string): number | undefined => { const v = Number(text(key)); return Number.isInteger(v) && text(key) !== undefined ? v : undefined; };
    return { code, position: whole('position'), wrt: text('wrt'), output: text('output'), pin: whole('pin'), view: text('view'), target: text('target') };
  } catch {
    return null;
  }
}
