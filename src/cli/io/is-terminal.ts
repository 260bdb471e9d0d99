/** Whether a file descriptor is a terminal. The module is loaded only for the question: few commands ask it. */
export function isTerminal(fd: number): boolean {
  return process.getBuiltinModule('node:tty').isatty(fd);
}
