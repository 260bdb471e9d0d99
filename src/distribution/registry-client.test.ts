import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { NO_CREDENTIALS } from './credentials.ts';
import { RegistryClient } from './registry-client.ts';
import { testSettings } from './testing/registry-settings.ts';

const folder = mkdtempSync('/tmp/skt-');
const never = new AbortController().signal;
const servers: Server[] = [];
let listener: RequestListener = (_, response) => void response.end('{}');
let host: string;
let plainHost: string;

before(async () => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const output = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, ...output], {
    stdio: 'ignore',
  });
  const identity = { cert: readFileSync(cert), key: readFileSync(key), requestCert: true, rejectUnauthorized: false };
  const encrypted = createServer(identity, (...call) => listener(...call));
  const plain = createPlainServer((...call) => listener(...call));
  servers.push(encrypted, plain);
  for (const server of servers) {
    server.listen(0);
    await once(server, 'listening');
  }
  host = `localhost:${(encrypted.address() as AddressInfo).port}`;
  plainHost = `localhost:${(plain.address() as AddressInfo).port}`;
  mkdirSync(join(folder, 'certs.d', host), { recursive: true });
  writeFileSync(join(folder, 'certs.d', host, 'ca.crt'), readFileSync(cert));
});
after(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(folder, { recursive: true });
});

function connect(options: { folders?: readonly string[]; base?: string; any?: boolean; credentials?: object } = {}) {
  const { folders = [], base = `https://${host}`, any = false, credentials = {} } = options;
  return RegistryClient.connect(
    { base, host, isMirror: false, acceptsAnyCertificate: any },
    { ...NO_CREDENTIALS, ...credentials },
    testSettings({ certificateFolders: folders }),
    never,
  );
}

test('a certificate of an unknown authority is refused in the words of Docker', async () => {
  await assert.rejects(
    connect(),
    /^EngineError: Get "https:\/\/localhost:\d+\/v2\/": tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
  );
});

test('the authority that the host’s folder of certificates names is trusted', async () => {
  const client = await connect({ folders: [join(folder, 'missing'), join(folder, 'certs.d')] });
  client.close();
});

test('a certificate with its key says who we are, and is sent to its host alone', async () => {
  const certificates = join(folder, 'identity', host);
  mkdirSync(certificates, { recursive: true });
  for (const [name, file] of [
    ['ca.crt', 'cert.pem'],
    ['client.cert', 'cert.pem'],
    ['client.key', 'key.pem'],
  ] as const) {
    writeFileSync(join(certificates, name), readFileSync(join(folder, file)));
  }
  const names: unknown[] = [];
  listener = ({ socket }, response) => {
    names.push((socket as TLSSocket).getPeerCertificate().subject?.CN);
    response.end('{}');
  };
  for (const folders of [[join(folder, 'identity')], [join(folder, 'certs.d')]]) (await connect({ folders })).close();
  assert.deepEqual(names, ['localhost', undefined]);
});

test('a certificate for another host is refused in the words of Docker', async () => {
  const port = host.split(':')[1];
  const folders = [join(folder, 'certs.d')];
  await assert.rejects(
    connect({ folders, base: `https://127.0.0.1:${port}` }),
    /: tls: failed to verify certificate: x509: cannot validate certificate for 127\.0\.0\.1 because it doesn't contain any IP SANs$/,
  );
});

test('an insecure registry may have any certificate', async () => {
  const client = await connect({ any: true });
  client.close();
});

test('a server that speaks plain HTTP is told from one that is not there', async () => {
  await assert.rejects(connect({ base: `https://${plainHost}` }), /http: server gave HTTP response to HTTPS client$/);
  await assert.rejects(
    connect({ base: 'http://127.0.0.1:1' }),
    /dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
  );
});

test('a certificate without its key is refused', async () => {
  const certificates = join(folder, 'half', host);
  mkdirSync(certificates, { recursive: true });
  writeFileSync(join(certificates, 'client.cert'), '');
  await assert.rejects(connect({ folders: [join(folder, 'half')] }), /missing key client\.key for client\.cert/);
});

test('an encrypted registry cannot have credentials sent to a token server that is not', async () => {
  const asked: string[] = [];
  listener = (request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${plainHost}/token"` }).end();
  };
  const client = await connect({ any: true, credentials: { username: 'joe', password: 'secret' } });
  const request = { method: 'GET', target: '/v2/a/tags/list', signal: never } as const;
  await assert.rejects(
    client.send(request),
    /wants credentials to be sent to http:\/\/\S+ without encryption: refused/,
  );
  assert.deepEqual(asked, ['/v2/']);
  client.close();
});

test('a client that is held keeps its connections until it is released', async () => {
  listener = (_, response) => void response.end('{}');
  const client = await connect({ any: true });
  const release = client.hold();
  client.close();
  const response = await client.send({ method: 'GET', target: '/v2/', signal: never });
  response.body.resume();
  assert.equal(response.status, 200);
  release();
});
