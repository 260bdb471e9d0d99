import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { dockerCli } from '../../support/docker-cli.ts';

let daemon: TestDaemon;
let folder: string;
before(async () => {
  daemon = await startDaemon();
});
after(async () => {
  rmSync(folder, { recursive: true });
  await daemon.close();
});

/** A fresh container and a fresh local folder with the same files in both. */
async function prepare(): Promise<string> {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = mkdtempSync('/tmp/skt-copy-');
  mkdirSync(join(folder, 'dir'));
  mkdirSync(join(folder, 'there'));
  writeFileSync(join(folder, 'dir/in'), 'inside');
  writeFileSync(join(folder, 'file'), 'x');
  chmodSync(join(folder, 'file'), 0o640);
  symlinkSync('file', join(folder, 'link'));
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  const script = 'mkdir -p /src/sub; echo 1 > /src/f; ln -s f /src/l; ln -s /src /sl; ln /src/f /src/h; mkfifo /src/p';
  await daemon.skiff(['exec', id, 'sh', '-c', script]);
  return id;
}

function localTree(): string {
  const listing = execFileSync('find', [folder, '-printf', '%P %y %m %l\n']).toString();
  return listing.split('\n').sort().join('\n');
}

async function containerTree(id: string): Promise<string> {
  const script = 'find /src /new /there /tmp /file /sl 2>&1 | sort | xargs ls -ldn | cut -c 1-20';
  return daemon.skiff(['exec', id, 'sh', '-c', script]);
}

const out: readonly (readonly string[])[] = [
  ['C:/src/f', '.'],
  ['C:/src/f', 'new'],
  ['C:/src/f', 'missing/'],
  ['C:/src/f', 'missing/x'],
  ['C:/src', 'there'],
  ['C:/src/.', 'there'],
  ['C:/src', 'file'],
  ['C:/sl', 'kept'],
  ['-L', 'C:/sl', 'followed'],
  ['C:/src/f', 'link'],
  ['C:/nope', 'x'],
  ['C:/src/f/', 'x'],
];

const into: readonly (readonly string[])[] = [
  ['file', 'C:/new'],
  ['file', 'C:/missing/'],
  ['file', 'C:/missing/x'],
  ['dir', 'C:/new'],
  ['dir/.', 'C:/new'],
  ['dir', 'C:/src/f'],
  ['link', 'C:/'],
  ['-L', 'link', 'C:/tmp/'],
  ['file', 'C:/sl'],
  ['-a', 'file', 'C:/tmp'],
  ['nofile', 'C:/'],
  ['file', 'file'],
  ['C:/a', 'C:/b'],
];

for (const args of [...out, ...into]) {
  test(`cp ${args.join(' ')} does and says what docker does`, dockerCli, async () => {
    const results = [];
    for (const program of ['trySkiff', 'tryDocker'] as const) {
      const id = await prepare();
      const real = args.map((argument) => (argument.startsWith('C:') ? id + argument.slice(1) : argument));
      const { status, stderr } = await daemon[program](['cp', ...real], { cwd: folder });
      const said = stderr
        .replace(/^time=.*\n/gm, '')
        .replaceAll(id, 'C')
        .replaceAll(folder, 'FOLDER');
      results.push({ status, said, local: localTree(), container: await containerTree(id) });
      await daemon.call('DELETE', `/containers/${id}?force=1`);
    }
    assert.deepEqual(results[0], results[1]);
  });
}

test('archives go through standard input and output', async () => {
  const id = await prepare();
  await daemon.skiff(['exec', id, 'mkdir', '/copy']);
  await daemon.skiff(['cp', join(folder, 'dir'), `${id}:/copy`]);
  const { stdout } = await daemon.trySkiff(['cp', `${id}:/copy/dir/in`, '-']);
  assert.match(stdout, /^in\0[\s\S]*inside/);
  const { status, stderr } = await daemon.trySkiff(['cp', '-', `${id}:/copy/dir/in`], { input: '' });
  assert.deepEqual([status, stderr], [1, `destination "${id}:/copy/dir/in" must be a directory\n`]);
});
