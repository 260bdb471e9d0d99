import { internalError } from '../errors/engine-error.ts';
import { type ContainerId, type ExecId, randomId } from '../lib/ids.ts';
import { execInContainer, waitForExec } from './exec.ts';
import type { OciProcess } from './oci-spec.ts';
import type { ExecAnnouncement, ExecRequest, Runtime } from './runtime.ts';
import type { RuntimeContext } from './runtime-context.ts';

type Launched = Awaited<ReturnType<Runtime['exec']>>;

interface Waiting {
  readonly announcement: ExecAnnouncement;
  readonly specification: PromiseWithResolvers<OciProcess>;
  /** Settles once nothing is left of one that is given up. */
  readonly launched: Promise<Launched>;
  /** It waits for an exec to be announced that it fits; its ID is nobody's yet. */
  isSpare: boolean;
  isGivenUp: boolean;
}

interface PreparedExec extends Waiting {
  timer: NodeJS.Timeout;
}

/** A command line takes two milliseconds from an exec's creation to its start. */
const PATIENCE_MS = 1000;
const SPARE_MS = 10_000;
/** What the last exec still does at its end goes first. */
const BREATH_MS = 5;
/** Each is a process that waits. */
const MOST_PREPARED = 16;

/**
 * Execs whose monitors are started before the start is asked for: loading one takes as long as all else that an exec
 * takes of this daemon. One is started for each exec that is created, and one is kept for some seconds where an exec has
 * just ended, since many come in a row.
 *
 * A monitor that is not told what to run ends without having run anything, whatever ends first: the client's interest,
 * the container, or this daemon.
 */
export class PreparedExecs {
  readonly #context: RuntimeContext;
  readonly #prepared = new Map<ExecId, PreparedExec>();
  #isClosed = false;

  constructor(context: RuntimeContext) {
    this.#context = context;
  }

  /** See `Runtime.anticipateExec`. What goes wrong is told by `exec`, or does not happen then. */
  announce(announcement: ExecAnnouncement): ExecId {
    const spare = this.#spareFor(announcement);
    if (spare === undefined) return this.#prepare(announcement, { isSpare: false });
    const [execId, prepared] = spare;
    prepared.isSpare = false;
    clearTimeout(prepared.timer);
    prepared.timer = givenUpLater(prepared);
    return execId;
  }

  /** See `Runtime.exec`. */
  async exec(request: ExecRequest): Promise<Launched> {
    const prepared = this.#prepared.get(request.execId);
    if (prepared === undefined || prepared.isGivenUp) {
      request.process.catch(() => undefined); // told by the exec
      // What is given up has the same folder.
      await Promise.allSettled([prepared?.launched]);
      return execInContainer(this.#context, request);
    }
    clearTimeout(prepared.timer);
    this.#prepared.delete(request.execId);
    prepared.specification.resolve(request.process);
    const launched = await prepared.launched;
    void this.#keepSpare(prepared.announcement, request.execId);
    return launched;
  }

  /** Returns when nothing is left of those that wait for their start in a container. */
  giveUp(id: ContainerId): Promise<void> {
    return giveUpAll([...this.#prepared.values()].filter(({ announcement }) => announcement.id === id));
  }

  /** The same for all containers; nothing is prepared any more. */
  close(): Promise<void> {
    this.#isClosed = true;
    return giveUpAll([...this.#prepared.values()]);
  }

  #prepare(announcement: ExecAnnouncement, { isSpare }: { readonly isSpare: boolean }): ExecId {
    const execId = randomId<ExecId>();
    if (this.#isClosed || this.#prepared.size >= MOST_PREPARED) return execId;
    const specification = Promise.withResolvers<OciProcess>();
    const launched = execInContainer(this.#context, { ...announcement, execId, process: specification.promise });
    const waiting = { announcement, specification, launched, isSpare, isGivenUp: false };
    const prepared = Object.assign(waiting, { timer: givenUpLater(waiting) });
    this.#prepared.set(execId, prepared);
    const forget = () => {
      clearTimeout(prepared.timer);
      this.#prepared.delete(execId);
    };
    void launched.then(forget, forget);
    return execId;
  }

  async #keepSpare(announcement: ExecAnnouncement, execId: ExecId): Promise<void> {
    await waitForExec(this.#context, announcement.id, execId).catch(() => undefined); // told to whoever waits for its end
    setTimeout(() => {
      if (this.#spareFor(announcement) === undefined) this.#prepare(announcement, { isSpare: true });
    }, BREATH_MS).unref();
  }

  #spareFor(wanted: ExecAnnouncement): readonly [ExecId, PreparedExec] | undefined {
    return [...this.#prepared].find(
      ([, prepared]) => prepared.isSpare && !prepared.isGivenUp && fits(prepared, wanted),
    );
  }
}

function fits({ announcement }: PreparedExec, wanted: ExecAnnouncement): boolean {
  return (
    announcement.id === wanted.id &&
    announcement.ociRuntime === wanted.ociRuntime &&
    announcement.terminal === wanted.terminal &&
    announcement.stdin === wanted.stdin &&
    announcement.stdinOnce === wanted.stdinOnce
  );
}

function givenUpLater(prepared: Waiting): NodeJS.Timeout {
  return setTimeout(() => giveUp(prepared), prepared.isSpare ? SPARE_MS : PATIENCE_MS).unref();
}

function giveUp(prepared: Waiting): void {
  prepared.isGivenUp = true;
  prepared.specification.reject(internalError('the exec was not started'));
}

async function giveUpAll(all: readonly PreparedExec[]): Promise<void> {
  for (const prepared of all) giveUp(prepared);
  await Promise.allSettled(all.map(({ launched }) => launched));
}
