import { internalError } from '../../errors/engine-error.ts';

const LINE_FEED = 10;
/** Of a chunk's size with its extensions, and of all trailers together. */
const MOST_LINE_BYTES = 8192;

/**
 * Takes the body of an HTTP/1.1 message out of its chunks (RFC 9112, 7.1). Strict: what others might read in another
 * way is refused. Extensions and trailers mean nothing.
 */
export class ChunkedDecoder {
  #state: 'size' | 'end of data' | 'trailers' | 'done' = 'size';
  #dataLeft = 0;
  #line = '';
  #trailerBytes = 0;

  /** True when the body has ended; what follows it is not looked at. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** The part of the body that is in `input`, moved together at its start. @throws internal. */
  decode(input: Buffer): Buffer {
    let to = 0;
    for (let from = 0; from < input.length && !this.done; ) {
      if (this.#dataLeft === 0) {
        from = this.#readLine(input, from);
        continue;
      }
      const length = Math.min(this.#dataLeft, input.length - from);
      input.copyWithin(to, from, from + length);
      this.#dataLeft -= length;
      from += length;
      to += length;
    }
    return input.subarray(0, to);
  }

  /** @returns where to go on reading. */
  #readLine(input: Buffer, from: number): number {
    const lineFeed = input.indexOf(LINE_FEED, from);
    const end = lineFeed === -1 ? input.length : lineFeed;
    if (this.#line.length + end - from > MOST_LINE_BYTES) throw malformed();
    this.#line += input.toString('latin1', from, end);
    if (lineFeed === -1) return end;
    if (!this.#line.endsWith('\r')) throw malformed();
    const line = this.#line.slice(0, -1);
    this.#line = '';
    this.#take(line);
    return lineFeed + 1;
  }

  #take(line: string): void {
    if (line.includes('\r')) throw malformed();
    if (this.#state === 'end of data') {
      if (line !== '') throw malformed();
      this.#state = 'size';
    } else if (this.#state === 'size') {
      const size = /^([0-9a-f]{1,12})[\t ]*(?:;.*)?$/i.exec(line)?.[1];
      if (size === undefined) throw malformed();
      this.#dataLeft = Number.parseInt(size, 16);
      this.#state = this.#dataLeft === 0 ? 'trailers' : 'end of data';
    } else if (line === '') {
      this.#state = 'done';
    } else {
      this.#trailerBytes += line.length;
      if (this.#trailerBytes > MOST_LINE_BYTES) throw malformed();
    }
  }
}

function malformed() {
  return internalError('malformed chunked encoding');
}
