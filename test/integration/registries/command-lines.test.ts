import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Cli, clis } from '../../support/clis.ts';
import type { CommandResult } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { DockerRegistry, dockerRegistry, JOE } from '../../support/docker-registry.ts';
import { Terminal } from '../../support/terminal.ts';

// Both command lines against Debian's docker-registry: what people type.

let daemon: TestDaemon;
let open: DockerRegistry;
let closed: DockerRegistry;
const folder = mkdtempSync('/tmp/skt-');

before(async () => {
  if (dockerRegistry.skip !== false) return;
  [daemon, open, closed] = await Promise.all([
    startDaemon(),
    DockerRegistry.start(),
    DockerRegistry.start({ access: JOE }),
  ]);
});
after(async () => {
  if (dockerRegistry.skip !== false) return;
  await Promise.all([open.close(), closed.close()]);
  await daemon.close();
  rmSync(folder, { recursive: true });
});

function runner(cli: Cli, config: string, extraPath = '') {
  const env = { DOCKER_CONFIG: join(folder, config), PATH: `${extraPath}:${process.env['PATH']}` };
  const attempt = (args: string, input?: string): Promise<CommandResult> =>
    cli.run(daemon, args.split(' '), { env, ...(input === undefined ? {} : { input }) });
  const run = async (args: string, input?: string): Promise<string> => {
    const { status, stdout, stderr } = await attempt(args, input);
    assert.equal(status, 0, `${cli.name} ${args}: ${stderr}${stdout}`);
    return stdout;
  };
  return { attempt, run, config: () => readFileSync(join(folder, config, 'config.json'), 'utf8') };
}

/** Keeps what it is given in a file beside it, by the protocol of docker-credential-helpers. */
const HELPER = `#!/bin/sh
store="$(dirname "$0")/kept"
case $1 in
  store) cat > "$store" ;;
  get) read -r server; grep -qF "\\"$server\\"" "$store" 2>/dev/null && cat "$store" || { echo credentials not found in native keychain; exit 1; } ;;
  erase) rm -f "$store" ;;
esac
`;

