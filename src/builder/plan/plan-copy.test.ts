import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyOf } from './testing/plan-text.ts';

test('COPY has its sources, its flags and where to', async () => {
  const copy = await copyOf(
    'ARG o=1:2 m=700',
    'WORKDIR /w',
    'COPY --chown=$o --chmod=$m --link --exclude=*.md --exclude=x a/../b c*/d ./e',
  );
  assert.deepEqual(copy.sources, [
    { kind: 'path', pattern: 'b', base: '.', isPattern: false, written: 'a/../b', unpack: false },
    { kind: 'path', pattern: 'c*/d', base: '.', isPattern: true, written: 'c*/d', unpack: false },
  ]);
  const { instruction, from, destination, owner, mode, link, parents, excludes } = copy;
  assert.deepEqual(
    { instruction, from, destination, owner, mode, link, parents, excludes },
    {
      instruction: 'COPY',
      from: { kind: 'context' },
      destination: '/w/e',
      owner: '1:2',
      mode: { kind: 'octal', bits: 0o700 },
      link: true,
      parents: false,
      excludes: ['*.md', 'x'],
    },
  );
});

test('destinations are folders when they say so', async () => {
  const destinations = {
    a: '/w/a',
    'a/': '/w/a/',
    '/a/.': '/a/',
    '.': '/w/',
    './': '/w/',
    '/': '/',
    '/a/../b': '/b',
    '../x': '/x',
  };
  for (const [written, expected] of Object.entries(destinations)) {
    assert.equal((await copyOf('WORKDIR /w', `COPY a ${written}`)).destination, expected, written);
  }
});

test('two stars stand for folders with --parents only', async () => {
  const pattern = async (line: string) =>
    (await copyOf(line)).sources.map((source) => source.kind === 'path' && source.pattern);
  assert.deepEqual(await pattern('COPY **/*.txt a/** /x/'), ['*/*.txt', 'a/*']);
  assert.deepEqual(await pattern('COPY --parents **/*.txt /x/'), ['**/*.txt']);
  await assert.rejects(copyOf('COPY a/[b /x'), {
    kind: 'invalid_argument',
    message: /^syntax error in pattern\nDockerfile:2\n/,
  });
});

test('--parents has a pivot', async () => {
  const sources = (await copyOf('COPY --parents a/./b/*.txt ./c/d /x/')).sources.map(
    (source) => source.kind === 'path' && [source.base, source.pattern],
  );
  assert.deepEqual(sources, [
    ['a', 'b/*.txt'],
    ['.', 'c/d'],
  ]);
});

test('symbolic modes are checked', async () => {
  assert.deepEqual((await copyOf('COPY --chmod=u=rwX,go=rX,a-w+x a /')).mode, {
    kind: 'symbolic',
    text: 'u=rwX,go=rX,a-w+x',
  });
  for (const mode of ['99', '17777', 'u', 'x=y', 'u=rwz', '0x1']) {
    await assert.rejects(copyOf(`COPY --chmod=${mode} a /`), {
      message: /^invalid chmod parameter: '.*'\. it should be octal string and between 0 and 07777/,
    });
  }
});

test('ADD fetches URLs and repositories, and unpacks what is local', async () => {
  const sum = `sha256:${'a'.repeat(64)}`;
  const add = await copyOf('ADD http://h/d/f%20g?x=1 https://h/r.git#v1:sub a.tar /x');
  assert.deepEqual(add.sources, [
    { kind: 'url', url: 'http://h/d/f%20g?x=1', name: 'f g', checksum: undefined, unpack: false },
    {
      kind: 'git',
      remote: 'https://h/r.git',
      ref: 'v1',
      subfolder: 'sub',
      submodules: true,
      keepGitDir: false,
      checksum: undefined,
      written: 'https://h/r.git#v1:sub',
    },
    { kind: 'path', pattern: 'a.tar', base: '.', isPattern: false, written: 'a.tar', unpack: true },
  ]);
  const [url] = (await copyOf(`ADD --checksum=${sum} --unpack http://h/ /x`)).sources;
  assert.deepEqual(url, { kind: 'url', url: 'http://h/', name: '__unnamed__', checksum: sum, unpack: true });
  const [git] = (await copyOf('ADD --keep-git-dir git@h:r/s.git /x')).sources;
  assert.ok(git?.kind === 'git' && git.keepGitDir && git.remote === 'git@h:r/s.git');
  assert.equal((await copyOf('ADD github.com/a/b /x')).sources[0]?.kind, 'path');
  await assert.rejects(copyOf('ADD --checksum=sha256:abc http://h/x /x'), {
    message: /^invalid checksum digest length/,
  });
  await assert.rejects(copyOf('ADD --checksum=x http://h/x /x'), { message: /^invalid checksum digest format/ });
  await assert.rejects(copyOf('ADD https://h/r.git?foo=1 /x'), { message: /^unexpected query "foo"/ });
  await assert.rejects(copyOf('COPY git@h:r/s.git /x'), { message: /^source can't be a git ref for COPY/ });
});
