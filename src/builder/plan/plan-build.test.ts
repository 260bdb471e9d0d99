import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../errors/engine-error.ts';
import type { BuildPlan, CopyStep, Mount, RunStep, Step } from './build-plan.ts';
import type { NamedContext } from './plan-options.ts';
import { planLines } from './testing/plan-text.ts';

function stepsOf<K extends Step['kind']>({ target }: BuildPlan, kind: K): Extract<Step, { readonly kind: K }>[] {
  return target.steps.filter((step): step is Extract<Step, { readonly kind: K }> => step.kind === kind);
}

async function runOf(...lines: readonly string[]): Promise<RunStep> {
  const [step] = stepsOf(await planLines(['FROM busybox', ...lines]), 'run');
  assert.ok(step);
  return step;
}

async function copyOf(...lines: readonly string[]): Promise<CopyStep> {
  const [step] = stepsOf(await planLines(['FROM busybox', ...lines]), 'copy');
  assert.ok(step);
  return step;
}

async function mountOf(options: string): Promise<Mount | undefined> {
  return (await runOf('WORKDIR /w', `RUN --mount=${options} true`)).mounts[0];
}

test('a RUN has all that running it needs', async () => {
  const { target } = await planLines(
    ['FROM busybox', 'ENV a=1', 'ARG b=2', 'WORKDIR /w', 'USER me', 'RUN --network=none echo $a', 'RUN ["x", "$a"]'],
    { buildArgs: { HTTP_PROXY: 'http://p', no_proxy: 'x' } },
  );
  const [run, exec] = target.steps.filter((step) => step.kind === 'run');
  assert.deepEqual(run, {
    kind: 'run',
    argv: ['/bin/sh', '-c', 'echo $a'],
    env: ['PATH=/bin', 'a=1', 'b=2'],
    proxyEnv: ['HTTP_PROXY=http://p', 'http_proxy=http://p', 'NO_PROXY=x', 'no_proxy=x'],
    cwd: '/w',
    user: 'me',
    network: 'none',
    mounts: [],
    script: undefined,
    createdBy: 'RUN |1 b=2 /bin/sh -c echo $a # buildkit',
    lines: { start: 6, end: 6 },
    title: 'RUN --network=none echo 1',
    number: { index: 3, total: 4 },
    config: { Env: ['PATH=/bin', 'a=1'], WorkingDir: '/w', User: 'me' },
    author: undefined,
  });
  assert.deepEqual(exec?.argv, ['x', '$a']);
});

test('a script given as a heredoc is a file, other heredocs are what the shell is given', async () => {
  const script = await runOf('RUN <<-EOF', '\t#!/bin/x', '\techo', '\tEOF');
  assert.deepEqual(script.script, { path: '/dev/pipes/EOF', content: '#!/bin/x\necho\n' });
  assert.deepEqual(script.argv, ['/bin/sh', '-c', '/dev/pipes/EOF']);
  assert.equal(script.title, 'RUN <<-EOF (#!/bin/x...)');
  assert.deepEqual((await runOf('RUN <<"EOF"', 'echo $x', 'EOF')).argv, ['/bin/sh', '-c', 'echo $x\n']);
  assert.deepEqual((await runOf('RUN sh <<A 3<<B', 'a', 'A', 'b', 'B')).argv, [
    '/bin/sh',
    '-c',
    'sh <<A 3<<B\na\nA\nb\nB',
  ]);
});

test('mounts of every type, with what they leave out', async () => {
  assert.deepEqual(await mountOf('target=ctx'), {
    kind: 'bind',
    target: '/w/ctx',
    from: { kind: 'context' },
    source: '/',
    writable: false,
  });
  assert.deepEqual(await mountOf('type=cache,dst=/c/,source=x,mode=700,uid=1,gid=2,ro'), {
    kind: 'cache',
    target: '/c',
    id: '/c/',
    sharing: 'shared',
    readOnly: true,
    from: { kind: 'scratch' },
    source: '/x',
    mode: 0o700,
    uid: 1,
    gid: 2,
  });
  assert.deepEqual(await mountOf('type=tmpfs,target=/t,size=1k'), { kind: 'tmpfs', target: '/t', sizeBytes: 1024 });
  const owned = { required: false, mode: 0o400, uid: 0, gid: 0 };
  assert.deepEqual(await mountOf('type=secret,id=a/b'), {
    kind: 'secret',
    id: 'a/b',
    target: '/run/secrets/b',
    env: undefined,
    ...owned,
  });
  assert.deepEqual(await mountOf('type=secret,env=X'), {
    kind: 'secret',
    id: 'X',
    target: undefined,
    env: 'X',
    ...owned,
  });
  assert.deepEqual(await mountOf('type=secret,target=/x/y,required,mode=444'), {
    kind: 'secret',
    id: 'y',
    target: '/x/y',
    env: undefined,
    ...owned,
    required: true,
    mode: 0o444,
  });
  assert.deepEqual(await mountOf('type=ssh'), {
    kind: 'ssh',
    id: 'default',
    target: '/run/buildkit/ssh_agent.0',
    ...owned,
    mode: 0o600,
  });
});

