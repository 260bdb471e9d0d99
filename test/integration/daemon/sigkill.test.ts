import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { demultiplex } from '../../support/frames.ts';

/** Each round: start ten containers, SIGKILL the daemon at a random moment, start it again, account for all ten. */
const ROUNDS = Number(process.env['SKIFF_SIGKILL_ROUNDS'] ?? 15);
const CONTAINERS = 10;
const LATEST_KILL_MS = 600;

interface Started {
  readonly name: string;
  readonly exitCode: number;
  readonly lines: number;
  id?: string;
  /** The daemon said that it runs: from then on nothing of it may be lost. */
  started: boolean;
}

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

/** Some end at once, some write slowly and live across the kill. */
function script(lines: number, exitCode: number, slow: boolean): string[] {
  return [
    'sh',
    '-c',
    `i=0; while [ $i -lt ${lines} ]; do echo line $i; i=$((i+1)); ${slow ? 'sleep 0.02;' : ''} done; exit ${exitCode}`,
  ];
}

async function createAndStart(container: Started, slow: boolean): Promise<void> {
  const body = { Image: 'busybox', Cmd: script(container.lines, container.exitCode, slow) };
  const created = await daemon.call('POST', `/containers/create?name=${container.name}`, { body });
  assert.equal(created.status, 201, created.text());
  container.id = created.json<{ Id: string }>().Id;
  const answer = await daemon.call('POST', `/containers/${container.id}/start`);
  assert.equal(answer.status, 204, answer.text());
  container.started = true;
}

/** The daemon's death ends requests midway; anything else that goes wrong is an error. */
function orCutOff(error: unknown): void {
  if (
    error instanceof Error &&
    'code' in error &&
    ['ECONNRESET', 'ECONNREFUSED', 'ENOENT', 'EPIPE'].includes(String(error.code))
  )
    return;
  throw error;
}

async function account(container: Started): Promise<void> {
  const { name, id, exitCode, lines } = container;
  if (id === undefined) return;
  const inspected = await daemon.call('GET', `/containers/${id}/json`);
  assert.equal(inspected.status, 200, `${name} is lost: ${inspected.text()}`);
  if (!container.started) return;
  const waited = await daemon.call('POST', `/containers/${id}/wait`);
  assert.equal(waited.json<{ StatusCode: number }>().StatusCode, exitCode, `exit code of ${name}`);
  const logs = await daemon.call('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
  const expected = Array.from({ length: lines }, (_, n) => `line ${n}\n`).join('');
  assert.equal(demultiplex(logs.body).stdout, expected, `output of ${name}`);
}

test(`a daemon killed at any moment loses no container, exit code or line of output (${ROUNDS} rounds)`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const containers = Array.from(
      { length: CONTAINERS },
      (_, n): Started => ({ name: `r${round}-${n}`, exitCode: n, lines: 5 + 3 * n, started: false }),
    );
    const work = containers.map((container, n) => createAndStart(container, n % 2 === 1).catch(orCutOff));
    await delay(Math.random() * LATEST_KILL_MS);
    await daemon.kill();
    await Promise.all(work);
    await daemon.start();
    await Promise.all(containers.map(account));
    const left = (await daemon.call('GET', '/containers/json?all=1')).json<{ Id: string }[]>();
    const removed = await Promise.all(left.map(({ Id }) => daemon.call('DELETE', `/containers/${Id}?force=1`)));
    assert.deepEqual(
      removed.filter(({ status }) => status !== 204).map((answer) => answer.text()),
      [],
    );
  }
});
