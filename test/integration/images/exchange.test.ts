import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { mustRun, runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { dockerCli } from '../../support/docker-cli.ts';
import { tarOf } from '../../support/tar.ts';

const peer = process.env['SKIFF_PEER_DOCKER'];
const withDocker = {
  skip: peer === undefined ? 'SKIFF_PEER_DOCKER names no Docker to exchange images with' : dockerCli.skip,
};
const NAMES = ['exchange/one:1', 'exchange/one:2', 'exchange/two:1', 'exchange/back:1'];
const program = tarOf('busybox', readFileSync('/bin/busybox'));

let daemon: TestDaemon;
let scratch: string;
before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'skiff-exchange-'));
  daemon = await startDaemon();
});
after(async () => {
  if (withDocker.skip === false) await runCommand('docker', ['-H', peer ?? '', 'rmi', '-f', ...NAMES]);
  await mustRun('rm', ['-rf', scratch]);
  await daemon.close();
});

function docker(...args: string[]): Promise<string> {
  return mustRun('docker', ['-H', peer ?? '', ...args]);
}

function skiff(...args: string[]): Promise<string> {
  return daemon.docker(args);
}

type Engine = typeof docker;

const idOf = (engine: Engine, image: string) => engine('inspect', '--format', '{{.Id}}', image);

async function importInto(engine: Engine, name: string, greeting: string): Promise<void> {
  const file = join(scratch, 'program.tar');
  await writeFile(file, program);
  await engine('import', '-c', 'ENTRYPOINT ["/busybox"]', '-c', `ENV GREETING=${greeting}`, file, name);
}

async function assertSame(name: string, greeting: string): Promise<void> {
  assert.equal(await idOf(docker, name), await idOf(skiff, name));
  for (const engine of [docker, skiff]) {
    assert.equal(await engine('run', '--rm', name, 'sh', '-c', 'echo $GREETING'), `${greeting}\n`);
  }
}

test('what is saved here loads into Docker with the same IDs and names, and runs there', withDocker, async () => {
  await importInto(skiff, 'exchange/one:1', 'first');
  await importInto(skiff, 'exchange/two:1', 'second');
  await skiff('tag', 'exchange/one:1', 'exchange/one:2');
  const file = join(scratch, 'ours.tar');
  await skiff('save', '-o', file, 'exchange/one:1', 'exchange/one:2', 'exchange/two:1');
  const loaded = await docker('load', '-i', file);
  for (const name of NAMES.slice(0, 3)) assert.match(loaded, new RegExp(`^Loaded image: ${name}$`, 'm'));
  await assertSame('exchange/one:1', 'first');
  await assertSame('exchange/one:2', 'first');
  await assertSame('exchange/two:1', 'second');
});

test('what Docker saved loads here, plain and compressed, and runs', withDocker, async () => {
  await importInto(docker, 'exchange/back:1', 'back');
  const file = join(scratch, 'theirs.tar');
  await docker('save', '-o', file, 'exchange/back:1');
  const archive = readFileSync(file);
  for (const bytes of [archive, gzipSync(archive), zstdCompressSync(archive)]) {
    await writeFile(file, bytes);
    assert.equal(await skiff('load', '-i', file), 'Loaded image: exchange/back:1\n');
    await assertSame('exchange/back:1', 'back');
    await skiff('rmi', 'exchange/back:1');
  }
});

test('an image that was saved by its ID has no name in either engine', withDocker, async () => {
  await importInto(skiff, 'exchange/one:1', 'nameless');
  const id = (await idOf(skiff, 'exchange/one:1')).trim();
  const file = join(scratch, 'nameless.tar');
  await skiff('save', '-o', file, id);
  await skiff('rmi', 'exchange/one:1');
  for (const engine of [docker, skiff]) {
    assert.equal(await engine('load', '-i', file), `Loaded image ID: ${id}\n`);
    assert.equal(await engine('inspect', '--format', '{{.RepoTags}}', id), '[]\n');
    await engine('rmi', id);
  }
});
