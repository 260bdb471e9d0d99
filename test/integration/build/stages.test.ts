import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import { build, contextOf, folderOf, shell, tryBuild } from '../../support/builds.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('files go from stage to stage, with their owners; from images, too', async () => {
  const dockerfile = `FROM busybox AS first
RUN mkdir -p /d/e && echo one > /d/f && chown 5:6 /d/f && ln -s f /d/l
FROM busybox
COPY --from=first /d /copied
COPY --from=0 --chown=1:2 /d/l /link
COPY --from=busybox /bin/busybox /x/busybox
`;
  await build(daemon, { Dockerfile: dockerfile }, { t: 'staged' });
  const script =
    "cat /link; stat -c '%u:%g' /copied/f /link; readlink /copied/l; ls -d /copied/e; /x/busybox true && echo runs";
  assert.equal(await shell(daemon, 'staged', script), 'one\n5:6\n1:2\nf\n/copied/e\nruns\n');
});

test('a stage that the target does not need never runs', async () => {
  const dockerfile = `FROM busybox AS base
RUN echo base
FROM base AS unneeded
RUN echo never-seen && exit 1
FROM base AS wanted
RUN echo wanted
FROM unneeded
`;
  const { output } = await build(daemon, { Dockerfile: dockerfile }, { target: 'wanted' });
  assert.match(output, /wanted\n/);
  assert.doesNotMatch(output, /never-seen\n/);
});

test('stages that need nothing of each other run at the same time', async () => {
  // Each waits for the other to have begun, by way of a cache that both share.
  const meet = (own: string, other: string) =>
    `RUN --mount=type=cache,id=meeting,target=/m touch /m/${own}; for i in $(seq 200); do [ -e /m/${other} ] && exit 0; sleep 0.05; done; exit 1`;
  const dockerfile = `FROM busybox AS a
${meet('a', 'b')}
FROM busybox AS b
${meet('b', 'a')}
FROM busybox
COPY --from=a /etc/passwd /a
COPY --from=b /etc/passwd /b
`;
  await build(daemon, { Dockerfile: dockerfile });
});

test('two builds of one step make it once', async () => {
  const dockerfile = 'FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /when; sleep 0.5\n';
  const results = await Promise.all(
    [1, 2, 3].map((n) => build(daemon, { Dockerfile: dockerfile }, { t: `shared:${n}` })),
  );
  assert.equal(new Set(results.map(({ imageId }) => imageId)).size, 1);
});

/** Begins a build, and tells as soon as it has written so. */
async function buildUntil(query: string, dockerfile: string, written: string): Promise<IncomingMessage> {
  const outgoing = request({ socketPath: daemon.socketPath, method: 'POST', path: `/build?${query}` });
  outgoing.on('error', () => undefined); // it is hung up on
  outgoing.end(contextOf({ Dockerfile: dockerfile }));
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let output = '';
  incoming.setEncoding('utf8').on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    incoming.on('data', (text: string) => {
      output += text;
      if (output.includes(written)) resolve();
    });
    incoming.on('end', () => reject(new Error(`${written} was never written: ${output}`)));
  });
  return incoming;
}

test('a build that waits for the step of another makes it itself when that is called off', async () => {
  // The first to come here stays.
  const dockerfile = `FROM busybox
RUN --mount=type=cache,id=turns,target=/t if [ -e /t/taken ]; then echo over > /f; else touch /t/taken; echo be''gun; exec sleep 985; fi
`;
  const first = await buildUntil('', dockerfile, 'begun');
  const second = await buildUntil('t=alone', dockerfile, 'Step 2/2');
  first.destroy();
  await once(second, 'end');
  assert.equal(await shell(daemon, 'alone', 'cat /f'), 'over\n');
});

