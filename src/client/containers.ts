import type { ApiClient } from './api-client.ts';

const at = (container: string, verb = ''): string =>
  `/containers/${encodeURIComponent(container)}${verb === '' ? '' : `/${verb}`}`;

/** Already stopped is success. */
export async function stopContainer(
  client: ApiClient,
  container: string,
  options: { signal?: string; timeoutSeconds?: number | undefined } = {},
): Promise<void> {
  const query = { signal: options.signal || undefined, t: options.timeoutSeconds };
  await client.request('POST', at(container, 'stop'), { query });
}
