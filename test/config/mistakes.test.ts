import { describe, expect, it } from 'vitest';
import { formatProblems, parseConfig } from '../../src/config/index.ts';

/** Each: a mistake, the file that has it, and what is said. */
const MISTAKES: readonly (readonly [string, string, string])[] = [
  [
    'an unknown key near a known one',
    'falseAlertPerWeek: 2',
    'f.yaml:1:1: falseAlertPerWeek: unknown key "falseAlertPerWeek"; did you mean falseAlertsPerWeek?',
  ],
  [
    'an unknown key near none lists what is known there',
    'log:\n  colour: red',
    'f.yaml:2:3: log.colour: unknown key "colour"; known here: level',
  ],
  [
    'a number in quotes',
    'http:\n  port: "8900"',
    'f.yaml:2:3: http.port: expected a whole number from 0 to 65535, found the text "8900"',
  ],
  [
    'a number beyond its limit',
    'falseAlertsPerWeek: 0',
    'f.yaml:1:1: falseAlertsPerWeek: expected a number from 0.01 to 1000, found 0',
  ],
  [
    'not a number at all',
    'falseAlertsPerWeek: .nan',
    'f.yaml:1:1: falseAlertsPerWeek: expected a number from 0.01 to 1000, found NaN',
  ],
  [
    'a word that is not one of them',
    'log: {level: inof}',
    'f.yaml:1:7: log.level: expected one of fatal, error, warn, info, debug, trace, silent, found the text "inof"; did you mean info?',
  ],
  [
    'a store of logs at no place, shown two things, with a name that is taken',
    `logs:
  sources:
    - {name: a, type: elasticsearch, apiKey: x, login: {username: u, password: p}}
    - {name: a, type: loki, url: "http://loki:3100"}`,
    `f.yaml:3:7: logs.sources[0].url: one of url and cloudId is needed, and not both
f.yaml:3:49: logs.sources[0].login: apiKey or login, not both
f.yaml:4:8: logs.sources[1].name: the name a is already that of logs.sources[0]`,
  ],
  [
    'a pattern that is none, a selector that is none, a wait that is too long',
    'logs: {waitMs: 900, redact: [{pattern: "("}], sources: [{name: l, type: loki, url: "http://l", selector: "app"}]}',
    `f.yaml:1:8: logs.waitMs: expected a whole number from 0 to 500, found 900
f.yaml:1:31: logs.redact[0].pattern: is not a regular expression
f.yaml:1:96: logs.sources[0].selector: expected a stream selector such as {namespace="shop"}, found the text "app"`,
  ],
  [
    'a password in an address, which would be printed with it',
    `sources:
  - {name: j, type: jaeger-query, url: "http://u:p@jaeger:16686"}
  - {name: e, type: elasticsearch, url: "https://u@es:9200/x"}
logs: {sources: [{name: l, type: loki, url: "http://u:p@loki"}]}`,
    `f.yaml:2:35: sources[0].url: expected an http or https address without user and password, found the text of 23 characters
f.yaml:3:36: sources[1].url: expected an http or https address without user and password, found the text of 19 characters
f.yaml:4:40: logs.sources[0].url: expected an http or https address without user and password, found the text of 15 characters`,
  ],
  [
    'a password in the address of a channel, a page or a switch, or what is no address at all',
    `channels:
  - {name: a, type: jira, url: "http://u:SECRET@jira", email: e, token: t, project: OPS}
  - {name: b, type: webhook, url: "http://u:SECRET@hook/x?y=1"}
  - {name: c, type: slack-bot, token: xoxb-1, channel: C1, apiUrl: "http://SECRET@slack"}
  - {name: d, type: webhook, url: "http://hook:99999/SECRET"}
  - {name: e, type: alertmanager, url: "http://[::1"}
http: {publicUrl: "https://u:SECRET@pages"}
heartbeat: {url: "https://u:SECRET@switch/x"}`,
    `f.yaml:2:27: channels[0].url: expected an http or https address without user and password, found the text of 20 characters
f.yaml:3:30: channels[1].url: expected an http or https address without user and password (what is here is not shown)
f.yaml:4:60: channels[2].apiUrl: expected an http or https address without user and password, found the text of 19 characters
f.yaml:5:30: channels[3].url: its host or port is not one of an address (what is here is not shown)
f.yaml:6:35: channels[4].url: its host or port is not one of an address (what is here is not shown)
f.yaml:7:8: http.publicUrl: expected an http or https address such as https://spanwatch.example, found the text of 22 characters
f.yaml:8:13: heartbeat.url: expected an http or https address without user and password (what is here is not shown)`,
  ],
  [
    'what can match nothing, or says nothing',
    `channels: [{name: c, type: terminal}, {name: m, type: email, host: h, from: a@b.c, to: [a@b.c], user: u}]
policy:
  routes:
    - match: [severity=P7, kind=bananas, 'severity=~"p0|p1"', severity!=P0, kind=rule]
      escalate: [{afterMs: 60000, channels: [c]}, {afterMs: 30000, channels: [c]}]
  tiers: [{name: gold, services: [a], atLeast: P0, atMost: P3}]
  maintenance:
    - {name: a, cron: "0 1 * * *", durationMs: 60000}
    - {name: a, cron: "0 2 * * *", durationMs: 60000}`,
    `f.yaml:1:97: channels[1].user: it needs password beside it
f.yaml:4:15: policy.routes[0].match[0]: "P7" fits none of P0, P1, P2, P3
f.yaml:4:28: policy.routes[0].match[1]: "bananas" fits none of service, dependency, instance, version, host, rule
f.yaml:4:42: policy.routes[0].match[2]: "p0|p1" fits none of P0, P1, P2, P3
f.yaml:5:52: policy.routes[0].escalate[1].afterMs: 30000 is not later than the step before it (60000)
f.yaml:6:39: policy.tiers[0].atLeast: P0 is worse than atMost (P3)
f.yaml:9:8: policy.maintenance[1].name: the name a is already that of policy.maintenance[0]`,
  ],
  [
    'lists of nobody and of nothing',
    `channels: [{name: m, type: email, host: h, from: a@b.c, to: []}]
policy:
  routes: [{escalate: [{afterMs: 60000, channels: []}]}]
  tiers: [{name: gold, services: []}]
rules: [{name: d, type: burn-rate, objective: 0.9, windows: []}, {name: e, type: burn-rate, objective: 99.9}]`,
    `f.yaml:1:57: channels[0].to: expected 1 or more, found 0
f.yaml:3:41: policy.routes[0].escalate[0].channels: expected 1 or more, found 0
f.yaml:4:24: policy.tiers[0].services: expected 1 or more, found 0
f.yaml:5:52: rules[0].windows: expected 1 or more, found 0
f.yaml:5:93: rules[1].objective: expected a share between 0 and 1, such as 0.999 for 99.9%, found 99.9`,
  ],
  [
    'the name of a file where its text goes',
    `sources:
  - {name: e, type: elasticsearch, url: "https://es:9200", ca: ca.pem}
  - {name: k, type: kafka, brokers: ["k:9"], topics: [t], groupId: g, tls: {ca: ca.pem}}
store: {kind: elasticsearch, url: "https://es:9200", ca: ca.pem}
sinks: [{name: s, type: elasticsearch, url: "https://es:9200", ca: ca.pem}]
logs: {sources: [{name: l, type: loki, url: "https://l", ca: ca.pem}]}`,
    `f.yaml:2:60: sources[0].ca: is no certificate in PEM; a file of that name is {file: PATH}
f.yaml:3:77: sources[1].tls.ca: is no certificate in PEM; a file of that name is {file: PATH}
f.yaml:4:54: store.ca: is no certificate in PEM; a file of that name is {file: PATH}
f.yaml:5:64: sinks[0].ca: is no certificate in PEM; a file of that name is {file: PATH}
f.yaml:6:58: logs.sources[0].ca: is no certificate in PEM; a file of that name is {file: PATH}`,
  ],
  [
    'an id of Elastic Cloud that is none',
    'store: {kind: elasticsearch, cloudId: garbage}',
    'f.yaml:1:30: store.cloudId: expected an id as Elastic Cloud shows it, `NAME:BASE64`, found the text "garbage"',
  ],
  [
    'a truth in other words',
    'http: {insecure: "yes"}',
    'f.yaml:1:8: http.insecure: expected true or false, found the text "yes"',
  ],
  ['a list where a mapping goes', 'http: [1]', 'f.yaml:1:1: http: expected a mapping of keys, found a list'],
  [
    'a mapping where a list goes',
    'sources: {name: a}',
    'f.yaml:1:1: sources: expected a list, found a mapping',
  ],
  ['text as the whole file', 'hello', 'f.yaml:1:1: expected a mapping of keys, found the text "hello"'],
  [
    'a source of no type',
    'sources:\n  - name: a',
    'f.yaml:2:5: sources[0].type: missing: expected one of otlp-http, otlp-grpc, zipkin, jaeger-thrift, kafka, jaeger-query, elasticsearch',
  ],
  [
    'a source of an unknown type, and nothing else said of it',
    'sources:\n  - name: a\n    type: otlp-htp\n    prot: 1',
    'f.yaml:3:11: sources[0].type: expected one of otlp-http, otlp-grpc, zipkin, jaeger-thrift, kafka, jaeger-query, elasticsearch, found the text "otlp-htp"; did you mean otlp-http?',
  ],
  [
    'a source of half a type',
    'sources:\n  - name: a\n    type: jaeger',
    'f.yaml:3:11: sources[0].type: expected one of otlp-http, otlp-grpc, zipkin, jaeger-thrift, kafka, jaeger-query, elasticsearch, found the text "jaeger"; did you mean jaeger-thrift or jaeger-query?',
  ],
  [
    'a matcher that is none',
    'policy: {routes: [{match: [team=pay]}]}',
    'f.yaml:1:28: policy.routes[0].match[0]: "team=pay" is no matcher such as service=payment; names: service, environment, namespace, operation, severity, kind, owner',
  ],
  [
    'a pattern that backtracks',
    'policy: {inhibit: {rules: [{source: ["service=~(a+)+"], target: [service=b]}]}}',
    'f.yaml:1:38: policy.inhibit.rules[0].source[0]: the pattern must not repeat a group',
  ],
  [
    'a route to a channel that is not there',
    'policy: {routes: [{channels: [chat]}]}',
    'f.yaml:1:31: policy.routes[0].channels[0]: there is no channel "chat"',
  ],
  [
    'a mute time that is not there',
    'policy: {routes: [{mute: [night]}]}',
    'f.yaml:1:27: policy.routes[0].mute[0]: there is no mute time "night"',
  ],
  [
    'a time zone that is none',
    'policy: {digest: {timezone: Asia/Shangai}}',
    'f.yaml:1:19: policy.digest.timezone: "Asia/Shangai" is no time zone such as Asia/Shanghai',
  ],
  [
    'an hour that is none, beside a route with a mistake of its own',
    'policy: {routes: [{mutes: [x]}], muteTimes: [{name: a, cron: "0 25 * * *", durationMs: 60000}]}',
    'f.yaml:1:20: policy.routes[0].mutes: unknown key "mutes"; did you mean mute?\nf.yaml:1:56: policy.muteTimes[0].cron: "0 25 * * *" has a field that cron does not know (minute hour day month weekday)',
  ],
  [
    'bodies that never fit into what may be in flight',
    'overload: {maxInFlightBytes: 67108864}\nsources:\n  - {name: a, type: otlp-http}',
    'f.yaml:3:5: sources[0].maxBodyBytes: with maxInflatedBytes it is 134217728, more than overload.maxInFlightBytes (67108864): such a body would never be taken',
  ],
  [
    'a channel without its address',
    'channels:\n  - name: a\n    type: slack-webhook',
    'f.yaml:2:5: channels[0].url: missing: expected an http or https address without user and password (a secret: `${NAME}` or `{file: path}`)',
  ],
  [
    'a name with a space',
    'channels: [{name: a b, type: terminal}]',
    'f.yaml:1:13: channels[0].name: expected up to 63 letters, digits, "-" and "_", found the text "a b"',
  ],
  [
    'an environment variable outside a secret',
    'dataDir: ${HOME}/x',
    'f.yaml:1:1: dataDir: `${NAME}` is replaced in secret fields only; write the value itself',
  ],
  [
    'a link without its placeholder',
    'links: {trace: jaeger}',
    'f.yaml:1:9: links.trace: expected an address such as https://jaeger.example/trace/{traceId}, found the text "jaeger"',
  ],
  [
    'the API beyond loopback without a token',
    'http:\n  host: 0.0.0.0',
    'f.yaml:2:3: http.host: 0.0.0.0 is reachable from other machines: set http.token, or http.insecure: true to do without',
  ],
  [
    'a source beyond loopback without a token',
    'sources:\n  - {name: a, type: otlp-http, host: "::"}',
    'f.yaml:2:32: sources[0].host: :: is reachable from other machines: set sources[0].token, or sources[0].insecure: true to do without',
  ],
  [
    'two on the same port',
    'sources:\n  - {name: a, type: otlp-http, port: 8900}',
    'f.yaml:2:32: sources[0].port: port 8900 is already that of http',
  ],
  [
    'a key for buttons without what turns them on',
    'channels: [{name: a, type: feishu-app, appId: cli_a, appSecret: s, chatId: oc_1, encryptKey: k}]',
    'f.yaml:1:82: channels[0].encryptKey: it needs verificationToken beside it: without that there are no buttons',
  ],
  [
    'an app without its signing secret',
    'channels: [{name: a, type: slack-bot, token: xoxb-1, channel: C1, appId: A0001}]',
    'f.yaml:1:67: channels[0].appId: it is for buttons, which need signingSecret beside it',
  ],
  [
    'a static rule without a limit',
    'rules: [{name: a, type: threshold, measure: p99}]',
    'f.yaml:1:9: rules[0].above: one of above and below is needed, and not both',
  ],
  [
    'a ratio of more than all',
    'rules: [{name: a, type: threshold, measure: error-ratio, above: 5}]',
    'f.yaml:1:58: rules[0].above: 5 is no part of all: an error-ratio is 0 to 1',
  ],
  [
    'a window that is no whole number of windows',
    'rules: [{name: a, type: period, measure: rate, timesBelow: 0.5, windowMs: 65000}]',
    'f.yaml:1:65: rules[0].windowMs: 65000 is not a multiple of 10000: windows of 10 s are judged',
  ],
  [
    'a burn rate that no traffic can reach',
    'rules: [{name: a, type: burn-rate, objective: 0.9}]',
    'f.yaml:1:9: rules[0].windows[0].factor: 14.4 times the budget is more than all requests: it can never be reached at objective 0.9',
  ],
  [
    'a short window that is not shorter',
    'rules: [{name: a, type: burn-rate, objective: 0.999, windows: [{factor: 2, longMs: 60000, shortMs: 60000}]}]',
    'f.yaml:1:91: rules[0].windows[0].shortMs: 60000 is not shorter than longMs (60000)',
  ],
  [
    'two of the same name',
    'channels: [{name: a, type: terminal}, {name: a, type: terminal}]',
    'f.yaml:1:40: channels[1].name: the name a is already that of channels[0]',
  ],
  [
    'a wait that is longer than a trace may live',
    'assemble: {quietMs: 2000, incompleteMs: 9000, maxAgeMs: 5000}',
    'f.yaml:1:27: assemble.incompleteMs: 9000 is more than assemble.maxAgeMs (5000), so it would never be waited',
  ],
  ['a key twice', 'seed: 1\nseed: 2', 'f.yaml:2:1: this key is here twice'],
  [
    'a list that is not closed',
    'sources: [{name: a}\nseed: 1',
    'f.yaml:2:1: a ] is missing before this place',
  ],
  ['a mapping that is not closed', 'http: {port: 1\nseed: 1', 'f.yaml:2:1: a } is missing before this place'],
  ['a tab', 'http:\n\tport: 1', 'f.yaml:2:1: indent with spaces, not tabs'],
  ['an alias to nothing', 'dataDir: *x', 'f.yaml:1:10: this alias names no anchor before it'],
  ['a tag that means nothing', 'dataDir: !where ./x', 'f.yaml:1:10: unknown tag'],
  ['a second document', 'seed: 1\n---\nseed: 2', 'f.yaml:2:1: only one document a file'],
];

