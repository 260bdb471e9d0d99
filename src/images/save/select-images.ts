import { imageNotFound, nameNotFound } from '../../errors/images.ts';
import type { ImageId } from '../../lib/digest.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { familiarRepository, fullName, parseReference, parseSpecifier } from '../../lib/image-reference.ts';
import type { ImageContext } from '../image-context.ts';

export interface SelectedImage {
  readonly id: ImageId;
  /** The names that go into the archive with it. */
  readonly names: readonly ImageReference[];
}

/**
 * What the arguments of `save` mean, in their order, each image once: a name with a tag is that name, a repository
 * is all of its tags, an ID is the image without names.
 * @throws not_found, invalid_argument
 */
export function selectImages(context: ImageContext, wanted: readonly string[]): SelectedImage[] {
  const names = new Map<ImageId, Map<string, ImageReference>>();
  const add = (id: ImageId, name?: ImageReference): void => {
    const known = names.get(id) ?? new Map<string, ImageReference>();
    if (name?.tag !== undefined && name.digest === undefined) known.set(fullName(name), name);
    names.set(id, known);
  };
  for (const text of wanted) select(context, text, add);
  return [...names].map(([id, known]) => ({ id, names: [...known.values()] }));
}

function select(
  { state, catalog }: ImageContext,
  text: string,
  add: (id: ImageId, name?: ImageReference) => void,
): void {
  const specifier = parseSpecifier(text);
  if (specifier.kind === 'id') {
    if (state.get(specifier.id) === undefined) throw imageNotFound(text);
    return add(specifier.id);
  }
  const { reference } = specifier;
  const isRepository = reference.tag === undefined && reference.digest === undefined;
  const tagged = isRepository ? state.tagsOf(reference.name) : [];
  for (const { name, id } of tagged) add(id, parseReference(name));
  if (tagged.length > 0) return;
  if (isRepository || familiarRepository(reference) === 'sha256') {
    const id = catalog.byPrefix(text);
    if (id === undefined) throw imageNotFound(text);
    return add(id);
  }
  const id = state.idOf(fullName(reference));
  if (id === undefined) throw nameNotFound();
  add(id, reference);
}
