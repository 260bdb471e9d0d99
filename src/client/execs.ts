import type { ApiClient } from './api-client.ts';
import { pathTo } from './path-to.ts';

/** Answers the exec's ID. */
export async function createExec(client: ApiClient, container: string, body: object): Promise<string> {
  return (await client.json<{ Id: string }>('POST', pathTo('containers', container, 'exec'), { json: body })).Id;
}

export async function startExecDetached(client: ApiClient, execId: string, body: object): Promise<void> {
  await client.request('POST', pathTo('exec', execId, 'start'), { json: body });
}

export interface ExecState {
  readonly Running: boolean;
  readonly ExitCode: number | null;
}

export async function inspectExec(client: ApiClient, execId: string): Promise<ExecState> {
  return await client.json<ExecState>('GET', pathTo('exec', execId, 'json'));
}

export async function resizeExec(client: ApiClient, execId: string, rows: number, columns: number): Promise<void> {
  await client.request('POST', pathTo('exec', execId, 'resize'), { query: { h: rows, w: columns } });
}
