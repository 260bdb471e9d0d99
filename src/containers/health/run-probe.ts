import { execConfig } from '../../api-types/exec.ts';
import { messageOf } from '../../errors/engine-error.ts';
import { formatGoDuration } from '../../lib/go-duration.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { formatNs, nowNs } from '../../lib/timestamps.ts';
import type { MonitorStream } from '../../runtime/runtime.ts';
import type { ContainersContext } from '../context.ts';
import { addExec } from '../exec/exec-create.ts';
import { launchExec } from '../exec/exec-start.ts';
import type { HealthCheck, ProbeResult } from './health.ts';

const OUTPUT_LIMIT_BYTES = 4096;
const NS_PER_MS = 1e6;

/**
 * Runs the check once, as an exec that events and inspect show as any other, and returns when it has ended. It is killed
 * with all it has started when it takes too long, or when `signal` is aborted. Never fails: that a probe could not be
 * run is a result, too. The caller keeps the probe's ID from `onBegin` on, so that a crash leaves none behind.
 */
export async function runProbe(
  context: ContainersContext,
  id: ContainerId,
  check: HealthCheck,
  { signal, onBegin }: { readonly signal: AbortSignal; readonly onBegin: (execId: string) => void },
): Promise<ProbeResult> {
  const start = formatNs(nowNs());
  const finished = (exitCode: number, output: string): ProbeResult => ({
    start,
    end: formatNs(nowNs()),
    exitCode,
    output,
  });
  try {
    const session = addExec(context, context.store.get(id), {
      ...execConfig.zero(),
      Cmd: [...check.command],
      AttachStdout: true,
      AttachStderr: true,
    });
    onBegin(session.id);
    const { stream, ended } = await launchExec(context, session, { consoleSize: undefined });
    const output = new LimitedOutput(stream);
    const isOverdue = await endsInTime(ended, check.timeoutMs, signal, () => context.runtime.killExec(id, session.id));
    // The monitor has ended, and with it the stream; what it wrote last may still have to be read.
    await output.ended;
    stream.close();
    if (!isOverdue) return finished(session.exitCode ?? -1, output.text());
    const text = output.text();
    const limit = formatGoDuration(check.timeoutMs * NS_PER_MS);
    return finished(-1, `Health check exceeded timeout (${limit})${text === '' ? '' : `: ${text}`}`);
  } catch (error) {
    return finished(-1, messageOf(error));
  }
}

/** Returns when the probe has ended: true when its time was up, or nobody wants to know any more. */
async function endsInTime(
  ended: Promise<void>,
  timeoutMs: number,
  signal: AbortSignal,
  kill: () => Promise<void>,
): Promise<boolean> {
  const giveUp = Promise.withResolvers<true>();
  const onAbort = () => giveUp.resolve(true);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(onAbort, timeoutMs);
  try {
    const isOverdue = await Promise.race([ended.then(() => false), giveUp.promise]);
    if (!isOverdue) return false;
    await kill();
    await ended;
    return true;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** The beginning of what a probe writes; it can be asked for at any time. The rest is read and dropped. */
class LimitedOutput {
  /** Resolves when there is nothing more to be read. */
  readonly ended: Promise<void>;
  readonly #pieces: Buffer[] = [];
  #sizeBytes = 0;

  constructor(stream: MonitorStream) {
    this.ended = this.#read(stream);
  }

  text(): string {
    const kept = Buffer.concat(this.#pieces).subarray(0, OUTPUT_LIMIT_BYTES).toString();
    return this.#sizeBytes > OUTPUT_LIMIT_BYTES ? `${kept}...` : kept;
  }

  async #read({ output }: MonitorStream): Promise<void> {
    for await (const { data } of output) {
      if (this.#sizeBytes < OUTPUT_LIMIT_BYTES) this.#pieces.push(data);
      this.#sizeBytes += data.length;
    }
  }
}
