import assert from 'node:assert/strict';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { RecordingSyscalls } from '../sys/recording.ts';
import { IdleMemory } from './idle-memory.ts';

test('memory goes back some seconds after the last request ended, not before and not twice', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const http = createServer();
  const syscalls = new RecordingSyscalls();
  const idle = new IdleMemory(http, syscalls);
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  http.emit('request', response.req, response);
  t.mock.timers.tick(2999);
  response.emit('close');
  t.mock.timers.tick(2999);
  assert.equal(syscalls.calls.length, 0);
  t.mock.timers.tick(1);
  t.mock.timers.tick(500);
  assert.deepEqual(
    syscalls.calls.map(({ name }) => name),
    ['trimHeap'],
  );
  t.mock.timers.tick(60_000);
  assert.equal(syscalls.calls.length, 1);
  idle.stop();
});

test('a stopped watcher gives nothing back', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const syscalls = new RecordingSyscalls();
  new IdleMemory(createServer(), syscalls).stop();
  t.mock.timers.tick(60_000);
  assert.equal(syscalls.calls.length, 0);
});
