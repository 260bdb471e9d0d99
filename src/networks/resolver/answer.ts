import {
  type Answer,
  type DecodedPacket,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import type { NameDirectory } from './directory.ts';
import { addressOfReverseName } from './reverse-name.ts';

/** Seconds that a client may keep an answer; Docker's figure. */
const TTL = 600;
/** RFC 1035 4.2.1: what a client takes by UDP unless it says more (RFC 6891). */
const UDP_BYTES = 512;
/** RFC 1035 4.1.1. */
export const RESPONSE_CODES = { formatError: 1, serverFailure: 2, notImplemented: 4, refused: 5 } as const;

/**
 * The records that answer a question about containers: an empty list for a name that is known and has none of that type,
 * so that nobody else is asked about it; undefined for a name that is not known here.
 */
export function recordsFor({ name, type }: Question, directory: NameDirectory): Answer[] | undefined {
  const key = name.toLowerCase();
  if (type === 'PTR') {
    const address = addressOfReverseName(key);
    const found = address === undefined ? undefined : directory.nameOf(address);
    return found === undefined ? undefined : [{ name, type, ttl: TTL, data: found }];
  }
  const addresses = directory.addressesOf(key);
  if (addresses === undefined) return undefined;
  if (type === 'A') return shuffled(addresses.ipv4).map((data) => ({ name, type, ttl: TTL, data }));
  if (type === 'AAAA') return shuffled(addresses.ipv6).map((data) => ({ name, type, ttl: TTL, data }));
  return [];
}

/** Fisher and Yates: several containers under one name share the work. */
function shuffled(addresses: readonly string[]): string[] {
  const all = [...addresses];
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [all[last], all[other]] = [all[other] as string, all[last] as string];
  }
  return all;
}

/** An answer with these records. By UDP, as many as fit, and the mark that there are more. */
export function encodeAnswer(query: DecodedPacket, answers: readonly Answer[], limitBytes: number): Buffer {
  const whole = encode(response(query, answers, 0));
  if (whole.length <= limitBytes) return whole;
  let low = 0;
  let high = answers.length - 1;
  while (low < high) {
    const count = Math.ceil((low + high) / 2);
    if (encode(response(query, answers.slice(0, count), TRUNCATED_RESPONSE)).length <= limitBytes) low = count;
    else high = count - 1;
  }
  return encode(response(query, answers.slice(0, low), TRUNCATED_RESPONSE));
}

/** An answer that says only that, and how, it went wrong. */
export function encodeFailure(query: DecodedPacket, code: number): Buffer {
  return encode(response(query, [], code));
}

function response(query: DecodedPacket, answers: readonly Answer[], flags: number): Packet {
  return {
    type: 'response',
    id: query.id ?? 0,
    flags: (query.flag_rd ? RECURSION_DESIRED : 0) | RECURSION_AVAILABLE | flags,
    questions: query.questions ?? [],
    answers: [...answers],
  };
}

/** How long an answer by UDP may be. */
export function udpLimitOf(query: DecodedPacket): number {
  const edns = query.additionals?.find((record) => record.type === 'OPT');
  return Math.max(UDP_BYTES, edns?.type === 'OPT' ? edns.udpPayloadSize : 0);
}
