import { hostname } from 'node:os';
import type { ContainerConfig } from '../../api-types/container-config.ts';
import { invalidArgument } from '../../errors/engine-error.ts';
import { parseExpression } from '../../lib/expression.ts';
import { shortId } from '../../lib/ids.ts';
import type { ContainerRecord } from '../record.ts';

/**
 * What `logs --details` tells of each line: the labels and variables that the log options name, and the tag. Docker
 * writes them into each line of the log; here they are read from the record, so that a log needs no room for them.
 */
export function logAttributes(record: ContainerRecord): ReadonlyMap<string, string> {
  const { config, hostConfig } = record;
  const options = hostConfig.LogConfig.Config ?? {};
  const attributes = new Map<string, string>();
  const take = (values: ReadonlyMap<string, string>, names: string | undefined, expression: string | undefined) => {
    for (const name of (names ?? '').split(',')) {
      const value = values.get(name);
      if (value !== undefined) attributes.set(name, value);
    }
    if (expression === undefined || expression === '') return;
    const wanted = parseExpression(expression);
    for (const [name, value] of values) if (wanted.test(name)) attributes.set(name, value);
  };
  take(new Map(Object.entries(config.Labels ?? {})), options['labels'], options['labels-regex']);
  take(environmentOf(config), options['env'], options['env-regex']);
  const tag = options['tag'] ?? '';
  if (tag !== '') attributes.set('tag', expandTag(tag, record));
  return attributes;
}

/** Sorted, and escaped as in an address, so that a client can take them apart again. */
export function attributesText(attributes: ReadonlyMap<string, string>): string {
  return [...attributes]
    .map(([name, value]) => `${escape(name)}=${escape(value)}`)
    .sort()
    .join(',');
}

function environmentOf({ Env: variables }: ContainerConfig): Map<string, string> {
  const values = new Map<string, string>();
  for (const variable of variables ?? []) {
    const equals = variable.indexOf('=');
    if (equals > 0) values.set(variable.slice(0, equals), variable.slice(equals + 1));
  }
  return values;
}

/** @throws invalid_argument for a field that there is not. */
export function expandTag(template: string, record: ContainerRecord): string {
  const { id, name, imageId, config, path, args } = record;
  const fields: Readonly<Record<string, string>> = {
    ID: shortId(id),
    FullID: id,
    Name: name,
    ImageID: imageId.replace(/^sha256:/, '').slice(0, 12),
    ImageFullID: imageId,
    ImageName: config.Image,
    DaemonName: 'docker',
    Command: [path, ...args].join(' '),
    // The host's, as with Docker.
    Hostname: hostname(),
  };
  return template.replace(/\{\{(.*?)\}\}/g, (_, inner: string) => {
    const value = fields[/^\s*\.(\w+)\s*$/.exec(inner)?.[1] ?? ''];
    if (value === undefined) throw invalidArgument(`template: log-tag: no field ${JSON.stringify(inner.trim())}`);
    return value;
  });
}

/** As Go's `url.QueryEscape`. */
function escape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
