import assert from 'node:assert/strict';
import { once } from 'node:events';
import { globSync, statSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build, folderOf, shell, tryBuild } from '../../support/builds.ts';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

let count = 0;
/** What the instructions have written to /out. */
async function outOf(instructions: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const name = `mounted${count++}`;
  await build(daemon, { ...files, Dockerfile: `FROM busybox\n${instructions}\n` }, { t: name });
  return shell(daemon, name, 'cat /out');
}

async function layersOf(image: string): Promise<string[]> {
  const answer = await daemon.call('GET', `/images/${image}/json`);
  return answer.json<{ RootFS: { Layers: string[] } }>().RootFS.Layers;
}

test('a bind mount shows the context, read-only and only to its step', async () => {
  const mount = '--mount=type=bind,source=sub,target=/in';
  const script = 'cat /in/f > /out; touch /in/g 2>/dev/null || echo kept >> /out';
  assert.equal(
    await outOf(`RUN ${mount} ${script}\nRUN ls -d /in >> /out 2>&1; true`, { 'sub/f': 'f\n' }),
    'f\nkept\nls: /in: No such file or directory\n',
  );
});

test('a bind mount of one file, of another stage, and one that takes writes and forgets them', async () => {
  const script = `FROM busybox AS made
RUN mkdir /m && echo made > /m/f
FROM busybox
RUN --mount=from=made,source=/m,target=/m,rw --mount=source=one,target=/one cat /m/f /one > /out && echo x > /m/new
RUN --mount=from=made,source=/m,target=/m ls /m >> /out
`;
  await build(daemon, { Dockerfile: script, one: 'one\n' }, { t: 'bound' });
  assert.equal(await shell(daemon, 'bound', 'cat /out'), 'made\none\nf\n');
});

test('a step is made anew when what it mounts has changed, and only then', async () => {
  const dockerfile = 'FROM busybox\nRUN --mount=target=/in cat /in/used > /out\n';
  const first = await build(daemon, { Dockerfile: dockerfile, used: '1' });
  const same = await build(daemon, {
    Dockerfile: dockerfile,
    used: { content: '1', mtime: { seconds: 5, nanoseconds: 0 } },
  });
  assert.equal(same.imageId, first.imageId);
  const other = await build(daemon, { Dockerfile: dockerfile, used: '2' }, { t: 'changed' });
  assert.equal(await shell(daemon, 'changed', 'cat /out'), '2');
  assert.notEqual(other.imageId, first.imageId);
});

test('what is mounted through a link counts by its content; what is not there, or ignored, is told', async () => {
  const mounting = (source: string, command = 'cat /in/f > /out; stat -c %a /in >> /out') =>
    `FROM busybox\nRUN --mount=source=${source},target=/in ${command}\n`;
  const files = (word: string) => ({
    'd/': { mode: 0o750, type: 'directory' as const },
    'd/f': word,
    l: { link: 'd' },
  });
  for (const word of ['one', 'two']) {
    await build(daemon, { Dockerfile: mounting('l'), ...files(word) }, { t: 'through' });
    assert.equal(await shell(daemon, 'through', 'cat /out'), `${word}750\n`);
  }
  await build(daemon, { Dockerfile: mounting('l/f', 'cat /in > /out'), ...files('three') }, { t: 'through' });
  assert.equal(await shell(daemon, 'through', 'cat /out'), 'three');
  const missing = await tryBuild(daemon, { Dockerfile: mounting('nowhere'), ...files('') });
  assert.match(missing.error ?? '', /"\/nowhere": not found/);
  const ignored = await tryBuild(daemon, { Dockerfile: mounting('d'), '.dockerignore': 'd\n', ...files('') });
  assert.match(ignored.error ?? '', /"\/d": not found/);
});

