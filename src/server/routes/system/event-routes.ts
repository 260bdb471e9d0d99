import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EventMessage } from '../../../api-types/system.ts';
import { EngineError, invalidArgument } from '../../../errors/engine-error.ts';
import { Filters } from '../../../lib/filters.ts';
import { jsonInteger } from '../../../lib/json-integer.ts';
import { queryText } from '../../query.ts';
import { hangUpSignal, jsonLines, sendStream } from '../../stream-response.ts';
import type { EngineEvent, SystemBackend } from './backend.ts';

type ExactMessage = Omit<EventMessage, 'timeNano'> & { readonly timeNano: object };

export function registerEventRoutes(app: FastifyInstance, backend: SystemBackend): void {
  app.get('/events', async (request, reply) => {
    const events = backend.events(eventQuery(request, reply));
    await sendStream(reply, 'application/json', jsonLines(messages(events)));
    return reply;
  });
}

function eventQuery(request: FastifyRequest, reply: FastifyReply) {
  const since = queryText(request.query, 'since');
  const until = queryText(request.query, 'until');
  const sinceNs = timestampNs(since);
  const untilNs = timestampNs(until);
  if (sinceNs !== undefined && untilNs !== undefined && untilNs < sinceNs) {
    throw invalidArgument(`\`since\` time (${since}) cannot be after \`until\` time (${until})`);
  }
  return {
    ...(sinceNs === undefined ? {} : { sinceNs }),
    ...(untilNs === undefined ? {} : { untilNs }),
    filters: Filters.parse(queryText(request.query, 'filters')),
    signal: hangUpSignal(reply),
  };
}

/**
 * Seconds with up to nine decimals, as clients send them; -1 stands for none.
 * @throws internal, as Docker has it, with Go's words for what is no number.
 */
function timestampNs(text: string | undefined): bigint | undefined {
  if (text === undefined || text === '' || text === '-1') return undefined;
  const [seconds = '', fraction = ''] = text.split('.', 2);
  for (const part of [seconds, fraction || '0']) {
    if (!/^-?\d+$/.test(part)) {
      throw new EngineError('internal', `strconv.ParseInt: parsing ${JSON.stringify(part)}: invalid syntax`);
    }
  }
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

async function* messages(events: AsyncIterable<EngineEvent>): AsyncGenerator<ExactMessage> {
  for await (const event of events) yield message(event);
}

function message({ type, action, actorId, attributes, scope, timeNs }: EngineEvent): ExactMessage {
  const image = attributes['image'];
  return {
    ...(type === 'container' || type === 'image' ? { status: action, id: actorId } : {}),
    ...(type === 'container' && image !== undefined ? { from: image } : {}),
    Type: type,
    Action: action,
    Actor: { ID: actorId, Attributes: sorted(attributes) },
    scope,
    time: Number(timeNs / 1_000_000_000n),
    timeNano: jsonInteger(timeNs),
  };
}

/** Go writes maps in the order of their keys. */
function sorted(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
