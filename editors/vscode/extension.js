// The client of `wengert lsp`, and a panel that shows the trace of the formula at the cursor.
// @ts-check
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

/** @type {LanguageClient | undefined} */
let client;
/** @type {vscode.WebviewPanel | undefined} */
let panel;
/** What the panel shows: a document's formula in one of its versions. */
let shown = '';
/** @type {ReturnType<typeof setTimeout> | undefined} */
let rest;

/** A page of the server goes into the panel; it needs no other file and asks for none. */
function show(html, title) {
  if (!panel) {
    panel = vscode.window.createWebviewPanel('wengert', 'Wengert', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, { enableScripts: true, localResourceRoots: [] });
    panel.onDidDispose(() => { panel = undefined; shown = ''; });
  }
  panel.title = title;
  panel.webview.html = html;
}

/** The last lens `trace` at or above the cursor, else the first one. */
async function lensAt(editor) {
  const lenses = (await client?.sendRequest('textDocument/codeLens', { textDocument: { uri: editor.document.uri.toString() } })) ?? [];
  const traces = lenses.filter((lens) => lens.command?.command === 'wengert.trace');
  return traces.filter((lens) => lens.range.start.line <= editor.selection.active.line).at(-1) ?? traces[0];
}

async function follow() {
  const editor = vscode.window.activeTextEditor;
  if (!panel || !client?.isRunning() || editor?.document.languageId !== 'wengert') return;
  const lens = await lensAt(editor);
  if (!lens) return;
  const name = lens.command.arguments[1];
  const key = JSON.stringify([lens.command.arguments, editor.document.version]);
  if (key === shown) return;
  shown = key;
  const page = await client.sendRequest('workspace/executeCommand', { command: lens.command.command, arguments: lens.command.arguments });
  if (panel && page?.html) show(page.html, `Trace of ${name}`);
}

function followSoon() {
  clearTimeout(rest);
  rest = setTimeout(() => follow().catch(() => undefined), 250);
}

async function start() {
  const command = vscode.workspace.getConfiguration('wengert').get('path', 'wengert');
  client = new LanguageClient('wengert', 'Wengert', { command, args: ['lsp'] }, {
    documentSelector: [{ language: 'wengert' }],
    middleware: {
      // A lens shows its page here, not in a browser.
      window: { showDocument: async () => ({ success: true }) },
      executeCommand: async (name, args, next) => {
        const page = await next(name, args);
        if (page?.html) { shown = ''; show(page.html, `${name.replace('wengert.', '')} ${args[1] ?? ''}`); }
        return page;
      },
    },
  });
  try {
    await client.start();
  } catch (error) {
    const answer = await vscode.window.showErrorMessage(`Wengert: cannot start \`${command} lsp\`: ${error}`, 'Open the settings');
    if (answer) await vscode.commands.executeCommand('workbench.action.openSettings', 'wengert.path');
  }
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand('wengert.preview', async () => {
      shown = '';
      show('<p>Put the cursor on a formula with a single value.</p>', 'Wengert');
      await follow();
    }),
    vscode.commands.registerCommand('wengert.restart', async () => { await client?.stop(); await start(); }),
    vscode.window.onDidChangeTextEditorSelection(followSoon),
    vscode.window.onDidChangeActiveTextEditor(followSoon),
    vscode.workspace.onDidChangeTextDocument(followSoon),
  );
  await start();
};

exports.deactivate = () => client?.stop();
