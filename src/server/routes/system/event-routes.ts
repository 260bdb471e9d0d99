import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EventMessage } from '../../../api-types/system.ts';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { Filters } from '../../../lib/filters.ts';
import { jsonInteger } from '../../../lib/json-integer.ts';
import { queryText } from '../../query.ts';
import { timestampNs } from '../../query-time.ts';
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
  const sinceNs = timestampNs(since, 'internal');
  const untilNs = timestampNs(until, 'internal');
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
