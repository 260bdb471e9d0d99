import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignColumns } from './tabwriter.ts';

test('a column is as wide as its widest cell and three spaces, and no narrower than ten', () => {
  assert.equal(alignColumns('A\tB\nlonger-than-ten\tx\n'), 'A                 B\nlonger-than-ten   x\n');
  assert.equal(alignColumns('A\tB\n1\t2\n'), 'A         B\n1         2\n');
});

test('the text after the last tab is in no column', () => {
  assert.equal(
    alignColumns('a\tb\nvery long text without a tab\nc\td\n'),
    'a         b\nvery long text without a tab\nc         d\n',
  );
});

test('lines that lack a cell cut a column in two, each with a width of its own', () => {
  const text = 'a-very-long-cell\tx\nplain\nb\ty\n';
  assert.equal(alignColumns(text), 'a-very-long-cell   x\nplain\nb         y\n');
});

test('a deeper column spans only the neighbours that have it', () => {
  const text = 'a\tlong-long-long\tx\nb\tc\nd\te\tf\n';
  assert.equal(alignColumns(text), 'a         long-long-long   x\nb         c\nd         e         f\n');
});

test('an empty cell takes the room of its column', () => {
  assert.equal(alignColumns('\tx\t\ny\tz\t\n'), '          x         \ny         z         \n');
});

test('characters count, not bytes', () => {
  assert.equal(alignColumns('ünïcödé-name\t1\nx\t2\n'), 'ünïcödé-name   1\nx              2\n');
});
