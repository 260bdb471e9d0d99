import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build, type ContextFile, contextOf, folderOf, shell, tryBuild } from '../../support/builds.ts';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { TestRegistry } from '../../support/test-registry.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

interface Inspect {
  readonly Id: string;
  readonly Created: string;
  readonly RootFS: { readonly Layers: string[] };
}

async function inspect(image: string): Promise<Inspect> {
  return (await daemon.call('GET', `/images/${image}/json`)).json<Inspect>();
}

const DOCKERFILE = `FROM busybox
WORKDIR /w/x
COPY a dir /in/
RUN echo made > made && mkdir more && rm /etc/group
ENV A=b
`;
const FILES: Readonly<Record<string, ContextFile>> = { Dockerfile: DOCKERFILE, a: 'a', 'dir/b': 'b' };
const touched = (seconds: number) => ({ content: 'a', mtime: { seconds, nanoseconds: 0 } });

test('the same inputs give the same image on any day and any host, with SOURCE_DATE_EPOCH', async () => {
  const query = { buildargs: JSON.stringify({ SOURCE_DATE_EPOCH: '1700000000' }), nocache: '1' };
  const first = await build(daemon, { ...FILES, a: touched(1_800_000_000) }, query);
  const other = await startDaemon();
  const second = await build(other, { ...FILES, a: touched(1_900_000_000) }, query);
  await other.close();
  assert.equal(second.imageId, first.imageId);
  assert.equal((await inspect(first.imageId)).Created, '2023-11-14T22:13:20Z');
  assert.match(
    await shell(daemon, first.imageId, 'stat -c %Y /in/a /w /w/x/made'),
    /^1700000000\n1700000000\n1700000000\n$/,
  );
});

test('--reproducible needs no epoch', async () => {
  const first = await build(daemon, FILES, { reproducible: '1', nocache: '1' });
  const second = await build(daemon, { ...FILES, a: touched(1_900_000_000) }, { reproducible: '1', nocache: '1' });
  assert.equal(second.imageId, first.imageId);
  assert.equal((await inspect(first.imageId)).Created, '1970-01-01T00:00:00Z');
});

test('the environment of skiff build may say the epoch; a build argument outranks it', async () => {
  const folder = folderOf({ Dockerfile: 'FROM busybox\nRUN echo made > /made\n' });
  const env = { SOURCE_DATE_EPOCH: '1500000000' };
  const first = (await daemon.skiff(['build', '-q', '--no-cache', folder.path], { env })).trim();
  assert.equal((await inspect(first)).Created, '2017-07-14T02:40:00Z');
  const flags = ['--build-arg', 'SOURCE_DATE_EPOCH=1600000000'];
  const second = (await daemon.skiff(['build', '-q', ...flags, folder.path], { env })).trim();
  assert.equal((await inspect(second)).Created, '2020-09-13T12:26:40Z');
  folder.remove();
});

test('squashed, all steps are one layer, with what they removed', async () => {
  const whole = await build(daemon, FILES);
  await build(daemon, FILES, { squash: '1', t: 'squashed' });
  assert.equal((await inspect(whole.imageId)).RootFS.Layers.length, 4);
  assert.equal((await inspect('squashed')).RootFS.Layers.length, 2);
  const script = 'cat /in/a /w/x/made; ls -d /w/x/more; ls /etc/group 2>/dev/null; stat -c %a /in';
  assert.equal(await shell(daemon, 'squashed', script), await shell(daemon, whole.imageId, script));
  const history = await daemon.skiff(['history', '-q', '--format', '{{.Size}}', 'squashed']);
  assert.equal(history.split('\n').filter((size) => size !== '' && size !== '0B').length, 2);
});

test('squashed, what stands on nothing is one layer', async () => {
  const files = { Dockerfile: 'FROM scratch\nCOPY a /etc\nCOPY b /b\nWORKDIR /w\n', a: 'a', b: 'b' };
  await build(daemon, files, { squash: '1', t: 'squashed' });
  assert.equal((await inspect('squashed')).RootFS.Layers.length, 1);
  const copied = { Dockerfile: 'FROM busybox\nCOPY --from=squashed / /all/\n' };
  await build(daemon, copied, { t: 'copied' });
  assert.equal(await shell(daemon, 'copied', 'cd /all; find . | sort; cat etc b'), '.\n./b\n./etc\n./w\nab');
});

