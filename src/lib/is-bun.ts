/** True in the compiled command line, which Bun runs; the daemon and the tests run on Node. */
export const isBun = 'bun' in process.versions;
