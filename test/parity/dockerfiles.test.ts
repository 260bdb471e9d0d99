import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BuildPlan } from '../../src/builder/plan/build-plan.ts';
import { planBuild } from '../../src/builder/plan/plan-build.ts';
import { isEngineError } from '../../src/errors/engine-error.ts';
import { call } from '../support/http.ts';
import { DOCKERFILE_CASES, type DockerfileCase } from './dockerfile-cases.ts';

/** What BuildKit made of a Dockerfile: an image, or an error with its text and the excerpt it showed. */
interface Answer {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly history?: readonly string[];
  /** The steps as progress shows them, in the order of their texts. */
  readonly steps?: readonly string[];
  readonly error?: string;
  readonly excerpt?: string;
}

const recordedPath = fileURLToPath(new URL('recorded/dockerfiles.json', import.meta.url));
/** Answers are recorded, with `SKIFF_PARITY_RECORD=1`, by this program (`docker-buildx`) and that daemon. */
const buildx = process.env['SKIFF_PEER_BUILDX'];
const dockerHost = process.env['SKIFF_PEER_DOCKER'];
const isRecording = process.env['SKIFF_PARITY_RECORD'] === '1' && buildx !== undefined && dockerHost !== undefined;
const run = promisify(execFile);

/** As the peers' busybox has it. */
const BUSYBOX = { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['sh'] };

if (isRecording) {
  test('what BuildKit says is recorded', async () => {
    const context = await makeContext();
    const answers: Record<string, Answer> = {};
    try {
      for (const [title, dockerfileCase] of Object.entries(DOCKERFILE_CASES)) {
        answers[title] = await askBuildKit(context, dockerfileCase);
      }
    } finally {
      await rm(context, { recursive: true });
    }
    await writeFile(recordedPath, `${JSON.stringify(answers, undefined, 1)}\n`);
  });
} else {
  const recorded = JSON.parse(await readFile(recordedPath, 'utf8')) as Record<string, Answer>;
  for (const [title, dockerfileCase] of Object.entries(DOCKERFILE_CASES)) {
    test(`as BuildKit has it: ${title}`, async () => {
      const kept = recorded[title];
      assert.ok(kept, 'nothing is recorded for this case');
      const own = await askSkiff(dockerfileCase);
      const { ownWords, ownSteps } = dockerfileCase;
      if (ownWords !== undefined) assert.equal(own.error === undefined, kept.error === undefined);
      else if (ownSteps !== undefined) assert.deepEqual({ ...own, steps: [] }, { ...kept, steps: [] });
      else assert.deepEqual(own, kept);
    });
  }
}

async function askSkiff({ dockerfile, ...options }: DockerfileCase): Promise<Answer> {
  try {
    const plan = await planBuild(Buffer.from(dockerfile), {
      ...options,
      resolveImage: async (reference, platform) => {
        assert.match(reference, /^busybox(:latest)?$/);
        return { reference, id: 'busybox', platform, config: BUSYBOX, author: undefined };
      },
    });
    return { config: sorted(plan.target.config), history: historyOf(plan), steps: stepsOf(plan) };
  } catch (error) {
    if (!isEngineError(error, 'invalid_argument')) throw error;
    const [text = '', ...excerpt] = error.message.split(/\n(?=Dockerfile:\d)/);
    return { error: text, ...(excerpt.length === 0 ? {} : { excerpt: excerpt.join('\n') }) };
  }
}

/** Oldest first, of the target's stage and those that it continues. */
function historyOf(plan: BuildPlan): string[] {
  const history: string[] = [];
  for (let stage: BuildPlan['target'] | undefined = plan.target; stage !== undefined; ) {
    history.unshift(...stage.steps.flatMap(({ createdBy }) => createdBy ?? []));
    const { base }: BuildPlan['target'] = stage;
    stage = base.kind === 'stage' ? plan.stages.find(({ id }) => id === base.id) : undefined;
  }
  return history;
}

function stepsOf(plan: BuildPlan): string[] {
  const steps = plan.stages.flatMap(({ label, steps: own }) =>
    own.flatMap(({ title, number }) =>
      number === undefined ? [] : `[${label === '' ? '' : `${label} `}${number.index}/${number.total}] ${title}`,
    ),
  );
  return comparable(steps);
}

/**
 * Without the number of a single stage, which BuildKit shows when a mount needs more than the context; newer BuildKits
 * say of a trigger that it is one.
 */
function comparable(steps: readonly string[]): string[] {
  const isAlone = steps.every((step) => step.startsWith('[stage-0 '));
  return steps.map((step) => (isAlone ? step.replace('stage-0 ', '') : step).replace('] ONBUILD ', '] ')).toSorted();
}

async function makeContext(): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), 'skiff-dockerfiles-'));
  await mkdir(join(context, 'dir'));
  for (const name of ['a.txt', 'b.md', 'dir/c.txt', 'dir/d.md']) await writeFile(join(context, name), name);
  return context;
}

async function askBuildKit(context: string, dockerfileCase: DockerfileCase): Promise<Answer> {
  const { dockerfile, buildArgs = {}, target, labels = {} } = dockerfileCase;
  await writeFile(join(context, 'Dockerfile'), dockerfile);
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  const options = [
    ...pairs('--build-arg', buildArgs),
    ...pairs('--label', labels),
    ...(target ? ['--target', target] : []),
  ];
  const tag = `skiff-parity-${process.pid}`;
  let output = '';
  try {
    const env = { ...process.env, DOCKER_HOST: dockerHost, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' };
    const { stderr } = await run(
      buildx ?? '',
      ['build', '--no-cache', '--progress', 'plain', '-t', tag, ...options, context],
      {
        env,
        timeout: 60_000,
      },
    );
    output = stderr;
  } catch (error) {
    return refusalIn((error as { stderr: string }).stderr);
  }
  const socket = (dockerHost ?? '').replace(/^unix:\/\//, '');
  try {
    const image = await call(socket, 'GET', `/images/${tag}/json`);
    const history = await call(socket, 'GET', `/images/${tag}/history`);
    const { Config } = image.json<{ Config: Record<string, unknown> }>();
    const entries = history.json<{ CreatedBy: string; Comment: string }[]>();
    const own = entries.filter(({ Comment }) => Comment === 'buildkit.dockerfile.v0');
    return {
      config: sorted(Config),
      history: own.map(({ CreatedBy }) => CreatedBy).toReversed(),
      steps: stepsIn(output),
    };
  } finally {
    await call(socket, 'DELETE', `/images/${tag}?force=1`);
  }
}

/** All but FROM: stages that share a base share its step, under the name of one of them. */
function stepsIn(output: string): string[] {
  const steps = output.matchAll(/^#\d+ \[([a-z0-9._-]+ )? *(\d+\/\d+\] (?!FROM ).*)$/gm);
  return comparable([...new Set(Array.from(steps, ([, label = '', rest = '']) => `[${label}${rest}`))]);
}

function refusalIn(output: string): Answer {
  const [, error = output] = /^ERROR: failed to solve: (.*)$/ms.exec(output) ?? [];
  const [excerpt] = /^Dockerfile:\d+\n-{20}\n.*\n-{20}$/ms.exec(output) ?? [];
  return { error: error.trim(), ...(excerpt === undefined ? {} : { excerpt }) };
}

/** Keys in order; what is empty does not count, as engines differ in writing it. */
function sorted(config: object): Readonly<Record<string, unknown>> {
  const isEmpty = (value: unknown) =>
    value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);
  const entries = Object.entries(config).filter(([, value]) => !isEmpty(value));
  return JSON.parse(JSON.stringify(Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))));
}
