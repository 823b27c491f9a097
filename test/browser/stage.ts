import { rmSync } from 'node:fs';
import { outboxIsEmpty } from '../../bench/verify/live-run.ts';
import { type RunningService, startService } from '../../bench/verify/spanwatch-process.ts';
import { at } from '../../src/simulator/index.ts';
import { startSlack } from '../../src/simulator/vendors/slack.ts';
import { shop, until, workplace } from '../system/service.ts';

/** A real service process in which a real fault is going on, and a chat that was told of it. */
export interface Stage {
  readonly service: RunningService;
  /** Address of the incident's page, as the chat's message has it. */
  readonly incident: string;
  /** Another minute of the shop's time passes. */
  more(seconds: number): Promise<void>;
  close(): Promise<void>;
}

const FAULT_AT = 240;
const SEEN_AT = 330;

export async function startStage(lines: readonly string[] = []): Promise<Stage> {
  const slack = await startSlack({ nowMs: () => Date.now() });
  const place = workplace([
    `channels: [{ name: on-call, type: slack-webhook, url: "${slack.url}" }]`,
    ...lines,
  ]);
  const service = await startService(place.config);
  const simulated = shop(at(FAULT_AT).slow('payment', { addMs: 350 }, 600), 40);
  let second = SEEN_AT;
  const close = async (): Promise<void> => {
    service.signal('SIGKILL');
    await service.ended;
    await slack.close();
    rmSync(place.folder, { recursive: true, force: true });
  };
  try {
    await simulated.send(service.source, SEEN_AT);
    await until('a message', () => slack.accepted.length > 0);
    // Noted as sent, and not only taken.
    await outboxIsEmpty(service);
    const link = /https?:\/\/[^\s"|>\\]+\/incidents\/[^\s"|>\\]+/.exec(JSON.stringify(slack.accepted[0]));
    if (link === null) throw new Error('the message links to no incident');
    return {
      service,
      incident: link[0],
      more: async (seconds) => void (await simulated.send(service.source, (second += seconds))),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
