/** Resolves after that time. `node:timers/promises` does the same, but loading it costs the command line a millisecond. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
