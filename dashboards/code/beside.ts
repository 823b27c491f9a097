import type { PanelSpec } from './panels.ts';
import { lines } from './stat.ts';
import { text } from './texts.ts';

const of = (metric: string, part: string): string =>
  `spanwatch_part_${metric}{service=~"$service",part="${part}"}`;
const legend = '{{name}} {{service}}';

/** Versions and instances beside each other: who is worse than its siblings at the same time. */
export const BESIDE: readonly PanelSpec[] = [
  lines(text('Versions beside each other: own time', '各版本对照：自身耗时'), {
    answers: text('Is the canary slower than the stable version?', '金丝雀版本是否比稳定版慢？'),
    exprs: { [legend]: `topk(8, ${of('latency_mean_seconds', 'version')})` },
    unit: 's',
  }),
  lines(text('Versions beside each other: own errors', '各版本对照：自身错误率'), {
    answers: text('Does it fail more often?', '新版本失败是否更多？'),
    exprs: { [legend]: `topk(8, ${of('error_ratio', 'version')})` },
    unit: 'percentunit',
  }),
  lines(text('Versions: traces a second', '各版本：每秒链路数'), {
    answers: text('How far is the roll-out?', '发布进行到哪一步？'),
    exprs: { [legend]: `topk(8, ${of('traces_per_second', 'version')})` },
    unit: 'reqps',
  }),
  lines(text('Instances beside each other: own time', '各实例对照：自身耗时'), {
    answers: text('Which instance is slower than its siblings?', '哪个实例比同伴慢？'),
    exprs: { [legend]: `topk(10, ${of('latency_mean_seconds', 'instance')})` },
    unit: 's',
  }),
  lines(text('Instances beside each other: own errors', '各实例对照：自身错误率'), {
    answers: text('Which instance fails more often?', '哪个实例失败更多？'),
    exprs: { [legend]: `topk(10, ${of('error_ratio', 'instance')})` },
    unit: 'percentunit',
  }),
  lines(text('Scores of versions, instances, hosts', '版本、实例、主机的异常分数'), {
    answers: text('Who departs from what its siblings do at the same time?', '谁与同一时刻的同伴不同？'),
    exprs: {
      '{{part}} {{name}} {{service}}': 'topk(10, spanwatch_part_anomaly_score{service=~"$service"})',
    },
  }),
];
