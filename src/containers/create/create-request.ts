import type { ContainerConfig } from '../../api-types/container-config.ts';
import type { CreateBody, NetworkingConfig } from '../../api-types/container-create.ts';

export interface CreateRequest {
  /** Empty for a generated one. */
  readonly name: string;
  readonly config: ContainerConfig;
  readonly hostConfig: CreateBody['HostConfig'];
  readonly networking: NetworkingConfig | undefined;
  /** That the image must be for; empty for any. */
  readonly platform?: string;
}
