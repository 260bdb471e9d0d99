import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeJson } from '../template/json-encode.ts';
import { printValue } from '../template/print-value.ts';
import { decode } from './decode.ts';
import { declareTypes, type GoType } from './go-type.ts';
import { readJson } from './read-json.ts';

const types = declareTypes(`
Inner struct test.Inner
  Port int HostPort
Base struct test.Base
  Name string
Outer struct test.Outer
  embed Base
  Labels map[string]string
  List []Inner
  Maybe *Inner ?
  Count *int ?
  Delay duration ?
  Made time
`);
const outer: GoType = types.get('Outer') ?? { kind: 'any' };
const json = (text: string) => encodeJson(decode(outer, readJson(text)), { escapeHtml: false });
const print = (text: string) => printValue(decode(outer, readJson(text)));

test('absent fields have zero values', () => {
  assert.equal(print('{}'), '{{} map[] [] <nil> <nil> 0s 0001-01-01 00:00:00 +0000 UTC}');
});

test('fields come in the order of the type, under their names in JSON, and empty ones may be left out', () => {
  assert.equal(
    json('{"List":[{"HostPort":80}],"Name":"n"}'),
    '{"Name":"n","Labels":null,"List":[{"HostPort":80}],"Made":"0001-01-01T00:00:00Z"}',
  );
});

test('a pointer to zero is not empty', () => {
  assert.match(json('{"Count":0}'), /"Count":0/);
});

test('a null list and an empty one print alike and are told apart in JSON', () => {
  assert.match(json('{"List":[]}'), /"List":\[\]/);
  assert.match(json('{"List":null}'), /"List":null/);
});

test('fields that the type does not know are dropped', () => {
  assert.doesNotMatch(json('{"Unknown":1}'), /Unknown/);
});

test('a duration prints in units and is a number in JSON', () => {
  assert.match(print('{"Delay":90500000000}'), / 1m30.5s /);
  assert.match(json('{"Delay":90500000000}'), /"Delay":90500000000/);
});

test('a type must be declared before it is used', () => {
  assert.throws(() => declareTypes('A struct a.A\n  B Missing'), /Missing is not declared/);
});
