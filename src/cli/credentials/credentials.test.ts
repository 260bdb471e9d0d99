import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readConfigFile } from '../config-file.ts';
import type { Output } from '../io/terminal.ts';
import { allCredentials } from './all-credentials.ts';
import { credentialsOrNone } from './credentials-or-none.ts';
import { findCredentials } from './find-credentials.ts';
import { forgetCredentials, keepCredentials } from './keep-credentials.ts';
import { HUB_SERVER, serverKey } from './server-key.ts';

const folder = mkdtempSync('/tmp/skt-');
const { PATH } = process.env;
after(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true });
});

function place(document?: object) {
  const own = mkdtempSync(join(folder, 'config-'));
  if (document !== undefined) writeFileSync(join(own, 'config.json'), JSON.stringify(document));
  const read = () => readConfigFile(own, assert.fail);
  return { folder: own, path: join(own, 'config.json'), read };
}

test('a registry has one key, whatever it is called by', () => {
  for (const name of ['', 'docker.io', 'index.docker.io', 'https://index.docker.io/v1/', 'registry-1.docker.io']) {
    assert.equal(serverKey(name), HUB_SERVER);
  }
  for (const name of ['r.example:5000', 'https://r.example:5000/v1/', 'http://r.example:5000']) {
    assert.equal(serverKey(name), 'r.example:5000');
  }
});

test('credentials are read from the file, also under the URLs of old clients', () => {
  const config = {
    auths: {
      'https://old.example/v1/': { auth: Buffer.from('joe:pässword:x').toString('base64') },
      'token.example': { auth: '', identitytoken: 'refresh' },
      [HUB_SERVER]: { auth: Buffer.from('hub:pw').toString('base64') },
    },
  };
  assert.deepEqual(findCredentials(config, 'old.example'), {
    username: 'joe',
    password: 'pässword:x',
    serveraddress: 'https://old.example/v1/',
  });
  assert.equal(findCredentials(config, 'token.example').identitytoken, 'refresh');
  assert.equal(findCredentials(config, 'docker.io').username, 'hub');
  assert.deepEqual(findCredentials(config, 'unknown.example'), {});
});

test('what is kept is found again, the rest of the file stays, and only the owner can read it', () => {
  const { folder: own, path, read } = place({ psFormat: 'table', auths: { z: { auth: 'eTp6' } } });
  chmodSync(path, 0o600);
  const auth = { username: 'joe', password: 'secret' };
  assert.equal(keepCredentials({ config: read(), folder: own }, 'r.example', auth), true);
  assert.equal(keepCredentials({ config: read(), folder: own }, 'r.example', auth), false, 'it stood there before');
  assert.deepEqual(findCredentials(read(), 'r.example'), { ...auth, serveraddress: 'r.example' });
  const document = JSON.parse(readFileSync(path, 'utf8')) as { psFormat: string; auths: object };
  assert.equal(document.psFormat, 'table');
  assert.deepEqual(Object.keys(document.auths), ['r.example', 'z']);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  forgetCredentials({ config: read(), folder: own }, 'r.example', ['r.example']);
  assert.deepEqual(findCredentials(read(), 'r.example'), {});
});

test('a new file is for its owner alone, and one behind a link is changed where it is', () => {
  const fresh = place();
  keepCredentials({ config: {}, folder: fresh.folder }, 'r.example', { username: 'a', identitytoken: 't' });
  assert.equal(statSync(fresh.path).mode & 0o777, 0o600);
  assert.deepEqual(findCredentials(fresh.read(), 'r.example'), {
    username: 'a',
    password: '',
    serveraddress: 'r.example',
    identitytoken: 't',
  });
  const linked = place();
  symlinkSync(fresh.path, linked.path);
  keepCredentials({ config: linked.read(), folder: linked.folder }, 'other', { username: 'b', password: 'c' });
  assert.ok(lstatSync(linked.path).isSymbolicLink());
  assert.equal(findCredentials(fresh.read(), 'other').username, 'b');
});

test('a helper that is not there is told in docker’s words', () => {
  assert.throws(
    () => findCredentials({ credHelpers: { 'r.example': 'not-there' } }, 'r.example'),
    /^CliError: error getting credentials - err: exec: "docker-credential-not-there": executable file not found in \$PATH, out: ``$/,
  );
});

