import { invalidArgument } from '../../errors/engine-error.ts';
import type { Directives } from './dockerfile.ts';

const NAMES = ['syntax', 'escape', 'check'];

/**
 * Reads `# name=value` lines at the very top. The first line that is none ends them: from there on they are comments.
 */
export class DirectiveReader {
  readonly #found = new Map<string, string>();
  #isDone = false;

  /**
   * Whether the line is a directive.
   * @throws invalid_argument for one that stands twice, or a wrong escape character
   */
  accepts(line: string): boolean {
    if (this.#isDone) return false;
    const [, name = '', value = ''] = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)$/.exec(line) ?? [];
    const key = name.toLowerCase();
    if (!NAMES.includes(key)) {
      this.#isDone = true;
      return false;
    }
    if (this.#found.has(key)) throw invalidArgument(`only one ${key} parser directive can be used`);
    const setting = value.trimEnd();
    if (key === 'escape' && setting !== '\\' && setting !== '`') {
      throw invalidArgument(`invalid escape token '${setting}' does not match \` or \\`);
    }
    this.#found.set(key, setting);
    return true;
  }

  get escape(): Directives['escape'] {
    return this.#found.get('escape') === '`' ? '`' : '\\';
  }

  get directives(): Directives {
    return { syntax: this.#found.get('syntax'), escape: this.escape, check: this.#found.get('check') };
  }
}
