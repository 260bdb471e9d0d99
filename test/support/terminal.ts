import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.ts';

/** A program on a pseudo-terminal of its own (util-linux `script`), typed to and read as a person would. */
export class Terminal {
  readonly #child;
  #screen = '';

  constructor(command: string, options: { rows?: number; columns?: number } = {}) {
    const { rows = 30, columns = 100 } = options;
    this.#child = spawn('script', ['-qefc', `stty rows ${rows} cols ${columns}; exec ${command}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#screen += chunk.toString();
    });
    this.#child.stdin.on('error', () => undefined); // the program has ended: its exit status is what is looked at
  }

  get screen(): string {
    return this.#screen;
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Waits until the pattern was printed. */
  async see(pattern: RegExp): Promise<void> {
    await until(`${pattern} on the terminal`, () => pattern.test(this.#screen)).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${this.#screen}`);
    });
  }

  /** The exit status of the program. */
  async end(): Promise<number> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const [code] = (await once(this.#child, 'close')) as [number];
    return code;
  }
}
