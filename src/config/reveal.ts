import type { ChannelConfig, FeishuAppConfig, JiraConfig, SlackBotConfig } from '../notify/port.ts';
import type { Config, SourceConfig } from './schema.ts';
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
      case 'wecom':
      case 'teams':
        return { ...common, type: channel.type, url: channel.url.reveal(), timeoutMs: channel.timeoutMs };
      case 'slack-bot':
        return { ...common, ...revealSlackBot(channel) };
      case 'feishu-app':
        return { ...common, ...revealFeishuApp(channel) };
      case 'feishu-bot':
      case 'dingtalk': {
        const { type, url, secret, timeoutMs } = channel;
        const signing = secret === undefined ? {} : { secret: secret.reveal() };
        return { ...common, type, url: url.reveal(), timeoutMs, ...signing };
      }
      case 'pagerduty': {
        const { type, url, routingKey, timeoutMs } = channel;
        return { ...common, type, url, timeoutMs, routingKey: routingKey.reveal() };
      }
      case 'jira':
        return { ...common, ...revealJira(channel) };
      case 'alertmanager': {
        const { type, url, token, timeoutMs } = channel;
        return { ...common, type, url, timeoutMs, ...(token === undefined ? {} : { token: token.reveal() }) };
      }
      case 'exec': {
        const { locale: _locale, minSeverity: _severity, maxPerMinute: _pace, ...hook } = channel;
        return { ...hook, ...common, stateDir: `${config.dataDir}/hooks` };
      }
      case 'email': {
        const { type, host, port, security, user, password, from, to, timeoutMs } = channel;
        const login = user === undefined ? {} : { user, ...(password && { password: password.reveal() }) };
        return { ...common, type, host, port, security, from, to, timeoutMs, ...login };
      }
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

/** A certificate and its key as text. Not for printing. */
export function revealTls(source: Extract<SourceConfig, { type: 'otlp-grpc' }>): {
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
} {
  if (source.tls === undefined) return {};
  const { cert, key, clientCa } = source.tls;
  const ca = clientCa === undefined ? {} : { clientCa: clientCa.reveal() };
  return { tls: { cert: cert.reveal(), key: key.reveal(), ...ca } };
}

/** What is sent to Elasticsearch to be let in. Not for printing. */
export function revealElasticsearch({ apiKey, login, ca }: ElasticsearchLogin): {
  readonly apiKey?: string;
  readonly login?: { readonly username: string; readonly password: string };
  readonly ca?: string;
} {
  const trusted = ca === undefined ? {} : { ca: ca.reveal() };
  if (apiKey !== undefined) return { ...trusted, apiKey: apiKey.reveal() };
  return login === undefined
    ? trusted
    : { ...trusted, login: { username: login.username, password: login.password.reveal() } };
}

/** Of a source, a sink or a store. */
interface ElasticsearchLogin {
  readonly apiKey?: Secret;
  readonly login?: { readonly username: string; readonly password: Secret };
  readonly ca?: Secret;
}

/** A store of logs with its secrets as text. Not for printing. */
export function revealLogs(source: LogSource): RevealedLogs {
  const ca = source.ca === undefined ? {} : { ca: source.ca.reveal() };
  const login = source.login && {
    login: { username: source.login.username, password: source.login.password.reveal() },
  };
  if (source.type === 'loki') {
    const { token, ca: _ca, login: _login, ...plain } = source;
    return { ...plain, ...ca, ...login, ...(token && { token: token.reveal() }) };
  }
  const { apiKey, ca: _ca, login: _login, ...plain } = source;
  return { ...plain, ...ca, ...login, ...(apiKey && { apiKey: apiKey.reveal() }) };
}

type LogSource = Config['logs']['sources'][number];
type Plain<T> = T extends unknown
  ? Omit<T, 'apiKey' | 'login' | 'ca' | 'token'> & {
      readonly apiKey?: string;
      readonly token?: string;
      readonly ca?: string;
      readonly login?: { readonly username: string; readonly password: string };
    }
  : never;
export type RevealedLogs = Plain<LogSource>;

/** What a Kafka client logs in and speaks TLS with, as text. Not for printing. */
export function revealKafka({ tls, sasl }: Extract<SourceConfig, { type: 'kafka' }>): RevealedKafka {
  const text = (name: 'ca' | 'cert' | 'key'): Partial<Record<typeof name, string>> => {
    const value = tls[name];
    return value === undefined ? {} : { [name]: value.reveal() };
  };
  return {
    ...(tls.enabled
      ? { tls: { ...text('ca'), ...text('cert'), ...text('key'), rejectUnauthorized: tls.verify } }
      : {}),
    ...(sasl === undefined ? {} : { sasl: { ...sasl, password: sasl.password.reveal() } }),
  };
}

interface RevealedKafka {
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized: boolean;
  };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

type ChannelOf<T> = Extract<Config['channels'][number], { type: T }>;

function revealSlackBot(channel: ChannelOf<'slack-bot'>): Omit<SlackBotConfig, 'name' | 'locale'> {
  const { type, channel: place, apiUrl, timeoutMs, token, signingSecret, appId } = channel;
  return {
    ...{ type, channel: place, apiUrl, timeoutMs, token: token.reveal() },
    ...(signingSecret && { signingSecret: signingSecret.reveal() }),
    ...(appId !== undefined && { appId }),
  };
}

function revealFeishuApp(channel: ChannelOf<'feishu-app'>): Omit<FeishuAppConfig, 'name' | 'locale'> {
  const { type, baseUrl, appId, appSecret, chatId, timeoutMs, verificationToken, encryptKey } = channel;
  return {
    ...{ type, baseUrl, appId, chatId, timeoutMs, appSecret: appSecret.reveal() },
    ...(verificationToken && { verificationToken: verificationToken.reveal() }),
    ...(encryptKey && { encryptKey: encryptKey.reveal() }),
  };
}

function revealJira(channel: ChannelOf<'jira'>): Omit<JiraConfig, 'name' | 'locale'> {
  const { locale: _locale, minSeverity: _severity, maxPerMinute: _pace, rule: _rule, ...jira } = channel;
  return { ...jira, token: jira.token.reveal() };
}
