export { startSlack, judgeSlack } from '../../src/simulator/vendors/slack.ts';
