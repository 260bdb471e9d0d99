/** A table as ps(1) prints it. */
export interface TopResponse {
  readonly Processes: readonly (readonly string[])[] | null;
  readonly Titles: readonly string[];
}
