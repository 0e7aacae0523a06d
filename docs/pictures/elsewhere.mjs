/**
 * Pictures of Wengert where people work: a notebook in JupyterLab, a script in Neovim and in VS Code. Look at them after a
 * change.
 *
 *     cargo build && (cd web && npm ci)
 *     python3 -m venv target/lab && target/lab/bin/pip install 'jupyterlab==4.*'
 *     npm install --prefix target/terminal @xterm/xterm@5
 *     node docs/pictures/elsewhere.mjs            both: jupyterlab.png, neovim.png
 *     node docs/pictures/elsewhere.mjs neovim     one
 *     editors/vscode/test.sh && CODE_SERVER=code-server node docs/pictures/elsewhere.mjs vscode
 *
 * It needs Chromium (`CHROMIUM=/path`), Neovim and tmux, and for VS Code the program code-server (`npm install code-server`),
 * which is VS Code in the browser.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../../web/browser/launch.mjs';

const root = join(import.meta.dirname, '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const program = process.env.WENGERT ?? join(target, 'debug', 'wengert');
const only = process.argv[2];

/** A folder that is there while `work` uses it. */
async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'wengert-pictures-'));
  try { await work(folder); } finally { rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); }
}

async function picture(name, viewport, show) {
  const context = await launch({ viewport, colorScheme: 'light', reducedMotion: 'reduce' });
  try {
    const page = await context.newPage();
    await show(page);
    await page.screenshot({ path: join(import.meta.dirname, `${name}.png`) });
  } finally { await context.close(); }
}

const CELLS = [
  ['markdown', '# The loss of one example\nA line through the origin, `w*x`, should meet `y`.'],
  ['code', 'w = 3; x = 2; y = 1\nL = 0.5*(y - w*x)^2\nderive L wrt w'],
  ['code', 'compare L wrt w, x'],
  ['code', 'trace L wrt w'],
];
const notebook = {
  cells: CELLS.map(([cell_type, source], k) => ({ cell_type, id: `cell-${k}`, metadata: {}, source, ...(cell_type === 'code' ? { execution_count: null, outputs: [] } : {}) })),
  metadata: { kernelspec: { name: 'wengert', display_name: 'Wengert', language: 'wengert' } },
  nbformat: 4,
  nbformat_minor: 5,
};

