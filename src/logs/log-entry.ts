/** A line of a container's output, or a piece of one: long lines, and lines written bit by bit, come in several. */
export interface LogEntry {
  readonly stream: 'stdout' | 'stderr';
  /** When the monitor took it in, in nanoseconds since the epoch. */
  readonly timeNs: bigint;
  /** The bytes as they were written, with the newline where it ended the line. */
  readonly data: Buffer;
  /** False for the pieces of a line after its first, counted per stream. */
  readonly startsLine: boolean;
}
