import { fileURLToPath } from 'node:url';
import { EngineError, internalError } from '../../errors/engine-error.ts';
import { type Program, startProgram } from '../start-program.ts';
import type { UnpackedLayer, UnpackReply, UnpackRequest } from './unpack-message.ts';

const PROGRAM = fileURLToPath(new URL('./unpack-process.ts', import.meta.url));

/** Told how much of the blob has been read, now and then. */
export type OnProgress = (readBytes: number) => void;

/** A process that unpacks layers, one at a time. It ends with `end`, and when the daemon dies. */
export class UnpackWorker {
  readonly #program: Program;
  #current: PromiseWithResolvers<UnpackedLayer> | undefined;
  #onProgress: OnProgress | undefined;
  #end: EngineError | undefined;

  constructor(compileCache: string) {
    this.#program = startProgram<UnpackReply>(PROGRAM, compileCache, {
      onReply: (reply) => this.#answered(reply),
      onEnd: (how) => {
        this.#end = internalError(`the process that unpacks layers ${how}`);
        this.#current?.reject(this.#end);
      },
    });
  }

  /** No more layers can be unpacked by it. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Unpacks a layer and syncs it to disk. On failure the target directory holds what was unpacked until then.
   * @throws what the process reported; internal when it died.
   */
  unpack(request: UnpackRequest, onProgress?: OnProgress): Promise<UnpackedLayer> {
    this.#current = Promise.withResolvers();
    this.#onProgress = onProgress;
    if (this.#end === undefined) this.#program.send(request);
    else this.#current.reject(this.#end);
    return this.#current.promise;
  }

  end(): void {
    this.#program.end();
  }

  /** In the middle of a layer, which fails once the process is gone. */
  kill(): void {
    this.#program.kill();
  }

  #answered(reply: UnpackReply): void {
    if ('readBytes' in reply) this.#onProgress?.(reply.readBytes);
    else if ('unpacked' in reply) this.#current?.resolve(reply.unpacked);
    else this.#current?.reject(new EngineError(reply.failed.kind, reply.failed.message));
  }
}
