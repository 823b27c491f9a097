import type { Channel, ChannelConfig } from '../notify/index.ts';

/** Names, by what becomes of them. */
export interface ChannelChanges {
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
}

export interface PreparedChannels {
  readonly changes: ChannelChanges;
  /** From now on these are the set's. Before it nothing is changed. */
  take(): readonly Channel[];
  /** Not wanted after all. */
  discard(): void;
}

interface Known {
  /** Revealed, so that another secret is another text. Never printed. */
  readonly text: string;
  readonly channel: Channel;
}

/**
 * The channels of a configuration, made from it. Another configuration is prepared as a whole: a channel that is as it was
 * keeps its adapter, with what that knows of its receiver; when one cannot be made the others are discarded.
 */
export class ChannelSet {
  readonly #make: (config: ChannelConfig) => Channel;
  #known: ReadonlyMap<string, Known> = new Map();

  /** Throws what `make` throws. */
  constructor(configs: readonly ChannelConfig[], make: (config: ChannelConfig) => Channel) {
    this.#make = make;
    this.prepare(configs).take();
  }

  get all(): readonly Channel[] {
    return [...this.#known.values()].map(({ channel }) => channel);
  }

  /** Throws what `make` throws, and then nothing is changed. */
  prepare(configs: readonly ChannelConfig[]): PreparedChannels {
    const next = new Map<string, Known>();
    const made: Channel[] = [];
    const discard = (): void => {
      for (const channel of made) channel.close?.();
    };
    try {
      for (const config of configs) {
        const text = JSON.stringify(config);
        const known = this.#known.get(config.name);
        if (known?.text === text) next.set(config.name, known);
        else {
          const channel = this.#make(config);
          made.push(channel);
          next.set(config.name, { text, channel });
        }
      }
    } catch (error) {
      discard();
      throw error;
    }
    return {
      changes: {
        added: [...next.keys()].filter((name) => !this.#known.has(name)),
        replaced: [...next]
          .filter(([name, one]) => isOther(this.#known.get(name), one))
          .map(([name]) => name),
        removed: [...this.#known.keys()].filter((name) => !next.has(name)),
      },
      take: () => {
        this.#known = next;
        return this.all;
      },
      discard,
    };
  }
}

function isOther(before: Known | undefined, after: Known): boolean {
  return before !== undefined && before !== after;
}