describe('a mistake in the configuration is told with its place', () => {
  it.each(MISTAKES)('%s', (_name, text, said) => {
    const outcome = parseConfig(text, 'f.yaml', { environment: {} });
    expect(outcome.ok ? 'no problem' : formatProblems(outcome.problems, 'f.yaml')).toBe(said);
  });

  it('all mistakes are told at once, in the order of the file', () => {
    const text = [
      'locale: fr',
      'http: {host: 0.0.0.0}',
      'sources:',
      '  - {name: a, type: otlp-http, port: -1}',
      '  - {name: a, type: otlp-http, hots: x}',
      '  - {name: c, type: otlp-http, host: 10.0.0.1}',
      'channels: 7',
      'assemble: {maxAgeMs: 1}',
      'incidents: {}',
    ].join('\n');
    const outcome = parseConfig(text, 'f.yaml', { environment: {} });
    expect(outcome.ok ? [] : outcome.problems.map(({ line, path }) => `${line} ${path}`)).toEqual([
      '1 locale',
      '2 http.host',
      '4 sources[0].port',
      '5 sources[1].hots',
      '6 sources[2].host',
      '7 channels',
      '8 assemble.maxAgeMs',
      '9 incidents',
    ]);
  });

  it('a part with a mistake of its own gives no second one that follows from it', () => {
    const outcome = parseConfig('http: {host: 0.0.0.0, insecure: "true"}', 'f.yaml', { environment: {} });
    expect(outcome.ok ? [] : outcome.problems.map(({ path }) => path)).toEqual(['http.insecure']);
  });

  it('a list that holds itself ends', () => {
    const outcome = parseConfig('sources: &a [*a, *a]', 'f.yaml', { environment: {} });
    expect(outcome.ok).toBe(false);
  });
});

