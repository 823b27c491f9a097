import type { ChannelConfig } from '../notify/port.ts';
import type { Config } from './schema.ts';
import type { Secret } from './secret.ts';

/** The channels as the notifying room takes them: secrets revealed, languages filled in. Not for printing. */
export function revealChannels(config: Config): readonly ChannelConfig[] {
  return config.channels.map((channel): ChannelConfig => {
    const { name, minSeverity, maxPerMinute, locale = config.locale } = channel;
    const pace = maxPerMinute === undefined ? {} : { maxPerMinute };
    const common = { name, minSeverity, locale, ...pace };
    switch (channel.type) {
      case 'terminal':
        return { ...common, type: channel.type };
      case 'slack-webhook':
        return { ...common, type: channel.type, url: channel.url.reveal(), timeoutMs: channel.timeoutMs };
      case 'slack-bot': {
        const { type, channel: place, apiUrl, timeoutMs } = channel;
        return { ...common, type, channel: place, apiUrl, timeoutMs, token: channel.token.reveal() };
      }
      case 'feishu-bot':
        return {
          ...common,
          type: channel.type,
          url: channel.url.reveal(),
          timeoutMs: channel.timeoutMs,
          ...(channel.secret === undefined ? {} : { secret: channel.secret.reveal() }),
        };
      case 'webhook':
        return {
          ...common,
          type: channel.type,
          url: channel.url.reveal(),
          timeoutMs: channel.timeoutMs,
          secrets: channel.secrets.map((secret) => secret.reveal()),
        };
    }
  });
}

/** A listener (a source, the API) with its token as text, where it has one. Not for printing. */
export function revealToken<T extends { readonly token?: Secret }>(
  part: T,
): Omit<T, 'token'> & { readonly token?: string } {
  const { token, ...rest } = part;
  return token === undefined ? rest : { ...rest, token: token.reveal() };
}
