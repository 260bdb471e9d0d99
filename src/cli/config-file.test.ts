import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configFolder, readConfigFile } from './config-file.ts';

const folder = mkdtempSync('/tmp/skh-');
after(() => rmSync(folder, { recursive: true }));

function read(content: string): { config: unknown; warning: string } {
  writeFileSync(join(folder, 'config.json'), content);
  let warning = '';
  const config = readConfigFile(folder, (text) => {
    warning += text;
  });
  return { config, warning };
}

test('the folder is the flag’s, the environment’s, or the user’s own', () => {
  const env = { DOCKER_CONFIG: '/env', HOME: '/home/me' };
  assert.equal(configFolder('/flag', env), '/flag');
  assert.equal(configFolder('', env), '/env');
  assert.equal(configFolder('', { HOME: '/home/me' }), '/home/me/.docker');
});

test('the settings are read', () => {
  assert.deepEqual(read('{"detachKeys":"ctrl-b"}'), { config: { detachKeys: 'ctrl-b' }, warning: '' });
});

test('a file that cannot be understood is warned of and left out', () => {
  for (const content of ['{bad', '[1]', '"text"']) {
    const { config, warning } = read(content);
    assert.deepEqual(config, {});
    assert.match(warning, /^WARNING: Error parsing config file \(.*config\.json\): .+\n$/);
  }
});

test('a missing file is no reason to warn', () => {
  const warn = (): void => assert.fail('warned');
  assert.deepEqual(readConfigFile(join(folder, 'missing'), warn), {});
});
