import { resolve } from 'node:path';
import { CliError } from '../errors.ts';
import type { NamedFolder } from './build-source.ts';
import { isFolder } from './pack-context.ts';

const IMAGE = 'docker-image://';
const FOLDER_OF_CONTEXTS = '.skiff-contexts';

export interface NamedContexts {
  /** Sent along with the main context, below it. */
  readonly folders: readonly NamedFolder[];
  /** For the request: what each name means. */
  readonly query: string | undefined;
}

/** `--build-context name=path`, `name=docker-image://reference`, `name=URL`. @throws CliError for what is none */
export function namedContexts(texts: readonly string[]): NamedContexts {
  const folders: NamedFolder[] = [];
  const sources: Record<string, string> = {};
  texts.forEach((text, index) => {
    const equals = text.indexOf('=');
    const [name, source] = [text.slice(0, equals), text.slice(equals + 1)];
    if (equals <= 0) throw new CliError(`invalid context value: ${text}, expected key=value`);
    if (source.startsWith(IMAGE) || /^(https?|git|ssh):\/\//.test(source)) {
      sources[name] = source;
      return;
    }
    if (isFolder(source) !== true) throw new CliError(`failed to get build context ${name}: ${source} is no folder`);
    const place = `${FOLDER_OF_CONTEXTS}/${index}`;
    folders.push({ prefix: `${place}/`, directory: resolve(source) });
    sources[name] = `context:${place}`;
  });
  return { folders, query: texts.length === 0 ? undefined : JSON.stringify(sources) };
}
