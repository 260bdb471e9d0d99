import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { HttpClient } from './http-client.ts';

test('a registry elsewhere is asked by the proxy of the environment, and one of this host is not', async (t) => {
  const asked: string[] = [];
  // As a proxy it sees whole URLs, as a registry paths.
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const before = process.env['HTTP_PROXY'];
  process.env['HTTP_PROXY'] = `http://${host}`;
  const client = new HttpClient({ rejectUnauthorized: true });
  t.after(() => {
    client.close();
    server.close();
    if (before === undefined) delete process.env['HTTP_PROXY'];
    else process.env['HTTP_PROXY'] = before;
  });
  for (const base of ['http://registry.example', `http://${host}`]) {
    const { body } = await client.send({
      method: 'GET',
      url: new URL(`${base}/v2/`),
      signal: new AbortController().signal,
    });
    assert.equal(await text(body), '{}');
  }
  assert.deepEqual(asked, ['http://registry.example/v2/', '/v2/']);
});