for (const cli of clis) {
  const skip = dockerRegistry.skip === false ? cli.skip : dockerRegistry.skip;

  test(`${cli.name}: an image goes to a registry and comes back`, { skip }, async () => {
    const { run } = runner(cli, `${cli.name}-plain`);
    const name = `${open.address}/${cli.name}/busybox`;
    await run(`tag busybox ${name}:1`);
    const pushed = await run(`push ${name}:1`);
    assert.match(pushed, /^The push refers to repository/);
    const digest = /^1: digest: (sha256:\w+) size: \d+$/m.exec(pushed)?.[1];
    await run(`tag busybox ${name}:2`);
    assert.match(await run(`push -a ${name}`), /Layer already exists/);
    await run(`rmi ${name}:1 ${name}:2`);

    assert.equal(await run(`pull -q ${name}:1`), `${name}:1\n`);
    assert.match(await run(`pull -a ${name}`), /^2: Pulling from/m);
    assert.match(await run(`pull ${name}@${digest}`), /Status: Image is up to date/);
    assert.match(await run(`images --digests --no-trunc ${name}`), new RegExp(digest ?? 'no digest'));
    assert.equal(await run(`run --rm ${name}:2 echo works`), 'works\n');
    await run(`rmi ${name}:1 ${name}:2`);
    assert.match(await run(`search ${open.address}/${cli.name}`), new RegExp(`^${name} `, 'm'));
  });

  test(`${cli.name}: run and create pull what is missing, as --pull says`, { skip }, async () => {
    const { run, attempt } = runner(cli, `${cli.name}-run`);
    const name = `${open.address}/${cli.name}/missing:1`;
    await run(`tag busybox ${name}`);
    await run(`push -q ${name}`);
    await run(`rmi ${name}`);
    const never = await attempt(`run --rm --pull never ${name} true`);
    assert.equal(never.status, 125);
    assert.match(never.stderr, /No such image/);
    const missing = await attempt(`run --rm ${name} echo works`);
    assert.equal(missing.stdout, 'works\n', missing.stderr);
    assert.match(missing.stderr, new RegExp(`^Unable to find image '${name}' locally\n`));
    assert.match(missing.stderr, /Status: Downloaded newer image/);
    const always = await attempt(`run --rm --pull always ${name} echo works`);
    assert.match(always.stderr, /Status: Image is up to date/);
    const quiet = await attempt(`run --rm -q --pull always ${name} echo works`);
    assert.deepEqual([quiet.stdout, quiet.stderr], ['works\n', '']);
    await run(`rmi ${name}`);
  });

  test(`${cli.name}: name and password are asked for on a terminal, which does not show the password`, {
    skip,
  }, async () => {
    const config = join(folder, `${cli.name}-terminal`);
    const login = (args: string) =>
      new Terminal(`env DOCKER_CONFIG=${config} ${cli.line(daemon, `login ${args} ${closed.address}`)}`);
    for (const [args, typed] of [
      ['', 'joe\r'],
      ['-u joe', ''],
    ] as const) {
      rmSync(config, { recursive: true, force: true });
      const terminal = login(args);
      if (typed !== '') await terminal.see(/Username: $/);
      terminal.type(typed);
      await terminal.see(/Password: $/);
      terminal.type('secret\r');
      assert.equal(await terminal.end(), 0, terminal.screen);
      assert.match(terminal.screen, /Login Succeeded/);
      assert.doesNotMatch(terminal.screen, /secret/);
    }
  });

  test(`${cli.name}: a login that is interrupted keeps nothing`, { skip }, async () => {
    const config = join(folder, `${cli.name}-interrupted`);
    const terminal = new Terminal(`env DOCKER_CONFIG=${config} ${cli.line(daemon, `login -u joe ${closed.address}`)}`);
    await terminal.see(/Password: $/);
    terminal.type('secr\x03');
    assert.equal(await terminal.end(), 0, terminal.screen);
    assert.throws(() => readFileSync(join(config, 'config.json')), { code: 'ENOENT' });
  });

  test(`${cli.name}: a helper that is missing keeps nobody from images for everybody`, { skip }, async () => {
    const { run, attempt } = runner(cli, `${cli.name}-without-helper`);
    mkdirSync(join(folder, `${cli.name}-without-helper`));
    writeFileSync(join(folder, `${cli.name}-without-helper`, 'config.json'), '{"credsStore":"not-there"}');
    const name = `${open.address}/${cli.name}/helpless:1`;
    await run(`tag busybox ${name}`);
    await run(`push ${name}`);
    await run(`pull ${name}`);
    await run(`rmi ${name}`);
    const login = await attempt(`login -u joe --password-stdin ${closed.address}`, 'secret');
    assert.equal(login.status, 1);
    assert.match(login.stderr, /^Error saving credentials: error storing credentials - err: exec: /m);
  });

  test(`${cli.name}: a registry that wants a password gets it after a login, and not after a logout`, {
    skip,
  }, async () => {
    const { run, attempt, config } = runner(cli, `${cli.name}-login`);
    const name = `${closed.address}/${cli.name}/busybox:1`;
    await run(`tag busybox ${name}`);
    assert.match((await attempt(`push ${name}`)).stderr, /no basic auth credentials/);
    const wrong = await attempt(`login -u joe --password-stdin ${closed.address}`, 'wrong');
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /401 Unauthorized/);
    assert.match(await run(`login -u joe --password-stdin ${closed.address}`, 'secret\n'), /Login Succeeded/);
    const { auths } = JSON.parse(config()) as { auths: Record<string, { auth: string }> };
    assert.equal(auths[closed.address]?.auth, Buffer.from('joe:secret').toString('base64'));
    await run(`push ${name}`);
    await run(`pull ${name}`);
    assert.match(await run(`login ${closed.address}`), /Login Succeeded/);
    await run(`logout ${closed.address}`);
    assert.match((await attempt(`pull ${name}`)).stderr, /no basic auth credentials/);
    await run(`rmi ${name}`);
  });

  test(`${cli.name}: a credential helper keeps the password instead of the file`, { skip }, async () => {
    const programs = mkdtempSync(join(folder, 'helper-'));
    writeFileSync(join(programs, 'docker-credential-test'), HELPER);
    chmodSync(join(programs, 'docker-credential-test'), 0o755);
    const { run, attempt, config } = runner(cli, `helper-${cli.name}`, programs);
    mkdirSync(join(folder, `helper-${cli.name}`));
    writeFileSync(join(folder, `helper-${cli.name}`, 'config.json'), '{"credsStore":"test","psFormat":"kept"}');
    const name = `${closed.address}/${cli.name}/helped:1`;
    await run(`tag busybox ${name}`);
    await run(`login -u joe --password-stdin ${closed.address}`, 'secret');
    const kept = JSON.parse(readFileSync(join(programs, 'kept'), 'utf8')) as Record<string, string>;
    assert.deepEqual(kept, { ServerURL: closed.address, Username: 'joe', Secret: 'secret' });
    assert.doesNotMatch(config(), /c2VjcmV0|secret/);
    assert.match(config(), /"psFormat":\s*"kept"/);
    await run(`push ${name}`);
    await run(`logout ${closed.address}`);
    assert.match((await attempt(`push ${name}`)).stderr, /no basic auth credentials/);
    await run(`rmi ${name}`);
  });
}

test('skiff: what is pasted into a login at once is name and password', { skip: dockerRegistry.skip }, async () => {
  const skiff = clis.find(({ name }) => name === 'skiff');
  assert.ok(skiff);
  const config = join(folder, 'pasted');
  const terminal = new Terminal(`env DOCKER_CONFIG=${config} ${skiff.line(daemon, `login ${closed.address}`)}`);
  await terminal.see(/Username: $/);
  terminal.type('joe\rsecret\r');
  assert.equal(await terminal.end(), 0, terminal.screen);
  assert.match(terminal.screen, /Login Succeeded/);
});