test('credentials that cannot be had are a warning, and none: images for everybody are still pulled', async () => {
  const cases: [object, string][] = [
    [{ credsStore: 'not-there' }, 'exec: "docker-credential-not-there": executable file not found in $PATH, out: ``'],
    [{ auths: { r: { auth: '%%%' } } }, 'Invalid auth configuration file: the credentials for r cannot be read'],
    [{ auths: { r: { auth: 'am9l' } } }, 'Invalid auth configuration file: the credentials for r cannot be read'],
  ];
  for (const [config, expected] of cases) {
    const { stderr, text } = written();
    assert.deepEqual(await credentialsOrNone(config, 'r', stderr), {});
    assert.match(text(), /^WARNING: /);
    assert.ok(text().endsWith(`${expected}\n`), text());
  }
});

test('a name and a password that stand in the file as they are count as well', () => {
  const entry = { username: 'joe', password: 'secret' };
  assert.deepEqual(findCredentials({ auths: { r: entry } }, 'r'), { ...entry, serveraddress: 'r' });
});

test('a helper that answers something else is told without what it said, which may be a secret', () => {
  useHelper('echo hunter2');
  assert.throws(
    () => findCredentials({ credsStore: 'skiff-test' }, 'r'),
    /^CliError: error getting credentials - err: docker-credential-skiff-test answers no JSON$/,
  );
});

test('a helper is asked for all that it has, and a login leaves a mark in the file of whom it is asked about', async () => {
  useHelper(`case $1 in
    list) echo '{"listed":"joe"}' ;;
    get) read -r server; echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"of $server\\"}" ;;
  esac`);
  const { folder: own, read } = place({ credsStore: 'skiff-test' });
  assert.equal(keepCredentials({ config: read(), folder: own }, 'kept', { username: 'a', password: 'b' }), false);
  assert.deepEqual(read().auths, { kept: {} });
  const { stderr, text } = written();
  assert.deepEqual(await allCredentials(read(), stderr), {
    kept: { serveraddress: 'kept', identitytoken: 'of kept' },
    listed: { serveraddress: 'listed', identitytoken: 'of listed' },
  });
  assert.equal(text(), '');
});

test('what was kept under the URLs of old clients is erased too, and a helper that erases nothing is told', () => {
  const { folder: own, read } = place({ credsStore: 'skiff-test' });
  const log = join(own, 'erased');
  useHelper(`cat >> ${log}; echo >> ${log}`);
  const keys = ['r', 'http://r', 'https://r'];
  forgetCredentials({ config: read(), folder: own }, 'r', keys);
  assert.deepEqual(readFileSync(log, 'utf8').trim().split('\n'), keys);
  useHelper('echo no; exit 1');
  assert.throws(
    () => forgetCredentials({ config: read(), folder: own }, 'r', keys),
    /^CliError: WARNING: could not erase credentials:\nr: error erasing credentials - err: exit status 1, out: `no`\n/,
  );
});

test('a file that is no JSON is left as it is, and the login that would have changed it says so', () => {
  const { folder: own, path } = place();
  writeFileSync(path, '{"auths": {');
  assert.throws(
    () => keepCredentials({ config: {}, folder: own }, 'r', { username: 'a', password: 'b' }),
    /^CliError: Error saving credentials: \S+config\.json holds no JSON and is left as it is: /,
  );
  assert.equal(readFileSync(path, 'utf8'), '{"auths": {');
});

test('programs that keep something at once lose nothing, and a lock whose holder died is broken', async () => {
  const { folder: own, path, read } = place();
  const module = new URL('./keep-credentials.ts', import.meta.url).href;
  const program = `
    const { keepCredentials } = await import(${JSON.stringify(module)});
    keepCredentials({ config: {}, folder: process.argv[1] }, process.argv[2], { username: 'a', password: 'b' });`;
  const names = ['a', 'b', 'c', 'd'].map((name) => `${name}.example`);
  const ends = names.map((name) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, own, name], { stdio: 'inherit' });
    return once(child, 'exit');
  });
  for (const end of ends) assert.deepEqual(await end, [0, null]);
  assert.deepEqual(Object.keys(read().auths ?? {}), names);

  writeFileSync(`${path}.lock`, '');
  keepCredentials({ config: read(), folder: own }, 'e.example', { username: 'a', password: 'b' });
  assert.deepEqual(readdirSync(own), ['config.json']);
});

/** From here on `docker-credential-skiff-test` is this script. */
function useHelper(script: string): void {
  const programs = mkdtempSync(join(folder, 'programs-'));
  writeFileSync(join(programs, 'docker-credential-skiff-test'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env['PATH'] = `${programs}:${PATH}`;
}

function written(): { stderr: Output; text: () => string } {
  let text = '';
  const write = async (data: string | Uint8Array) => {
    text += String(data);
  };
  return { stderr: { isTerminal: false, columns: undefined, rows: undefined, write }, text: () => text };
}
