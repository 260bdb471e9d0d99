import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { mustRun } from '../../support/command.ts';
import { codesOf, openRegistry, statusOf } from './registry-fixture.ts';
import { RegistryProcess } from './registry-process.ts';

/** Who may use a registry: users with passwords, and TLS. */

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-access-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Of `ana`, whose password is `a`. */
function usersFile(t: TestContext, cost: number): string {
  const path = join(folderOf(t), 'htpasswd');
  writeFileSync(path, `ana:${hashSync('a', cost)}\n`);
  return path;
}

function basic(credentials: string): { headers: { Authorization: string } } {
  return { headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}

test('with users, nothing is answered without a right password', async (t) => {
  const htpasswd = join(folderOf(t), 'htpasswd');
  writeFileSync(htpasswd, `# users\nana:${hashSync('correct: horse', 4)}\nbob:${hashSync('b', 4)}\n`);
  const registry = await openRegistry(t, { htpasswd });
  const refused = await registry.request('GET', '/v2/');
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get('www-authenticate'), 'Basic realm="Skiff registry"');
  assert.deepEqual(await codesOf(refused), ['UNAUTHORIZED']);
  for (const wrong of ['ana:wrong', 'ana:', 'ana', 'eve:correct: horse', ':', `ana:${'x'.repeat(100)}`]) {
    assert.equal(await statusOf(registry.request('GET', '/v2/', basic(wrong))), 401, wrong);
  }
  assert.equal(await statusOf(registry.request('GET', '/v2/', { headers: { Authorization: 'Bearer x' } })), 401);
  for (const right of ['ana:correct: horse', 'bob:b', 'ana:correct: horse']) {
    assert.equal(await statusOf(registry.request('GET', '/v2/', basic(right))), 200, right);
  }
  assert.equal(await statusOf(registry.request('POST', '/v2/app/blobs/uploads/')), 401);
});

test('a changed file of users counts from the next request on, and one that is gone lets nobody in', async (t) => {
  const htpasswd = join(folderOf(t), 'htpasswd');
  writeFileSync(htpasswd, `ana:${hashSync('old', 4)}\n`);
  const registry = await openRegistry(t, { htpasswd });
  assert.equal(await statusOf(registry.request('GET', '/v2/', basic('ana:old'))), 200);
  writeFileSync(htpasswd, `ana:${hashSync('new', 4)}\nbob:${hashSync('b', 4)}\n`);
  assert.equal(await statusOf(registry.request('GET', '/v2/', basic('ana:old'))), 401);
  assert.equal(await statusOf(registry.request('GET', '/v2/', basic('ana:new'))), 200);
  rmSync(htpasswd);
  assert.equal(await statusOf(registry.request('GET', '/v2/', basic('ana:new'))), 401);
  assert.equal(registry.failures.length, 1);
});

test('whoever comes while a changed file of users is read is let in as well', async (t) => {
  const htpasswd = join(folderOf(t), 'htpasswd');
  const users = `ana:${hashSync('a', 4)}\n`;
  writeFileSync(htpasswd, users);
  const registry = await openRegistry(t, { htpasswd });
  for (let round = 1; round <= 5; round++) {
    writeFileSync(htpasswd, `${users}# ${'changed'.repeat(round)}\n`);
    const requests = Array.from({ length: 8 }, () => statusOf(registry.request('GET', '/v2/', basic('ana:a'))));
    assert.deepEqual(new Set(await Promise.all(requests)), new Set([200]));
  }
});

test('who guesses passwords does not hold up who has one', async (t) => {
  const registry = await RegistryProcess.start(t, ['--htpasswd', usersFile(t, 7)]);
  const request = (credentials: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    // Each on a connection of its own, which is accepted when the registry comes to it.
    const url = `http://${registry.address}/v2/`;
    const outgoing = httpRequest(url, { ...basic(credentials), agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.on('error', reject).end();
    return promise;
  };
  assert.equal(await request('ana:a'), 200);
  let guessed = 0;
  const guesses = Array.from({ length: 40 }, (_, index) => request(`ana:guess ${index}`).finally(() => guessed++));
  assert.equal(await request('ana:a'), 200);
  assert.ok(guessed < 10, `${guessed} guesses were answered before`);
  assert.deepEqual(new Set(await Promise.all(guesses)), new Set([401]));
});

test('a user that does not exist takes as long as one that does', async (t) => {
  const htpasswd = usersFile(t, 9);
  const registry = await openRegistry(t, { htpasswd });
  const timeOf = async (user: string) => {
    const began = process.cpuUsage();
    assert.equal(await statusOf(registry.request('GET', '/v2/', basic(`${user}:wrong`))), 401);
    return process.cpuUsage(began).user;
  };
  await timeOf('ana');
  const [known, unknown] = [await timeOf('ana'), await timeOf('eve')];
  assert.ok(unknown > known / 3, `${unknown} µs beside ${known} µs`);
});

test('a file of users that is missing, empty or has other passwords than bcrypt is refused at the start', async (t) => {
  const htpasswd = join(folderOf(t), 'htpasswd');
  await assert.rejects(openRegistry(t, { htpasswd }), /ENOENT/);
  writeFileSync(htpasswd, '\n');
  await assert.rejects(openRegistry(t, { htpasswd }), /it has no users/);
  writeFileSync(htpasswd, 'ana:$apr1$xyz$abcdefghijk\n');
  await assert.rejects(openRegistry(t, { htpasswd }), /line 1: the password of ana is no bcrypt hash/);
});

test('with a certificate the registry speaks TLS, and nothing else', async (t) => {
  const folder = folderOf(t);
  const [certificatePath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const output = ['-keyout', keyPath, '-out', certificatePath, '-days', '1', '-nodes'];
  await mustRun('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    ...output,
    ...subject,
  ]);
  const tls = { certificate: readFileSync(certificatePath), key: readFileSync(keyPath) };
  const registry = await openRegistry(t, { tls });
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const outgoing = httpsRequest(`https://${registry.registry.address}/v2/`, { ca: tls.certificate }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  outgoing.on('error', reject);
  outgoing.end();
  assert.equal(await promise, 200);
  await assert.rejects(registry.request('GET', '/v2/'));
});

test('a certificate that is none, and an address in use, are told at the start', async (t) => {
  const tls = { certificate: 'nonsense', key: 'nonsense' };
  await assert.rejects(openRegistry(t, { tls }), /TLS certificate or key/);
  const { registry } = await openRegistry(t);
  const port = Number(registry.address.split(':')[1]);
  await assert.rejects(openRegistry(t, { port }), /can't listen on 127.0.0.1:\d+: .*EADDRINUSE/);
});
