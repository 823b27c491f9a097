import type { BrokenRule, ReadConfig } from './broken-rule.ts';

/** What no single field of `logs` can say: where a store is, its name, whether a pattern is one. */
export function logRules({ logs }: ReadConfig): BrokenRule[] {
  const names = logs.sources.map((source) => source?.name);
  return [
    ...logs.sources.flatMap((source, i): BrokenRule[] => {
      if (source === undefined) return [];
      const part = `logs.sources[${i}]`;
      const broken = (key: string, message: string): BrokenRule => ({
        part,
        path: `${part}.${key}`,
        message,
      });
      const first = names.indexOf(source.name);
      const repeated =
        first === i
          ? []
          : [broken('name', `the name ${source.name} is already that of logs.sources[${first}]`)];
      if (source.type === 'loki')
        return source.token !== undefined && source.login !== undefined
          ? [...repeated, broken('login', 'token or login, not both')]
          : repeated;
      return [
        ...repeated,
        ...((source.url === undefined) === (source.cloudId === undefined)
          ? [broken('url', 'one of url and cloudId is needed, and not both')]
          : []),
        ...(source.apiKey !== undefined && source.login !== undefined
          ? [broken('login', 'apiKey or login, not both')]
          : []),
      ];
    }),
    ...logs.redact.flatMap((one, i): BrokenRule[] => {
      if (one === undefined || isPattern(one.pattern)) return [];
      const part = `logs.redact[${i}]`;
      return [{ part, path: `${part}.pattern`, message: 'is not a regular expression' }];
    }),
  ];
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'g');
    return true;
  } catch {
    return false;
  }
}
