import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { build, folderOf, shell, tryBuild } from '../../support/builds.ts';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { GitServer } from '../../support/git-server.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
let server: GitServer;
const folder = folderOf({
  'main/Dockerfile': 'FROM busybox\nARG BUILDKIT_CONTEXT_KEEP_GIT_DIR\nCOPY . /c\n',
  'main/word': 'main',
  'main/dir/Dockerfile': 'FROM busybox\nCOPY . /c\n',
  'main/dir/word': 'below',
  'main/root': 'link:/',
  'main/out': 'link:../../../../../../..',
  'main/short': 'link:dir',
  'part/word': 'part',
});

async function git(place: string, script: string): Promise<string> {
  const env = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
  return await mustRun('sh', ['-ec', script], { cwd: `${folder.path}/${place}`, env });
}

async function makeRepositories(): Promise<void> {
  const commit = 'git init -q -b main && git add -A && git commit -qm first';
  await git('part', commit);
  await git('main', `${commit}; git tag v1`);
  await git('', 'git clone -q --bare part part.git; git -C part.git update-server-info');
  await git('main', `git submodule --quiet add ${server.url}/part.git sub; git commit -qm second; git tag v2`);
  await git('main', 'git config -f .gitmodules submodule.sub.url ../part.git; git commit -qam third');
  await git('main', 'git checkout -qb other; echo other > word; git commit -qam fourth; git checkout -q main');
  await git('main', `git config -f .gitmodules submodule.sub.url ${folder.path}/part.git; git checkout -qb stealing`);
  await git('main', 'git commit -qam fifth; git checkout -q main');
  await git('', 'git clone -q --bare main main.git; git -C main.git update-server-info');
}

before(async () => {
  daemon = await startDaemon();
  server = await GitServer.start(folder.path);
  await makeRepositories();
});
after(async () => {
  await daemon.close();
  server.close();
  folder.remove();
});

const LIST = 'cd /c; find . -name .git; cat word; ls sub 2>/dev/null; cat sub/word 2>/dev/null; true';

test('a repository is a context: its branches, tags, commits and folders, with submodules and without .git', async () => {
  const commit = (await git('main', 'git rev-parse v1')).trim();
  const cases = {
    '': 'mainword\npart',
    '#other': 'other\nword\npart',
    [`#${commit}`]: 'main',
    '#:short': 'below',
    '?branch=other&subdir=dir': 'below',
    '?submodules=false': 'main',
  };
  for (const [place, content] of Object.entries(cases)) {
    await daemon.skiff(['build', '-q', '-t', 'repository', `${server.url}/main.git${place}`]);
    assert.equal(await shell(daemon, 'repository', LIST), content, place);
  }
  await daemon.skiff([
    'build',
    '-q',
    '-t',
    'kept',
    '--build-arg',
    'BUILDKIT_CONTEXT_KEEP_GIT_DIR=1',
    `${server.url}/main.git`,
  ]);
  assert.match(await shell(daemon, 'kept', LIST), /^\.\/\.git\n.*\.\/sub\/\.git\n/s);
});

test('a server that knows nothing of git serves repositories as well', async () => {
  const commit = (await git('main', 'git rev-parse v1')).trim();
  for (const place of ['#v1', `#${commit}`]) {
    const { imageId } = await build(daemon, Buffer.alloc(0), { remote: `${server.url}/plain/main.git${place}` });
    assert.equal(await shell(daemon, imageId, 'cat /c/word'), 'main');
  }
});

test('nothing of the host is reached by what stands in a repository or in its address', async () => {
  const wrong = {
    [`${server.url}/main.git#main:out/etc`]: /failed to open subdir out\/etc/,
    [`${server.url}/main.git#main:../../../../../../etc`]: /failed to open subdir/,
    [`${server.url}/main.git#main:dir/word`]: /failed to open subdir dir\/word/,
    [`${server.url}/main.git#stealing`]: /transport 'file' not allowed/,
    [`${server.url}/main.git#nothing`]: /couldn't find remote ref nothing/,
    [`${server.url}/main.git#--upload-pack=id`]: /(invalid refspec|find remote ref) .*--upload-pack=id/,
    'ext::sh -c id': /neither a URL nor a repository/,
    '--upload-pack=id@a:b.git': /neither a URL nor a repository/,
    [`file://${folder.path}/main.git`]: /neither a URL nor a repository/,
  };
  for (const [remote, complaint] of Object.entries(wrong)) {
    const { error } = await tryBuild(daemon, Buffer.alloc(0), { remote });
    assert.match(error ?? '', complaint, remote);
  }
});

test('ADD of a repository is as the context is', async () => {
  const dockerfile = (flag: string) => `FROM busybox\nADD ${flag} ${server.url}/main.git#main:short /c/\n`;
  const { imageId } = await build(daemon, { Dockerfile: dockerfile('') });
  assert.equal(await shell(daemon, imageId, LIST), 'below');
  const whole = `FROM busybox\nADD --keep-git-dir=true ${server.url}/main.git /c/\n`;
  const kept = await build(daemon, { Dockerfile: whole });
  assert.match(await shell(daemon, kept.imageId, LIST), /^\.\/\.git\n/);
});

function gitProcesses(url: string): string[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(url);
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

test('a client that hangs up while a repository is fetched leaves no process', async () => {
  const silent = createServer(() => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const remote = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/silent.git`;
  const hangUp = new AbortController();
  const building = tryBuild(daemon, Buffer.alloc(0), { remote }, { signal: hangUp.signal }).catch(() => 'hung up');
  await once(silent, 'request');
  assert.notEqual(gitProcesses(remote).length, 0);
  hangUp.abort();
  assert.equal(await building, 'hung up');
  await until('git has ended', () => gitProcesses(remote).length === 0);
  silent.closeAllConnections();
  silent.close();
});

test('SIGKILL of the daemon while a repository is fetched leaves no process', async () => {
  const silent = createServer(() => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const remote = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/silent.git`;
  const building = tryBuild(daemon, Buffer.alloc(0), { remote }).catch(() => 'cut off');
  await once(silent, 'request');
  await daemon.kill();
  assert.equal(await building, 'cut off');
  await until('git has ended', () => gitProcesses(remote).length === 0);
  await daemon.start();
  silent.closeAllConnections();
  silent.close();
});
