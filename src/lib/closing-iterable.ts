/**
 * The same items, with a clean-up that runs once: when the items have ended or failed, or when the reader stops early,
 * even before the first item (where a generator's `finally` would not run). One reader only.
 */
export function closingIterable<T>(source: AsyncIterable<T>, close: () => Promise<void>): AsyncIterable<T> {
  const iterator = source[Symbol.asyncIterator]();
  let closed: Promise<void> | undefined;
  const closeOnce = () => (closed ??= close());
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const result = await iterator.next();
          if (result.done === true) await closeOnce();
          return result;
        } catch (error) {
          await closeOnce();
          throw error;
        }
      },
      async return() {
        try {
          await iterator.return?.();
        } finally {
          await closeOnce();
        }
        return { done: true, value: undefined };
      },
    }),
  };
}
