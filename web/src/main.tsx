import { render } from 'preact';
import './style.css';
import { App } from './view/App';
import { createEngine } from './engine/create';
import * as state from './state';
import { decode } from './share';
import { installKeys } from './keys';
import { openServed, served } from './served';
import './theme';

export const LOSS = 'L = 0.5*(y - w*x)^2\nw = 3; x = 2; y = 1\n\ntrace L wrt w\n';

declare global {
  interface Window { wengert: { run(text: string): Promise<string[]>; open(text: string): void } }
}

async function open(): Promise<void> {
  const shared = await decode(location.hash);
  const own = served() && !shared ? await openServed() : null;
  await state.restore(shared ?? { code: own ?? LOSS });
}

const engine = createEngine();
// The editor is there before the engine is.
void decode(location.hash).then((shared) => { state.text.value ||= shared?.code ?? LOSS; });
render(<App />, document.getElementById('app')!);
installKeys();

const ready = engine.then((given) => state.start(given)).then(open);
window.addEventListener('hashchange', () => { void open(); });

window.wengert = {
  /** Puts a script into the editor. */
  open: (text) => state.setText(text),
  /** The JSON lines of the command line, for tests and courses. */
  async run(text: string): Promise<string[]> {
    await ready;
    const scratch = await createEngine();
    const run = await scratch.run(text, { deadline: 20_000 });
    scratch.end?.();
    return run.lines.map((line) => JSON.stringify(line, (key, value: unknown) => (key === 'rules' || key === 'svg' ? undefined : value)));
  },
};

if (!__SINGLE__ && !served() && import.meta.env.PROD && 'serviceWorker' in navigator && location.protocol.startsWith('http')) {
  void navigator.serviceWorker.register('./sw.js');
}
