// How often a server that ended by itself is started again.

export const MOST_RESTARTS = 5;
export const WITHIN_MS = 3 * 60 * 1000;

export class Restarts {
  #times: number[] = [];

  /** Notes that the server ended; whether it shall be started again. */
  ended(now: number): boolean {
    this.#times = this.#times.filter((time) => now - time < WITHIN_MS);
    this.#times.push(now);
    return this.#times.length <= MOST_RESTARTS;
  }

  forget(): void {
    this.#times = [];
  }
}
