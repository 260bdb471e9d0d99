import { randomBytes } from 'node:crypto';
import { join, posix } from 'node:path';
import { EngineError, invalidArgument } from '../../errors/engine-error.ts';
import type { ImageId } from '../../lib/digest.ts';
import type { IgnoreRules } from '../../lib/ignore-rules.ts';
import { parseIgnoreRules } from '../../lib/ignore-rules.ts';
import { textOf } from '../../lib/tar/byte-string.ts';
import { readFileIn } from '../context/read-file.ts';
import type { SpoolPlaces } from '../context/receive-archive.ts';
import type { SpoolTree } from '../context/spool-tree.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { LintReport } from '../plan/lint-build.ts';
import { lintBuild } from '../plan/lint-build.ts';
import { planBuild } from '../plan/plan-build.ts';
import type { PlanOptions } from '../plan/plan-options.ts';
import { baseAtHand, findBase } from './base-images.ts';
import type { BuildParts } from './build-parts.ts';
import type { BuildProgress } from './build-progress.ts';
import type { BuildRequest } from './build-request.ts';
import type { BuildRun, StageState } from './build-run.ts';
import { FOLDER_OF_CONTEXTS, NamedTrees, namedContextOf } from './contexts/named-contexts.ts';
import { openContext } from './contexts/open-context.ts';
import { importCaches } from './inline-cache.ts';
import { baseImageOf, keepImage } from './keep-image.ts';
import { runStage } from './run-stage.ts';
import { squash } from './squash.ts';
import { checkSources } from './steps/check-sources.ts';

export interface BuildResult {
  /** Undefined when the Dockerfile was only checked. */
  readonly imageId: ImageId | undefined;
  /** What was found when it was only checked. */
  readonly check?: LintReport;
}

/** A build from its context to its image. Whatever happens, its folders go at the end. */
export async function runBuild(
  parts: BuildParts,
  request: BuildRequest,
  progress: BuildProgress,
): Promise<BuildResult> {
  const name = randomBytes(8).toString('hex');
  const places = {
    directory: join(parts.root, name),
    memoryDirectory: join(parts.secretDirectory, name),
    compileCache: parts.compileCache,
  };
  try {
    const received = await openContext(parts, request, places);
    const context = request.namedContexts.size === 0 ? received : received.without(FOLDER_OF_CONTEXTS);
    const [ignore, source] = await Promise.all([
      readIgnore(context, request.dockerfile),
      readDockerfile(context, request.dockerfile),
    ]);
    const options = planOptions(parts, request, progress, ignore);
    if (request.checkOnly) {
      const resolveImage: PlanOptions['resolveImage'] = (reference, platform) =>
        baseAtHand(parts.backend.images, { reference, platform });
      return { imageId: undefined, check: await lintBuild(source, { ...options, resolveImage }) };
    }
    // Not before the context is here: a client that takes its time must not keep others' images from going.
    return await parts.backend.images.session(async () => {
      const plan = await planBuild(source, options);
      progress.planned(plan);
      const imageId = await execute(parts, request, progress, { places, received, context, ignore, plan });
      return { imageId };
    });
  } finally {
    parts.discard([places.directory, places.memoryDirectory]);
  }
}

async function readIgnore(context: SpoolTree, dockerfile: string): Promise<IgnoreRules> {
  const own = await readFileIn(context, `${dockerfile}.dockerignore`);
  const text = own ?? (await readFileIn(context, '.dockerignore'));
  return parseIgnoreRules(text?.toString() ?? '');
}

async function readDockerfile(context: SpoolTree, path: string): Promise<Uint8Array> {
  const source = await readFileIn(context, path);
  // Docker's status for it is that of a bug.
  if (source === undefined) throw new EngineError('internal', `Cannot locate specified Dockerfile: ${path}`);
  return source;
}

function planOptions(
  parts: BuildParts,
  request: BuildRequest,
  progress: BuildProgress,
  ignore: IgnoreRules,
): PlanOptions {
  return {
    dockerfileName: shownName(request.dockerfile),
    target: request.target,
    buildArgs: request.buildArgs,
    platform: request.platform,
    labels: request.labels,
    ignore,
    allowHostNetwork: request.networkMode === 'host',
    namedContexts: new Map([...request.namedContexts].map(([name, source]) => [name, namedContextOf(source)])),
    resolveImage: (reference, platform) => findBase(parts.backend.images, request, progress, { reference, platform }),
  };
}

/** Clients send a Dockerfile from outside of the context under a name that nobody knows. */
function shownName(dockerfile: string): string {
  const name = posix.basename(dockerfile);
  return /^\.dockerfile\.[0-9a-f]+$/.test(name) ? 'Dockerfile' : name;
}

async function execute(
  parts: BuildParts,
  request: BuildRequest,
  progress: BuildProgress,
  place: {
    readonly places: SpoolPlaces;
    readonly received: SpoolTree;
    readonly context: SpoolTree;
    readonly ignore: IgnoreRules;
    readonly plan: BuildPlan;
  },
): Promise<ImageId> {
  const { places, context, ignore, plan } = place;
  const ignored = ignoredIn(context, ignore);
  checkSources({ plan, context, ignored, progress });
  const failed = new AbortController();
  const named = new NamedTrees(parts, request, place);
  const stages = new Map<number, Promise<StageState>>();
  const run: BuildRun = {
    ...parts,
    request,
    plan,
    progress,
    signal: AbortSignal.any([request.signal, failed.signal]),
    directory: places.directory,
    secretDirectory: places.memoryDirectory,
    context,
    ignored,
    imported: await importCaches(parts.backend.images, request, progress),
    epoch: epochOf(plan, request),
    stage: (id) => stages.get(id) ?? Promise.reject(invalidArgument(`there is no stage ${id}`)),
    namedContext: (name) => named.open(name),
  };
  for (const stage of plan.stages) {
    const done = runStage(run, stage);
    // The first failure ends the other stages; all of them are waited for below.
    done.catch((error: unknown) => failed.abort(error));
    stages.set(stage.id, done);
  }
  await Promise.allSettled(stages.values());
  request.signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  const { config, author } = plan.target;
  const made = await run.stage(plan.target.id);
  const base = await baseImageOf(run, plan.target);
  const state = request.squash ? await squash(run, base?.topChainId, made) : made;
  return keepImage(run, plan.target, state, { config, author, names: request.names });
}

function ignoredIn(context: SpoolTree, rules: IgnoreRules): ReadonlySet<string> {
  if (rules.isEmpty) return new Set();
  return new Set(
    [...context.entries].map(({ path }) => path).filter((path) => path !== '' && rules.matches(textOf(path))),
  );
}

function epochOf({ sourceDateEpoch }: BuildPlan, { reproducible }: BuildRequest): number | undefined {
  if (sourceDateEpoch === undefined || sourceDateEpoch === '') return reproducible ? 0 : undefined;
  const epoch = Number(sourceDateEpoch);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw invalidArgument(`invalid SOURCE_DATE_EPOCH: ${sourceDateEpoch}`);
  return epoch;
}
