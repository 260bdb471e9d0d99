import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { formatNumberField } from './number-field.ts';
import { readTar } from './tar-reader.ts';
import { archiveOf, inPieces, octal, paxEntry, rawEntry, rawHeader, readAllEntries } from './testing/raw-archive.ts';

function refuses(archive: Buffer, message: RegExp): Promise<void> {
  return assert.rejects(
    readAllEntries(archive),
    (error) => isEngineError(error, 'invalid_argument') && message.test(error.message),
  );
}

test('names, links, owners and times come from the plain header', async () => {
  const [file, link] = await readAllEntries(
    archiveOf(
      rawEntry({ name: 'dir/file', uid: '0001750', mtime: '00000000144' }, 'hello'),
      rawEntry({ name: 'link', type: '2', link: 'dir/file' }),
    ),
  );
  assert.deepEqual(
    [file?.type, file?.path, file?.data, file?.uid, file?.mode, file?.mtime],
    ['file', 'dir/file', 'hello', 1000, 0o644, { seconds: 100, nanoseconds: 0 }],
  );
  assert.deepEqual([link?.type, link?.path, link?.linkTarget], ['symlink', 'link', 'dir/file']);
});

test('the pieces in which an archive arrives make no difference', async () => {
  const archive = archiveOf(
    paxEntry({ path: 'long', mtime: '5.25' }),
    rawEntry({ name: 'short' }, 'x'.repeat(1500)),
    rawEntry({ name: 'next' }, 'y'),
  );
  const whole = await readAllEntries(archive);
  assert.equal(whole.length, 2);
  for (const pieceBytes of [1, 7, 511, 513]) assert.deepEqual(await readAllEntries(archive, pieceBytes), whole);
});

test('data that is not read is skipped', async () => {
  const archive = archiveOf(rawEntry({ name: 'a' }, 'x'.repeat(5000)), rawEntry({ name: 'b' }, 'y'));
  const paths: string[] = [];
  for await (const { entry } of readTar(inPieces(archive, 100))) paths.push(entry.path);
  assert.deepEqual(paths, ['a', 'b']);
});

test('the stream is read past the end of the archive, to its own end', async () => {
  const archive = Buffer.concat([archiveOf(rawEntry({ name: 'a' })), Buffer.alloc(20480, 1)]);
  let readBytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of inPieces(archive, 1000)) {
      readBytes += piece.length;
      yield piece;
    }
  };
  for await (const _ of readTar(counted()));
  assert.equal(readBytes, archive.length);
});

test('an archive without its closing blocks, or with nothing at all, is an archive', async () => {
  assert.equal((await readAllEntries(rawEntry({ name: 'a' }, 'x'))).length, 1);
  assert.deepEqual(await readAllEntries(Buffer.alloc(0)), []);
});

test('an archive that is cut short anywhere else is refused', async () => {
  const archive = Buffer.concat([rawEntry({ name: 'first' }, 'x'), rawEntry({ name: 'second' }, 'y'.repeat(600))]);
  for (const length of [10, 511]) await refuses(archive.subarray(0, length), /unexpected end \(at its start\)/);
  for (const length of [512, 1025, 1100]) {
    await refuses(archive.subarray(0, length), /unexpected end \(after entry "first"\)/);
  }
  for (const length of [1537, 2000, 2135]) {
    await refuses(archive.subarray(0, length), /unexpected end \(after entry "second"\)/);
  }
});

test('an archive may end with the last byte of its last file, or within the padding behind it', async () => {
  const archive = Buffer.concat([rawEntry({ name: 'first' }, 'x'), rawEntry({ name: 'second' }, 'y'.repeat(600))]);
  for (const length of [2136, 2137, archive.length - 1]) {
    assert.equal((await readAllEntries(archive.subarray(0, length))).length, 2);
  }
});

test('a wrong checksum is refused, naming the entry before; a sum of signed bytes is accepted', async () => {
  const good = rawEntry({ name: 'good' });
  await refuses(archiveOf(good, rawEntry({ name: 'bad', checksum: 'wrong' })), /wrong header checksum.*"good"/);
  const old = archiveOf(rawEntry({ name: 'caf\xe9', checksum: 'signed' }));
  assert.equal((await readAllEntries(old))[0]?.path, 'caf\xe9');
});

