import type { ApiClient } from './api-client.ts';
import { pathTo } from './path-to.ts';

export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

export interface Waiting {
  /** The container's exit code. Rejects when the daemon could not tell it. */
  readonly exitCode: Promise<number>;
}

interface WaitAnswer {
  readonly StatusCode: number;
  readonly Error?: { readonly Message: string } | null;
}

/**
 * Resolves as soon as the daemon has taken the request up: an exit after that moment is not missed. `exitCode` settles
 * when the condition is met.
 */
export async function waitForContainer(
  client: ApiClient,
  container: string,
  condition: WaitCondition,
): Promise<Waiting> {
  const response = await client.request('POST', pathTo('containers', container, 'wait'), { query: { condition } });
  const exitCode = response.text().then((text) => {
    const answer = JSON.parse(text) as WaitAnswer;
    if (answer.Error) throw new Error(answer.Error.Message);
    return answer.StatusCode;
  });
  // Whoever asks for the exit code sees a failure; until then it must not count as unhandled.
  exitCode.catch(() => undefined);
  return { exitCode };
}
