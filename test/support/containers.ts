import assert from 'node:assert/strict';
import type { TestDaemon } from './daemon.ts';
import { demultiplex } from './frames.ts';

/** Creates a container of busybox, and returns its ID. */
export async function createContainer(daemon: TestDaemon, config: object): Promise<string> {
  const answer = await daemon.call('POST', '/containers/create', { body: { Image: 'busybox', ...config } });
  assert.equal(answer.status, 201, answer.text());
  return answer.json<{ Id: string }>().Id;
}

/** Creates and starts one. */
export async function runContainer(daemon: TestDaemon, config: object): Promise<string> {
  const id = await createContainer(daemon, config);
  const answer = await daemon.call('POST', `/containers/${id}/start`);
  assert.equal(answer.status, 204, answer.text());
  return id;
}

/** Waits for a container's end. */
export async function exitCodeOf(daemon: TestDaemon, id: string): Promise<number> {
  const answer = await daemon.call('POST', `/containers/${id}/wait`);
  return answer.json<{ StatusCode: number }>().StatusCode;
}

export async function logsOf(daemon: TestDaemon, id: string, query = ''): Promise<{ stdout: string; stderr: string }> {
  const answer = await daemon.call('GET', `/containers/${id}/logs?stdout=1&stderr=1${query}`);
  assert.equal(answer.status, 200, answer.text());
  return demultiplex(answer.body);
}

/** Runs a command to its end and returns what it wrote; fails when it does not end with 0. */
export async function outputOf(daemon: TestDaemon, config: object): Promise<string> {
  const id = await runContainer(daemon, config);
  const exitCode = await exitCodeOf(daemon, id);
  const { stdout, stderr } = await logsOf(daemon, id);
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

/** A shell that ends with 0 on SIGTERM; resolves when it listens to it. */
export async function runUntilStopped(daemon: TestDaemon, config: object = {}): Promise<string> {
  const id = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done'],
    ...config,
  });
  while (!(await logsOf(daemon, id)).stdout.includes('ready')) continue;
  return id;
}
