import type { BuildEvent } from '../../api-types/build.ts';

/** Shows how a build goes on. */
export interface BuildDisplay {
  event(event: BuildEvent): Promise<void> | void;
  /** Of pulls, and of a daemon that tells builds as text. */
  text(text: string): Promise<void> | void;
  /** Once. */
  end(hasFailed: boolean): Promise<void>;
}
