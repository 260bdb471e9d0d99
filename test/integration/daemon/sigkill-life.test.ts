import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createContainer, logsOf } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

/** Each round: containers that restart, are paused, stopped and checked; SIGKILL at a random moment; account for all. */
const ROUNDS = Number(process.env['SKIFF_SIGKILL_ROUNDS'] ?? 8);
const LATEST_KILL_MS = 900;
const MS = 1e6;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const policy = (Name: string, MaximumRetryCount = 0) => ({
  HostConfig: { RestartPolicy: { Name, MaximumRetryCount } },
});
const TICKS = ['sh', '-c', 'trap "exit 0" TERM; while :; do echo tick; sleep 0.02; done'];

interface Subject {
  readonly id: string;
  /** The last request that the daemon has answered. */
  done: string;
}

/** Sends one request after the other; the daemon's death ends it midway, anything else that goes wrong is an error. */
async function act(subject: Subject, verbs: readonly string[]): Promise<void> {
  for (const verb of verbs) {
    try {
      const answer = await daemon.call('POST', `/containers/${subject.id}/${verb}`);
      assert.equal(answer.status, 204, `${verb}: ${answer.text()}`);
      subject.done = verb;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (['ECONNRESET', 'ECONNREFUSED', 'ENOENT', 'EPIPE'].includes(code)) return;
      throw error;
    }
  }
}

interface Inspected {
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly Health?: { readonly Log: { readonly Start: string }[] };
  };
}

async function inspect({ id }: Subject): Promise<Inspected> {
  return (await daemon.call('GET', `/containers/${id}/json`)).json<Inspected>();
}

async function outputLength({ id }: Subject): Promise<number> {
  return (await logsOf(daemon, id)).stdout.length;
}

function writesMore(subject: Subject, before: number): Promise<boolean> {
  return until(`${subject.id} writes more`, async () => (await outputLength(subject)) > before);
}

/** What it says and what its processes do is the same. */
async function accountForPaused(subject: Subject): Promise<void> {
  const { Status: status } = (await inspect(subject)).State;
  if (subject.done === 'pause' && status !== 'paused') {
    // The next request, to unpause it, was not answered any more: it may have been carried out.
    assert.equal(status, 'running');
  }
  if (subject.done === '') return;
  if (status === 'paused') {
    const before = await outputLength(subject);
    await delay(100);
    assert.equal(await outputLength(subject), before, 'a paused container writes');
    assert.equal((await daemon.call('POST', `/containers/${subject.id}/unpause`)).status, 204);
  }
  await writesMore(subject, await outputLength(subject));
}

async function accountForLooping(subject: Subject): Promise<void> {
  if (subject.done !== '') await writesMore(subject, await outputLength(subject));
}

async function accountForGivingUp(subject: Subject): Promise<void> {
  if (subject.done === '') return;
  // A new daemon starts it again, unless it had given up before, and counts anew.
  await until('it has given up', async () => {
    const { State, RestartCount } = await inspect(subject);
    return State.Status === 'exited' && State.ExitCode === 4 && RestartCount === 2;
  });
}

async function accountForStopped(subject: Subject): Promise<void> {
  const { State } = await inspect(subject);
  if (subject.done.startsWith('stop')) return assert.equal(State.Status, 'exited', 'what was stopped is back');
  if (subject.done === 'start') assert.ok(['running', 'exited'].includes(State.Status), State.Status);
}

async function accountForChecked(subject: Subject): Promise<void> {
  if (subject.done === '') return;
  const last = async () => (await inspect(subject)).State.Health?.Log.at(-1)?.Start ?? '';
  const before = await last();
  await until('checks go on', async () => (await last()) > before);
}

test(`a daemon killed at any moment keeps to policies, pauses and checks (${ROUNDS} rounds)`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const make = async (config: object): Promise<Subject> => ({ id: await createContainer(daemon, config), done: '' });
    const Healthcheck = { Test: ['CMD', 'true'], Interval: 50 * MS };
    const looping = await make({ Cmd: ['echo', 'run'], ...policy('always') });
    const givingUp = await make({ Cmd: ['sh', '-c', 'exit 4'], ...policy('on-failure', 2) });
    const stopped = await make({ Cmd: TICKS, ...policy('unless-stopped') });
    const paused = await make({ Cmd: TICKS });
    const checked = await make({ Cmd: ['sleep', '1000'], Healthcheck });
    const work = [
      act(looping, ['start']),
      act(givingUp, ['start']),
      act(stopped, ['start', 'stop?t=0']),
      act(paused, ['start', 'pause', 'unpause', 'pause', 'unpause', 'pause']),
      act(checked, ['start']),
    ];
    await delay(Math.random() * LATEST_KILL_MS);
    await daemon.kill();
    await Promise.all(work);
    await daemon.start();
    await Promise.all([
      accountForLooping(looping),
      accountForGivingUp(givingUp),
      accountForStopped(stopped),
      accountForPaused(paused),
      accountForChecked(checked),
    ]);
    const left = (await daemon.call('GET', '/containers/json?all=1')).json<{ Id: string }[]>();
    const removed = await Promise.all(left.map(({ Id }) => daemon.call('DELETE', `/containers/${Id}?force=1`)));
    assert.deepEqual(
      removed.filter(({ status }) => status !== 204).map((answer) => answer.text()),
      [],
    );
  }
});
