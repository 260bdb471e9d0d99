import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { folderOf } from '../../support/builds.ts';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { TestRegistry } from '../../support/test-registry.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('results go to a folder, an archive, and archives of images', async () => {
  const folder = folderOf({
    Dockerfile:
      'FROM busybox AS b\nRUN mkdir /o && echo out > /o/f && ln -s f /o/l\nFROM scratch\nCOPY --from=b /o /\n',
  });
  const out = join(folder.path, 'out');
  await daemon.skiff(['build', '-o', out, folder.path]);
  assert.equal(await mustRun('sh', ['-c', 'cd "$0"; find . | sort; cat l', out]), '.\n./f\n./l\nout\n');
  const tar = join(folder.path, 'result.tar');
  await daemon.skiff(['build', '-o', `type=tar,dest=${tar}`, folder.path]);
  assert.equal(await mustRun('tar', ['-tf', tar]), 'f\nl\n');
  const oci = join(folder.path, 'oci.tar');
  await daemon.skiff(['build', '-t', 'exported', '-o', `type=oci,dest=${oci}`, folder.path]);
  const names = await mustRun('tar', ['-tf', oci]);
  for (const name of ['oci-layout', 'index.json', 'blobs/sha256/']) assert.ok(names.includes(name), names);
  const docker = await daemon.trySkiff(['build', '-q', '-o', 'type=docker,dest=-', folder.path]);
  assert.ok(docker.stdout.includes('manifest.json'));
  folder.remove();
});

const SMALL = { Dockerfile: 'FROM busybox\nENV OUTPUT=yes\n' };
const images = () => daemon.skiff(['images', '-a', '--no-trunc', '--format', '{{.ID}} {{.Repository}}:{{.Tag}}']);

test('an image that was there before stays when the same is exported; one made for the export goes', async () => {
  const folder = folderOf(SMALL);
  const none = await images();
  const out = join(folder.path, 'out');
  await daemon.skiff(['build', '-o', out, folder.path]);
  assert.equal(await images(), none);
  await daemon.skiff(['build', '-q', '-t', 'stays', folder.path]);
  const one = await images();
  await daemon.skiff(['build', '-o', out, folder.path]);
  assert.equal(await images(), one);
  await daemon.skiff(['rmi', 'stays']);
  await daemon.skiff(['build', '-q', folder.path]);
  const nameless = await images();
  await daemon.skiff(['build', '-o', `type=tar,dest=${out}.tar`, folder.path]);
  assert.equal(await images(), nameless);
  folder.remove();
});

test('outputs name images, push them, and are a layout in a folder', async () => {
  const registry = await TestRegistry.start();
  const folder = folderOf(SMALL);
  await daemon.skiff(['build', '-q', '-o', 'type=image,"name=one:1,two:2"', folder.path]);
  assert.match(await images(), / one:1\n(.*\n)*.* two:2\n| two:2\n(.*\n)*.* one:1\n/);
  for (const [tag, flags] of Object.entries({ flag: ['--push'], output: ['-o', 'type=registry'] })) {
    const name = `${registry.address}/pushed:${tag}`;
    await daemon.skiff(['build', '-t', name, ...flags, folder.path]);
    await daemon.skiff(['rmi', name]);
    await daemon.skiff(['pull', '-q', name]);
  }
  const unnamed = await daemon.trySkiff(['build', '--push', folder.path]);
  assert.equal(unnamed.stderr, 'tag is needed when pushing to registry\n');
  const layout = join(folder.path, 'layout');
  await daemon.skiff(['build', '-o', `type=oci,tar=false,dest=${layout}`, folder.path]);
  assert.ok(readdirSync(layout).includes('oci-layout'));
  folder.remove();
  await registry.close();
});

test('an output that cannot be is refused before anything is built', async () => {
  const folder = folderOf({ Dockerfile: 'FROM busybox\nRUN exit 9\n' });
  const device = join(folder.path, 'device');
  await mustRun('mknod', [device, 'c', '1', '3']);
  const wrong = {
    [`type=tar,dest=${device}`]: 'failed to export build result: cannot write to a character device file',
    'type=local': 'dest is required for local exporter',
    'type=nowhere': 'unsupported output type "nowhere"',
    'dest=a,mode=1': 'type is required for output',
    'type=oci,tar=false': 'dest is required for a folder of an image',
  };
  for (const [output, complaint] of Object.entries(wrong)) {
    const { status, stderr } = await daemon.trySkiff(['build', '-o', output, folder.path]);
    assert.deepEqual([status, stderr], [1, `${complaint}\n`]);
  }
  assert.ok(statSync(device).isCharacterDevice());
  folder.remove();
});

test('--iidfile has the ID, and none of an earlier build after a failure', async () => {
  const folder = folderOf({ ...SMALL, 'bad.Dockerfile': 'FROM busybox\nRUN exit 9\n' });
  const file = join(folder.path, 'id');
  const id = (await daemon.skiff(['build', '-q', '--iidfile', file, folder.path])).trim();
  assert.equal(readFileSync(file, 'utf8'), id);
  const { status } = await daemon.trySkiff([
    'build',
    '--iidfile',
    file,
    '-f',
    join(folder.path, 'bad.Dockerfile'),
    folder.path,
  ]);
  assert.equal(status, 9);
  assert.ok(!existsSync(file));
  folder.remove();
});

test('annotations say where they go, in the words of buildx', async () => {
  const folder = folderOf(SMALL);
  const tar = join(folder.path, 'annotated.tar');
  const flags = ['--annotation', 'manifest[linux/amd64],index:a.b=c:d', '--annotation', 'e=f:g'];
  await daemon.skiff(['build', ...flags, '-o', `type=oci,dest=${tar}`, folder.path]);
  const found = await mustRun('sh', ['-c', 'tar -xOf "$0" | grep -ao \'"annotations":{[^}]*}\' | sort -u', tar]);
  assert.match(found, /"annotations":\{"a.b":"c:d","e":"f:g"\}\n/);
  const { stderr } = await daemon.trySkiff(['build', '--annotation', 'index:a=b', folder.path]);
  assert.equal(stderr, 'index annotations not supported for single platform export\n');
  folder.remove();
});
