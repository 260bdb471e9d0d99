/**
 * Makes dist/busybox.tar, the image that the engine has without any network: Debian's static busybox with all of its
 * applets. The same busybox gives the same bytes, and so the same image ID.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUSYBOX = '/bin/busybox';
const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.argv[2] ?? join(root, 'dist', 'busybox.tar');
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386' };
/** Any time will do, as long as it is always the same one; clients take 1970 for no time at all. */
const CREATED = '2025-01-01T00:00:00Z';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const DIRECTORIES = [
  ['bin', 0o755],
  ['dev', 0o755],
  ['etc', 0o755],
  ['home', 0o755],
  ['lib', 0o755],
  ['proc', 0o755],
  ['root', 0o700],
  ['sbin', 0o755],
  ['sys', 0o755],
  ['tmp', 0o1777],
  ['usr', 0o755],
  ['usr/bin', 0o755],
  ['usr/sbin', 0o755],
  ['var', 0o755],
  ['var/spool', 0o755],
  ['var/spool/mail', 0o755],
  ['var/tmp', 0o1777],
  ['var/www', 0o755],
];

const FILES = [
  [
    'etc/passwd',
    [
      'root:x:0:0:root:/root:/bin/sh',
      'daemon:x:1:1:daemon:/usr/sbin:/bin/false',
      'bin:x:2:2:bin:/bin:/bin/false',
      'sys:x:3:3:sys:/dev:/bin/false',
      'sync:x:4:100:sync:/bin:/bin/sync',
      'mail:x:8:8:mail:/var/spool/mail:/bin/false',
      'www-data:x:33:33:www-data:/var/www:/bin/false',
      'operator:x:37:37:Operator:/var:/bin/false',
      'nobody:x:65534:65534:nobody:/home:/bin/false',
    ],
  ],
  [
    'etc/group',
    [
      'root:x:0:',
      'daemon:x:1:',
      'bin:x:2:',
      'sys:x:3:',
      'adm:x:4:',
      'tty:x:5:',
      'disk:x:6:',
      'lp:x:7:',
      'mail:x:8:',
      'kmem:x:9:',
      'wheel:x:10:root',
      'cdrom:x:11:',
      'dialout:x:18:',
      'floppy:x:19:',
      'video:x:28:',
      'audio:x:29:',
      'tape:x:32:',
      'www-data:x:33:',
      'operator:x:37:',
      'utmp:x:43:',
      'plugdev:x:46:',
      'staff:x:50:',
      'lock:x:54:',
      'netdev:x:82:',
      'users:x:100:',
      'nobody:x:65534:',
    ],
  ],
  ['etc/hostname', ['busybox']],
  ['etc/nsswitch.conf', ['passwd: files', 'group: files', 'hosts: files dns']],
];

const EXECUTABLE = 0o755;
const READABLE = 0o644;

/** One entry in ustar format, owned by root, from 1970. */
function tarEntry({ name, type, mode, data = Buffer.alloc(0), link = '' }) {
  const header = Buffer.alloc(512);
  const octal = (value, digits) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(data.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write({ file: '0', hardlink: '1', directory: '5' }[type], 156);
  header.write(link, 157);
  header.write('ustar\x0000', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

function tar(entries) {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]);
}

function layer(busybox, applets) {
  // linuxrc is for initial RAM disks.
  const links = applets.filter((path) => path !== 'bin/busybox' && path !== 'linuxrc');
  const folders = new Set(DIRECTORIES.map(([name]) => name));
  const missing = links.map(dirname).filter((folder) => !folders.has(folder));
  return tar([
    ...[...DIRECTORIES, ...[...new Set(missing)].sort(byName).map((name) => [name, 0o755])].map(([name, mode]) => ({
      name: `${name}/`,
      type: 'directory',
      mode,
    })),
    ...FILES.map(([name, lines]) => ({
      name,
      type: 'file',
      mode: READABLE,
      data: Buffer.from(`${lines.join('\n')}\n`),
    })),
    { name: 'bin/busybox', type: 'file', mode: EXECUTABLE, data: busybox },
    ...links.map((name) => ({
      name,
      type: 'hardlink',
      mode: EXECUTABLE,
      link: 'bin/busybox',
    })),
  ]);
}

function hex(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function image(layerTar) {
  const layerHex = hex(layerTar);
  const config = Buffer.from(
    JSON.stringify({
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
      config: { Cmd: ['sh'], Env: [`PATH=${PATH}`] },
      created: CREATED,
      history: [{ created: CREATED, comment: 'busybox-static of Debian' }],
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [`sha256:${layerHex}`] },
    }),
  );
  const blob = (bytes) => `blobs/sha256/${hex(bytes)}`;
  const manifest = [{ Config: blob(config), RepoTags: ['busybox:latest'], Layers: [blob(layerTar)] }];
  const file = (name, data) => ({ name, type: 'file', mode: READABLE, data });
  return tar([
    file(blob(config), config),
    file(blob(layerTar), layerTar),
    file('manifest.json', Buffer.from(`${JSON.stringify(manifest)}\n`)),
  ]);
}

/** Sorted by bytes, whatever the machine's language is. */
function listApplets() {
  const lines = execFileSync(BUSYBOX, ['--list-full'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line !== '').sort(byName);
}

const archive = image(layer(readFileSync(BUSYBOX), listApplets()));
mkdirSync(dirname(target), { recursive: true });
writeFileSync(`${target}.new`, archive);
renameSync(`${target}.new`, target);

/** By code units, whatever the machine's language is: the archive must not depend on it. */
function byName(a, b) {
  return a < b ? -1 : 1;
}
