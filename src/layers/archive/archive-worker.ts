import { fileURLToPath } from 'node:url';
import { EngineError, internalError } from '../../errors/engine-error.ts';
import { descriptorOf } from '../../sys/sockets/descriptor-socket.ts';
import { sendWithDescriptor } from '../../sys/sockets/pass-descriptor.ts';
import type { Fd } from '../../sys/syscalls.ts';
import { type Program, startProgram } from '../start-program.ts';
import type { ArchiveReply, ArchiveRequest } from './archive-message.ts';

const PROGRAM = fileURLToPath(new URL('./archive-process.ts', import.meta.url));

/** A process that looks at, packs or unpacks files of containers, one request at a time. It ends when the daemon dies. */
export class ArchiveWorker {
  readonly #program: Program;
  readonly #ended = Promise.withResolvers<void>();
  readonly #replies: ArchiveReply[] = [];
  #wake: () => void = () => undefined;
  #isBusy = false;
  #last: ArchiveReply | undefined;
  #failure: EngineError | undefined;

  constructor(compileCache: string) {
    this.#program = startProgram<ArchiveReply>(PROGRAM, compileCache, {
      onReply: (reply) => {
        if ('isLast' in reply) this.#last = reply;
        else this.#answered(reply);
      },
      onEnd: (how) => {
        if (this.#last !== undefined) this.#answered(this.#last);
        this.#failure ??= internalError(`the process that looks into containers ${how}`);
        this.#ended.resolve();
        this.#wake();
      },
    });
  }

  /** Another request can be made. */
  get isFree(): boolean {
    return !this.#isBusy && this.#failure === undefined;
  }

  /** `data` is the descriptor that an archive goes to or comes from; it stays the caller's, who may close it right away. */
  request(request: ArchiveRequest, data?: Fd): void {
    this.#isBusy = true;
    const { stdin } = this.#program;
    const socket = stdin === undefined ? undefined : descriptorOf(stdin);
    // A blank, which JSON may begin with. Nothing is on its way in here: the process has answered all before.
    if (data !== undefined && socket !== undefined) sendWithDescriptor(socket, Buffer.from(' '), data);
    this.#program.send(request);
  }

  /** What `send` waits for. */
  proceed(): void {
    this.#program.stdin?.write('\n');
  }

  /** The next reply to the request. @throws what it reported; internal when it died. */
  async reply(): Promise<ArchiveReply> {
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined && 'failed' in reply) throw new EngineError(reply.failed.kind, reply.failed.message);
      if (reply !== undefined) return reply;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Whether this process waits for it when it has nothing else to do. */
  keepsDaemon(keeps: boolean): void {
    this.#program.keepsDaemon(keeps);
  }

  /** It ends when it is done with what it does. */
  end(): void {
    this.#program.end();
  }

  /** In the middle of anything. Resolves when it has ended. */
  kill(): Promise<void> {
    this.#program.kill();
    return this.#ended.promise;
  }

  #answered(reply: ArchiveReply): void {
    if (!('stat' in reply)) this.#isBusy = false;
    this.#replies.push(reply);
    this.#wake();
  }
}