test('sizes that are negative, no numbers or beyond what can be counted are refused', async () => {
  const sizes = [
    formatNumberField(-1, 12),
    formatNumberField(-512, 12),
    Buffer.from('7f'.repeat(12), 'hex').fill(0xff, 0, 1),
    Buffer.from('80ffffffffffffffffffffff', 'hex'),
    '0000000008 ',
    '-0000000001',
  ];
  for (const size of sizes) await refuses(archiveOf(rawHeader({ name: 'a', size })), /invalid size/);
  await refuses(archiveOf(paxEntry({ size: '-1' }), rawHeader({ name: 'a' })), /entry "a": invalid size/);
  await refuses(archiveOf(paxEntry({ size: '9'.repeat(30) }), rawHeader({ name: 'a' })), /entry "a": invalid size/);
});

test('a size that the archive does not have ends in an error, not in memory', async () => {
  await refuses(archiveOf(rawHeader({ name: 'a', size: formatNumberField(2 ** 50, 12) })), /unexpected end.*"a"/);
});

test('extended headers above a mebibyte are refused before they are read', async () => {
  for (const type of ['x', 'g', 'L', 'K']) {
    const bomb = rawHeader({ name: 'pax', type, size: formatNumberField(2 ** 40, 12) });
    await refuses(archiveOf(rawEntry({ name: 'ok' }), bomb), /extended header of 1099511627776 bytes.*"ok"/);
  }
});

test('PAX records whose lengths lie are refused', async () => {
  for (const body of [
    '99999999 path=x\n',
    '5 path=x\n',
    '0 path=x\n',
    'x path=x\n',
    '9 path=xy',
    '7 =abc\n',
    '999999999999 a=b\n',
  ]) {
    await refuses(archiveOf(rawEntry({ name: 'pax', type: 'x' }, body), rawEntry({ name: 'a' })), /malformed PAX/);
  }
});

test('PAX values win over the header: path, link, owner, time before the epoch', async () => {
  const path = `${'d'.repeat(200)}/${'f'.repeat(255)}`;
  const records = { path, linkpath: 'l'.repeat(300), uid: '3000000', gid: '4000000', mtime: '-1.5' };
  const [entry] = await readAllEntries(archiveOf(paxEntry(records), rawEntry({ name: 'short', type: '2', link: 'x' })));
  assert.equal(entry?.path, path);
  assert.equal(entry?.linkTarget, 'l'.repeat(300));
  assert.deepEqual([entry?.uid, entry?.gid], [3000000, 4000000]);
  assert.deepEqual(entry?.mtime, { seconds: -2, nanoseconds: 500000000 });
});

test('a PAX header counts for one entry, and a global one for none', async () => {
  const global = rawEntry({ name: 'pax', type: 'g' }, '13 path=evil\n');
  const archive = archiveOf(global, paxEntry({ path: 'one' }), rawEntry({ name: 'a' }), rawEntry({ name: 'b' }));
  assert.deepEqual(
    (await readAllEntries(archive)).map(({ path }) => path),
    ['one', 'b'],
  );
});

test('extended attributes keep every byte', async () => {
  const capability = '\x01\x00\x00\x02\x00\x04\x00\x00\xff\xfe\n=\x00';
  const archive = archiveOf(paxEntry({ 'SCHILY.xattr.security.capability': capability }), rawEntry({ name: 'ping' }));
  const [entry] = await readAllEntries(archive);
  assert.deepEqual([...(entry?.xattrs.keys() ?? [])], ['security.capability']);
  const value = entry?.xattrs.get('security.capability') ?? Buffer.alloc(0);
  assert.equal(Buffer.from(value).toString('latin1'), capability);
});

test("GNU's long names and links are read, with bytes that are no UTF-8", async () => {
  const name = `${'n'.repeat(300)}\xff`;
  const archive = archiveOf(
    rawEntry({ name: '././@LongLink', type: 'L' }, `${name}\0`),
    rawEntry({ name: '././@LongLink', type: 'K' }, `${'t'.repeat(200)}\0`),
    rawEntry({ name: 'n', type: '2', link: 't', magic: 'ustar  \0' }),
  );
  const [entry] = await readAllEntries(archive);
  assert.deepEqual([entry?.path, entry?.linkTarget], [name, 't'.repeat(200)]);
});

