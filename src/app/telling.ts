import { type Config, revealChannels } from '../config/index.ts';
import type { Locale } from '../domain/message.ts';
import type { Policy, PolicyChannel, PolicyConfig } from '../policy/index.ts';
import type { ChannelChanges } from './channel-set.ts';
import { policyOf } from './policy-config.ts';

/** Who is told of what, and in which language. */
export interface Telling extends PolicyConfig {
  readonly policy: Policy;
  /** Of each channel by name. */
  readonly locales: ReadonlyMap<string, Locale>;
}

/** Another configuration, found in order and not taken over yet. */
export interface PreparedTelling {
  readonly channels: ChannelChanges;
  /** The configuration that all parts read is the new one by then. Resolves when adapters and schedules have changed. */
  readonly take: () => Promise<void>;
}

/** Throws an `OwnersFileError`. */
export function tellingOf(config: Config): Telling {
  return {
    policy: policyOf(config),
    channels: policyChannels(config),
    locales: new Map(revealChannels(config).map(({ name, locale }) => [name, locale])),
  };
}

/** What the policy knows of the channels. */
function policyChannels({ channels }: Config): readonly PolicyChannel[] {
  return channels.map((channel) => ({
    name: channel.name,
    minSeverity: channel.minSeverity,
    ...(channel.type === 'jira' && {
      ticketsAfter: channel.rule.inARow,
      ticketsWithinMs: channel.rule.withinMs,
    }),
  }));
}
