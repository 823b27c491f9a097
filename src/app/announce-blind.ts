import { type Config, revealChannels } from '../config/index.ts';
import type { BlindNews } from '../domain/blind.ts';
import { SEVERITIES } from '../domain/incident.ts';
import { composeBlindMessage } from '../messages/index.ts';
import type { NewDelivery } from '../store/index.ts';

/** Who hears of a silence: the channels whose mildest severity it reaches, each in its language. `statusUrl` as of the news. */
export function blindMessages(
  config: Config,
  statusUrl: () => string,
): (news: BlindNews) => readonly NewDelivery[] {
  const channels = revealChannels(config).map(({ name, locale, minSeverity = 'P2' }) => ({
    name,
    locale,
    minSeverity,
  }));
  return (news) =>
    channels.flatMap(({ name, locale, minSeverity }) => {
      const message = composeBlindMessage(news, locale, statusUrl());
      const reaches = SEVERITIES.indexOf(message.severity) <= SEVERITIES.indexOf(minSeverity);
      return reaches ? [{ channel: name, message }] : [];
    });
}
