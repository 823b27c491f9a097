import { BARS, type Totals } from './table.ts';

/** Each total beside its bar, a line each. */
export function totalsText(totals: Totals): string[] {
  const { faults, found, right, afterSeconds, incidentsAFault, falseAlarms, quietHours, early } = totals;
  const percent = (count: number): string => `${((100 * count) / faults).toFixed(1)}%`;
  const verdict = (met: boolean): string => (met ? 'met' : 'NOT met');
  const lines: string[] = [];
  if (faults > 0)
    lines.push(
      `found ${found}/${faults}, ${percent(found)} (bar ${BARS.found * 100}%: ${verdict(found >= BARS.found * faults)})`,
      `first suspect right ${right}/${faults}, ${percent(right)} (bar ${BARS.right * 100}%: ${verdict(right >= BARS.right * faults)})`,
      `incidents a found fault ${incidentsAFault.toFixed(2)} (bar ${BARS.incidentsAFault}: ${verdict(incidentsAFault <= BARS.incidentsAFault)})`,
      `detected after p50 ${afterSeconds.p50.toFixed(0)} s, p90 ${afterSeconds.p90.toFixed(0)} s`,
      `false alarms in the ${early.hours.toFixed(1)} hours before faults: ${early.falseAlarms}`,
    );
  if (quietHours > 0) {
    const rate = (100 * falseAlarms) / quietHours;
    lines.push(
      `false alarms where all must stay quiet: ${falseAlarms} in ${quietHours.toFixed(1)} hours, ${rate.toFixed(1)} in 100 hours (bar ${BARS.falseIn100Hours}: ${verdict(rate <= BARS.falseIn100Hours)})`,
    );
  }
  return lines;
}
