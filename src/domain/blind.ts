import type { ServiceIdentity } from './service-identity.ts';

/** What fell silent: a source as a whole, or services of which spans always came. */
export type BlindKind = 'source' | 'service';

/** A silence that people are told of, once when it is noticed and once when it is over. Times are epoch ms by the clock. */
export interface BlindSpell {
  /** Stable and unique: the lane of its messages, such as `blind:source:otlp:1767600000`. */
  readonly id: string;
  readonly kind: BlindKind;
  /** The source's name, or the services' names as people say them. */
  readonly names: readonly string[];
  /** The last that was seen of them. */
  readonly sinceMs: number;
}

/** `over`: all of them were seen again, or are not expected any more. */
export interface BlindNews {
  readonly type: 'blind' | 'over';
  readonly spell: BlindSpell;
  readonly atMs: number;
}

/** One thing that is silent now, told or about to be. */
export interface BlindSpot {
  readonly kind: BlindKind;
  readonly name: string;
  readonly sinceMs: number;
}

/** A service by name as people say it: environment and namespace only where they are said. */
export function serviceLabel({ environment, namespace, name }: ServiceIdentity): string {
  return [environment, namespace, name].filter((part) => part !== '').join('/');
}