/** JupyterLab on a port of its own, until `work` is done; it reads and writes nothing outside of `folder`. */
async function withLab(folder, work) {
  const bin = join(target, 'lab', 'bin');
  execFileSync(program, ['kernel', 'install', '--prefix', join(folder, 'prefix')], { stdio: 'ignore' });
  const own = (name) => { const path = join(folder, name); mkdirSync(path, { recursive: true }); return path; };
  const lab = spawn(join(bin, 'jupyter'), ['lab', '--no-browser', '--ServerApp.ip=127.0.0.1', '--ServerApp.port=0', '--LabApp.news_url=', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate', `--ServerApp.root_dir=${own('notebooks')}`, ...(process.getuid?.() === 0 ? ['--allow-root'] : [])], {
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, JUPYTER_PATH: join(folder, 'prefix', 'share', 'jupyter'), JUPYTER_CONFIG_DIR: own('config'), JUPYTER_DATA_DIR: own('data'), JUPYTER_RUNTIME_DIR: own('run') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const url = await new Promise((resolve, reject) => {
      let said = '';
      lab.stderr.on('data', (part) => { said += part; const found = /http:\/\/127\.0\.0\.1:\d+\/lab\?token=\w+/.exec(said); if (found) resolve(found[0]); });
      lab.on('exit', () => reject(new Error(said)));
    });
    await work(url);
  } finally { lab.removeAllListeners('exit'); lab.kill('SIGTERM'); await new Promise((done) => { lab.on('exit', done); setTimeout(done, 8000); }); }
}

async function jupyterlab() {
  await inFolder((folder) => withLab(folder, async (url) => {
    writeFileSync(join(folder, 'notebooks', 'loss.ipynb'), JSON.stringify(notebook));
    await picture('jupyterlab', { width: 1100, height: 1050 }, async (page) => {
      await page.goto(url.replace('/lab?', '/lab/tree/loss.ipynb?'));
      await page.waitForSelector('.jp-Notebook .jp-CodeCell', { timeout: 60_000 });
      await page.waitForFunction(() => /Wengert/.test(document.querySelector('.jp-Toolbar-kernelName, .jp-KernelName')?.textContent ?? document.body.innerText), null, { timeout: 30_000 });
      // The list of files would take a third of the room.
      await page.keyboard.press('Control+b');
      await page.click('.jp-Notebook .jp-CodeCell >> nth=0');
      await page.click('.lm-MenuBar-item:has-text("Run")');
      await page.click('.lm-Menu-item:has-text("Run All Cells") >> nth=0');
      await page.locator('.jp-CodeCell .jp-OutputArea-output svg:visible').first().waitFor({ timeout: 60_000 });
      await page.waitForSelector('.jp-CodeCell mjx-container, .jp-CodeCell .jp-RenderedLatex', { timeout: 60_000 });
      await page.waitForTimeout(2500);
      await page.locator('.Toastify__toast button:has-text("No")').click({ timeout: 2000 }).catch(() => undefined);
      await page.evaluate(() => { document.querySelector('.jp-WindowedPanel-outer, .jp-Notebook')?.scrollTo(0, 0); document.activeElement?.blur(); });
      await page.waitForTimeout(800);
    });
  }));
}

const SCRIPT = '# The loss of one example, and two slips\nw = 3; x = 2; y = 1\nM = 2w + sin(x)\n\na = [1, 2, 3]; b = [4, 5, 6]\nN = a*b\n\n# K on a name shows its value and its gradient\nL = 0.5*(y - w*x)^2\n';
/** The editor as it is started; the language server is told to it as docs/editors.md says. */
const EDITOR = `
vim.o.termguicolors = true; vim.o.number = true; vim.o.signcolumn = "yes"; vim.o.laststatus = 0; vim.o.ruler = false; vim.o.background = "light"; vim.o.swapfile = false
vim.cmd("filetype off"); vim.cmd("edit " .. vim.env.SCRIPT)
local client = vim.lsp.start_client({ name = "wengert", cmd = { vim.env.WENGERT, "lsp" }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, client)
vim.wait(20000, function() return #vim.diagnostic.get(0) > 1 end, 50)
vim.cmd("highlight SignColumn guibg=NONE | highlight LineNr guifg=#8d8676 | highlight Pmenu guibg=#f1ece0 | highlight DiagnosticError guifg=#a3261b | highlight NonText guifg=#b9b09d")
vim.api.nvim_win_set_cursor(0, { 9, 0 })
vim.defer_fn(function() vim.lsp.buf.hover() end, 500)
`;

async function neovim() {
  await inFolder(async (folder) => {
    const script = join(folder, 'loss.ad');
    writeFileSync(script, SCRIPT);
    writeFileSync(join(folder, 'editor.lua'), EDITOR);
    const [columns, rows] = [104, 21];
    // A terminal without a screen, of a server of its own.
    const tmux = (...words) => execFileSync('tmux', ['-L', `wengert-${process.pid}`, '-f', '/dev/null', ...words], { encoding: 'utf8', env: { ...process.env, SCRIPT: script, WENGERT: program, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' } });
    tmux('-u', 'new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', folder, `nvim --clean -c "luafile ${join(folder, 'editor.lua')}"`);
    let screen = '';
    try {
      for (let tries = 0; tries < 60 && !screen.includes('∂/∂y'); tries++) {
        await new Promise((done) => setTimeout(done, 500));
        screen = tmux('capture-pane', '-e', '-p', '-N');
      }
    } finally { tmux('kill-server'); }
    const xterm = join(target, 'terminal', 'node_modules', '@xterm', 'xterm');
    await picture('neovim', { width: 904, height: 372 }, async (page) => {
      await page.setContent('<body style="margin:0;padding:12px;background:#fffdf8"><div id="terminal"></div></body>');
      await page.addStyleTag({ path: join(xterm, 'css', 'xterm.css') });
      await page.addScriptTag({ path: join(xterm, 'lib', 'xterm.js') });
      await page.evaluate(async ([text, columns, rows]) => {
        const terminal = new window.Terminal({ cols: columns, rows, fontSize: 14, fontFamily: '"DejaVu Sans Mono", monospace', convertEol: true, cursorInactiveStyle: 'none', theme: { background: '#fffdf8', foreground: '#26241f' } });
        terminal.open(document.getElementById('terminal'));
        await new Promise((done) => terminal.write(`${text.trimEnd()}\u001b[?25l`, done));
      }, [screen, columns, rows]);
      await page.waitForTimeout(400);
    });
  });
}

/** VS Code with the extension as it was packed, the trace beside the script. */
async function vscode() {
  await inFolder(async (folder) => {
    const [command, ...words] = (process.env.CODE_SERVER ?? 'code-server').split(' ');
    const own = (name) => { const path = join(folder, name); mkdirSync(path, { recursive: true }); return path; };
    const places = ['--user-data-dir', own('data'), '--extensions-dir', own('extensions')];
    const settings = { 'wengert.path': program, 'workbench.startupEditor': 'none', 'security.workspace.trust.enabled': false, 'chat.disableAIFeatures': true, 'workbench.secondarySideBar.defaultVisibility': 'hidden', 'editor.minimap.enabled': false };
    writeFileSync(join(own('data/User'), 'settings.json'), JSON.stringify(settings));
    writeFileSync(join(own('data/Machine'), 'settings.json'), JSON.stringify(settings));
    writeFileSync(join(own('scripts'), 'loss.ad'), '# The loss of one example.\nw = 3; x = 2; y = 1\nL = 0.5*(y - w*x)^2\nderive L wrt w\ncheck L wrt w\n');
    execFileSync(command, [...words, ...places, '--install-extension', join(target, 'wengert.vsix')], { stdio: 'ignore' });
    const server = spawn(command, [...words, ...places, '--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const url = await new Promise((resolve, reject) => {
        let said = '';
        server.stdout.on('data', (part) => { said += part; const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(said); if (found) resolve(found[1]); });
        server.on('exit', () => reject(new Error(said)));
      });
      await picture('vscode', { width: 1100, height: 700 }, async (page) => {
        const choose = async (keys, text) => { await page.keyboard.press(keys); await page.waitForTimeout(1000); await page.keyboard.type(text); await page.waitForTimeout(1500); await page.keyboard.press('Enter'); };
        await page.goto(`${url}/?folder=${join(folder, 'scripts')}`);
        await page.waitForSelector('.monaco-workbench', { timeout: 60_000 });
        await page.waitForTimeout(6000);
        await choose('Control+p', 'loss.ad');
        await page.locator('.codelens-decoration').first().waitFor({ timeout: 60_000 });
        await page.keyboard.press('Control+b');
        await choose('F1', 'Wengert: Trace');
        await page.waitForTimeout(7000);
      });
    } finally { server.removeAllListeners('exit'); server.kill('SIGTERM'); await new Promise((done) => { server.on('exit', done); setTimeout(done, 8000); }); }
  });
}

for (const [name, make] of Object.entries({ jupyterlab, neovim, vscode })) if (name === only || (!only && name !== 'vscode')) await make();