test('another stage with the same files leaves the steps after it as they were', async () => {
  const dockerfile = (word: string) => ({
    Dockerfile: `FROM busybox AS made\nRUN echo ${word} > /dev/null; echo same > /f\nFROM busybox\nCOPY --from=made /f /f\nRUN cat /proc/sys/kernel/random/uuid > /when\n`,
  });
  const first = await build(daemon, dockerfile('a'));
  const second = await build(daemon, dockerfile('b'));
  const layers = async (id: string) =>
    (await daemon.call('GET', `/images/${id}/json`)).json<{ RootFS: { Layers: string[] } }>().RootFS.Layers;
  assert.deepEqual(await layers(second.imageId), await layers(first.imageId));
});

test('a whole image of nothing but copied files', async () => {
  const dockerfile =
    'FROM busybox AS source\nFROM scratch\nCOPY --from=source /bin/busybox /bin/sh\nCMD ["/bin/sh", "-c", "echo from scratch"]\n';
  await build(daemon, { Dockerfile: dockerfile }, { t: 'scratched' });
  assert.equal(await daemon.skiff(['run', '--rm', 'scratched']), 'from scratch\n');
});

test('further contexts: a folder, an image', async () => {
  const main = folderOf({
    Dockerfile: 'FROM base\nCOPY --from=more . /m/\nRUN --mount=from=more,target=/x cat /x/f > /seen\n',
  });
  const more = folderOf({ f: 'more', 'sub/g': 'g', '.dockerignore': 'sub\n' });
  await daemon.skiff([
    'build',
    '-t',
    'contexts',
    '--build-context',
    `more=${more.path}`,
    '--build-context',
    'base=docker-image://busybox',
    main.path,
  ]);
  assert.equal(
    await shell(daemon, 'contexts', 'cd /m; find . -type f | sort; cat /seen'),
    './.dockerignore\n./f\nmore',
  );
  main.remove();
  more.remove();
});

test('a layout of OCI is a context, by its tag, its digest or alone, and is not kept', async () => {
  const folder = folderOf({
    Dockerfile: 'FROM base\nRUN cat /word > /seen\n',
    'made/Dockerfile': 'FROM busybox\nARG WORD\nRUN echo $WORD > /word\n',
  });
  const layout = `${folder.path}/layout`;
  const made = ['build', '--build-arg', 'WORD=laid', '-t', 'laid:one', '-o', `type=oci,tar=false,dest=${layout}`];
  await daemon.skiff([...made, `${folder.path}/made`]);
  await daemon.skiff(['rmi', 'laid:one']);
  const index = JSON.parse(readFileSync(`${layout}/index.json`, 'utf8')) as { manifests: { digest: string }[] };
  const before_ = await daemon.skiff(['images', '-aq']);
  for (const place of ['', ':one', `@${index.manifests[0]?.digest}`]) {
    const build_ = ['build', '-t', 'on-layout', '--build-context', `base=oci-layout://${layout}${place}`];
    await daemon.skiff([...build_, folder.path]);
    assert.equal(await shell(daemon, 'on-layout', 'cat /seen'), 'laid\n');
    await daemon.skiff(['rmi', 'on-layout']);
    assert.equal(await daemon.skiff(['images', '-aq']), before_);
  }
  for (const [place, complaint] of Object.entries({
    [`${layout}:none`]: /there is no image none in/,
    '/nowhere': /open \/nowhere\/index.json: no such file or directory/,
  })) {
    const { stderr } = await daemon.trySkiff(['build', '--build-context', `base=oci-layout://${place}`, folder.path]);
    assert.match(stderr, complaint);
  }
  folder.remove();
});

test('cycles, unknown stages and images are told before anything runs', async () => {
  const cycle = await tryBuild(daemon, {
    Dockerfile: 'FROM busybox AS a\nCOPY --from=b /x /x\nFROM busybox AS b\nCOPY --from=a /x /x\n',
  });
  assert.match(cycle.error ?? '', /circular|cycle/i);
  const target = await tryBuild(daemon, { Dockerfile: 'FROM busybox AS one\n' }, { target: 'on' });
  assert.equal(target.status, 400);
  assert.match(target.error ?? '', /target stage "?on"? could not be found/);
});
