/** Longer names of owners are cut. */
const MAX_OWNER_LENGTH = 100;

/** No convention of OpenTelemetry's names the owner of a service; these are what people write, best first. */
export const OWNER_ATTRIBUTES: readonly string[] = ['service.owner', 'service.team', 'team', 'owner'];

/**
 * Who owns which service, as its own spans say it by an attribute of their resource. The newest wins. Bounded: beyond
 * `most` different owners nothing new is noted. It is no part of what is kept over restarts: the next span says it again.
 */
export class OwnerNames {
  /** Attributes of a resource that name it, best first, at most four. */
  readonly attributes: readonly string[];
  readonly #most: number;
  readonly #names: string[] = [''];
  readonly #ids = new Map<string, number>();
  /** By the service's number. */
  readonly #of: number[] = [];

  constructor(most: number, attributes: readonly string[] = OWNER_ATTRIBUTES) {
    this.#most = most;
    this.attributes = attributes;
  }

  /** The number of an owner; 0 for an empty name, and for one too many. */
  number(name: string): number {
    const cut = name.slice(0, MAX_OWNER_LENGTH).trim();
    const known = this.#ids.get(cut);
    if (known !== undefined) return known;
    if (cut === '' || this.#names.length > this.#most) return 0;
    this.#ids.set(cut, this.#names.length);
    return this.#names.push(cut) - 1;
  }

  /** Hot path: once a resource. */
  note(service: number, owner: number): void {
    if (owner > 0 && this.#of[service] !== owner) this.#of[service] = owner;
  }

  /** Empty when its spans say none. */
  of(service: number): string {
    return this.#names[this.#of[service] ?? 0];
  }
}
