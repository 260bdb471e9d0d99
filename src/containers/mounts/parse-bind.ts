import { posix } from 'node:path';
import type { MountRequest } from '../../api-types/mount.ts';
import { EngineError, internalError, messageOf } from '../../errors/engine-error.ts';
import { checkMount } from './check-mount.ts';
import { isMountMode, parseMountMode } from './mount-mode.ts';

export interface ParsedBind {
  readonly request: MountRequest;
  readonly mode: string;
}

/** `[source:]target[:mode]`, as `-v` sends it. @throws internal with Docker's texts. */
export function parseBind(text: string, volumeDriver: string): ParsedBind {
  const parts = text.split(':');
  const [first = '', second, mode = ''] = parts;
  if (first === '' || parts.length > 3) throw invalidSpecification(text);
  // `/folder:ro` would be a volume without a name, which takes no mode.
  if (parts.length === 2 && isMountMode(second ?? '')) throw invalidSpecification(text);
  const { readonly, noCopy, propagation } = parseMountMode(mode);
  const [source, target] = second === undefined ? ['', first] : [first, second];
  const isBind = posix.isAbsolute(source);
  const driver = volumeDriver !== '' && !isBind ? { DriverConfig: { Name: volumeDriver } } : undefined;
  const request: MountRequest = {
    Type: isBind ? 'bind' : 'volume',
    Source: source,
    Target: target,
    ...(readonly ? { ReadOnly: true } : {}),
    ...(noCopy || driver !== undefined ? { VolumeOptions: { ...driver, ...(noCopy ? { NoCopy: true } : {}) } } : {}),
    ...(propagation === '' ? {} : { BindOptions: { Propagation: propagation } }),
  };
  try {
    checkMount(request);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw internalError(`invalid volume specification: '${text}': ${messageOf(error)}`, error);
  }
  return { request, mode };
}

function invalidSpecification(text: string): EngineError {
  return internalError(`invalid volume specification: '${text}'`);
}
