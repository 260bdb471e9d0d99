import { type DecodedPacket, decode } from 'dns-packet';
import { encodeAnswer, encodeFailure, RESPONSE_CODES, recordsFor, udpLimitOf } from './answer.ts';
import type { NameDirectory } from './directory.ts';
import type { Transport } from './upstream.ts';

const HEADER_BYTES = 12;
const TCP_BYTES = 65_535;
const RESPONSE_FLAG = 0x8000;
const OPCODE_SHIFT = 11;
const OPCODE_MASK = 0xf;

export interface QueryContext {
  readonly directory: NameDirectory;
  /** Undefined when nobody answered. */
  readonly forward: (query: Buffer, transport: Transport) => Promise<Buffer | undefined>;
}

/** The answer to one message, which may hold anything; undefined for what deserves none. */
export async function handleQuery(
  { directory, forward }: QueryContext,
  message: Buffer,
  transport: Transport,
): Promise<Buffer | undefined> {
  // Answers to answers would go round in circles.
  if (message.length < HEADER_BYTES || (message.readUInt16BE(2) & RESPONSE_FLAG) !== 0) return undefined;
  const query = decoded(message);
  if (query === undefined) return encodeFailure(headerOf(message), RESPONSE_CODES.formatError);
  if (((message.readUInt16BE(2) >> OPCODE_SHIFT) & OPCODE_MASK) !== 0) {
    return encodeFailure(query, RESPONSE_CODES.notImplemented);
  }
  const [question, ...further] = query.questions ?? [];
  if (question === undefined || further.length > 0) return encodeFailure(query, RESPONSE_CODES.formatError);
  const records = question.class === 'IN' ? recordsFor(question, directory) : undefined;
  if (records !== undefined) {
    return encodeAnswer(query, records, transport === 'udp' ? udpLimitOf(query) : TCP_BYTES);
  }
  return (await forward(message, transport)) ?? encodeFailure(query, RESPONSE_CODES.serverFailure);
}

function decoded(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    // Whatever is wrong with it, the client is told that it is malformed.
    return undefined;
  }
}

/** What can be said of a message whose questions cannot be read: its number and flags. */
function headerOf(message: Buffer): DecodedPacket {
  const header = Buffer.alloc(HEADER_BYTES);
  message.copy(header, 0, 0, 4);
  return decode(header);
}
