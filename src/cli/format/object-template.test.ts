import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CliError } from '../errors.ts';
import { inspectOutput } from './inspect-output.ts';
import { containerType } from './typed/container-types.ts';

interface RecordedTemplate {
  readonly template: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const fixtures = new URL('../../../test/fixtures/cli/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, fixtures), 'utf8'));
const templates = read('inspect-templates.json') as RecordedTemplate[];
const api = read('api.json') as Record<string, { text: string }>;
const container = api['GET /containers/web-one/json']?.text ?? '';

async function inspect(template: string): Promise<Omit<RecordedTemplate, 'template'>> {
  let stdout = '';
  try {
    const output = await inspectOutput(template);
    try {
      await output.add({ text: container, loadType: () => Promise.resolve(containerType) });
    } finally {
      stdout = output.finish();
    }
    return { status: 0, stdout, stderr: '' };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { status: error.exitCode, stdout, stderr: `${error.message}\n` };
  }
}

for (const { template, ...expected } of templates) {
  test(`the template ${JSON.stringify(template)} gives of a container what docker gives`, async () => {
    assert.deepEqual(await inspect(template), expected);
  });
}

test('a template that includes itself without end is stopped', async () => {
  const { status, stderr } = await inspect('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}');
  assert.equal(status, 1);
  assert.match(stderr, /exceeded maximum template depth/);
});