test('an old file with a slash at its end is a directory, and a prefix goes before a name', async () => {
  const archive = archiveOf(
    rawEntry({ name: 'old/', type: '\0', magic: '' }),
    rawEntry({ name: 'name', patches: [[345, 'pre/fix']] }),
  );
  assert.deepEqual(
    (await readAllEntries(archive)).map(({ type, path }) => [type, path]),
    [
      ['directory', 'old/'],
      ['file', 'pre/fix/name'],
    ],
  );
});

test('entry types that no layer has are refused by name', async () => {
  for (const type of ['M', 'V', 'D', 'Z']) {
    await refuses(archiveOf(rawEntry({ name: 'odd', type })), /entry "odd": unknown entry type/);
  }
});

test('a name with a zero byte, which would end it for the kernel, is refused', async () => {
  await refuses(archiveOf(paxEntry({ path: 'a\0b' }), rawEntry({ name: 'a' })), /its name holds a zero byte/);
});

test('owners that do not fit into 32 bits are refused', async () => {
  for (const uid of ['-5', '4294967295', '99999999999']) {
    await refuses(archiveOf(paxEntry({ uid }), rawEntry({ name: 'a' })), /entry "a": invalid/);
  }
});

const SPARSE_DATA = 'aabbb';
const EXTENTS = [
  { offset: 10, length: 2 },
  { offset: 4096, length: 3 },
];

test('sparse files are read in all four forms', async () => {
  const mapInData = '2\n10\n2\n4096\n3\n'.padEnd(512, '\0');
  const forms = [
    archiveOf(
      rawEntry(
        {
          name: 'f',
          type: 'S',
          magic: 'ustar  \0',
          patches: [
            [386, `${octal(10)}\0${octal(2)}\0${octal(4096)}\0${octal(3)}\0`],
            [483, octal(8192)],
          ],
        },
        SPARSE_DATA,
      ),
    ),
    archiveOf(
      paxEntry([
        ['GNU.sparse.size', '8192'],
        ['GNU.sparse.numblocks', '2'],
        ['GNU.sparse.offset', '10'],
        ['GNU.sparse.numbytes', '2'],
        ['GNU.sparse.offset', '4096'],
        ['GNU.sparse.numbytes', '3'],
      ]),
      rawEntry({ name: 'f' }, SPARSE_DATA),
    ),
    archiveOf(
      paxEntry({ 'GNU.sparse.size': '8192', 'GNU.sparse.map': '10,2,4096,3', 'GNU.sparse.name': 'f' }),
      rawEntry({ name: 'GNUSparseFile.1/f' }, SPARSE_DATA),
    ),
    archiveOf(
      paxEntry({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.realsize': '8192',
        'GNU.sparse.name': 'f',
      }),
      rawEntry({ name: 'GNUSparseFile.1/f' }, mapInData + SPARSE_DATA),
    ),
  ];
  for (const [index, archive] of forms.entries()) {
    const [entry] = await readAllEntries(archive);
    assert.deepEqual(
      [entry?.type, entry?.path, entry?.sizeBytes, entry?.extents, entry?.data],
      ['file', 'f', 8192, EXTENTS, SPARSE_DATA],
      `form ${index}`,
    );
  }
});

test('sparse maps that overlap, leave the file or do not fit the data are refused', async () => {
  for (const map of [
    '4096,3,10,2',
    '0,3,2,2',
    '8190,3,8191,2',
    '10,2',
    '10,2,4096,4',
    '10',
    '10,-2,4096,7',
    'x,y',
    '10,5,',
  ]) {
    const pax = paxEntry({ 'GNU.sparse.size': '8192', 'GNU.sparse.map': map });
    await refuses(
      archiveOf(pax, rawEntry({ name: 'f' }, SPARSE_DATA)),
      /entry "f": (invalid sparse map|its sparse map)/,
    );
  }
  const bomb = paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '8192' });
  for (const start of ['99999999999\n', `${'9'.repeat(600)}`, '1\n'.padEnd(512, '1')]) {
    await refuses(archiveOf(bomb, rawEntry({ name: 'f' }, start.padEnd(1024, '\0'))), /entry "f": invalid sparse map/);
  }
});

test('a sparse map that runs past the end of the archive is refused', async () => {
  const header = rawHeader({
    name: 'f',
    type: 'S',
    magic: 'ustar  \0',
    patches: [
      [482, '\x01'],
      [483, octal(10)],
    ],
  });
  await refuses(header, /unexpected end/);
});