test('many steps that mount the context see the same files, and what one writes is seen by no other', async () => {
  const dockerfile = `FROM busybox
RUN --mount=target=/in cat /in/f > /a
RUN --mount=target=/in,rw echo written > /in/f && cat /in/f > /b
RUN --mount=target=/in cat /in/f > /c; touch /in/g 2> /d; true
`;
  await build(daemon, { Dockerfile: dockerfile, f: 'sent\n' }, { t: 'mounting' });
  const seen = 'sent\nwritten\nsent\ntouch: /in/g: Read-only file system\n';
  assert.equal(await shell(daemon, 'mounting', 'cat /a /b /c /d'), seen);
});

test('a cache mount keeps its files from build to build, and puts none of them into the image', async () => {
  const dockerfile = (word: string) => ({
    Dockerfile: `FROM busybox\nRUN --mount=type=cache,target=/c echo ${word} >> /c/words && cat /c/words > /out\n`,
  });
  await build(daemon, dockerfile('one'), { t: 'caching' });
  await build(daemon, dockerfile('two'), { t: 'caching' });
  assert.equal(
    await shell(daemon, 'caching', 'cat /out; ls -d /c 2>&1; true'),
    'one\ntwo\nls: /c: No such file or directory\n',
  );
});

test('a cache mount begins with what it is made from, with its mode and owner', async () => {
  const script = `FROM busybox AS seed
RUN mkdir /s && echo seeded > /s/f
FROM busybox
RUN --mount=type=cache,id=seeded,from=seed,source=/s,target=/c,mode=0700,uid=3,gid=4 cat /c/f > /out; stat -c '%a %u %g' /c >> /out
`;
  await build(daemon, { Dockerfile: script }, { t: 'seeded' });
  assert.equal(await shell(daemon, 'seeded', 'cat /out'), 'seeded\n700 3 4\n');
});

/** Two builds at once; whether their steps were in the directory at the same time. */
async function overlap(sharing: string): Promise<boolean> {
  const dockerfile = (word: string) => ({
    Dockerfile: `FROM busybox
RUN --mount=type=cache,id=${sharing},sharing=${sharing},target=/c touch /c/${word}; \\
  for i in 1 2 3 4 5 6 7 8 9 10; do [ $(ls /c | wc -l) -gt 1 ] && touch /saw; sleep 0.05; done; ls /saw 2>/dev/null; rm /c/${word}
`,
  });
  const results = await Promise.all(['a', 'b'].map((word) => build(daemon, dockerfile(word))));
  return results.some(({ output }) => output.includes('/saw\n'));
}

test('shared caches are used at once, locked and private ones are not', async () => {
  assert.equal(await overlap('shared'), true);
  assert.equal(await overlap('locked'), false);
  assert.equal(await overlap('private'), false);
});

test('a tmpfs is there for its step, and leaves nothing', async () => {
  const script =
    'RUN --mount=type=tmpfs,target=/t,size=1m touch /t/f && df /t | tail -1 | cut -c1-5 > /out\nRUN ls /t >> /out 2>&1; true';
  assert.equal(await outOf(script), 'tmpfs\nls: /t: No such file or directory\n');
});

test('a step that only mounts makes no layer', async () => {
  const mounts =
    '--mount=type=cache,target=/root/.cache --mount=type=tmpfs,target=/var/x/y --mount=type=bind,target=/in';
  await build(daemon, { Dockerfile: `FROM busybox\nRUN ${mounts} true\n` }, { t: 'nothing' });
  assert.deepEqual(await layersOf('nothing'), await layersOf('busybox'));
});

