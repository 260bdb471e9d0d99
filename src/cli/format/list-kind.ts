/** What `--format` can show of one kind of object, and docker's names for it. */
export interface ListKind<Row> {
  /** Go's name of the row's type, as error messages show it. */
  readonly typeName: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Everything that a template may use, by name. */
  readonly fields: Readonly<Record<string, (row: Row) => string | boolean | bigint | null>>;
  /** Makes `.Label "key"` work. */
  readonly labels?: (row: Row) => Readonly<Record<string, string>> | null | undefined;
}
