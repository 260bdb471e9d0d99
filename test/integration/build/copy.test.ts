import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build, type ContextFile, contextOf, folderOf, shell, tryBuild } from '../../support/builds.ts';
import { runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const FILES: Readonly<Record<string, ContextFile>> = {
  'a.txt': 'a',
  'b.txt': 'b',
  'c.md': 'c',
  'run.sh': { content: '#!/bin/sh\n', mode: 0o755, uid: 1000, gid: 1000 },
  'dir/': { mode: 0o750 },
  'dir/x': 'x',
  'dir/sub/y': 'y',
  'dir/sub/z.txt': 'z',
  link: { link: 'dir/x' },
  'dir/up': { link: '../a.txt' },
  'to-dir': { link: 'dir/sub' },
  out: { link: '/etc/passwd' },
  'far/out': { link: '../../../../etc/passwd' },
  'spa ce/fi le': 's',
  naïve: 'ï',
};

let count = 0;
/** What a shell says after the instructions. */
async function copied(instructions: string, script: string, files = FILES): Promise<string> {
  const name = `copied${count++}`;
  await build(
    daemon,
    { ...files, Dockerfile: `# syntax=docker/dockerfile:1\nFROM busybox\n${instructions}\n` },
    { t: name },
  );
  return shell(daemon, name, script);
}

const cases: readonly [title: string, instructions: string, script: string, expected: string][] = [
  ['a file to a name', 'COPY a.txt /x/y', 'cat /x/y', 'a'],
  ['a file into a folder that is there', 'COPY a.txt /tmp', 'cat /tmp/a.txt', 'a'],
  ['a file into a folder that is made', 'COPY a.txt /new/', 'cat /new/a.txt', 'a'],
  ['the one file that a pattern finds, by a new name', 'COPY a.* /app.jar', 'cat /app.jar', 'a'],
  ['several files by one name: the last one', 'COPY a.txt b.txt /one', 'cat /one', 'b'],
  ['a folder, then a file', 'COPY dir a.txt /new', 'ls /new', 'a.txt\nsub\nup\nx\n'],
  ['several files', 'COPY a.txt b.txt /new/', 'ls /new', 'a.txt\nb.txt\n'],
  ['what a pattern matches', 'COPY *.txt /new/', 'ls /new', 'a.txt\nb.txt\n'],
  ['a class in a pattern', 'COPY [ab].txt /new/', 'ls /new', 'a.txt\nb.txt\n'],
  ['what is in a folder', 'COPY dir /new', 'cd /new; find . | sort', '.\n./sub\n./sub/y\n./sub/z.txt\n./up\n./x\n'],
  ['the whole context', 'COPY . /new/', 'ls /new/dir', 'sub\nup\nx\n'],
  ['a link as what it leads to', 'COPY link /f', 'cat /f; ls -l /f | cut -c1', 'x-\n'],
  ['links in folders as links', 'COPY dir /d', 'readlink /d/up', '../a.txt\n'],
  ['what a link to a folder holds', 'COPY to-dir /d', 'ls /d', 'y\nz.txt\n'],
  ['a path through a link', 'COPY to-dir/y /y', 'cat /y', 'y'],
  ['names with blanks', 'COPY ["spa ce/fi le", "/to here/"]', 'cat "/to here/fi le"', 's'],
  ['names that are not ASCII', 'COPY naïve /ñ', 'cat /ñ', 'ï'],
  ['owners: root by default', 'COPY run.sh /r', 'stat -c "%u:%g %a" /r', '0:0 755\n'],
  ['owners by number', 'COPY --chown=12:34 dir /o/d', 'stat -c "%u:%g" /o /o/d /o/d/x', '12:34\n12:34\n12:34\n'],
  ['the number of a user alone is the group, too', 'COPY --chown=12 a.txt /o', 'stat -c "%u:%g" /o', '12:12\n'],
  ['owners by name', 'COPY --chown=nobody a.txt /o', 'stat -c "%U" /o', 'nobody\n'],
  ['modes in numbers', 'COPY --chmod=640 a.txt /m', 'stat -c %a /m', '640\n'],
  ['modes in words', 'COPY --chmod=u+x,go-r a.txt /m', 'stat -c %a /m', '700\n'],
  ['modes in folders stay', 'COPY . /d', 'stat -c %a /d /d/dir', '755\n750\n'],
  [
    'with the folders it is in',
    'COPY --parents dir/sub/y a.txt /p/',
    'cd /p; find . -type f | sort',
    './a.txt\n./dir/sub/y\n',
  ],
  ['with some of the folders', 'COPY --parents ./dir/./sub/*.txt /p/', 'cd /p; find . -type f', './sub/z.txt\n'],
  ['but for what is excluded', 'COPY --exclude=*.txt --exclude=sub dir /e/', 'cd /e; find . | sort', '.\n./up\n./x\n'],
  ['relative to the working directory', 'WORKDIR /w/v\nCOPY a.txt ./', 'cat /w/v/a.txt', 'a'],
  ['over a file', 'RUN echo old > /f\nCOPY a.txt /f', 'cat /f', 'a'],
  [
    'through links of the image',
    'RUN mkdir /real && ln -s /real /alias\nCOPY a.txt /alias/',
    'cat /real/a.txt; ls -ld /alias | cut -c1',
    'al\n',
  ],
  [
    'into links that lead to folders',
    'RUN mkdir -p /usr/l && ln -s usr/l /l\nCOPY dir/sub /l',
    'ls /usr/l',
    'y\nz.txt\n',
  ],
  [
    'through links of the image that go up further than its root',
    'RUN mkdir /real && ln -s ../../../real /up\nWORKDIR /up/w\nCOPY a.txt ./\nCOPY dir /up',
    'ls /real /real/w',
    '/real:\nsub\nup\nw\nx\n\n/real/w:\na.txt\n',
  ],
  ['over a link to a file', 'RUN echo old > /t && ln -s /t /s\nCOPY a.txt /s', 'cat /t; readlink /s', 'a/t\n'],
  ['a here-document', 'COPY <<EOF /h\nline $HOME\nEOF', 'cat /h', 'line \n'],
  ['two here-documents', 'COPY <<one <<two /h/\n1\none\n2\ntwo', 'cat /h/one /h/two', '1\n2\n'],
  ['the times of files', 'COPY a.txt /t', 'stat -c %Y /t', '1600000000\n'],
];

for (const [title, instructions, script, expected] of cases) {
  test(`copied: ${title}`, async () => {
    assert.equal(await copied(instructions, script), expected);
  });
}

/** More than the daemon copies by itself. */
const LARGE = { ...FILES, large: Buffer.alloc(3 * 1024 * 1024) };

for (const [title, instructions, script, expected] of cases.filter(([title]) => /folder|link|image/.test(title))) {
  test(`copied by a process of its own: ${title}`, async () => {
    assert.equal(await copied(instructions, script, LARGE), expected);
  });
}

test('a few small files are copied without a process for it', async () => {
  const own = await startDaemon();
  try {
    const workers = () => runCommand('pgrep', ['--parent', String(own.pid), '--full', 'make-process']);
    await build(own, { ...FILES, Dockerfile: 'FROM busybox\nCOPY . /new/\n' });
    assert.equal((await workers()).stdout, '');
    await build(own, { ...LARGE, Dockerfile: 'FROM busybox\nCOPY . /new/\n' });
    assert.match((await workers()).stdout, /^\d+\n$/);
  } finally {
    await own.close();
  }
});

test('links never lead out of the context', async () => {
  for (const source of ['out', 'far/out', 'out/../../etc/passwd']) {
    const { error } = await tryBuild(daemon, { ...FILES, Dockerfile: `FROM busybox\nCOPY ${source} /x\n` });
    assert.match(error ?? '', /COPY failed: file not found in build context/, source);
    assert.doesNotMatch(error ?? '', /did you mean/, source);
  }
});

test('folders and files do not take each other for the same', async () => {
  const over = await tryBuild(daemon, { ...FILES, Dockerfile: 'FROM busybox\nRUN touch /f\nCOPY dir /f\n' });
  assert.match(over.error ?? '', /not a directory|non-directory/);
  for (const line of ['WORKDIR /f/x', 'COPY a.txt /f/x', 'COPY dir /f/x/']) {
    const { error } = await tryBuild(daemon, { ...FILES, Dockerfile: `FROM busybox\nRUN touch /f\n${line}\n` });
    assert.match(error ?? '', /^\/f\/x\/?: not a directory\n/, line);
  }
  const onto = await tryBuild(daemon, { ...FILES, Dockerfile: 'FROM busybox\nRUN mkdir -p /d/x\nCOPY dir /d\n' });
  assert.match(onto.error ?? '', /cannot copy a file over the directory \/d\/x/);
});

test('names in Latin-1 and of any bytes keep them', async () => {
  const archive = Buffer.from(
    contextOf({ Dockerfile: 'FROM busybox\nCOPY . /b/\n', b_te: 'x' }).toString('latin1').replace('b_te', 'b\xfete'),
    'latin1',
  );
  const header = archive.indexOf('b\xfete', 0, 'latin1');
  const block = archive.subarray(header, header + 512);
  block.write('        ', 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  await build(daemon, archive, { t: 'bytes' });
  assert.equal(await shell(daemon, 'bytes', 'cd /b; echo b* | od -An -tx1'), ' 62 fe 74 65 0a\n');
});

test('ADD unpacks archives of any compression, and copies what is none', async () => {
  const tar = contextOf({ 'in/one': '1', 'in/two': { content: '2', uid: 7, gid: 8 }, 'in/l': { link: 'one' } });
  const squeeze = async (program: string) => {
    const { stdout } = await runCommand('sh', ['-c', `${program} -c | base64 -w0`], { input: tar });
    return Buffer.from(stdout, 'base64');
  };
  const files = {
    'p.tar': tar,
    'g.tar.gz': gzipSync(tar),
    'x.tar.xz': await squeeze('xz'),
    'b.tar.bz2': await squeeze('bzip2'),
    'text.gz': gzipSync('no archive'),
    Dockerfile: `FROM busybox
ADD p.tar /p/
ADD g.tar.gz /g
ADD x.tar.xz b.tar.bz2 /both/
ADD text.gz /text/
ADD --unpack=false p.tar /whole/
`,
  };
  await build(daemon, files, { t: 'added' });
  const script = 'cat /p/in/one /g/in/two /both/in/l; stat -c %u:%g /p/in/two; ls /text /whole';
  assert.equal(await shell(daemon, 'added', script), '1217:8\n/text:\ntext.gz\n\n/whole:\np.tar\n');
});

test('ADD fetches by HTTP, and checks what it gets', async () => {
  const server = createServer((request, response) => {
    if (request.url !== '/some/file.txt') return void response.writeHead(404).end();
    response.setHeader('last-modified', new Date(1_500_000_000_000).toUTCString());
    response.end('fetched');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some`;
  const digest = 'sha256:cc58db92e84fea17bd8a99afca18ab2ef8a8ed0d90e32cca45d0ff3d0ce8f27b';
  const dockerfile = (line: string) => ({ Dockerfile: `# syntax=docker/dockerfile:1\nFROM busybox\n${line}\n` });
  await build(daemon, dockerfile(`ADD ${base}/file.txt /f/`), { t: 'fetched' });
  assert.equal(
    await shell(daemon, 'fetched', 'cat /f/file.txt; stat -c " %a %Y" /f/file.txt'),
    'fetched 600 1500000000\n',
  );
  const wrong = await tryBuild(daemon, dockerfile(`ADD --checksum=${digest} ${base}/file.txt /f`));
  assert.match(wrong.error ?? '', /digest mismatch sha256:[0-9a-f]{64}: sha256:cc58/);
  const missing = await tryBuild(daemon, dockerfile(`ADD ${base}/nothing /f`));
  assert.match(missing.error ?? '', /ADD failed: failed to GET .*\/nothing with status 404 Not Found/);
  server.close();
});

test('an archive of a repository, by git', async () => {
  const script = `set -e; rm -rf repo; mkdir repo; cd repo; git init -q -b main .; mkdir sub; echo in > sub/file; git add .
    git -c user.name=a -c user.email=b commit -qm one; git tag v1; echo later > sub/file; git -c user.name=a -c user.email=b commit -qam two`;
  const { status, stderr } = await runCommand('sh', ['-c', script], { cwd: daemon.root });
  assert.equal(status, 0, stderr);
  const { status: served, stderr: why } = await runCommand('git', ['-C', `${daemon.root}/repo`, 'update-server-info']);
  assert.equal(served, 0, why);
  const { server, port } = await serveGit(daemon.root);
  const line = `ADD git://127.0.0.1:${port}/repo/.git#v1:sub /g/`;
  await build(daemon, { Dockerfile: `# syntax=docker/dockerfile:1\nFROM busybox\n${line}\n` }, { t: 'cloned' });
  assert.equal(await shell(daemon, 'cloned', 'cat /g/file; ls -A /g'), 'in\nfile\n');
  const remote = `git://127.0.0.1:${port}/repo/.git#main:sub`;
  const whole = await daemon.trySkiff(['build', '-q', '-f', 'Dockerfile', remote]);
  assert.match(whole.stderr, /Cannot locate specified Dockerfile: Dockerfile/);
  server.kill();
  await once(server, 'exit');
});

/** git's own server, on a port that was free a moment ago; it serves every repository below the folder. */
async function serveGit(folder: string): Promise<{ readonly server: ChildProcess; readonly port: number }> {
  const probe = createTcpServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const args = ['daemon', '--export-all', '--listen=127.0.0.1', `--port=${port}`, `--base-path=${folder}`, '--verbose'];
  const server = spawn('git', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(server.stderr, 'data');
  return { server, port };
}

test('files that are one file stay one file, from a context and from another stage', async () => {
  const folder = folderOf({
    Dockerfile: `FROM busybox AS first
COPY . /c
FROM busybox
COPY --from=first /c /d
COPY --from=first --chown=5 --chmod=640 /c /e
COPY --from=first /c/one /c/two /f/
RUN for f in /d/one /d/two /d/sub/three /e/one /f/one; do stat -c '%h %a %u %n' $f; done > /links; cat /d/sub/three >> /links
`,
    one: 'same',
    'sub/other': '',
  });
  linkSync(join(folder.path, 'one'), join(folder.path, 'two'));
  linkSync(join(folder.path, 'one'), join(folder.path, 'sub/three'));
  await daemon.skiff(['build', '-t', 'linked', folder.path]);
  const links = ['3 644 0 /d/one', '3 644 0 /d/two', '3 644 0 /d/sub/three', '3 640 5 /e/one', '1 644 0 /f/one'];
  assert.equal(await shell(daemon, 'linked', 'cat /links'), `${links.join('\n')}\nsame`);
  folder.remove();
});

test('a pattern that fits a link to nowhere fails, and a file where a folder should be is told', async () => {
  const files = { a: 'a', lost: { link: '/nowhere/at/all' } };
  const lost = await tryBuild(daemon, { Dockerfile: 'FROM busybox\nCOPY * /x/\n', ...files });
  assert.match(lost.error ?? '', /^COPY failed: file not found in build context .*: stat lost: file does not exist\n/);
  const ignored = { '.dockerignore': 'lost\n', ...files };
  await build(daemon, { Dockerfile: 'FROM busybox\nCOPY * /x/\n', ...ignored });
  await build(daemon, { Dockerfile: 'FROM busybox\nCOPY --exclude=lost * /x/\n', ...files });
  const file = await tryBuild(daemon, { Dockerfile: 'FROM busybox\nRUN echo > /f\nCOPY d/ /f\n', 'd/a': 'a' });
  assert.match(file.error ?? '', /^cannot copy to non-directory: \/f\n/);
  const blank = await tryBuild(daemon, { Dockerfile: 'FROM busybox\nCOPY b /x\n', cc: 'c' });
  assert.doesNotMatch(blank.error ?? '', /did you mean/);
});
