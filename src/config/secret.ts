import { inspect } from 'node:util';

const MASK = '***';

/** A value that must not be printed: every way to text gives `***`. Only `reveal()` gives the value, at its use. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
