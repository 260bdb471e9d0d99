import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBody } from './container-create.ts';
import { decodeBody } from './shape.ts';

function messageOf(body: unknown): string {
  try {
    decodeBody(createBody, body);
  } catch (error) {
    return (error as Error).message.replace('invalid JSON: json: cannot unmarshal ', '');
  }
  return 'accepted';
}

test('a wrong type is refused with the words and the path that Docker gives', () => {
  const expected: [unknown, string][] = [
    [[], 'array into Go value of type runconfig.ContainerConfigWrapper'],
    [{ Image: 5 }, 'number into Go struct field ContainerConfigWrapper.Config.Image of type string'],
    [{ Env: 'x' }, 'string into Go struct field ContainerConfigWrapper.Config.Env of type []string'],
    [{ Env: [5] }, 'number into Go struct field ContainerConfigWrapper.Config.Env of type string'],
    [{ Cmd: [5] }, 'array into Go struct field ContainerConfigWrapper.Config.Cmd of type string'],
    [{ Labels: { a: 1 } }, 'number into Go struct field ContainerConfigWrapper.Config.Labels of type string'],
    [{ Tty: 1 }, 'number into Go struct field ContainerConfigWrapper.Config.Tty of type bool'],
    [{ Volumes: { '/x': 5 } }, 'number into Go struct field ContainerConfigWrapper.Config.Volumes of type struct {}'],
    [{ HostConfig: [] }, 'array into Go struct field ContainerConfigWrapper.HostConfig of type container.HostConfig'],
    [
      { HostConfig: { Memory: 1.5 } },
      'number 1.5 into Go struct field HostConfig.HostConfig.Resources.Memory of type int64',
    ],
    [
      { HostConfig: { Ulimits: [{ Soft: 'x' }] } },
      'string into Go struct field Ulimit.HostConfig.Resources.Ulimits.Soft of type int64',
    ],
    [
      { HostConfig: { RestartPolicy: { Name: 5 } } },
      'number into Go struct field RestartPolicy.HostConfig.RestartPolicy.Name of type container.RestartPolicyMode',
    ],
    [
      { HostConfig: { PortBindings: { 80: 'x' } } },
      'string into Go struct field HostConfig.HostConfig.PortBindings of type []nat.PortBinding',
    ],
  ];
  for (const [body, message] of expected) assert.equal(messageOf(body), message);
});

test('unknown fields are ignored, names match in any case, null is as absent, and a command may be one string', () => {
  const { Image, Cmd, Env, HostConfig, StopSignal } = decodeBody(createBody, {
    image: 'busybox',
    Cmd: 'true',
    Env: null,
    nope: {},
    HostConfig: { autoremove: true },
    StopSignal: null,
  });
  assert.deepEqual([Image, Cmd, Env, StopSignal], ['busybox', ['true'], null, undefined]);
  assert.deepEqual([HostConfig?.AutoRemove, HostConfig?.Memory], [true, 0]);
});
