import type { FilesystemChange } from '../api-types/container-files.ts';
import type { ContainerStats } from '../api-types/container-stats.ts';
import type { TopResponse } from '../api-types/container-top.ts';
import {
  type ArchiveSource,
  type DirectOutput,
  type PathStat,
  readContainerPath,
  sendContainerPath,
  statContainerPath,
  type WriteOptions,
  writeContainerPath,
} from './archive.ts';
import { listContainerChanges } from './changes.ts';
import { type CommitOptions, commitContainer } from './commit.ts';
import type { ContainersContext } from './context.ts';
import { exportContainer } from './export.ts';
import { SharedSamplers } from './stats/shared-samplers.ts';
import { readContainerStats, type StatsOptions, type StatsSample, takeSample } from './stats.ts';
import { listContainerProcesses } from './top.ts';

/** The verbs that look into containers and at their files, bound to one engine. */
export class ContainerFiles {
  readonly #context: ContainersContext;
  readonly #samplers: SharedSamplers<StatsSample>;

  constructor(context: ContainersContext) {
    this.#context = context;
    this.#samplers = new SharedSamplers((id) => takeSample(context, id));
  }

  changes = (ref: string): Promise<readonly FilesystemChange[] | null> => listContainerChanges(this.#context, ref);
  statPath = (ref: string, path: string): Promise<PathStat> => statContainerPath(this.#context, ref, path);
  readPath = (
    ref: string,
    path: string,
  ): Promise<{ readonly stat: PathStat; readonly archive: AsyncIterable<Uint8Array> }> =>
    readContainerPath(this.#context, ref, path);
  sendPath = (ref: string, path: string, output: DirectOutput): Promise<void> =>
    sendContainerPath(this.#context, ref, path, output);
  writePath = (ref: string, path: string, archive: ArchiveSource, options: WriteOptions): Promise<void> =>
    writeContainerPath(this.#context, ref, path, archive, options);
  export = (ref: string): Promise<AsyncIterable<Uint8Array>> => exportContainer(this.#context, ref);
  commit = (ref: string, options: CommitOptions): Promise<string> => commitContainer(this.#context, ref, options);
  top = (ref: string, psArguments: string): Promise<TopResponse> =>
    listContainerProcesses(this.#context, ref, psArguments);
  stats = (ref: string, options: StatsOptions): AsyncIterable<ContainerStats> =>
    readContainerStats(this.#context, this.#samplers, ref, options);
}
