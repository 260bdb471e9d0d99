/** How much of a stream tells whether it is an archive. */
export const ARCHIVE_START_BYTES = 512;

/** Of gzip, bzip2, xz and zstd. */
const COMPRESSED = ['1f8b08', '425a68', 'fd377a585a00', '28b52ffd'];
const MAGIC_BYTES = 6;
const TAR_MAGIC = { start: 257, end: 262 };
const TAR_SUM = { start: 148, end: 156 };

/** Whether what begins so is an archive, plain or compressed, and not text. */
export function isArchiveStart(start: Buffer): boolean {
  const magic = start.subarray(0, MAGIC_BYTES).toString('hex');
  if (COMPRESSED.some((known) => magic.startsWith(known))) return true;
  if (start.length < ARCHIVE_START_BYTES) return false;
  return start.toString('latin1', TAR_MAGIC.start, TAR_MAGIC.end) === 'ustar' || hasTarSum(start);
}

/** Old tars have no magic: the sum of their first header tells. */
function hasTarSum(block: Buffer): boolean {
  const stored = Number.parseInt(block.toString('latin1', TAR_SUM.start, TAR_SUM.end).trim(), 8);
  let sum = 0;
  for (let at = 0; at < ARCHIVE_START_BYTES; at++) {
    sum += at >= TAR_SUM.start && at < TAR_SUM.end ? 0x20 : (block[at] ?? 0);
  }
  return stored === sum;
}
