import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Listeners } from './listen.ts';

/** Requests get this long to end by themselves. With what follows, the daemon is gone well within two seconds. */
const GRACE_MS = 700;

/** Counts the requests that are being answered, so that a stop can let them end. Hijacked ones are not among them. */
export class RequestsUnderWay {
  #count = 0;
  #idle: (() => void) | undefined;

  constructor(http: Server) {
    http.on('request', (_request, response) => {
      this.#count++;
      response.once('close', () => {
        this.#count--;
        if (this.#count === 0) this.#idle?.();
      });
    });
  }

  ended(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    return promise;
  }
}

/** Takes no more work, lets what is under way end, and cuts the streams that would go on. Containers run on. */
export async function stopServing(listeners: Listeners, underWay: RequestsUnderWay): Promise<void> {
  listeners.close();
  await Promise.race([underWay.ended(), delay(GRACE_MS, undefined, { ref: false })]);
  for (const socket of listeners.connections) socket.destroy();
}