test('an image carries its cache to another host', async () => {
  const query = { t: 'carrier', buildargs: JSON.stringify({ BUILDKIT_INLINE_CACHE: '1' }) };
  const files = {
    Dockerfile: 'FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /a\nRUN cat /proc/sys/kernel/random/uuid > /b\n',
  };
  const { imageId } = await build(daemon, files, query);
  const archive = await daemon.call('GET', '/images/carrier/get');
  const other = await startDaemon();
  await other.call('POST', '/images/load', { body: archive.body });
  const again = await build(other, files, { ...query, cachefrom: JSON.stringify(['carrier']) });
  assert.match(again.output, /Using cache\n.*\n.*\n ---> Using cache/s);
  assert.equal(again.imageId, imageId);
  await other.close();
});

test('a cache comes from a registry with its image, however it is named', async () => {
  const registry = await TestRegistry.start();
  const name = `${registry.address}/cached:1`;
  const folder = folderOf({ Dockerfile: 'FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /a\n' });
  await daemon.skiff(['build', '-t', name, '--cache-to', 'type=inline', '--push', folder.path]);
  const forget = async () => {
    await daemon.trySkiff(['rmi', name]);
    await daemon.call('POST', '/build/prune?all=1');
  };
  for (const source of [name, `type=registry,ref=${name}`]) {
    await forget();
    const { stderr } = await daemon.trySkiff(['build', '--cache-from', source, folder.path]);
    assert.match(stderr, /#2 CACHED\n/, source);
  }
  const { stderr } = await daemon.trySkiff(['build', '--cache-to', 'type=gha', folder.path]);
  assert.match(stderr, /unsupported cache export "type=gha"/);
  folder.remove();
  await registry.close();
});

test('an inline cache that lies is none', async () => {
  const files = { Dockerfile: 'FROM busybox\nRUN echo made > /a\n' };
  const query = { t: 'liar', buildargs: JSON.stringify({ BUILDKIT_INLINE_CACHE: '1' }) };
  await build(daemon, files, query);
  const archive = (await daemon.call('GET', '/images/liar/get')).body;
  // The same length, so that the archive stays one; IDs that do not fit any more are Docker's old ones.
  const folder = folderOf({ 'image.tar': '' });
  writeFileSync(join(folder.path, 'image.tar'), archive);
  const script = `set -e; mkdir u; tar -C u -xf image.tar; cd u; c=$(grep -l skiff.cache -r blobs); sed -i 's/"layers":2/"layers":9/' $c
    n=$(sha256sum $c | cut -d' ' -f1); mv $c blobs/sha256/$n; printf '[{"Config":"blobs/sha256/%s","RepoTags":["liar:latest"],"Layers":%s}]' $n "$(grep -o '"Layers":\\[[^]]*\\]' manifest.json | cut -d: -f2-)" > manifest.json
    rm -f index.json oci-layout; tar -cf ../lies.tar .`;
  await mustRun('sh', ['-c', script], { cwd: folder.path });
  await daemon.skiff(['rmi', 'liar']);
  await daemon.call('POST', '/build/prune?all=1');
  await daemon.skiff(['load', '-i', join(folder.path, 'lies.tar')]);
  const { imageId } = await build(daemon, files, { cachefrom: JSON.stringify(['liar']) });
  assert.equal(await shell(daemon, imageId, 'cat /a'), 'made\n');
  folder.remove();
});

test('annotations are in the manifest of the image', async () => {
  const annotations = JSON.stringify({ 'org.example.of': 'tests' });
  const { imageId } = await build(daemon, { Dockerfile: 'FROM busybox\nENV A=b\n' }, { annotations });
  const archive = await daemon.call('GET', `/images/${imageId}/get`);
  const saved = await mustRun(
    'sh',
    ['-c', 'tar -xOf - --wildcards "blobs/sha256/*" | grep -ao \'"annotations":{[^}]*}\''],
    {
      input: archive.body,
    },
  );
  assert.match(saved, /"annotations":\{"org.example.of":"tests"\}/);
});

test('a failed step leaves an image when that is asked for', async () => {
  const folder = folderOf({ Dockerfile: 'FROM busybox\nENV WHY=looking\nRUN echo partly > /made; exit 5\nRUN true\n' });
  const result = await daemon.trySkiff(['build', '--keep-failed', folder.path]);
  assert.equal(result.status, 5);
  const [, image] = /image of the failed step: (sha256:[0-9a-f]{64})/.exec(result.stdout) ?? [];
  assert.ok(image !== undefined, result.stderr);
  assert.equal(await shell(daemon, image, 'cat /made; echo $WHY'), 'partly\nlooking\n');
  const without = await daemon.trySkiff(['build', folder.path]);
  assert.doesNotMatch(without.stdout, /sha256/);
  folder.remove();
});

test('what was built is told by its ID and its names, beside the standard output', async () => {
  const folder = folderOf({ Dockerfile: 'FROM busybox\nENV TOLD=yes\n' });
  const { stdout, stderr } = await daemon.trySkiff(['build', '-t', 'told', '-t', 'localhost/told:1', folder.path]);
  const { Id } = await inspect('told');
  assert.ok(
    stderr.endsWith(
      `Successfully built ${Id}\nSuccessfully tagged told:latest\nSuccessfully tagged localhost/told:1\n`,
    ),
  );
  assert.equal(stdout, '');
  folder.remove();
});

test('a quiet build tells the ID on the standard output, and nothing else', async () => {
  const folder = folderOf({ Dockerfile: 'FROM busybox\nRUN echo quiet\n' });
  const { stdout, stderr } = await daemon.trySkiff(['build', '-q', '-t', 'quiet', folder.path]);
  assert.deepEqual([stdout, stderr], [`${(await inspect('quiet')).Id}\n`, '']);
  folder.remove();
});

test('an image without a single step is told as well', async () => {
  const folder = folderOf({ Dockerfile: 'FROM scratch\nENV A=b\n' });
  const { stderr } = await daemon.trySkiff(['build', '-t', 'stepless', folder.path]);
  assert.equal(stderr, `Successfully built ${(await inspect('stepless')).Id}\nSuccessfully tagged stepless:latest\n`);
  folder.remove();
});

test('a context may be compressed in any way', async () => {
  const files = { Dockerfile: 'FROM busybox\nCOPY f /f\n', f: 'squeezed' };
  for (const program of ['gzip', 'zstd', 'bzip2', 'xz']) {
    const squeezed = await mustRun('sh', ['-c', `${program} -c | base64 -w0`], { input: contextOf(files) });
    await build(daemon, Buffer.from(squeezed, 'base64'), { t: program });
    assert.equal(await shell(daemon, program, 'cat /f'), 'squeezed');
    const { error } = await tryBuild(daemon, Buffer.from(squeezed, 'base64').subarray(0, 60));
    assert.match(error ?? '', /damaged|cannot be unpacked by (bzip2|xz): /, program);
  }
});

test('a check finds mistakes, and builds nothing', async () => {
  const folder = folderOf({ Dockerfile: 'from busybox as Base\nMAINTAINER me\n' });
  const count = async () => (await daemon.call('GET', '/images/json?all=1')).json<unknown[]>().length;
  const before_ = await count();
  const found = await daemon.trySkiff(['build', '--check', folder.path]);
  assert.equal(found.status, 1);
  assert.match(found.stdout + found.stderr, /MaintainerDeprecated/);
  assert.equal(await count(), before_);
  folder.remove();
});

test('limits, hosts and networks of steps', async () => {
  const dockerfile = `FROM busybox
RUN grep known /etc/hosts; ulimit -n; cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; ip -o link | wc -l
`;
  const query = {
    extrahosts: 'known:10.9.8.7',
    ulimits: JSON.stringify([{ Name: 'nofile', Soft: 77, Hard: 99 }]),
    memory: String(64 * 1024 * 1024),
    networkmode: 'none',
  };
  const { output } = await build(daemon, { Dockerfile: dockerfile }, query);
  assert.match(output, /10\.9\.8\.7\s+known\n77\n.*67108864\n1\n/s);
  const isolated = await tryBuild(daemon, {
    Dockerfile: 'FROM busybox\nRUN --network=none ip -o link | wc -l; ip -o addr | grep -c eth0\n',
  });
  assert.match(isolated.output, /Running in [0-9a-f]+\n1\n0\n/);
});

test('what is not at hand is refused with words that help', async () => {
  const base = await tryBuild(daemon, { Dockerfile: 'FROM 127.0.0.1:1/nothing/here\n' });
  assert.notEqual(base.error, undefined);
  assert.match(base.error ?? '', /127\.0\.0\.1:1/);
  const user = await tryBuild(daemon, { Dockerfile: 'FROM busybox\nUSER nobody-here\nRUN true\n' });
  assert.match(user.error ?? '', /unable to find user nobody-here/);
  const command = await tryBuild(daemon, { Dockerfile: 'FROM busybox\nRUN ["/no/such/program"]\n' });
  assert.match(command.error ?? '', /no such file or directory/);
  assert.ok(existsSync(daemon.dataRoot) && readFileSync(daemon.logPath, 'utf8').length > 0);
});

test('a base that is not here is pulled; --pull looks for a newer one; the result is pushed', async () => {
  const registry = await TestRegistry.start();
  const base = `${registry.address}/team/base:1`;
  const push = async (word: string) => {
    await build(daemon, { Dockerfile: `FROM busybox\nRUN echo ${word} > /base\n` }, { t: base });
    await daemon.skiff(['push', '-q', base]);
    await daemon.skiff(['rmi', base]);
  };
  await push('one');
  const files = { Dockerfile: `FROM ${base}\nRUN cat /base > /seen\n` };
  const { output, messages } = await build(daemon, files, { t: 'pulled' });
  assert.ok(
    messages.some(({ status }) => String(status).startsWith('Status: Downloaded newer image')),
    output,
  );
  assert.equal(await shell(daemon, 'pulled', 'cat /seen'), 'one\n');
  await daemon.skiff(['tag', base, 'kept']);
  await push('two');
  await daemon.skiff(['tag', 'kept', base]);
  await build(daemon, files, { t: 'pulled' });
  assert.equal(await shell(daemon, 'pulled', 'cat /seen'), 'one\n');
  await build(daemon, files, { t: 'pulled', pull: '1' });
  assert.equal(await shell(daemon, 'pulled', 'cat /seen'), 'two\n');
  await registry.close();
});

test('contexts that the daemon fetches: an archive, a Dockerfile, a repository', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/Dockerfile')
      return void response.setHeader('content-type', 'application/octet-stream').end('FROM busybox\nENV FROM=text\n');
    if (request.url === '/context.tar.gz')
      return void response.end(gzipSync(contextOf({ Dockerfile: 'FROM busybox\nCOPY f /f\n', f: 'remote' })));
    response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await daemon.skiff(['build', '-t', 'remote:text', `${base}/Dockerfile`]);
  assert.equal(await shell(daemon, 'remote:text', 'echo $FROM'), 'text\n');
  await daemon.skiff(['build', '-t', 'remote:tar', `${base}/context.tar.gz`]);
  assert.equal(await shell(daemon, 'remote:tar', 'cat /f'), 'remote');
  const missing = await daemon.trySkiff(['build', `${base}/nothing`]);
  assert.match(missing.stderr, /error downloading remote context .* with status 404/);
  server.close();
  const { error } = await tryBuild(daemon, Buffer.alloc(0), { remote: `git://127.0.0.1:1/r.git` });
  assert.match(error ?? '', /git fetch failed/);
});
