import { formatCount, formatShare } from '../domain/format.ts';
import type { RuleBreach, RuleMeasure } from '../domain/rule.ts';

/** A broken rule for sentences: the values are formatted, the name is an organisation's own. */
export interface BrokenRule {
  readonly breach: RuleBreach;
  readonly observed: string;
  readonly limit: string;
}

export interface RuleTexts {
  /** A clause after the name: "has a p99 of 1.2 s (limit 500 ms, rule slow-checkout)". */
  readonly clause: (broken: BrokenRule) => string;
  /** "end-to-end time of payment: 1.2 s, limit 500 ms" */
  readonly line: (what: string, broken: BrokenRule) => string;
  /** What a rule over all services is about. */
  readonly everything: string;
}

type Duration = (ms: number) => string;

export function ruleTextsEn(duration: Duration): RuleTexts {
  const limit = ({ breach, limit: value }: BrokenRule): string =>
    breach.period === undefined
      ? `limit ${value}`
      : `${breach.period === 'day' ? 'a day' : 'a week'} ago ${value}`;
  return {
    clause: (broken) => {
      const { breach, observed } = broken;
      const { burn, name } = breach;
      if (burn === undefined) return `${measured[breach.measure](observed)} (${limit(broken)}, rule ${name})`;
      const windows = `${duration(breach.windowMs)} and ${duration(burn.shortMs)}`;
      return `burns its error budget ${formatCount(burn.rate)}x as fast as it lasts (limit ${formatCount(burn.factor)}x over ${windows}, objective ${objectiveOf(burn)}, rule ${name})`;
    },
    line: (what, broken) => `${what}: ${broken.observed}, ${limit(broken)} (${broken.breach.name})`,
    everything: 'all services',
  };
}

const measured: Readonly<Record<RuleMeasure, (value: string) => string>> = {
  p50: (value) => `has a p50 of ${value}`,
  p90: (value) => `has a p90 of ${value}`,
  p95: (value) => `has a p95 of ${value}`,
  p99: (value) => `has a p99 of ${value}`,
  'error-ratio': (value) => `fails ${value} of its requests`,
  rate: (value) => `gets ${value} requests a second`,
};

export function ruleTextsZh(duration: Duration): RuleTexts {
  const limit = ({ breach, limit: value }: BrokenRule): string =>
    breach.period === undefined
      ? `限值 ${value}`
      : `${breach.period === 'day' ? '一天前' : '一周前'} ${value}`;
  return {
    clause: (broken) => {
      const { breach, observed } = broken;
      const { burn, name } = breach;
      if (burn === undefined)
        return `${measuredZh[breach.measure](observed)}（${limit(broken)}，规则 ${name}）`;
      const windows = `${duration(breach.windowMs)}与 ${duration(burn.shortMs)}`;
      return `错误预算消耗速度为可持续速度的 ${formatCount(burn.rate)} 倍（限值 ${formatCount(burn.factor)} 倍，窗口 ${windows}，目标 ${objectiveOf(burn)}，规则 ${name}）`;
    },
    line: (what, broken) => `${what}：${broken.observed}，${limit(broken)}（${broken.breach.name}）`,
    everything: '所有服务',
  };
}

const measuredZh: Readonly<Record<RuleMeasure, (value: string) => string>> = {
  p50: (value) => `p50 为 ${value}`,
  p90: (value) => `p90 为 ${value}`,
  p95: (value) => `p95 为 ${value}`,
  p99: (value) => `p99 为 ${value}`,
  'error-ratio': (value) => `${value} 的请求失败`,
  rate: (value) => `每秒 ${value} 个请求`,
};

/** 99.9% and 99.95%, not 100%. */
function objectiveOf({ objective }: NonNullable<RuleBreach['burn']>): string {
  return objective >= 1 ? formatShare(1) : `${Number((objective * 100).toFixed(4))}%`;
}
