import { type ContainerId, randomId } from '../../../lib/ids.ts';
import type { Keep } from '../../cache/build-cache.ts';
import type { RunStep } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { mountInputs, type OpenMounts, openMounts } from '../mounts/step-mounts.ts';
import { sealLayer } from './fill-layer.ts';
import { keepFailed } from './keep-failed.ts';
import { LastLines } from './last-lines.ts';
import type { PreparedStep, StepTurn } from './make-step.ts';
import { RunFailed } from './run-failed.ts';

type RunTurn = StepTurn & { readonly step: RunStep };

/** RUN: a real container on the layers below, whose writable layer becomes the step's. */
export async function prepareRun(run: BuildRun, turn: RunTurn): Promise<PreparedStep> {
  const { argv, env, cwd, user, network, script } = turn.step;
  const { extraHosts, limits } = run.request;
  return {
    input: [
      argv,
      env,
      cwd,
      user ?? null,
      network,
      script ?? null,
      await mountInputs(run, turn.step),
      extraHosts,
      limits.ulimits,
    ],
    make: (keep) => make(run, turn, keep),
  };
}

async function make(run: BuildRun, turn: RunTurn, keep: Keep): Promise<void> {
  const { step, before } = turn;
  const { layers, maker } = run.backend;
  maker.anticipate();
  const id = randomId<ContainerId>();
  const mounts = await openMounts(run, step);
  try {
    await layers.createWritable(id, before.top);
    const rootfs = await layers.mountWritable(id, { volatile: true, stubs: mounts.stubs });
    await execute(run, turn, { id, rootfs, mounts });
  } catch (error) {
    await mounts.close();
    if (error instanceof RunFailed && run.request.keepFailed) throw await keepFailed(run, turn, id, error);
    await layers.removeWritable(id);
    throw error;
  }
  await mounts.close();
  await sealLayer(run, id, before.top, keep);
}

async function execute(
  run: BuildRun,
  { step, report }: RunTurn,
  place: { readonly id: ContainerId; readonly rootfs: string; readonly mounts: OpenMounts },
): Promise<void> {
  const { request, signal } = run;
  const known = new Set(step.env.map((variable) => variable.split('=', 1)[0]));
  const proxies = step.proxyEnv.filter((variable) => !known.has(variable.split('=', 1)[0]));
  const last = new LastLines();
  const { exitCode, oomKilled } = await run.backend.containers.runStep({
    id: place.id,
    rootfs: place.rootfs,
    argv: step.argv,
    env: [...step.env, ...proxies, ...place.mounts.env],
    cwd: step.cwd,
    user: step.user ?? '',
    networkMode: step.network === 'default' ? request.networkMode : step.network,
    extraHosts: request.extraHosts,
    mounts: place.mounts.mounts,
    limits: request.limits,
    output: (data, stream) => {
      last.add(data);
      return report.output(data, stream);
    },
    signal,
  });
  signal.throwIfAborted();
  if (exitCode !== 0) throw new RunFailed(step.argv, exitCode, { oomKilled, lines: last.lines() });
}
