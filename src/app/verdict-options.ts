import type { Config } from '../config/index.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../incident/index.ts';
import { tieredSeverity } from '../policy/index.ts';
import { rulesOf } from './rules-config.ts';
import { latenessMs } from './trace-stage.ts';
import type { VerdictOptions } from './verdict-stage.ts';

/** What the verdicts take from the configuration: the same for `run` and `replay`. */
export function verdictOptions(config: Config): VerdictOptions {
  const { tiers } = config.policy;
  return {
    falseAlertsPerWeek: config.falseAlertsPerWeek,
    incident: {
      ...DEFAULT_INCIDENT_OPTIONS,
      ...config.incident,
      ...(tiers.length > 0 && { tier: (seen, suspect) => tieredSeverity(seen, suspect, tiers) }),
    },
    latenessMs: latenessMs(config.assemble),
    excluded: [],
    locale: config.locale,
    rules: rulesOf(config),
  };
}
