import type { ApiClient } from '../../client/api-client.ts';
import type { Terminal } from '../io/terminal.ts';

export interface CopyOptions {
  readonly client: ApiClient;
  readonly io: Terminal;
  /** A source that is a symbolic link stands for what it leads to. */
  readonly followLink: boolean;
  /** What goes into a container shall belong to its user, where it has one. */
  readonly ownByUser: boolean;
  readonly quiet: boolean;
}
