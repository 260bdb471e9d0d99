import { invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import { trimLeadingSpace, trimSpace } from './characters.ts';
import { checkSyntax } from './check-syntax.ts';
import { DirectiveReader } from './directives.ts';
import type { Dockerfile, Heredoc, Instruction, LineRange } from './dockerfile.ts';
import type { HeredocMark } from './heredoc.ts';
import { announcedHeredocs } from './heredoc.ts';
import { readSource } from './read-source.ts';
import { sourceError } from './source-error.ts';
import { splitInstruction } from './split-instruction.ts';

/**
 * Cuts a Dockerfile into its instructions, in time proportional to its length. No instruction's own rules are applied.
 * @throws invalid_argument with an excerpt
 */
export function parseDockerfile(name: string, bytes: Uint8Array): Dockerfile {
  return new DockerfileReader(name, readSource(name, bytes)).read();
}

/** More than any person writes; each costs planning, and a layer or an entry of the history. */
const MAX_INSTRUCTIONS = 10_000;

/** A single instruction that stands in no file: a trigger of an image's ONBUILD. */
export function parseInstruction(text: string): Instruction {
  const { instructions } = new DockerfileReader('ONBUILD', text.split(/(?<=\n)/)).read();
  const [instruction] = instructions;
  if (instruction === undefined || instructions.length > 1) {
    throw invalidArgument('onbuild trigger should be a single expression');
  }
  return instruction;
}

class DockerfileReader {
  readonly #name: string;
  /** With their ends. */
  readonly #raw: readonly string[];
  /** Without. */
  readonly #lines: readonly string[];
  readonly #directives = new DirectiveReader();
  readonly #instructions: Instruction[] = [];
  readonly #emptyContinuations: LineRange[] = [];
  #comments: string[] = [];
  #at = 0;

  constructor(name: string, raw: readonly string[]) {
    this.#name = name;
    this.#raw = raw;
    const lines = raw.map(withoutEnd);
    // As an editor shows it: a newline at the end begins one more line, which is empty.
    this.#lines = raw.at(-1)?.endsWith('\n') === true ? [...lines, ''] : lines;
  }

  read(): Dockerfile {
    while (this.#at < this.#raw.length) this.#readLine();
    if (this.#instructions.length === 0) throw this.#error('file with no instructions', this.#raw.length);
    return {
      name: this.#name,
      lines: this.#lines,
      directives: this.#directives.directives,
      instructions: this.#instructions,
      emptyContinuations: this.#emptyContinuations,
    };
  }

  #readLine(): void {
    const start = this.#at + 1;
    const line = trimLeadingSpace(this.#lines[this.#at++] ?? '');
    if (this.#isDirective(line, start)) return;
    if (line.startsWith('#')) {
      const comment = trimSpace(line.slice(1));
      if (comment === '') this.#comments = [];
      else this.#comments.push(comment);
      return;
    }
    if (line === '') {
      this.#comments = [];
      return;
    }
    const text = this.#joinContinued(line);
    if (trimSpace(text) === '') return;
    this.#add(text, start);
    this.#comments = [];
  }

  #isDirective(line: string, number: number): boolean {
    try {
      return this.#directives.accepts(line);
    } catch (error) {
      throw isEngineError(error) ? this.#error(error.message, number) : error;
    }
  }

  /** The line with those that continue it: comments and, so far, empty lines between them are skipped. */
  #joinContinued(first: string): string {
    const { escape } = this.#directives;
    const pieces: string[] = [];
    let hasEmptyLine = false;
    let { text, isContinued } = cutContinuation(first, escape);
    pieces.push(text);
    while (isContinued && this.#at < this.#raw.length) {
      const line = this.#lines[this.#at++] ?? '';
      const trimmed = trimLeadingSpace(line);
      if (trimmed.startsWith('#')) continue;
      if (trimmed === '') {
        hasEmptyLine = true;
        continue;
      }
      ({ text, isContinued } = cutContinuation(line, escape));
      pieces.push(text);
    }
    if (hasEmptyLine) this.#emptyContinuations.push({ start: this.#at, end: this.#at });
    return pieces.join('');
  }

  #add(text: string, start: number): void {
    try {
      if (this.#instructions.length === MAX_INSTRUCTIONS) {
        throw invalidArgument(`a Dockerfile may have at most ${MAX_INSTRUCTIONS} instructions`);
      }
      const { keyword, flags, rest } = splitInstruction(text);
      checkSyntax(keyword, rest, this.#directives.escape);
      const heredocs = announcedHeredocs(text).map((mark) => this.#readHeredoc(mark));
      this.#instructions.push({
        keyword: keyword.toLowerCase(),
        writtenKeyword: keyword,
        flags,
        rest,
        text: trimSpace(text),
        heredocs,
        lines: { start, end: this.#at },
        comments: this.#comments,
      });
    } catch (error) {
      if (!isEngineError(error)) throw error;
      throw this.#error(error.message, start, this.#at);
    }
  }

  #readHeredoc(mark: HeredocMark): Heredoc {
    const content: string[] = [];
    while (this.#at < this.#raw.length) {
      const line = this.#lines[this.#at] ?? '';
      const isEnd = (mark.chomp ? line.replace(/^\t+/, '') : line) === mark.name;
      const raw = this.#raw[this.#at++] ?? '';
      if (isEnd) return { ...mark, content: content.join('') };
      content.push(raw);
    }
    throw invalidArgument('unterminated heredoc');
  }

  #error(message: string, start: number, end = start): Error {
    return sourceError({ name: this.#name, lines: this.#lines }, [{ start, end }], message);
  }
}

/** An escape at the end, which is not itself escaped, continues the line. */
function cutContinuation(line: string, escape: string): { text: string; isContinued: boolean } {
  let end = line.length;
  while (line[end - 1] === ' ' || line[end - 1] === '\t') end--;
  const trimmed = line.slice(0, end);
  const isContinued = trimmed.endsWith(escape) && trimmed.at(-2) !== escape;
  return isContinued ? { text: trimmed.slice(0, -1), isContinued } : { text: line, isContinued };
}

function withoutEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\n' || line[end - 1] === '\r') end--;
  return line.slice(0, end);
}
