/** A row of a capture's `faults.csv`: what was broken on purpose, and from when. Times are epoch milliseconds. */
export interface Fault {
  readonly startMs: number;
  /** The service that was broken; empty for a slot whose label was not published. */
  readonly service: string;
  /** `cpu_contention`, `network_delay`, ...; `unlabelled` for a slot whose label was not published. */
  readonly type: string;
  /** At least two of its minutes are in the capture. */
  readonly usable: boolean;
}

const COLUMNS = ['start_utc', 'service', 'type', 'usable'] as const;

/** Rows of a `faults.csv`, in its order. Throws a TypeError that names the line when a row cannot be read. */
export function parseFaults(csv: string): Fault[] {
  const [head, ...rows] = csv.split(/\r?\n/);
  const header = head.split(',');
  const [start, service, type, usable] = COLUMNS.map((name) => {
    const at = header.indexOf(name);
    if (at < 0) throw new TypeError(`faults.csv: there is no column ${name}`);
    return at;
  });
  return rows.flatMap((row, i) => {
    if (row.trim() === '') return [];
    const cells = row.split(',');
    const startMs = Date.parse(cells[start] ?? '');
    if (Number.isNaN(startMs)) throw new TypeError(`faults.csv:${i + 2}: ${cells[start]} is not a time`);
    return [
      { startMs, service: cells[service] ?? '', type: cells[type] ?? '', usable: cells[usable] === '1' },
    ];
  });
}

export function isLabelled({ type }: Fault): boolean {
  return type !== 'unlabelled';
}
