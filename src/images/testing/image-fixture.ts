import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { DirectoryContentStore } from '../../content/directory-content-store.ts';
import type { EngineEvent } from '../../events/event-bus.ts';
import type { ImageId } from '../../lib/digest.ts';
import type { ContainerId } from '../../lib/ids.ts';
import type { Platform } from '../../lib/platform.ts';
import type { ProgressMessage } from '../../lib/progress.ts';
import { StateDatabase } from '../../state/database.ts';
import type { ImageUser } from '../image-context.ts';
import { LocalImages } from '../local-images.ts';
import { MemoryLayerStore } from './memory-layer-store.ts';

export interface ImageFixture {
  readonly images: LocalImages;
  readonly layers: MemoryLayerStore;
  readonly events: Omit<EngineEvent, 'scope' | 'timeNs'>[];
  /** Loads an archive; returns what was said on the way. */
  readonly load: (archive: Buffer, platforms?: readonly Platform[]) => Promise<ProgressMessage[]>;
  /** Lets a container use an image. */
  readonly use: (image: ImageId, container: string, isRunning: boolean) => void;
  /** The digests of all blobs that are kept. */
  readonly blobs: () => Promise<string[]>;
}

export function imageFixture(t: TestContext): ImageFixture {
  const root = mkdtempSync(join(tmpdir(), 'skiff-images-'));
  const database = StateDatabase.open(join(root, 'state.db'));
  t.after(() => {
    database.close();
    rmSync(root, { recursive: true });
  });
  const content = new DirectoryContentStore(root);
  const layers = new MemoryLayerStore(content, database);
  const events: ImageFixture['events'] = [];
  const users = new Map<ImageId, ImageUser[]>();
  const images = new LocalImages({
    database,
    content,
    layers,
    events: { publish: (event) => events.push(event) },
    users: { containersUsing: (id) => users.get(id) ?? [] },
  });
  return {
    images,
    layers,
    events,
    load: async (archive, platforms = []) => {
      const messages: ProgressMessage[] = [];
      await images.load(bytes(archive), (message) => messages.push(message), { platforms });
      return messages;
    },
    use: (image, container, isRunning) => {
      const user = { containerId: container as ContainerId, isRunning };
      users.set(image, [...(users.get(image) ?? []), user]);
    },
    blobs: async () => {
      return (await Array.fromAsync(content.list())).map(({ digest }) => digest).sort();
    },
  };
}

/** As it would come from a socket: in pieces that end anywhere. */
export async function* bytes(buffer: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < buffer.length; at += 700) yield buffer.subarray(at, at + 700);
}
