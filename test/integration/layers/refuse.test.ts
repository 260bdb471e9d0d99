import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import { archiveOf, paxEntry, rawEntry, rawHeader } from '../../../src/lib/tar/testing/raw-archive.ts';
import { layerFixture, leftIn } from './layer-fixture.ts';

const OK = rawEntry({ name: 'before' }, 'fine');
const EVIL = 'evil-of-a-layer-test';

/** Archives that must not become layers, and what the refusal has to say. */
const HOSTILE: readonly { title: string; tar: Buffer; says: RegExp }[] = [
  {
    title: '..',
    tar: archiveOf(OK, rawEntry({ name: `../${EVIL}` }, 'x')),
    says: /entry "\.\.\/evil.*would leave the layer/,
  },
  {
    title: '.. below /',
    tar: archiveOf(rawEntry({ name: `/../${EVIL}` }, 'x')),
    says: /entry "\/\.\.\/evil.*would leave/,
  },
  {
    title: '.. after a directory',
    tar: archiveOf(rawEntry({ name: `a/../../${EVIL}` }, 'x')),
    says: /would leave the layer/,
  },
  {
    title: '.. in a PAX path',
    tar: archiveOf(paxEntry({ path: `../${EVIL}` }), rawEntry({ name: 'x' }, 'x')),
    says: /"\.\.\/evil/,
  },
  {
    title: 'the root as a file',
    tar: archiveOf(rawEntry({ name: '.' }, 'x')),
    says: /entry "\.": the root of a layer/,
  },
  {
    title: 'an absolute link out',
    tar: archiveOf(OK, rawEntry({ name: 'a', type: '2', link: '/tmp' }), rawEntry({ name: `a/${EVIL}` }, 'x')),
    says: /entry "a\/evil.*would leave the layer through a symbolic link/,
  },
  {
    title: 'a relative link out',
    tar: archiveOf(
      rawEntry({ name: 'a', type: '2', link: '../../../../../../tmp' }),
      rawEntry({ name: `a/${EVIL}` }, 'x'),
    ),
    says: /entry "a\/evil.*would leave the layer through a symbolic link/,
  },
  {
    title: 'a link by way of another',
    tar: archiveOf(
      rawEntry({ name: 'd/', type: '5' }),
      rawEntry({ name: 'd/up', type: '2', link: '..' }),
      rawEntry({ name: 'a', type: '2', link: 'd/up/..' }),
      rawEntry({ name: `a/tmp/${EVIL}` }, 'x'),
    ),
    says: /entry "a\/tmp\/evil.*through a symbolic link/,
  },
  {
    title: 'a directory below a link out',
    tar: archiveOf(rawEntry({ name: 'a', type: '2', link: '/tmp' }), rawEntry({ name: `a/${EVIL}/`, type: '5' })),
    says: /entry "a\/evil.*through a symbolic link/,
  },
  {
    title: 'links in a circle',
    tar: archiveOf(
      rawEntry({ name: 'a', type: '2', link: 'b' }),
      rawEntry({ name: 'b', type: '2', link: 'a' }),
      rawEntry({ name: 'a/x' }),
    ),
    says: /entry "a\/x": too many symbolic links/,
  },
  {
    title: 'links that multiply',
    tar: archiveOf(
      rawEntry({ name: 'l0/', type: '5' }),
      ...Array.from({ length: 20 }, (_, index) =>
        rawEntry({ name: `l${index + 1}`, type: '2', link: Array(10).fill(`l${index}`).join('/../') }),
      ),
      rawEntry({ name: 'l20/x' }),
    ),
    says: /entry "l20\/x": too many symbolic links/,
  },
  {
    title: 'a hard link out',
    tar: archiveOf(rawEntry({ name: 'h', type: '1', link: '../../etc/passwd' })),
    says: /entry "h": hard link to .*would leave/,
  },
  {
    title: 'a hard link to a file of the host',
    tar: archiveOf(rawEntry({ name: 'h', type: '1', link: '/etc/passwd' })),
    says: /entry "h": hard link to .*not in this layer/,
  },
  {
    title: 'a hard link out through a link',
    tar: archiveOf(
      rawEntry({ name: 'a', type: '2', link: '/etc' }),
      rawEntry({ name: 'h', type: '1', link: 'a/passwd' }),
    ),
    says: /entry "h": it would leave the layer through a symbolic link/,
  },
  {
    title: 'a hard link to a directory',
    tar: archiveOf(rawEntry({ name: 'd/', type: '5' }), rawEntry({ name: 'h', type: '1', link: 'd' })),
    says: /entry "h": hard link to "d", which is a directory/,
  },
  {
    title: 'a file below a file',
    tar: archiveOf(rawEntry({ name: 'f' }, 'x'), rawEntry({ name: 'f/g' }, 'x')),
    says: /entry "f\/g": "\/f" is not a directory/,
  },
  ...['.wh.', '.wh..', '.wh...', 'd/.wh...'].map((name) => ({
    title: `the whiteout ${name}`,
    tar: archiveOf(rawEntry({ name })),
    says: /a whiteout of no file/,
  })),
  {
    title: 'a whiteout through a link',
    tar: archiveOf(rawEntry({ name: 'a', type: '2', link: '/tmp' }), rawEntry({ name: 'a/.wh.x' })),
    says: /entry "a\/\.wh\.x": it would leave/,
  },
  {
    title: 'a name of 256 bytes',
    tar: archiveOf(paxEntry({ path: 'n'.repeat(256) }), rawEntry({ name: 'x' })),
    says: /entry "nnn.*ENAMETOOLONG/,
  },
  { title: 'a link without a target', tar: archiveOf(rawEntry({ name: 'l', type: '2' })), says: /entry "l": / },
  {
    title: 'a zero in a link',
    tar: archiveOf(paxEntry({ linkpath: 'a\0b' }), rawEntry({ name: 'l', type: '2' })),
    says: /entry "l": /,
  },
  {
    title: 'a cut',
    tar: archiveOf(OK, rawHeader({ name: 'cut', size: '00000010000' })).subarray(0, 2048),
    says: /unexpected end \(after entry "cut"\)/,
  },
  { title: 'a cut in gzip', tar: gzipSync(archiveOf(OK)).subarray(0, -12), says: /gzip data is damaged/ },
  { title: 'a cut in zstd', tar: zstdCompressSync(archiveOf(OK)).subarray(0, -12), says: /zstd data is damaged/ },
  { title: 'garbage', tar: Buffer.alloc(2000, 'garbage'), says: /wrong header checksum \(at its start\)/ },
  { title: 'bzip2', tar: Buffer.from('BZh91AY&SY'), says: /compressed with bzip2/ },
  { title: 'xz', tar: Buffer.from('fd377a585a000004', 'hex'), says: /compressed with xz/ },
];

for (const { title, tar, says } of HOSTILE) {
  test(`refused by name, and nothing is left: ${title}`, async (t) => {
    const fixture = layerFixture(t);
    const passwd = readFileSync('/etc/passwd');
    await assert.rejects(fixture.apply(tar), (error) => {
      assert.ok(isEngineError(error, 'invalid_argument'), String(error));
      assert.match(error.message, says);
      return true;
    });
    assert.deepEqual(await leftIn(fixture), []);
    assert.equal(fixture.database.sql.prepare('SELECT count(*) AS n FROM layers').get()?.['n'], 0);
    for (const place of ['/', '/tmp', fixture.root, `${fixture.root}/layers`])
      assert.equal(existsSync(`${place}/${EVIL}`), false);
    assert.deepEqual(readFileSync('/etc/passwd'), passwd);
  });
}
