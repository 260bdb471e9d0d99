import { invalidArgument } from '../../../errors/engine-error.ts';
import { byteStringOf } from '../../../lib/tar/byte-string.ts';
import type { SpoolPlaces } from '../../context/receive-archive.ts';
import type { SpoolTree } from '../../context/spool-tree.ts';
import type { NamedContext } from '../../plan/plan-options.ts';
import type { BuildParts } from '../build-parts.ts';
import type { BuildRequest } from '../build-request.ts';
import { fetchContext } from './fetch-context.ts';

const IMAGE = 'docker-image://';
/** Our client sends folders along with the main context, below a folder that is no part of it. */
const FOLDER = 'context:';
export const FOLDER_OF_CONTEXTS = '.skiff-contexts';

export function namedContextOf(source: string): NamedContext {
  return source.startsWith(IMAGE) ? { kind: 'image', reference: source.slice(IMAGE.length) } : { kind: 'files' };
}

/** The named contexts of a build that are files, each taken in when it is first asked for. */
export class NamedTrees {
  readonly #parts: BuildParts;
  readonly #request: BuildRequest;
  readonly #place: { readonly places: SpoolPlaces; readonly received: SpoolTree };
  readonly #trees = new Map<string, Promise<SpoolTree>>();

  constructor(
    parts: BuildParts,
    request: BuildRequest,
    place: { readonly places: SpoolPlaces; readonly received: SpoolTree },
  ) {
    this.#parts = parts;
    this.#request = request;
    this.#place = place;
  }

  /** @throws invalid_argument for a name that the request does not have. */
  open(name: string): Promise<SpoolTree> {
    const tree = this.#trees.get(name) ?? this.#take(name);
    this.#trees.set(name, tree);
    return tree;
  }

  async #take(name: string): Promise<SpoolTree> {
    const source = this.#request.namedContexts.get(name);
    if (source === undefined) throw invalidArgument(`there is no build context ${JSON.stringify(name)}`);
    const { places, received } = this.#place;
    if (!source.startsWith(FOLDER)) return fetchContext(this.#parts, this.#request, source, places);
    const tree = received.subtree(byteStringOf(source.slice(FOLDER.length)));
    if (tree === undefined) throw invalidArgument(`the files of build context ${JSON.stringify(name)} were not sent`);
    return tree;
  }
}
