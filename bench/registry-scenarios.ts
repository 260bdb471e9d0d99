import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Engine } from './engines.ts';
import { type ArchiveShape, imageArchive } from './image-archive.ts';
import { runCommand } from './run-command.ts';
import type { Scenario } from './scenarios.ts';

/** Half of it is compressible, which is about what programs and texts are. */
const SHAPES: Readonly<Record<string, Omit<ArchiveShape, 'name'>>> = {
  '500 MB, 8 layers': { layers: 8, filesPerLayer: 10, fileBytes: 6_250_000 },
  '240 MB, 12,000 files': { layers: 4, filesPerLayer: 3000, fileBytes: 20_000 },
};

/** Pushes of images that the registry does not know, and pulls of images that are not there. */
export function registryScenarios(registry: string, rounds: number): Scenario[] {
  return Object.entries(SHAPES).flatMap(([title, shape], index) => {
    const name = `${registry}/bench/image${index}`;
    return [
      pushing(title, { ...shape, name: `${name}:pushed` }, rounds),
      pulling(title, { ...shape, name: `${name}:1` }, rounds),
    ];
  });
}

function pushing(title: string, shape: ArchiveShape, rounds: number): Scenario {
  return {
    rounds,
    before: (engine) => load(engine, shape),
    steps: { [`push of ${title}`]: (engine) => docker(engine, 'push', '-q', shape.name) },
    after: (engine) => docker(engine, 'rmi', shape.name),
  };
}

function pulling(title: string, shape: ArchiveShape, rounds: number): Scenario {
  let isThere = false;
  return {
    rounds,
    before: async (engine) => {
      if (isThere) return;
      await load(engine, shape);
      await docker(engine, 'push', '-q', shape.name);
      await docker(engine, 'rmi', shape.name);
      isThere = true;
    },
    steps: { [`pull of ${title}`]: (engine) => docker(engine, 'pull', '-q', shape.name) },
    after: (engine) => docker(engine, 'rmi', shape.name),
  };
}

async function load(engine: Engine, shape: ArchiveShape): Promise<void> {
  const folder = mkdtempSync('/tmp/skb-');
  try {
    const archive = join(folder, 'image.tar');
    await pipeline(imageArchive(shape), createWriteStream(archive));
    await docker(engine, 'load', '-q', '-i', archive);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function docker(engine: Engine, ...args: string[]): Promise<void> {
  return runCommand('docker', ['-H', `unix://${engine.socketPath}`, ...args]);
}
