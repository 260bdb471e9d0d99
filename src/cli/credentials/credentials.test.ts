import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readConfigFile } from '../config-file.ts';
import { findCredentials } from './find-credentials.ts';
import { forgetCredentials, keepCredentials } from './keep-credentials.ts';
import { HUB_SERVER, serverKey } from './server-key.ts';

const folder = mkdtempSync('/tmp/skt-');
after(() => rmSync(folder, { recursive: true }));

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