test('a secret is a file and a variable of its step, and is nowhere else', async () => {
  const word = 'correct-horse-battery';
  const folder = folderOf({
    Dockerfile: `FROM busybox
RUN --mount=type=secret,id=token --mount=type=secret,id=other,env=OTHER,target=/o,mode=0440,uid=5 \\
  wc -c < /run/secrets/token > /out && stat -c '%a %u' /o >> /out && echo \${#OTHER} >> /out
RUN ls /run/secrets /o >> /out 2>&1; true
`,
    token: word,
  });
  const flags = ['--secret', `id=token,src=${join(folder.path, 'token')}`, '--secret', 'id=other,env=OTHER_SECRET'];
  const options = { env: { OTHER_SECRET: `${word}-too` } };
  await daemon.skiff(['build', '-t', 'secretive', ...flags, '--no-cache-filter', 'x', folder.path], options);
  assert.equal(await shell(daemon, 'secretive', 'head -3 /out'), `${word.length}\n440 5\n${word.length + 4}\n`);
  folder.remove();
  // Everything but the context that the file itself was in, which is gone with the build.
  const found = await mustRun('sh', ['-c', `grep -rl ${word} "$0/data" "$0/run" || true`, daemon.root]);
  assert.equal(found, '');
  const again = await tryBuild(daemon, {
    Dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=token,required=true true\n',
  });
  assert.match(again.error ?? '', /secret token: not found/);
});

test('another secret does not make a step anew', async () => {
  const folder = folderOf({
    Dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=s cat /proc/sys/kernel/random/uuid > /out\n',
    one: '1',
    two: '2',
  });
  const ids = [];
  for (const name of ['one', 'two']) {
    ids.push(await daemon.skiff(['build', '-q', '--secret', `id=s,src=${join(folder.path, name)}`, folder.path]));
  }
  assert.equal(ids[0], ids[1]);
  folder.remove();
});

async function heardFrom(path: string, words: string): Promise<string> {
  const socket = createConnection({ path, allowHalfOpen: true }).end(words);
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

test('an SSH agent is reached by its step, whoever that runs as, and as long as that runs', async (t) => {
  const path = join(daemon.root, 'agent.sock');
  const agent = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (words: Buffer) => socket.write(`agent heard ${words.toString()}`));
    socket.on('end', () => socket.end());
  });
  t.after(() => agent.close());
  agent.listen(path);
  await once(agent, 'listening');
  const hangUp = new AbortController();
  const dockerfile = `FROM busybox
USER 5
RUN --mount=type=ssh,uid=5,gid=6,mode=0640 stat -c '%F %a %u:%g' $SSH_AUTH_SOCK; [ -w $SSH_AUTH_SOCK ] && exec sleep 986
`;
  const query = { ssh: JSON.stringify({ default: path }) };
  const building = tryBuild(daemon, { Dockerfile: dockerfile }, query, { signal: hangUp.signal }).catch(() => 'over');
  const sockets = () => globSync(join(daemon.root, 'run/build/*/*.agent'));
  const modeOf = (path: string) => {
    const { uid, gid, mode } = statSync(path);
    return `${uid}:${gid} ${(mode & 0o777).toString(8)}`;
  };
  await until('the step has a socket as it asked for', () => sockets().map(modeOf).join() === '5:6 640');
  const [socket = ''] = sockets();
  assert.equal(await heardFrom(socket, 'words'), 'agent heard words');
  hangUp.abort();
  assert.equal(await building, 'over');
  await until('the socket is gone', () => sockets().length === 0);
});

test('a key in a file is no agent', async () => {
  const folder = folderOf({ Dockerfile: 'FROM busybox\nRUN --mount=type=ssh cat $SSH_AUTH_SOCK\n', key: 'PRIVATE' });
  const key = join(folder.path, 'key');
  const refused = await daemon.trySkiff(['build', '--ssh', `default=${key}`, folder.path]);
  assert.match(refused.stderr, /key is no socket of an SSH agent/);
  const { error } = await tryBuild(
    daemon,
    { Dockerfile: 'FROM busybox\nRUN --mount=type=ssh cat $SSH_AUTH_SOCK\n' },
    { ssh: JSON.stringify({ default: key }) },
  );
  assert.match(error ?? '', /key is no socket of an SSH agent/);
  folder.remove();
});

test('a script with a line for its interpreter is run by it', async () => {
  assert.equal(await outOf('RUN <<EOF\n#!/usr/bin/awk -f\nBEGIN { print "by awk" > "/out" }\nEOF'), 'by awk\n');
  assert.equal(await outOf('RUN <<EOF\necho one > /out\necho two >> /out\nEOF'), 'one\ntwo\n');
});
