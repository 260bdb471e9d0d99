import type { ContainerConfig } from '../api-types/container-config.ts';
import { EngineError } from '../errors/engine-error.ts';
import { applyChanges } from '../images/import/apply-changes.ts';
import type { ImageId } from '../lib/digest.ts';
import { familiarReference, type ImageReference } from '../lib/image-reference.ts';
import type { ContainersContext } from './context.ts';
import { mergeImageConfig } from './create/merge-image-config.ts';
import { publish } from './publish.ts';
import { standStill } from './stand-still.ts';

export interface CommitOptions {
  readonly name: ImageReference | undefined;
  readonly author: string;
  readonly comment: string;
  /** Let a container that runs stand still meanwhile, so that its files belong together. */
  readonly pause: boolean;
  /** Instructions of a Dockerfile for the configuration. */
  readonly changes: readonly string[];
  /** What the image shall have in place of the container's own; the rest is filled in from that. */
  readonly config: ContainerConfig | undefined;
}

/**
 * Makes an image of a container's files and configuration.
 * @throws not_found, conflict while it is removed, invalid_argument for a change.
 */
export async function commitContainer(
  context: ContainersContext,
  ref: string,
  options: CommitOptions,
): Promise<ImageId> {
  const { store, images, layers } = context;
  const record = store.resolve(ref);
  const { id, state } = record;
  if (state.status === 'removing' || state.status === 'dead') {
    throw new EngineError('conflict', `You cannot commit container ${id} which is ${stateText(state.status)}`);
  }
  const base = options.config ?? record.config;
  const changed = applyChanges(base, options.changes) as ContainerConfig;
  const config = options.config === undefined ? changed : mergeImageConfig(changed, record.config);
  const goOn = await standStill(context, options.pause && state.status === 'running' ? [id] : []);
  try {
    const imageId = await images.commit({
      container: id,
      parent: record.imageId,
      layer: layers.diffWritable(id),
      config,
      containerConfig: record.config,
      createdBy: [record.path, ...record.args].join(' '),
      author: options.author,
      comment: options.comment,
      name: options.name,
    });
    publish(context, store.has(id) ? store.get(id) : record, 'commit', {
      comment: options.comment,
      imageID: imageId,
      imageRef: options.name === undefined ? '' : familiarReference(options.name),
    });
    return imageId;
  } finally {
    await goOn();
  }
}

function stateText(status: 'removing' | 'dead'): string {
  return status === 'dead' ? 'Dead' : 'Removal In Progress';
}
