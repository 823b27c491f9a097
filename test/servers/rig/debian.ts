import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installedOnce } from './cache.ts';
import { runFetchingTool, runTool } from './tool.ts';

/** Unpacks a Debian package into the cache, once: nothing is installed, no service appears. */
export function unpackDebian(name: string): Promise<string> {
  return installedOnce(`debian-${name}`, async (folder) => {
    const download = ['-qq', '-o', 'APT::Sandbox::User=root', 'download', name];
    try {
      await runTool('apt-get', download, { cwd: folder });
    } catch {
      // A machine that was just set up has no package lists.
      await runFetchingTool('apt-get', ['-qq', 'update'], { cwd: folder });
      await runFetchingTool('apt-get', download, { cwd: folder });
    }
    const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw new Error(`apt-get downloaded no package ${name}`);
    await runTool('dpkg-deb', ['-x', join(folder, archive), folder], { cwd: folder });
  });
}
