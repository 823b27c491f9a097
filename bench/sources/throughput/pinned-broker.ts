import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type KafkaServer, startKafka } from '../../../test/servers/rig/kafka.ts';
import { runProcess } from '../../verify/spanwatch-process.ts';

/** Consumers have the others. */
const CORE = '0';

/** A broker with its files in `scratch`, all its threads on one core, for as long as `work` takes. */
export async function withPinnedBroker<T>(
  scratch: string,
  work: (kafka: KafkaServer) => Promise<T>,
): Promise<T> {
  const folder = join(scratch, 'kafka');
  mkdirSync(folder);
  const kafka = await startKafka({ folder });
  try {
    await runProcess('taskset', ['-acp', CORE, String(kafka.pid)]);
    return await work(kafka);
  } finally {
    await kafka.stop();
  }
}
