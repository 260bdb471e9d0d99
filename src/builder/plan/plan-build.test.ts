import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../errors/engine-error.ts';
import type { NamedContext } from './plan-options.ts';
import { planLines, runOf, stepsOf } from './testing/plan-text.ts';

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

test('an ARG hides an ENV of its name for the rest of its own stage only', async () => {
  const plan = await planLines([
    'FROM busybox AS below',
    'ENV a=env',
    'ARG a=arg b=2',
    'RUN below',
    'FROM below AS above',
    'RUN first',
    'ARG a=own',
    'RUN second',
  ]);
  const runs = plan.stages.flatMap(({ steps }) => steps.filter((step) => step.kind === 'run'));
  assert.deepEqual(
    runs.map(({ env }) => env),
    [
      ['PATH=/bin', 'a=arg', 'b=2'],
      ['PATH=/bin', 'a=env', 'b=2'],
      ['PATH=/bin', 'a=own', 'b=2'],
    ],
  );
});

test('a base that can have no such name is refused also where nothing needs it', async () => {
  const lines = ['FROM busybox AS Wanted', 'FROM Wanted'];
  await assert.rejects(planLines(lines, { target: 'wanted' }), {
    message: /^failed to parse stage name "Wanted": invalid reference format: .* must be lowercase\nDockerfile:2\n/,
  });
  const files: NamedContext = { kind: 'files' };
  const plan = await planLines(['FROM UPPER AS x', 'FROM busybox'], { namedContexts: new Map([['x', files]]) });
  assert.equal(plan.stages.length, 1);
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

test('a stage has the platform of what it continues', async () => {
  const lines = ['FROM --platform=linux/arm64 busybox AS a', 'FROM --platform=linux/s390x a AS b', 'FROM b'];
  const { stages } = await planLines(lines);
  assert.deepEqual(
    stages.map(({ platform }) => platform.architecture),
    ['arm64', 'arm64', 'arm64'],
  );
});

test('the working folder of an image is absolute, and programs are found in every image', async () => {
  const { target } = await planLines(['FROM odd', 'RUN x', 'WORKDIR y'], { images: { odd: { WorkingDir: 'w/' } } });
  assert.equal(target.steps[0]?.kind === 'run' && target.steps[0].cwd, '/w');
  assert.deepEqual(target.config, {
    WorkingDir: '/w/y',
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  });
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
