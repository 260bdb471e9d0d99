import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { ImageSummary } from '../../client/images.ts';
import { imageTree } from './tree.ts';

/** What docker 28 printed for the same answers. */

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const common = { RepoDigests: [], Created: 0, SharedSize: -1, Containers: 2, Labels: null };

const images: readonly ImageSummary[] = [
  {
    ...common,
    Id: digest('a'),
    RepoTags: ['multi:latest', 'multi:2'],
    Size: 5_000_000,
    Manifests: [
      {
        ID: digest('b'),
        Kind: 'image',
        Available: true,
        Size: { Content: 1_200_000, Total: 3_400_000 },
        ImageData: { Platform: { os: 'linux', architecture: 'amd64' }, Containers: ['c1'] },
      },
      {
        ID: digest('c'),
        Kind: 'image',
        Available: false,
        Size: { Content: 0, Total: 0 },
        ImageData: { Platform: { os: 'linux', architecture: 'arm64', variant: 'v8' }, Containers: [] },
      },
      { ID: digest('d'), Kind: 'attestation', Available: true, Size: { Content: 100, Total: 100 } },
    ],
  },
  { ...common, Id: digest('e'), RepoTags: [], Size: 7000 },
  {
    ...common,
    Id: digest('f'),
    RepoTags: ['registry.example.com/some/quite/long/name/of/an/image/that/goes/on:latest'],
    Size: 123_456_789,
  },
];

function drawn(columns: number | undefined, all = false): string[] {
  const isTerminal = columns !== undefined;
  const text = imageTree(images, all, { isTerminal, columns, rows: undefined, write: () => Promise.resolve() });
  return stripVTControlCharacters(text).split('\n');
}

test('images stand with their platforms below them, in the width of docker', () => {
  assert.deepEqual(drawn(undefined), [
    "WARNING: This is an experimental feature. The output may change and shouldn't be depended on.",
    '                                                              Info ->  U In Use ',
    '',
    'IMAGE                           ID             DISK USAGE   CONTENT SIZE   EXTRA',
    'multi:latest',
    'multi:2                         aaaaaaaaaaaa          5MB          1.2MB   U    ',
    '├─ linux/amd64                  bbbbbbbbbbbb        3.4MB          1.2MB   U    ',
    '└─ linux/arm64/v8               cccccccccccc           0B             0B        ',
    '',
    'registry.example.com/some/qu…   ffffffffffff        123MB             0B        ',
    '',
    '',
  ]);
});

test('a narrow terminal has fewer columns, and images without a name are shown when all are wanted', () => {
  const lines = drawn(60, true);
  assert.equal(lines[1], '                                       i Info →   U  In Use ');
  assert.equal(lines[3], 'IMAGE               ID             DISK USAGE   CONTENT SIZE');
  assert.ok(lines.includes('<untagged>          eeeeeeeeeeee          7kB             0B'));
});
