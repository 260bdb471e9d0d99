import type { MonitorStream } from '../runtime.ts';

/** How long a client may take nothing before it is let go of, once its process has ended. */
const PATIENCE_MS = 2000;

interface OpenStream {
  readonly stream: MonitorStream;
  /** Bytes that the client has taken so far. */
  readonly taken: () => number;
}

/**
 * This daemon's connections to each monitor. A monitor waits for its clients: one that reads nothing (a suspended
 * command line) stops the container's output, as it should, but would also keep the end of a killed container from ever
 * being noticed.
 */
export class OpenStreams {
  readonly #byDirectory = new Map<string, Set<OpenStream>>();

  add(directory: string, stream: MonitorStream, taken: () => number, closed: Promise<void>): void {
    const streams = this.#byDirectory.get(directory) ?? new Set();
    this.#byDirectory.set(directory, streams);
    const entry = { stream, taken };
    streams.add(entry);
    void closed.then(() => {
      streams.delete(entry);
      if (streams.size === 0 && this.#byDirectory.get(directory) === streams) this.#byDirectory.delete(directory);
    });
  }

  /** For a process that has ended: closes those that take nothing any more, until `monitorEnded`. */
  async closeStalled(directory: string, monitorEnded: Promise<void>): Promise<void> {
    let ended = false;
    const end = monitorEnded.then(() => {
      ended = true;
    });
    while (!ended) {
      const before = [...(this.#byDirectory.get(directory) ?? [])].map((entry) => ({ entry, taken: entry.taken() }));
      if (before.length === 0) return;
      await atMost(PATIENCE_MS, end);
      if (ended) return;
      for (const { entry, taken } of before) if (entry.taken() === taken) entry.stream.close();
    }
  }
}

async function atMost(milliseconds: number, event: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([event, timeout]);
  clearTimeout(timer);
}
