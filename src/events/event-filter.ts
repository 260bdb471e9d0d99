import type { Filters } from '../lib/filters.ts';
import type { EngineEvent } from './event.ts';

/** Types whose filter of the same name takes the beginning of the actor's ID or name. */
const NAMED_TYPES = ['daemon', 'container', 'plugin', 'volume', 'network', 'node', 'service', 'secret', 'config'];
/** Actions that carry an argument behind a colon (`exec_start: sh`), and match without it. */
const ACTIONS_WITH_ARGUMENT = ['health_status', 'exec_create', 'exec_start'];

/** Whether an event passes the filters of a request, by Docker's rules; names that Docker does not know are ignored. */
export function matchesFilters(event: EngineEvent, filters: Filters): boolean {
  return (
    matchesAction(event, filters) &&
    filters.exactMatch('type', event.type) &&
    filters.exactMatch('scope', event.scope) &&
    NAMED_TYPES.every((type) => matchesName(event, filters, type)) &&
    matchesImage(event, filters) &&
    filters.matchPairs('label', event.attributes)
  );
}

function matchesAction(event: EngineEvent, filters: Filters): boolean {
  const fuzzy = filters.get('event').some((action) => ACTIONS_WITH_ARGUMENT.includes(action));
  return fuzzy ? filters.prefixMatch('event', event.action) : filters.exactMatch('event', event.action);
}

function matchesName(event: EngineEvent, filters: Filters, type: string): boolean {
  if (!filters.has(type)) return true;
  return filters.prefixMatch(type, event.actorId) || filters.prefixMatch(type, event.attributes['name'] ?? '');
}

function matchesImage(event: EngineEvent, filters: Filters): boolean {
  if (!filters.has('image')) return true;
  const name = event.attributes[event.type === 'image' ? 'name' : 'image'] ?? '';
  return [event.actorId, name, withoutTag(event.actorId), withoutTag(name)].some((it) =>
    filters.exactMatch('image', it),
  );
}

function withoutTag(reference: string): string {
  return reference.replace(/(@sha256:[0-9a-f]{64}|:[\w.-]+)$/, '');
}
