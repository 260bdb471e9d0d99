import { restartPolicy } from './host-config.ts';
import { type Decoded, field, struct } from './shape.ts';

/** `POST /containers/{id}/update`: what can change while a container runs. A policy without a name changes nothing. */
export const containerUpdate = struct('container.UpdateConfig', {
  RestartPolicy: field(restartPolicy),
});
export type ContainerUpdate = Decoded<typeof containerUpdate>;

export interface UpdateResponse {
  readonly Warnings: readonly string[] | null;
}
