import { resolve } from 'node:path';
import type { ApiClient } from '../../client/api-client.ts';
import { CliError } from '../errors.ts';
import type { NamedFolder } from './build-source.ts';
import { type LayoutImage, loadLayout } from './oci-layout.ts';
import { isFolder } from './pack-context.ts';

const IMAGE = 'docker-image://';
const LAYOUT = 'oci-layout://';
const FETCHED = /^(docker-image|https?|git|ssh):\/\/|^[\w.~-]+@[^:/\s]+:./;
const FOLDER_OF_CONTEXTS = '.skiff-contexts';

export interface NamedContexts {
  /** Sent along with the main context, below it. */
  readonly folders: readonly NamedFolder[];
  /** For the request: what each name means. */
  readonly query: string | undefined;
  /** Takes away what the daemon was given for the build; once, after it. */
  close(): Promise<void>;
}

/**
 * `--build-context name=path`, `name=docker-image://reference`, `name=oci-layout://folder:tag`, `name=URL`.
 * @throws CliError for what is none
 */
export async function namedContexts(client: ApiClient, texts: readonly string[]): Promise<NamedContexts> {
  const folders: NamedFolder[] = [];
  const sources: Record<string, string> = {};
  const layouts: LayoutImage[] = [];
  const close = async () => {
    for (const layout of layouts) await layout.remove();
  };
  for (const [index, text] of texts.entries()) {
    const equals = text.indexOf('=');
    const [name, source] = [text.slice(0, equals), text.slice(equals + 1)];
    if (equals <= 0) throw new CliError(`invalid context value: ${text}, expected key=value`);
    if (source.startsWith(LAYOUT)) {
      const layout = await loadLayout(client, source.slice(LAYOUT.length));
      layouts.push(layout);
      sources[name] = `${IMAGE}${layout.id}`;
    } else if (isFolder(source) === true) {
      const place = `${FOLDER_OF_CONTEXTS}/${index}`;
      folders.push({ prefix: `${place}/`, directory: resolve(source) });
      sources[name] = `context:${place}`;
    } else if (FETCHED.test(source)) sources[name] = source;
    else throw new CliError(`failed to get build context ${name}: stat ${source}: no such file or directory`);
  }
  return { folders, query: texts.length === 0 ? undefined : JSON.stringify(sources), close };
}
