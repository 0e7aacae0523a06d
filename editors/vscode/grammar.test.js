// The grammar, as VS Code reads it, on every example and on what is easily mistaken.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const onig = require('vscode-oniguruma');
const { Registry, INITIAL } = require('vscode-textmate');

const root = path.join(__dirname, '..', '..');
const walk = (folder) => fs.readdirSync(folder).flatMap((name) => { const full = path.join(folder, name); return fs.statSync(full).isDirectory() ? walk(full) : [full]; });

(async () => {
  await onig.loadWASM(fs.readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer);
  const source = JSON.parse(fs.readFileSync(path.join(__dirname, 'syntaxes/wengert.tmLanguage.json'), 'utf8'));
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner: (p) => new onig.OnigScanner(p), createOnigString: (s) => new onig.OnigString(s) }),
    loadGrammar: async () => source,
  });
  const grammar = await registry.loadGrammar('source.wengert');
  const scopes = (line) => Object.fromEntries(grammar.tokenizeLine(line, INITIAL).tokens.map((t) => [line.slice(t.startIndex, t.endIndex).trim(), t.scopes.at(-1).replace('.wengert', '')]).filter(([text]) => text));
  const loss = scopes('L = 0.5*(y - w*x)^2  # loss');
  assert.equal(loss['0.5'], 'constant.numeric');
  assert.equal(loss['# loss'], 'comment.line.number-sign');
  const trace = scopes('trace L wrt w');
  assert.deepEqual([trace.trace, trace.L, trace.wrt], ['keyword.control', 'variable.other', 'keyword.other']);
  assert.equal(scopes('trace = 3').trace, 'variable.other');
  assert.equal(scopes("f(ŷ) = exp(ŷ) + at").exp, 'support.function');
  assert.equal(scopes("f(ŷ) = exp(ŷ) + at").f, 'entity.name.function');
  assert.equal(scopes("f(ŷ) = exp(ŷ) + at").at, 'variable.other');
  assert.equal(scopes('expand_all = 1..3')['1'], 'constant.numeric');
  assert.equal(scopes('expand_all = 1..3').expand_all, 'variable.other');
  assert.equal(scopes('if w > 1 then w else 2').then, 'keyword.control');
  assert.equal(scopes('repeat 3 { print "a # b", w }')['"a # b"'], 'string.quoted.double');
  assert.equal(scopes('repeat 3 { print "a", w }').print, 'keyword.control');
  const scripts = walk(path.join(root, 'examples')).filter((name) => name.endsWith('.ad'));
  for (const script of scripts) for (const line of fs.readFileSync(script, 'utf8').split('\n')) {
    for (const t of grammar.tokenizeLine(line, INITIAL).tokens) {
      if (t.scopes.length === 1) assert.match(line.slice(t.startIndex, t.endIndex), /^[\s()\[\]{},;]*$/, `${script}: ${line}`);
    }
  }
  console.log(`the grammar: ${scripts.length} examples`);
})().catch((error) => { console.error(error); process.exit(1); });