test('what a step of a build must not have is refused in plain words', async () => {
  const refusals = {
    'RUN --security=insecure x': /RUN --security=insecure is not supported: steps of a build never run privileged/,
    'RUN --security=foo x': /security "foo" is not valid/,
    'RUN --device=x x': /RUN --device is not supported/,
    'RUN --network=host x': /network\.host is not allowed/,
  };
  for (const [line, message] of Object.entries(refusals))
    await assert.rejects(runOf(line), { kind: 'invalid_argument', message });
  assert.equal((await runOf('RUN --security=sandbox x')).kind, 'run');
  const [host] = stepsOf(await planLines(['FROM busybox', 'RUN --network=host x'], { allowHostNetwork: true }), 'run');
  assert.equal(host?.network, 'host');
});

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
      destination: '/w/e/',
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

test('only what the target needs is planned, each stage after those it needs', async () => {
  const asked: string[] = [];
  const plan = await planLines(
    [
      'FROM base AS a',
      'FROM unused AS b',
      'FROM scratch AS c',
      'COPY --from=a /x /y',
      'FROM c AS d',
      'RUN --mount=from=other,target=/o --mount=type=cache,from=a,target=/c true',
      'FROM d',
    ],
    {
      target: 'D',
      resolveImage: async (reference, platform) => {
        asked.push(reference);
        return { reference, id: reference, platform, config: {}, author: undefined };
      },
    },
  );
  assert.deepEqual(asked.toSorted(), ['base', 'other']);
  assert.deepEqual(
    plan.stages.map(({ id, label, needs }) => [id, label, needs]),
    [
      [0, 'a', []],
      [2, 'c', [0]],
      [3, 'd', [2, 0]],
    ],
  );
  assert.deepEqual(plan.target.base, { kind: 'stage', id: 2 });
  const [bind, cache] = stepsOf(plan, 'run')[0]?.mounts ?? [];
  assert.ok(bind?.kind === 'bind' && bind.from.kind === 'image' && bind.from.image.reference === 'other');
  assert.deepEqual(cache?.kind === 'cache' && cache.from, { kind: 'stage', id: 0 });
  assert.deepEqual(plan.stages[1]?.steps[0]?.number, { index: 1, total: 1 });
});

test('a target may be a number', async () => {
  assert.equal((await planLines(['FROM a', 'FROM b AS c', 'FROM d'], { target: '1' })).target.name, 'c');
});

test('a base may be an image by its ID, and shows its full name otherwise', async () => {
  const id = 'a'.repeat(64);
  assert.equal((await planLines([`FROM ${id}`])).target.baseStep?.title, `FROM ${id}`);
  assert.equal((await planLines(['FROM busybox'])).target.baseStep?.title, 'FROM docker.io/library/busybox:latest');
  await assert.rejects(planLines(['FROM Busy']), {
    message: /^failed to parse stage name "Busy": invalid reference format/,
  });
});

test('named contexts come before stages and images', async () => {
  const named = (contexts: Record<string, NamedContext>) => ({ namedContexts: new Map(Object.entries(contexts)) });
  const lines = [
    'FROM busybox AS build',
    'RUN x',
    'FROM alpine:latest',
    'COPY --from=build / /b',
    'COPY --from=files / /f',
    'RUN --mount=from=files,target=/m x',
  ];
  const plan = await planLines(
    lines,
    named({
      build: { kind: 'files' },
      'docker.io/library/alpine': { kind: 'image', reference: 'mine:1' },
      files: { kind: 'files' },
    }),
  );
  assert.deepEqual(plan.stages[0]?.steps, []);
  assert.equal(plan.target.base.kind === 'image' && plan.target.base.image.reference, 'mine:1');
  assert.deepEqual(
    stepsOf(plan, 'copy').map(({ from }) => from),
    [
      { kind: 'named-context', name: 'build' },
      { kind: 'named-context', name: 'files' },
    ],
  );
  const based = await planLines(['FROM files', 'RUN x'], named({ files: { kind: 'files' } }));
  assert.deepEqual(based.target.base, { kind: 'context', name: 'files' });
  assert.equal(based.target.config.WorkingDir, '/');
});

