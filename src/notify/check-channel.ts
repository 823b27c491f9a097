import type { Clock } from '../runtime/index.ts';
import type { ChannelCheck } from './channel-check.ts';
import { createMailTransport, outcomeOf } from './email/email.ts';
import type { ChannelConfig } from './port.ts';
import { programProblem } from './exec-hook/program-problem.ts';
import { createFeishuApi } from './feishu-app/feishu-api.ts';
import { outcomeOf as refusal } from './feishu-app/feishu-app.ts';
import { checkJira } from './jira/check-jira.ts';
import { unreachable } from './reach.ts';
import { createSlackApi } from './slack-bot/slack-api.ts';

const ONLY_A_SAMPLE = 'its host answers; only a sample that is sent proves the rest';

/** Whether a channel would work, without disturbing people. Never rejects; a sample is never sent. */
export async function checkChannel(config: ChannelConfig, clock: Clock): Promise<ChannelCheck> {
  switch (config.type) {
    case 'terminal':
      return { found: 'this terminal' };
    case 'slack-bot': {
      const missing = await unreachable(config.apiUrl);
      if (missing !== undefined) return { found: config.type, problem: missing };
      const api = createSlackApi({ url: config.apiUrl, token: config.token, config, clock });
      const answer = await api.call('auth.test', {});
      if (answer.kind === 'ok') {
        return { found: `the token is valid; only a sample proves that the bot may post to its channel` };
      }
      const problem = answer.kind === 'refused' ? `Slack says ${answer.error}` : answer.reason;
      return { found: config.type, problem };
    }
    case 'exec': {
      const problem = programProblem(config.program);
      const found = `${config.program}${config.dryRun ? ' (dry run)' : ''}`;
      return problem === undefined ? { found } : { found, problem: `the program ${problem}` };
    }
    case 'feishu-app': {
      const missing = await unreachable(config.baseUrl);
      if (missing !== undefined) return { found: config.type, problem: missing };
      const api = createFeishuApi(config, config, clock);
      // A message that is nobody's: what is asked is whether the app gets a token.
      const answer = await api.call('PATCH', '/open-apis/im/v1/messages/om_spanwatch_check', {
        content: '{}',
      });
      const isToken = answer.kind === 'refused' && ![10003, 10014, 99991663].includes(answer.code);
      return answer.kind === 'ok' || isToken
        ? { found: 'the app gets a token; only a sample proves that its bot may write to the group' }
        : { found: config.type, problem: refusal(answer).reason };
    }
    case 'jira':
      return checkJira(config, clock);
    case 'email': {
      const transport = createMailTransport(config);
      try {
        await transport.verify();
        return { found: 'the server takes the login; only a sample proves that it delivers' };
      } catch (error) {
        return { found: config.type, problem: outcomeOf(error).reason };
      } finally {
        transport.close();
      }
    }
    case 'slack-webhook':
    case 'feishu-bot':
    case 'dingtalk':
    case 'wecom':
    case 'teams':
    case 'pagerduty':
    case 'alertmanager':
    case 'webhook': {
      const problem = await unreachable(config.url);
      return problem === undefined ? { found: ONLY_A_SAMPLE } : { found: config.type, problem };
    }
  }
}
