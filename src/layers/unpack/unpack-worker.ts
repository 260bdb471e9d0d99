import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EngineError, internalError } from '../../errors/engine-error.ts';
import type { UnpackedLayer, UnpackReply, UnpackRequest } from './unpack-message.ts';

const PROGRAM = fileURLToPath(new URL('./unpack-process.ts', import.meta.url));

/** Told how much of the blob has been read, now and then. */
export type OnProgress = (readBytes: number) => void;

/** A process that unpacks layers, one at a time. It ends with `end`, and when the daemon dies. */
export class UnpackWorker {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #current: PromiseWithResolvers<UnpackedLayer> | undefined;
  #onProgress: OnProgress | undefined;
  #out = '';
  #err = '';
  #hasEnded = false;

  /**
   * `compileCache` is a directory where Node keeps the compiled program between runs: that saves 70 of 120 ms. As an
   * argument it only tells whoever looks at processes which store the worker belongs to.
   */
  constructor(compileCache: string) {
    this.#child = spawn(process.execPath, [PROGRAM, compileCache], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#err += text));
    // How it ended tells more than a broken pipe would.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#fail(internalError(`unpacking cannot start: ${error.message}`, error)));
    this.#child.on('close', (code, signal) => {
      const how = signal === null ? `exit status ${code}` : `killed by ${signal}`;
      this.#fail(internalError(`unpacking ended without a result (${how}): ${this.#err.trim()}`));
    });
  }

  /** No more layers can be unpacked by it. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Unpacks a layer and syncs it to disk. On failure the target directory holds what was unpacked until then.
   * @throws what the process reported; internal when it died.
   */
  unpack(request: UnpackRequest, onProgress?: OnProgress): Promise<UnpackedLayer> {
    this.#current = Promise.withResolvers();
    this.#onProgress = onProgress;
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#current.promise;
  }

  end(): void {
    this.#child.stdin.end();
  }

  #receive(text: string): void {
    this.#out += text;
    const lines = this.#out.split('\n');
    this.#out = lines.pop() ?? '';
    for (const line of lines) this.#answered(JSON.parse(line) as UnpackReply);
  }

  #answered(reply: UnpackReply): void {
    if ('readBytes' in reply) this.#onProgress?.(reply.readBytes);
    else if ('unpacked' in reply) this.#current?.resolve(reply.unpacked);
    else this.#current?.reject(new EngineError(reply.failed.kind, reply.failed.message));
  }

  #fail(error: EngineError): void {
    this.#hasEnded = true;
    this.#current?.reject(error);
  }
}
