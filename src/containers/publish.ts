import type { ContainersContext } from './context.ts';
import type { ContainerRecord } from './record.ts';

/** Reports what happened to a container: its labels, then the image's and its own name, then what the action adds. */
export function publish(
  context: Pick<ContainersContext, 'events'>,
  record: ContainerRecord,
  action: string,
  attributes: Readonly<Record<string, string>> = {},
): void {
  context.events.publish({
    type: 'container',
    action,
    actorId: record.id,
    attributes: {
      ...record.config.Labels,
      ...attributes,
      ...(record.config.Image === '' ? {} : { image: record.config.Image }),
      name: record.name,
    },
  });
}
