// Runs the end to end tests one after the other in one VS Code; one line a test, then the counts.
//
// usage: node test/e2e/run.mjs --code-server FOLDER --vsix FILE --pictures FOLDER [--only REGEXP]
import { parseArgs } from 'node:util';

import { Editor } from './harness.mjs';
import { tests as drafts } from './drafts.mjs';
import { tests as formats } from './formats.mjs';
import { tests as projects } from './projects.mjs';
import { tests as server } from './server.mjs';

const { values } = parseArgs({
  options: {
    'code-server': { type: 'string' },
    vsix: { type: 'string' },
    pictures: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const editor = new Editor({ codeServer: values['code-server'], vsix: values.vsix, pictures: values.pictures });
let [passed, failed] = [0, 0];
const stop = async (signal) => {
  await editor.stop();
  process.exit(signal === 'SIGINT' ? 130 : 143);
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
try {
  const start = performance.now();
  await editor.start();
  console.log(`# VS Code with the extension is up (${seconds(start)})`);
  for (const [name, run] of Object.entries({ ...drafts, ...formats, ...projects, ...server })) {
    if (!new RegExp(values.only).test(name)) {
      continue;
    }
    const begin = performance.now();
    try {
      await run(editor);
      passed++;
      console.log(`ok ${name} (${seconds(begin)})`);
    } catch (error) {
      failed++;
      await editor.picture(`failed-${failed}`).catch(() => {});
      console.log(`FAILED ${name} (${seconds(begin)}): ${error.stack}`);
    } finally {
      await editor.clear().catch((error) => console.log(`# could not clean up: ${error.message.split('\n', 1)[0]}`));
    }
  }
} catch (error) {
  failed++;
  console.log(`FAILED to start: ${error.stack}`);
} finally {
  await editor.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
