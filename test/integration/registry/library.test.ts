import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../support/command.ts';

const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));

/** A program of somebody who has the package among theirs. It ends by itself when the registry is closed. */
const PROGRAM = `
import { startRegistry } from 'skiff/registry';

const common = { host: '127.0.0.1', port: 0, logError: console.error };
const registry = await startRegistry({ ...common, root: 'first' });
const second = await startRegistry({ ...common, root: 'second', readOnly: true });
const content = 'some bytes';
const digest = 'sha256:' + Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(content))).toString('hex');
const at = (served, path, init) => fetch('http://' + served.address + path, init);
const pushed = await at(registry, '/v2/app/blobs/uploads/?digest=' + digest, { method: 'POST', body: content });
const pulled = await (await at(registry, '/v2/app/blobs/' + digest)).text();
const refused = await at(second, '/v2/app/blobs/uploads/', { method: 'POST' });
await registry.collectGarbage();
await Promise.all([registry.close(), second.close()]);
console.log(pushed.status, pulled, refused.status);
`;

test('the registry is a module of the package, for programs of others', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-library-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules/skiff'));
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  const result = await runCommand('sh', ['-c', 'cd "$0" && exec "$1" program.mjs', folder, process.execPath]);
  assert.deepEqual([result.status, result.stdout, result.stderr], [0, '201 some bytes 405\n', '']);
});
