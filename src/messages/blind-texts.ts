import type { Locale } from '../domain/message.ts';

/** Texts of messages about silence; the values are formatted and printable. */
export interface BlindTexts {
  readonly title: {
    readonly source: (name: string, since: string) => string;
    readonly services: (names: string, since: string) => string;
    readonly over: (names: string, lasted: string) => string;
  };
  readonly summary: {
    readonly source: (name: string, since: string) => string;
    readonly services: (names: string, since: string) => string;
    readonly over: (names: string) => string;
  };
  /** Label of the link to the status page. */
  readonly status: string;
  readonly more: (names: string, more: number) => string;
  readonly fact: { readonly since: string; readonly lasted: string; readonly silent: string };
  readonly steps: { readonly source: readonly string[]; readonly services: readonly string[] };
}

export const BLIND_TEXTS: Readonly<Record<Locale, BlindTexts>> = {
  en: {
    title: {
      source: (name, since) => `Blind: no spans from source ${name} since ${since}`,
      services: (names, since) => `Blind: no spans from ${names} since ${since}`,
      over: (names, lasted) => `Seen again: ${names}, after ${lasted}`,
    },
    summary: {
      source: (name, since) =>
        `Nothing has come from source ${name} since ${since}. This is no calm: what goes wrong meanwhile is not seen.`,
      services: (names, since) =>
        `No span has come from ${names} since ${since}, longer than its rhythm makes plausible. Whether it is down or its spans are lost cannot be said from here.`,
      over: (names) =>
        `Spans come from ${names} again, or are no longer expected. Open incidents about it need calm that is seen before they resolve.`,
    },
    status: 'Status',
    more: (names, more) => `${names} and ${more} more`,
    fact: { since: 'Last seen', lasted: 'Silent for', silent: 'Silent' },
    steps: {
      source: [
        'See whether the Collector or the senders run, and what their logs say of this exporter.',
        'See spanwatch_otlp_requests_total by code: 401, 413 and 429 mean that they send and are refused.',
      ],
      services: [
        'See whether it runs and is asked anything: a service without traffic sends no spans.',
        'See whether a deployment changed its name, its sampling or its exporter.',
      ],
    },
  },
  zh: {
    title: {
      source: (name, since) => `失明：数据源 ${name} 自 ${since} 起没有 span`,
      services: (names, since) => `失明：${names} 自 ${since} 起没有 span`,
      over: (names, lasted) => `恢复可见：${names}，中断 ${lasted}`,
    },
    summary: {
      source: (name, since) =>
        `自 ${since} 起没有收到数据源 ${name} 的任何数据。这不代表平静：期间发生的问题无法看到。`,
      services: (names, since) =>
        `自 ${since} 起没有收到 ${names} 的 span，超出其正常节奏。是服务停止还是 span 丢失，在这里无法判断。`,
      over: (names) =>
        `已重新收到 ${names} 的 span，或不再等待其数据。相关的未关闭事件需要在可见的平静之后才会恢复。`,
    },
    status: '状态',
    more: (names, more) => `${names} 等另外 ${more} 个`,
    fact: { since: '最后可见', lasted: '中断时长', silent: '无数据' },
    steps: {
      source: [
        '检查 Collector 或发送端是否在运行，以及其日志中该 exporter 的错误。',
        '查看 spanwatch_otlp_requests_total 的 code：401、413、429 表示已发送但被拒绝。',
      ],
      services: [
        '检查该服务是否在运行、是否有流量：没有流量的服务不会发送 span。',
        '检查是否有发布更改了服务名、采样或 exporter。',
      ],
    },
  },
};
