import type { FilesystemChange } from '../../../api-types/container-files.ts';
import type { TopResponse } from '../../../api-types/container-top.ts';

/** What these routes need of the engine. `ref` is a name, an ID, or an unambiguous beginning of one. */
export interface ContainerFileBackend {
  changes(ref: string): Promise<readonly FilesystemChange[] | null>;
  /** `psArguments` as ps(1) takes them, in one string; empty for `-ef`. */
  top(ref: string, psArguments: string): Promise<TopResponse>;
}
