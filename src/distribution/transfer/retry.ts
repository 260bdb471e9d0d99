import { setTimeout as delay } from 'node:timers/promises';
import { RegistryError } from '../http/registry-error.ts';
import { ExchangeError } from '../http/transport-error.ts';

export interface RetryRules {
  readonly maxAttempts: number;
  readonly firstRetryMs: number;
}

/** Longer than this nobody is made to wait, whatever a registry asks for. */
const LONGEST_WAIT_MS = 60_000;

/** A registry asked to be left alone for a while. */
export class TryLater extends RegistryError {
  readonly waitMs: number | undefined;

  constructor(message: string, status: number, waitMs: number | undefined) {
    super('internal', message, status);
    this.waitMs = waitMs;
  }
}

/** `Retry-After`: seconds, or a date. */
export function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

/** Failures that another try may not have: a connection that broke, a server in trouble, too many requests. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ExchangeError) return error.isPassing;
  if (error instanceof RegistryError) return error.status === 429 || error.status === 408 || error.status >= 500;
  return false;
}

/**
 * Counts how often something failed, and waits in between: twice as long each time, or as long as the registry asked
 * for. Attempts that bring something on begin the counting again.
 */
export class Attempts {
  readonly #rules: RetryRules;
  readonly #signal: AbortSignal;
  readonly #onWait: (waitMs: number) => void;
  #failures = 0;

  /** `onWait` is told of each wait before it begins, and each second of what is left of it. */
  constructor(rules: RetryRules, signal: AbortSignal, onWait: (waitMs: number) => void) {
    this.#rules = rules;
    this.#signal = signal;
    this.#onWait = onWait;
  }

  progressed(): void {
    this.#failures = 0;
  }

  /**
   * Resolves when it is time to try again.
   * @throws the failure when it will not pass, or came too often; the signal's reason
   */
  async failed(error: unknown): Promise<void> {
    this.#signal.throwIfAborted();
    this.#failures++;
    if (!isPassing(error) || this.#failures >= this.#rules.maxAttempts) throw error;
    const doubled = Math.min(this.#rules.firstRetryMs * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
    const waitMs = (error instanceof TryLater ? error.waitMs : undefined) ?? doubled;
    for (let leftMs = waitMs; leftMs > 0; leftMs -= 1000) {
      this.#onWait(leftMs);
      await delay(Math.min(leftMs, 1000), undefined, { signal: this.#signal });
    }
  }
}

/** Does the work until it succeeds, as long as its failures are of the kind that passes. @throws as `Attempts` */
export async function withRetries<T>(
  rules: RetryRules,
  signal: AbortSignal,
  onWait: (waitMs: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  for (const attempts = new Attempts(rules, signal, onWait); ; ) {
    try {
      return await work();
    } catch (error) {
      await attempts.failed(error);
    }
  }
}
