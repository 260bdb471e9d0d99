import type { Server } from 'node:http';
import { pause } from '../../lib/pause.ts';

const LOOK_EVERY_MS = 20;
/** What a request whose connection was cut does at its end: it writes what has come. */
const SETTLE_MS = 2000;

/**
 * Takes no more connections at once, lets requests that are being answered come to their end for `graceMs`, then cuts them.
 * Resolves when what they have brought is in its files.
 */
export async function endServer(server: Server, requests: ReadonlySet<Promise<void>>, graceMs: number): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  // Connections that are kept alive are closed when their request is over.
  const timer = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS);
  if (graceMs > 0) await Promise.race([closed, pause(graceMs)]);
  clearInterval(timer);
  server.closeAllConnections();
  await closed;
  await Promise.race([Promise.allSettled(requests), pause(SETTLE_MS)]);
}
