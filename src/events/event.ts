/** One event as `/events` reports it; `attributes` become `Actor.Attributes`. */
export interface EngineEvent {
  readonly type: 'container' | 'image' | 'network' | 'volume' | 'daemon' | 'builder';
  readonly action: string;
  readonly actorId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly scope: 'local';
  /** Nanoseconds since the epoch; strictly increasing. */
  readonly timeNs: bigint;
}
