import type { Catalogue, StepSubject } from './catalogue.ts';
import { ruleTextsZh } from './rule-texts.ts';
import { callersZh, fewZh, symptomClauseZh } from './symptom-zh.ts';

export const zh: Catalogue = {
  or: (names) => names.join(' 或 '),
  between: { sentences: '', items: '；' },
  unknown: '某处',
  suspectName: {
    instance: (service, instance) => `${service} 实例 ${instance}`,
    version: (service, version) => `${service} 版本 ${version}`,
    host: (node) => `主机 ${node}`,
  },
  title: {
    opened: (severity, what, since) => `${severity} ${what}，始于 ${since}`,
    updated: (severity, what, since) => `${severity} 更新：${what}，始于 ${since}`,
    escalated: (severity, from, what, since) => `${severity}（原 ${from}）${what}，始于 ${since}`,
    reopened: (severity, what, since) => `${severity} 再次出现：${what}，始于 ${since}`,
    resolved: (name, lasted) => `已恢复：${name} 已恢复正常，异常持续了 ${lasted}`,
    resolvedBy: (name, by, lasted) => `${by} 已将 ${name} 标记为已解决，持续 ${lasted}`,
    acknowledged: (severity, name, by) => `${severity} ${name}：${by} 正在处理`,
    noted: (severity, name, by) => `${severity} ${name}：${by} 添加了备注`,
  },
  sample: {
    title: (title) => `【测试】${title}`,
    summary: '这是一条由人发出的测试消息：没有故障，无需处理。',
  },
  digest: {
    title: (messages, incidents) => `${incidents} 个事件的 ${messages} 条消息汇总`,
    summary: (more) =>
      `等待发往此处的消息过多，以此一条代替；P0 和 P1 的新事件仍单独发送。${more > 0 ? `以下是最严重的几条，另有 ${more} 条。` : ''}`,
  },
  trace: { slow: '慢链路', failing: '失败链路', 'without-call': '缺少调用的链路', odd: '异常链路' },
  symptom: (name, symptom) => `${name} ${symptomClauseZh(symptom, zh.rule)}`,
  summary: {
    since: (what, since) => `${what}，始于 ${since}。`,
    hurt: (share) => `${share} 的入口流量会用到它。`,
    answered: (share) => `没有它，调用方也能作答：其失败中有 ${share} 传到了入口。`,
    unsure: (names) => `尚不能确定，是以下之一：${names}。`,
    resolved: (name, lasted, worst) => `${name} 已恢复正常，异常持续了 ${lasted}，最严重时为 ${worst}。`,
    resolvedBy: (name, by, worst) =>
      `${by} 已将 ${name} 标记为已解决，最严重时为 ${worst}。如果恶化或再次出现，会再次通知。`,
    acknowledged: (by) => `${by} 正在处理。`,
  },
  fact: {
    since: '开始时间',
    hit: '影响范围',
    wasHit: '影响范围',
    uses: '使用方',
    lasted: '持续时间',
    worst: '最高级别',
    severity: '级别',
    takenBy: '处理人',
    note: '备注',
    incident: '事件编号',
    load: '过载',
    deploy: '发布',
  },
  deploy: (service, [from, to], when) =>
    `${service} ${from} -> ${to}，${when === '' ? '与异常开始在同一分钟' : when}`,
  before: (duration) => `异常开始前 ${duration}`,
  after: (duration) => `异常开始后 ${duration}`,
  keptShare: (oneOf) => `该事件产生时 Spanwatch 过载，每 ${oneOf} 条链路只接收 1 条（整条保留）`,
  hit: {
    share: (share) => `${share} 的入口流量会用到它`,
    entry: (name, part, time) => (time === '' ? `${name}（${part}）` : `${name}（${part}；${time}）`),
    part: (share) => `其请求的 ${share} 会用到它`,
    time: (observed, expected) => `${observed}，正常为 ${expected}`,
    more: (count) => `另有 ${count} 个入口`,
  },
  lasted: (duration, from, to) => `${duration}（${from} 至 ${to}）`,
  severityChange: (from, to) => `${to}（原 ${from}）`,
  duration: (ms) => {
    const minutes = Math.round(ms / 60_000);
    if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1000))} 秒`;
    if (minutes < 60) return `${minutes} 分钟`;
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return rest === 0 ? `${hours} 小时` : `${hours} 小时 ${rest} 分钟`;
  },
  why: {
    code: '时间耗在它自身的代码里',
    network: '时间耗在进出它的网络上',
    cpu: '像是 CPU 不足：自身耗时与对它的调用同时变慢',
    queue: '消息在队列中等待它取走，没有人在等结果',
    errors: '错误源自这里，而不是它的下游',
    'missing-calls': '它不再发起平时会发起的调用',
    'more-calls': '它的代码反复发起同一个调用',
    'new-calls': '它的代码发起了以前从未有过的调用',
    dependency: '时间耗在等待这个调用上',
    rule: '违反了你们配置的规则',
  },
  whyThen: {
    code: '时间当时耗在它自身的代码里',
    network: '时间当时耗在进出它的网络上',
    cpu: '当时像是 CPU 不足：自身耗时与对它的调用同时变慢',
    queue: '当时消息在队列中等待它取走，没有人在等结果',
    errors: '当时错误源自这里，而不是它的下游',
    'missing-calls': '当时它没有发起平时会发起的调用',
    'more-calls': '当时它的代码反复发起同一个调用',
    'new-calls': '当时它的代码发起了以前从未有过的调用',
    dependency: '时间当时耗在等待这个调用上',
    rule: '当时违反了你们配置的规则',
  },
  whyShared: (callers, fails) => `${fails ? '对它的请求失败' : '时间耗在等待它上'}，${callersZh(callers)}`,
  whySharedThen: (callers, failed) =>
    `${failed ? '当时对它的请求失败' : '时间当时耗在等待它上'}，${callersZh(callers)}`,
  soFar: (observed) => `目前 ${observed}`,
  figureOf: (service, observed) => `${service} 为 ${observed}`,
  whyEvidence: (why, observed, expected) => `${why}（${observed}，正常为 ${expected}）`,
  whyEvidenceThen: (why, observed, expected) => `${why}（最严重时 ${observed}，正常为 ${expected}）`,
  whyAgainst: (why, against) => `${why}；但没有变化的是：${against}`,
  whyPassedOn: (why, name) => `${why}；但 ${name} 自身的失败并不比平时多`,
  whyNot: (why, names, failures) =>
    `${why}；不是 ${names.join('、')}：${failures ? '自身错误率' : '自身耗时'}正常`,
  component: {
    self: ({ owner }) => `${owner} 的自身耗时`,
    dependency: ({ owner, other }) => `${owner} 等待 ${other} 的时间`,
    request: ({ owner, other }) => `${owner} 到 ${other} 的请求传输`,
    response: ({ owner, other }) => `${other} 到 ${owner} 的响应传输`,
    queue: ({ owner, other }) => `${owner} 发出的消息在队列中等待 ${other} 取走的时间`,
    total: ({ owner }) => `${owner} 的端到端耗时`,
    error: ({ owner }) => `${owner} 的错误率`,
    outlier: ({ owner }) => `${owner} 的异常链路占比`,
    shape: ({ owner }) => `${owner} 下新出现的调用路径`,
    calls: ({ owner, other }) => `${owner} 对 ${other} 的调用次数`,
    traffic: ({ owner }) => `${owner} 的每秒流量`,
  },
  evidence: {
    line: (what, observed, expected) => `${what}：${observed}，正常为 ${expected}`,
    calls: ({ owner, other }, observed, expected) =>
      expected === undefined
        ? `${owner} 每个请求调用 ${other} ${observed} 次，以前从未有过`
        : `${owner} 每个请求调用 ${other} ${observed} 次，平时 ${expected} 次`,
    besideSiblings: (what, observed, expected) => `${what}：${observed}，同伴为 ${expected}`,
    times: (times) => `（${times} 倍）`,
    count: (count) => `，样本 ${count}`,
    countSoFar: (count) => `，目前样本 ${count}`,
    tail: (share, over) => `${share} 超过 ${over}`,
    few: fewZh,
    more: (count) => `另有 ${count} 条`,
  },
  rule: ruleTextsZh((ms) => zh.duration(ms)),
  steps: {
    byCause: {
      rule: (subject) => [
        lookAtTrace(subject, `看 ${subject.name} 为何超出限值`),
        '若可以接受，就在 `rules` 中修改限值；学习到的检测不受影响',
      ],
      code: (subject) => [
        lookAtTrace(subject, `看 ${operationOf(subject)} 的时间花在哪里`),
        `查 ${subject.service} 在 ${subject.since} 前不久的变更（发布、开关、配置），吻合就回滚`,
      ],
      network: (subject) => [
        `查 ${subject.service} 的网络：重传、DNS、边车代理、负载均衡、所在节点`,
        `把 ${subject.service} 迁到别的节点，或摘除慢的那条路径`,
      ],
      cpu: (subject) => [
        `查 ${subject.service}${subject.node === undefined ? '' : `（节点 ${subject.node}）`} 的 CPU 使用与限流，以及同节点上还跑着什么`,
        '提高 CPU 上限，或扩容实例',
      ],
      queue: (subject) => [
        `查 ${subject.service} 的队列积压，以及消费者是否在运行、是否在重平衡或卡在某条消息上`,
        `给 ${subject.service} 增加消费者；并查是否有人发来比平时更多的消息`,
      ],
      errors: (subject) => [
        `看 ${subject.service} 自 ${subject.since} 以来的错误（日志和出错的 span）`,
        `查 ${subject.service} 此前不久的变更（发布、开关、配置、凭证），吻合就回滚`,
      ],
      'missing-calls': (subject) => [
        lookAtTrace(subject, `看 ${operationOf(subject)} 少了哪些调用`),
        `查 ${subject.service} 是否提前返回、吞掉了错误或切了开关；响应虽快，结果可能是错的`,
      ],
      'more-calls': (subject) => [
        lookAtTrace(subject, `看 ${operationOf(subject)} 重复了哪个调用`),
        `查 ${subject.service} 是否在循环里查询、缓存失效或在重试；负载压在被调用的一方`,
      ],
      'new-calls': (subject) => [
        lookAtTrace(subject, `看 ${operationOf(subject)} 现在调用了什么`),
        `查 ${subject.service} 在 ${subject.since} 前不久的变更（发布、开关、配置）；若是有意为之，请标为正常`,
      ],
      dependency: (subject) => [
        `查 ${subject.peer ?? subject.name} 本身：负载、慢查询、锁、配额`,
        subject.isShared
          ? '查是哪个调用方压住了它：发布、任务或新的查询'
          : `查 ${subject.service} 的连接池与超时设置`,
      ],
    },
    byKind: {
      instance: ({ service, instance }) => `把 ${service} 的实例 ${instance ?? ''} 摘出流量`,
      version: ({ service, version }) => `把 ${service} 从版本 ${version ?? ''} 回滚`,
      host: ({ node }) => `腾空主机 ${node ?? ''}`,
    },
    urgent: ({ service }) => `立即联系 ${service} 的负责人，用户已受影响`,
    calm: '留意受影响流量的占比，若不再上升，可以等到白天处理',
    unsure: (names) => `先对比 ${names}，再动手`,
    unknown: (trace) => `对比${trace}与典型链路`,
    resolved: (trace) => [
      `暂时无需处理；如果没有人做过变更，请看一眼${trace}，问题可能再来`,
      '记下是什么起了作用',
    ],
  },
  link: { incident: '事件详情' },
  terminal: {
    suspects: '嫌疑',
    evidence: '证据',
    traces: '链路',
    slow: '慢',
    typical: '典型',
    logs: '日志',
    next: '下一步',
    links: '链接',
  },
};

function lookAtTrace(subject: StepSubject, what: string): string {
  if (!subject.hasTrace) return `打开近期的链路，${what}`;
  return subject.hasTypical ? `对照打开${subject.trace}与典型链路，${what}` : `打开${subject.trace}，${what}`;
}

function operationOf({ service, operation }: StepSubject): string {
  return operation === undefined ? service : `${service} ${operation}`;
}
