import { uploadTakenOver } from '../registry-error.ts';

/** The same items up to the signal, at which it fails; also while the next item is being waited for. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  // Nobody waits for it when the source ends first.
  aborted.catch(() => undefined);
  const stop = () => reject(uploadTakenOver());
  signal.addEventListener('abort', stop, { once: true });
  const iterator = source[Symbol.asyncIterator]();
  try {
    if (signal.aborted) stop();
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    // Not waited for: a source that is stuck does not answer.
    iterator.return?.()?.catch(() => undefined);
  }
}