describe('a configuration that is hardly what was meant', () => {
  const warned = (text: string): string => {
    const outcome = parseConfig(text, 'f.yaml', { environment: {} });
    return formatProblems(outcome.ok ? outcome.warnings : outcome.problems, 'f.yaml');
  };
  const channels = 'channels: [{name: c, type: terminal}, {name: d, type: terminal}]\n';

  it.each([
    ['all is told', 'policy: {routes: [{match: [service=a], channels: [c]}, {channels: [d]}]}', ''],
    ['a route that names no channel tells all', 'policy: {routes: [{match: []}]}', ''],
    [
      'a route behind one that takes all, and a channel that hears nothing',
      'policy: {routes: [{channels: [c]}, {match: [service=a], channels: [c]}]}',
      `f.yaml:1:40: channels[1].name: no route names d: it hears of no incident
f.yaml:2:36: policy.routes[1]: is never reached: policy.routes[0] before it matches everything`,
    ],
    [
      'no route that takes all',
      'policy: {routes: [{match: [service=a], channels: [c, d]}]}',
      'f.yaml:2:10: policy.routes: none matches everything: what matches none of them is told to nobody',
    ],
  ])('%s', (_name, text, said) => {
    expect(warned(channels + text)).toBe(said);
  });

  it('is an API token of Jira Cloud without its account', () => {
    expect(warned('channels: [{name: j, type: jira, url: https://j.example, token: t, project: OPS}]')).toBe(
      'f.yaml:1:12: channels[0].email: without it the token goes as a bearer: an API token of Jira Cloud needs the e-mail of its account',
    );
  });
});
