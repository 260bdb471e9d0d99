/** One step of the schema. A step that has been released never changes; its position in the list is its version. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}
