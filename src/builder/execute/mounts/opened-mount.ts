import type { MountStub } from '../../../layers/layer-store.ts';
import type { StepMount } from '../../backend.ts';

/** What one mount of a step comes to on the host. */
export interface OpenedMount {
  readonly mount?: StepMount;
  readonly stub?: MountStub['kind'];
  readonly env?: string;
  /** Undoes it, after the step. */
  readonly close?: () => Promise<void> | void;
}

export function bindMount(source: string, destination: string, readOnly: boolean): StepMount {
  return { destination, type: 'bind', source, options: ['rbind', readOnly ? 'ro' : 'rw', 'rprivate'] };
}
