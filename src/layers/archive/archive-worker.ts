import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EngineError, internalError } from '../../errors/engine-error.ts';
import { descriptorOf } from '../../sys/sockets/descriptor-socket.ts';
import { sendWithDescriptor } from '../../sys/sockets/pass-descriptor.ts';
import type { Fd } from '../../sys/syscalls.ts';
import type { ArchiveReply, ArchiveRequest } from './archive-message.ts';

const PROGRAM = fileURLToPath(new URL('./archive-process.ts', import.meta.url));

/** A process that looks at, packs or unpacks files of containers, one request at a time. It ends when the daemon dies. */
export class ArchiveWorker {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended = Promise.withResolvers<void>();
  readonly #replies: ArchiveReply[] = [];
  #wake: () => void = () => undefined;
  #isBusy = false;
  #last: ArchiveReply | undefined;
  #failure: EngineError | undefined;
  #out = '';
  #err = '';

  /** `compileCache` is a directory where Node keeps the compiled program between runs. */
  constructor(compileCache: string) {
    this.#child = spawn(process.execPath, [PROGRAM, compileCache], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#err += text));
    // How it ended tells more than a broken pipe would.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#fail(error.message));
    this.#child.on('close', (code, signal) => {
      if (this.#last !== undefined) this.#answered(this.#last);
      this.#fail(this.#err.trim() || `it ended with ${signal ?? code}`);
    });
  }

  /** Another request can be made. */
  get isFree(): boolean {
    return !this.#isBusy && this.#failure === undefined;
  }

  /** `data` is the descriptor that an archive goes to or comes from; it stays the caller's, who may close it right away. */
  request(request: ArchiveRequest, data?: Fd): void {
    this.#isBusy = true;
    const socket = descriptorOf(this.#child.stdin as Socket);
    // A blank, which JSON may begin with. Nothing is on its way in here: the process has answered all before.
    if (data !== undefined && socket !== undefined) sendWithDescriptor(socket, Buffer.from(' '), data);
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  /** What `send` waits for. */
  proceed(): void {
    this.#child.stdin.write('\n');
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
    const { stdin, stdout, stderr } = this.#child as unknown as Readonly<Record<'stdin' | 'stdout' | 'stderr', Socket>>;
    for (const handle of [this.#child, stdin, stdout, stderr]) {
      if (keeps) handle.ref();
      else handle.unref();
    }
  }

  /** It ends when it is done with what it does. */
  end(): void {
    this.#child.stdin.end();
  }

  /** In the middle of anything. Resolves when it has ended. */
  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#ended.promise;
  }

  #receive(text: string): void {
    this.#out += text;
    const lines = this.#out.split('\n');
    this.#out = lines.pop() ?? '';
    for (const line of lines) {
      const reply = JSON.parse(line) as ArchiveReply;
      if ('isLast' in reply) this.#last = reply;
      else this.#answered(reply);
    }
  }

  #answered(reply: ArchiveReply): void {
    if (!('stat' in reply)) this.#isBusy = false;
    this.#replies.push(reply);
    this.#wake();
  }

  #fail(reason: string): void {
    this.#failure ??= internalError(`looking into a container ended without an answer: ${reason}`);
    this.#ended.resolve();
    this.#wake();
  }
}
