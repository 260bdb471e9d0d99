import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { decode, encode } from 'dns-packet';

/** A name server on the host's loopback: every name has the address 192.0.2.1, or every question the same failure. */
export class NameServer {
  readonly asked: string[] = [];
  readonly #code: number;
  readonly #datagrams = createSocket('udp4');
  readonly #server = createServer((socket) => this.#converse(socket));
  port = 0;

  constructor(code = 0) {
    this.#code = code;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as { port: number }).port;
    await this.#serve({ port: this.port, address: '127.0.0.1' });
  }

  /** Answers on a bound datagram socket alone, which may be in another network namespace. */
  openOn(fd: number): Promise<void> {
    return this.#serve({ fd, exclusive: true });
  }

  #serve(where: { port: number; address: string } | { fd: number; exclusive: true }): Promise<void> {
    this.#datagrams.on('message', (message, { port, address }) => {
      this.#datagrams.send(this.#answer(message, 'udp'), port, address);
    });
    return new Promise((resolve) => this.#datagrams.bind(where, resolve));
  }

  #converse(socket: Socket): void {
    socket.on('data', (bytes: Buffer) => {
      const answer = this.#answer(bytes.subarray(2), 'tcp');
      socket.write(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 0xff]), answer]));
    });
  }

  #answer(message: Buffer, transport: 'udp' | 'tcp'): Buffer {
    const query = decode(message);
    const name = query.questions?.[0]?.name ?? '';
    this.asked.push(`${transport} ${name}`);
    return encode({
      type: 'response',
      id: query.id ?? 0,
      flags: this.#code,
      questions: query.questions ?? [],
      answers: this.#code === 0 ? [{ name, type: 'A', ttl: 1, data: '192.0.2.1' }] : [],
    });
  }

  close(): void {
    this.#datagrams.close();
    this.#server.close();
  }
}
