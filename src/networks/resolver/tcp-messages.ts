/** RFC 1035 4.2.2: by TCP, two bytes of length stand before every message. */
export function withLength(message: Buffer): Buffer {
  const framed = Buffer.alloc(2 + message.length);
  framed.writeUInt16BE(message.length);
  message.copy(framed, 2);
  return framed;
}

/** Cuts a stream into its messages; holds at most one that is not complete, of 64 KiB at most. */
export class MessageSplitter {
  readonly #deliver: (message: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(deliver: (message: Buffer) => void) {
    this.#deliver = deliver;
  }

  push(bytes: Buffer): void {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      this.#deliver(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
  }
}
