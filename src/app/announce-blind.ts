import { type Config, revealChannels } from '../config/index.ts';
import type { BlindNews } from '../domain/blind.ts';
import { SEVERITIES } from '../domain/incident.ts';
import { composeBlindMessage } from '../messages/index.ts';
import type { NewDelivery } from '../store/index.ts';

/** Who hears of a silence: the channels whose mildest severity it reaches, each in its language. `config` and `statusUrl` as of the news. */
export function blindMessages(
  config: Config,
  statusUrl: () => string,
): (news: BlindNews) => readonly NewDelivery[] {
  return (news) =>
    revealChannels(config).flatMap(({ name, locale, minSeverity = 'P2' }) => {
      const message = composeBlindMessage(news, locale, statusUrl());
      const reaches = SEVERITIES.indexOf(message.severity) <= SEVERITIES.indexOf(minSeverity);
      return reaches ? [{ channel: name, message }] : [];
    });
}
