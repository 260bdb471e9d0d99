const DRIFT_LIMIT_MS = 2;

/**
 * The host's clock in nanoseconds, to the microsecond, and strictly increasing: two events never have the same time, and
 * a client that asks for events since a moment of its own clock gets those that came after it. Follows the host's clock
 * when that is set.
 */
export class EventClock {
  #offsetMs = performance.timeOrigin;
  #last = 0n;

  now(): bigint {
    const wall = Date.now();
    const precise = this.#offsetMs + performance.now();
    if (Math.abs(precise - wall) > DRIFT_LIMIT_MS) this.#offsetMs += wall - precise;
    const time = BigInt(Math.round((this.#offsetMs + performance.now()) * 1000)) * 1000n;
    this.#last = time > this.#last ? time : this.#last + 1n;
    return this.#last;
  }
}