test('ONBUILD triggers of an image run first, and may need more stages', async () => {
  const plan = await planLines(['FROM busybox AS tools', 'RUN make', 'FROM base', 'ENV z=1'], {
    images: { base: { Env: ['PATH=/b'], OnBuild: ['ARG v=2', 'COPY --from=tools /x /y', 'RUN <<E\necho $v\nE'] } },
  });
  assert.deepEqual(
    plan.stages.map(({ id }) => id),
    [0, 1],
  );
  assert.deepEqual(
    plan.target.steps.map(({ title, lines }) => [title, lines.start]),
    [
      ['ONBUILD ARG v=2', 3],
      ['ONBUILD COPY --from=tools /x /y', 3],
      ['ONBUILD RUN <<E (echo 2)', 3],
      ['ENV z=1', 4],
    ],
  );
  assert.equal(plan.target.config.OnBuild, undefined);
  await assert.rejects(planLines(['FROM base'], { images: { base: { OnBuild: ['RUNN x'] } } }), {
    message: /^unknown instruction: RUNN \(did you mean RUN\?\)\nDockerfile:1\n/,
  });
});

test('an image that cannot be had is told at its line, with near stages', async () => {
  const resolveImage = async (reference: string) => {
    throw new EngineError('not_found', `No such image: ${reference}`);
  };
  await assert.rejects(planLines(['FROM scratch AS build', 'FROM buidl'], { resolveImage }), {
    kind: 'not_found',
    message:
      /^No such image: buidl \(did you mean build\?\)\nDockerfile:2\n-+\n   1 \|     FROM scratch AS build\n   2 \| >>> FROM buidl/,
  });
});

test('build arguments that nothing asks for are told', async () => {
  const { unusedBuildArgs, sourceDateEpoch } = await planLines(['ARG a', 'FROM scratch', 'ARG b'], {
    buildArgs: { a: '1', b: '2', c: '3', HTTP_PROXY: 'x', SOURCE_DATE_EPOCH: '0', BUILDKIT_INLINE_CACHE: '1' },
  });
  assert.deepEqual(unusedBuildArgs, ['c']);
  assert.equal(sourceDateEpoch, '0');
});

test('platforms reach the ARGs and the images', async () => {
  const platform = { os: 'linux', architecture: 'arm', variant: 'v7' };
  const plan = await planLines(
    ['FROM busybox', 'ARG TARGETPLATFORM TARGETVARIANT', 'ENV p=$TARGETPLATFORM v=$TARGETVARIANT'],
    { platform },
  );
  assert.deepEqual(plan.target.platform, platform);
  assert.deepEqual(plan.target.config.Env, ['PATH=/bin', 'p=linux/arm/v7', 'v=v7']);
});

test('stages in a row that no stack could hold are planned, and names are no magic', async () => {
  const chain = Array.from({ length: 5000 }, (_, index) => `FROM s${index} AS s${index + 1}`);
  assert.equal((await planLines(['FROM scratch AS s0', ...chain])).stages.length, 5001);
  const odd = await planLines(
    [
      'FROM scratch AS constructor',
      'ARG __proto__=1 toString',
      'LABEL __proto__=x constructor=y',
      'ENV hasOwnProperty=$__proto__',
    ],
    { buildArgs: {} },
  );
  assert.deepEqual(odd.target.config.Env?.slice(1), ['hasOwnProperty=1']);
  await assert.rejects(planLines(['FROM scratch', '__proto__ x']), { message: /unknown instruction: __proto__/ });
  await assert.rejects(planLines(['FROM scratch', 'RUN --constructor=x y']), { message: /unknown flag: constructor/ });
});

test('a Dockerfile whose variables grow without end is refused', async () => {
  const lines = ['FROM scratch', 'ENV a=aaaaaaaaaa', ...Array.from({ length: 60 }, () => 'ENV a=$a$a$a$a')];
  await assert.rejects(planLines(lines), {
    kind: 'invalid_argument',
    message: /expands to more than a build can hold/,
  });
});
