import { until } from '../support/until.ts';
import type { RecordingApi } from './recording-api.ts';

/** Creates a container outside of the comparison; from now on its ID stands as `<name>`. */
export async function createQuietly(api: RecordingApi, name: string, config: object): Promise<string> {
  const answer = await api.quietly('POST', `/containers/create?name=${name}`, {
    body: { Image: 'busybox', ...config },
  });
  if (answer.status !== 201) throw new Error(`create ${name}: ${answer.status} ${answer.text()}`);
  const { Id } = answer.json<{ Id: string }>();
  api.learn(Id, name);
  return Id;
}

export async function startQuietly(api: RecordingApi, id: string): Promise<void> {
  const answer = await api.quietly('POST', `/containers/${id}/start`);
  if (answer.status !== 204) throw new Error(`start: ${answer.status} ${answer.text()}`);
}

/** A container that runs until it is told to end, and listens to SIGTERM when this resolves. */
export async function runQuietly(api: RecordingApi, name: string, config: object = {}): Promise<string> {
  const script = 'trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done';
  const id = await createQuietly(api, name, { Cmd: ['sh', '-c', script], ...config });
  await startQuietly(api, id);
  if (!('Cmd' in config)) await untilReady(api, id, 1);
  return id;
}

/** Waits until a container of `runQuietly` has set its trap for the `times`-th time: a signal before that is lost on it. */
export async function untilReady(api: RecordingApi, id: string, times: number): Promise<void> {
  await until(`${id} is ready`, async () => {
    const logs = await api.quietly('GET', `/containers/${id}/logs?stdout=1`);
    return logs.text().split('ready').length > times;
  });
}

/** A container that has ended by itself. */
export async function runToEndQuietly(api: RecordingApi, name: string, config: object): Promise<string> {
  const id = await createQuietly(api, name, config);
  await startQuietly(api, id);
  // Docker answers a wait before its list knows of the end.
  const query = encodeURIComponent(JSON.stringify({ id: [id], status: ['exited'] }));
  await until(`${name} has exited`, async () =>
    (await api.quietly('GET', `/containers/json?all=1&filters=${query}`)).text().includes(id),
  );
  return id;
}

export async function removeQuietly(api: RecordingApi, ...ids: string[]): Promise<void> {
  for (const id of ids) await api.quietly('DELETE', `/containers/${id}?force=1&v=1`);
}
